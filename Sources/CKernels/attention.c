// Causal attention of new rows over cached keys and values, grouped queries.
//
// For each row and head, over the visible keys ascending: scores are one chain of fused multiply-adds over
// the head's width from +0, + 0.0, times the scale; e = exp(s - max); the denominator is one chain of
// adds; p = e (1 / sum), rounded; each output is one chain of fused multiply-adds over the keys from
// +0, + 0.0. Keys that are not visible are absent: no bit of them is used.
#include <stdlib.h>

#include "functions_f32.h"

enum { GROUP = CK_KEY_GROUP };

void ck_store_keys_f32(const float *keys, float *cache, size_t first, size_t rows, size_t heads,
                       size_t width) {
  for (size_t r = 0; r < rows; r++) {
    size_t position = first + r;
    float *group = cache + position / GROUP * heads * width * GROUP + position % GROUP;
    for (size_t i = 0; i < heads * width; i++) group[i * GROUP] = keys[r * heads * width + i];
  }
}

CK_INLINE void one_head(const ck_attention *a, size_t row, size_t head, float *scores) {
  size_t width = a->head_width, cached_heads = a->cached_heads;
  size_t cached = head / (a->heads / cached_heads);
  size_t keys = a->first + row + 1;
  const float *query = a->queries + (row * a->heads + head) * width;
  f32x16 largest = lanes_of(-__builtin_inff());
  for (size_t start = 0; start < keys; start += GROUP) {
    const float *group = a->keys + (start / GROUP * cached_heads + cached) * width * GROUP;
    f32x16 sum = lanes_of(0);
    for (size_t i = 0; i < width; i++)
      sum = lanes_fma(lanes_of(query[i]), lanes_load(group + i * GROUP), sum);
    lanes_store(scores + start, (sum + lanes_of(0)) * lanes_of(a->scale));
  }
  float maximum = -__builtin_inff();
  size_t k = 0;
  for (; k + 16 <= keys; k += 16) {
    f32x16 lanes = lanes_load(scores + k);
    largest = lanes_select(lanes > largest, lanes, largest);
  }
  for (int lane = 0; lane < 16; lane++) maximum = largest[lane] > maximum ? largest[lane] : maximum;
  for (; k < keys; k++) maximum = scores[k] > maximum ? scores[k] : maximum;
  for (k = 0; k < keys; k += GROUP)
    lanes_store(scores + k, lanes_exp(lanes_load(scores + k) - lanes_of(maximum)));
  float sum = 0;
  for (k = 0; k < keys; k++) sum = sum + scores[k];
  float factor = 1.0f / sum;
  for (k = 0; k < keys; k++) scores[k] = scores[k] * factor;

  float *out = a->out + (row * a->heads + head) * width;
  size_t stride = cached_heads * width;
  const float *values = a->values + cached * width;
  size_t i = 0;
  for (; i + 16 <= width; i += 16) {
    f32x16 total = lanes_of(0);
    for (k = 0; k < keys; k++)
      total = lanes_fma(lanes_of(scores[k]), lanes_load(values + k * stride + i), total);
    lanes_store(out + i, total + lanes_of(0));
  }
  if (i < width) {
    // A part of 16 lanes is read as such: the row after it may not exist.
    size_t part = width - i;
    f32x16 total = lanes_of(0);
    if (part == 8) {
      for (k = 0; k < keys; k++)
        total = lanes_fma(lanes_of(scores[k]), lanes_load_part(values + k * stride + i, 8), total);
    } else {
      for (k = 0; k < keys; k++)
        total = lanes_fma(lanes_of(scores[k]), lanes_load_part(values + k * stride + i, part), total);
    }
    lanes_store_part(out + i, total + lanes_of(0), part);
  }
}

CK_INLINE void some_heads_body(const ck_attention *a, size_t begin, size_t end, float *scores) {
  for (size_t i = begin; i < end; i++) one_head(a, i / a->heads, i % a->heads, scores);
}
CK_VARIANTS_LOCAL(some_heads, (const ck_attention *a, size_t begin, size_t end, float *scores),
                  (a, begin, end, scores))

static void share(void *context, size_t begin, size_t end) {
  ck_attention *a = context;
  size_t keys = (a->first + a->rows + GROUP - 1) / GROUP * GROUP;
  float *scores = aligned_alloc(64, keys * sizeof(float));
  if (!scores) {
    __atomic_store_n(&a->failed, true, __ATOMIC_RELAXED);
    return;
  }
  some_heads(a, begin, end, scores);
  free(scores);
}

bool ck_attention_f32(ck_attention *a) {
  a->failed = false;
  double keys = (double)a->first + (double)a->rows / 2;
  ck_parallel(a->rows * a->heads,
              4.0 * (double)a->rows * (double)a->heads * keys * (double)a->head_width, share, a);
  return !a->failed;
}
