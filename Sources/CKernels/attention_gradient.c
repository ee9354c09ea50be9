// Causal attention inside the segments of a packed batch, and its gradients. Orders: ck_training.h.
#include <stdlib.h>

#include "ck_training.h"
#include "functions_f32.h"

enum { GROUP = CK_KEY_GROUP };

static size_t rounded(size_t count) { return (count + GROUP - 1) / GROUP * GROUP; }

bool ck_segment_attention_f32(ck_segment_attention *a) {
  size_t longest = 0;
  for (size_t s = 0; s < a->segments; s++) {
    size_t rows = a->starts[s + 1] - a->starts[s];
    longest = rows > longest ? rows : longest;
  }
  size_t row_width = a->cached_heads * a->head_width;
  float *grouped = aligned_alloc(64, (rounded(longest) * row_width + GROUP) * sizeof(float));
  if (!grouped) return false;
  memset(grouped, 0, rounded(longest) * row_width * sizeof(float));
  bool done = true;
  for (size_t s = 0; s < a->segments && done; s++) {
    size_t start = a->starts[s], rows = a->starts[s + 1] - start;
    if (rows == 0) continue;
    ck_store_keys_f32(a->keys + start * row_width, grouped, 0, rows, a->cached_heads, a->head_width);
    ck_attention one = {0};
    one.queries = a->queries + start * a->heads * a->head_width;
    one.keys = grouped;
    one.values = a->values + start * row_width;
    one.out = a->out + start * a->heads * a->head_width;
    one.rows = rows;
    one.heads = a->heads;
    one.cached_heads = a->cached_heads;
    one.head_width = a->head_width;
    one.scale = a->scale;
    done = ck_attention_f32(&one);
  }
  free(grouped);
  return done;
}

// One head of one segment: its keys and values in groups of 16 positions, and two rows of scratch.
typedef struct {
  float *keys, *values, *probabilities, *slopes;
} head_scratch;

// to += factor from, `width` numbers.
CK_INLINE void add_scaled(float factor, const float *from, float *to, size_t width) {
  size_t i = 0;
  for (; i + 16 <= width; i += 16)
    lanes_store(to + i, lanes_fma(lanes_of(factor), lanes_load(from + i), lanes_load(to + i)));
  for (; i < width; i++) to[i] = __builtin_fmaf(factor, from[i], to[i]);
}

CK_INLINE void end_chain(float *to, size_t width) {
  for (size_t i = 0; i < width; i++) to[i] = to[i] + 0.0f;
}

// p of the keys 0 ..< keys, as in attention.c.
CK_INLINE void probabilities(const ck_segment_attention *a, const float *query, size_t keys,
                             const head_scratch *scratch) {
  float *p = scratch->probabilities;
  for (size_t start = 0; start < keys; start += GROUP) {
    const float *group = scratch->keys + start * a->head_width;
    f32x16 sum = lanes_of(0);
    for (size_t i = 0; i < a->head_width; i++)
      sum = lanes_fma(lanes_of(query[i]), lanes_load(group + i * GROUP), sum);
    lanes_store(p + start, (sum + lanes_of(0)) * lanes_of(a->scale));
  }
  float maximum = -__builtin_inff();
  for (size_t k = 0; k < keys; k++) maximum = p[k] > maximum ? p[k] : maximum;
  for (size_t k = 0; k < keys; k += GROUP)
    lanes_store(p + k, lanes_exp(lanes_load(p + k) - lanes_of(maximum)));
  float sum = 0;
  for (size_t k = 0; k < keys; k++) sum = sum + p[k];
  float factor = 1.0f / sum;
  for (size_t k = 0; k < keys; k++) p[k] = p[k] * factor;
}

CK_INLINE void one_head_body(const ck_segment_attention *a, size_t segment, size_t cached,
                             const head_scratch *scratch) {
  size_t start = a->starts[segment], rows = a->starts[segment + 1] - start, width = a->head_width;
  size_t stride = a->cached_heads * width, offset = start * stride + cached * width;
  const float *keys = a->keys + offset, *values = a->values + offset;
  float *key_gradient = a->key_gradient + offset, *value_gradient = a->value_gradient + offset;
  for (size_t r = 0; r < rows; r++) {
    for (size_t i = 0; i < width; i++) {
      size_t place = (r / GROUP * width + i) * GROUP + r % GROUP;
      scratch->keys[place] = keys[r * stride + i];
      scratch->values[place] = values[r * stride + i];
    }
    memset(key_gradient + r * stride, 0, width * sizeof(float));
    memset(value_gradient + r * stride, 0, width * sizeof(float));
  }
  size_t group = a->heads / a->cached_heads;
  for (size_t head = cached * group; head < (cached + 1) * group; head++) {
    for (size_t r = 0; r < rows; r++) {
      size_t row = ((start + r) * a->heads + head) * width, visible = r + 1;
      const float *query = a->queries + row, *gradient = a->out_gradient + row;
      float *p = scratch->probabilities, *slopes = scratch->slopes;
      probabilities(a, query, visible, scratch);
      for (size_t first = 0; first < visible; first += GROUP) {
        const float *lanes = scratch->values + first * width;
        f32x16 sum = lanes_of(0);
        for (size_t i = 0; i < width; i++)
          sum = lanes_fma(lanes_of(gradient[i]), lanes_load(lanes + i * GROUP), sum);
        lanes_store(slopes + first, sum + lanes_of(0));
      }
      float mean = 0;
      for (size_t k = 0; k < visible; k++) mean = __builtin_fmaf(p[k], slopes[k], mean);
      for (size_t k = 0; k < visible; k++) slopes[k] = (p[k] * (slopes[k] - mean)) * a->scale;
      float *query_gradient = a->query_gradient + row;
      memset(query_gradient, 0, width * sizeof(float));
      for (size_t k = 0; k < visible; k++) {
        add_scaled(slopes[k], keys + k * stride, query_gradient, width);
        add_scaled(slopes[k], query, key_gradient + k * stride, width);
        add_scaled(p[k], gradient, value_gradient + k * stride, width);
      }
      end_chain(query_gradient, width);
    }
  }
  for (size_t r = 0; r < rows; r++) {
    end_chain(key_gradient + r * stride, width);
    end_chain(value_gradient + r * stride, width);
  }
}

CK_INLINE void some_heads_body(const ck_segment_attention *a, size_t begin, size_t end,
                               const head_scratch *scratch) {
  for (size_t i = begin; i < end; i++)
    one_head_body(a, i / a->cached_heads, i % a->cached_heads, scratch);
}
CK_VARIANTS_LOCAL(some_heads,
                  (const ck_segment_attention *a, size_t begin, size_t end,
                   const head_scratch *scratch),
                  (a, begin, end, scratch))

static void share(void *context, size_t begin, size_t end) {
  ck_segment_attention *a = context;
  size_t longest = 0;
  for (size_t i = begin; i < end; i++) {
    size_t s = i / a->cached_heads, rows = a->starts[s + 1] - a->starts[s];
    longest = rows > longest ? rows : longest;
  }
  longest = rounded(longest);
  float *memory = calloc(longest * (2 * a->head_width + 2) + GROUP, sizeof(float));
  if (!memory) {
    __atomic_store_n(&a->failed, true, __ATOMIC_RELAXED);
    return;
  }
  head_scratch scratch = {memory, memory + longest * a->head_width,
                          memory + 2 * longest * a->head_width,
                          memory + longest * (2 * a->head_width + 1)};
  some_heads(a, begin, end, &scratch);
  free(memory);
}

bool ck_segment_attention_gradient_f32(ck_segment_attention *a) {
  a->failed = false;
  double operations = 0;
  for (size_t s = 0; s < a->segments; s++) {
    double rows = (double)(a->starts[s + 1] - a->starts[s]);
    operations += 5.0 * rows * rows * (double)(a->heads * a->head_width);
  }
  ck_parallel(a->segments * a->cached_heads, operations, share, a);
  return !a->failed;
}
