// Causal attention of new rows over cached keys and values, grouped queries.
//
// For each row and head, over the visible keys ascending: scores are one chain of fused multiply-adds over
// the head's width from +0, + 0.0, times the scale; e = exp(s - max); the denominator is one chain of
// adds; p = e (1 / sum), rounded; each output is one chain of fused multiply-adds over the keys from
// +0, + 0.0. Keys that are not visible are absent: no bit of them is used.
#include <stdlib.h>
#include <string.h>

#include "functions_f32.h"

enum { GROUP = CK_KEY_GROUP };

void ck_store_entry_f32(const float *key, const float *value, float *page, size_t place, size_t width) {
  for (size_t i = 0; i < width; i++) page[i * GROUP + place] = key[i];
  memcpy(page + (GROUP + place) * width, value, width * sizeof(float));
}

void ck_load_entry_f32(const float *page, size_t place, size_t width, float *key, float *value) {
  if (key)
    for (size_t i = 0; i < width; i++) key[i] = page[i * GROUP + place];
  if (value) memcpy(value, page + (GROUP + place) * width, width * sizeof(float));
}

// total += p times values over the entries begin ... end - 1, for `part` of 16 components from i on.
CK_INLINE f32x16 weigh_values(const float *const *pages, size_t begin, size_t end, const float *p,
                              size_t width, size_t i, size_t part) {
  f32x16 total = lanes_of(0);
  for (size_t start = begin / GROUP * GROUP; start < end; start += GROUP) {
    const float *values = pages[start / GROUP] + GROUP * width + i;
    size_t from = start < begin ? begin - start : 0;
    size_t to = end - start < GROUP ? end - start : GROUP;
    for (size_t k = from; k < to; k++) {
      f32x16 value = part == 16 ? lanes_load(values + k * width) : lanes_load_part(values + k * width, part);
      total = lanes_fma(lanes_of(p[start + k]), value, total);
    }
  }
  return total + lanes_of(0);
}

CK_INLINE void one_head(const ck_attention *a, size_t row, size_t head, float *scores) {
  size_t width = a->head_width, cached = head / (a->heads / a->cached_heads);
  size_t begin = a->begins ? a->begins[cached * a->rows + row] : 0, keys = a->first[cached] + row + 1;
  const float *const *pages = a->pages[cached];
  const float *query = a->queries + (row * a->heads + head) * width;
  size_t aligned = begin / GROUP * GROUP;
  for (size_t start = aligned; start < keys; start += GROUP) {
    const float *group = pages[start / GROUP];
    f32x16 sum = lanes_of(0);
    for (size_t i = 0; i < width; i++)
      sum = lanes_fma(lanes_of(query[i]), lanes_load(group + i * GROUP), sum);
    lanes_store(scores + start, (sum + lanes_of(0)) * lanes_of(a->scale));
  }
  float maximum = -__builtin_inff();
  f32x16 largest = lanes_of(maximum);
  size_t k = begin;
  for (; k < keys && k % GROUP; k++) maximum = scores[k] > maximum ? scores[k] : maximum;
  for (; k + 16 <= keys; k += 16) {
    f32x16 lanes = lanes_load(scores + k);
    largest = lanes_select(lanes > largest, lanes, largest);
  }
  for (int lane = 0; lane < 16; lane++) maximum = largest[lane] > maximum ? largest[lane] : maximum;
  for (; k < keys; k++) maximum = scores[k] > maximum ? scores[k] : maximum;
  for (k = aligned; k < keys; k += GROUP)
    lanes_store(scores + k, lanes_exp(lanes_load(scores + k) - lanes_of(maximum)));
  float sum = 0;
  for (k = begin; k < keys; k++) sum = sum + scores[k];
  float factor = 1.0f / sum;
  for (k = begin; k < keys; k++) scores[k] = scores[k] * factor;

  float *out = a->out + (row * a->heads + head) * width;
  size_t i = 0;
  for (; i + 16 <= width; i += 16)
    lanes_store(out + i, weigh_values(pages, begin, keys, scores, width, i, 16));
  // A part of 16 lanes is read as such: the row after it may not exist.
  if (i < width) {
    size_t part = width - i;
    lanes_store_part(out + i, weigh_values(pages, begin, keys, scores, width, i, part), part);
  }
}

CK_INLINE void some_heads_body(const ck_attention *a, size_t begin, size_t end, float *scores) {
  for (size_t i = begin; i < end; i++) one_head(a, i / a->heads, i % a->heads, scores);
}
CK_VARIANTS_LOCAL(some_heads, (const ck_attention *a, size_t begin, size_t end, float *scores),
                  (a, begin, end, scores))

static void share(void *context, size_t begin, size_t end) {
  ck_attention *a = context;
  size_t most = 0;
  for (size_t head = 0; head < a->cached_heads; head++)
    most = a->first[head] > most ? a->first[head] : most;
  size_t keys = (most + a->rows + GROUP - 1) / GROUP * GROUP;
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
  double keys = (double)a->rows / 2;
  if (a->cached_heads > 0) keys += (double)a->first[0];
  ck_parallel(a->rows * a->heads,
              4.0 * (double)a->rows * (double)a->heads * keys * (double)a->head_width, share, a);
  return !a->failed;
}
