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

enum {
  /// Rows whose chains run side by side: each chain waits for its own last addition only.
  TILE = 4,
  /// Head widths up to this many lanes of 16 are kept in registers.
  REGISTERS = 4,
};

// One head of one segment: its keys and values in groups of 16 positions, and for each row of a tile
// its probabilities p and slopes (dp, then ds), `stride` numbers apart.
typedef struct {
  float *keys, *values, *p, *slopes;
  size_t stride;
} head_scratch;

// to[k] = the chain over the width of `row` and the grouped vector k, + 0.0, for whole groups.
CK_INLINE void group_products(size_t width, const float *row, const float *groups, size_t keys,
                              float *to) {
  for (size_t start = 0; start < keys; start += GROUP) {
    const float *group = groups + start * width;
    f32x16 sum = lanes_of(0);
    for (size_t i = 0; i < width; i++)
      sum = lanes_fma(lanes_of(row[i]), lanes_load(group + i * GROUP), sum);
    lanes_store(to + start, sum + lanes_of(0));
  }
}

// The scores of a row become e = exp(s - max).
CK_INLINE void exponentials(float *scores, size_t keys, float scale) {
  for (size_t k = 0; k < keys; k += GROUP)
    lanes_store(scores + k, lanes_load(scores + k) * lanes_of(scale));
  float maximum = -__builtin_inff();
  f32x16 largest = lanes_of(maximum);
  size_t k = 0;
  for (; k + 16 <= keys; k += 16) {
    f32x16 lanes = lanes_load(scores + k);
    largest = lanes_select(lanes > largest, lanes, largest);
  }
  for (int lane = 0; lane < 16; lane++) maximum = largest[lane] > maximum ? largest[lane] : maximum;
  for (; k < keys; k++) maximum = scores[k] > maximum ? scores[k] : maximum;
  for (k = 0; k < keys; k += GROUP)
    lanes_store(scores + k, lanes_exp(lanes_load(scores + k) - lanes_of(maximum)));
}

// to = the chain over keys of factors[k] rows[k], from +0, + 0.0.
CK_INLINE void weighted_rows(size_t width, const float *factors, const float *rows, size_t stride,
                             size_t keys, float *to) {
  if (width % 16 == 0 && width <= 16 * REGISTERS) {
    f32x16 sums[REGISTERS];
    for (size_t part = 0; part < width / 16; part++) sums[part] = lanes_of(0);
    for (size_t k = 0; k < keys; k++)
      for (size_t part = 0; part < width / 16; part++)
        sums[part] = lanes_fma(lanes_of(factors[k]), lanes_load(rows + k * stride + part * 16),
                               sums[part]);
    for (size_t part = 0; part < width / 16; part++)
      lanes_store(to + part * 16, sums[part] + lanes_of(0));
    return;
  }
  for (size_t i = 0; i < width; i++) to[i] = 0;
  for (size_t k = 0; k < keys; k++)
    for (size_t i = 0; i < width; i++) to[i] = __builtin_fmaf(factors[k], rows[k * stride + i], to[i]);
  for (size_t i = 0; i < width; i++) to[i] = to[i] + 0.0f;
}

// to[k] += factors[row][k] rows[row], rows of the tile ascending, for the keys that each row sees.
CK_INLINE void spread_rows(size_t width, int count, const float *factors, size_t factor_stride,
                           const float *rows, size_t row_stride, size_t first_visible, float *to,
                           size_t to_stride) {
  for (size_t i = 0; i < width; i += 16) {
    size_t part = width - i < 16 ? width - i : 16;
    f32x16 lanes[TILE];
    for (int j = 0; j < count; j++)
      lanes[j] = part == 16 ? lanes_load(rows + (size_t)j * row_stride + i)
                            : lanes_load_part(rows + (size_t)j * row_stride + i, part);
    size_t k = 0;
    if (count == TILE && part == 16)
      for (; k < first_visible; k++) {
        f32x16 sum = lanes_load(to + k * to_stride + i);
#pragma clang loop unroll(full)
        for (int j = 0; j < TILE; j++)
          sum = lanes_fma(lanes_of(factors[(size_t)j * factor_stride + k]), lanes[j], sum);
        lanes_store(to + k * to_stride + i, sum);
      }
    for (; k < first_visible + (size_t)count - 1; k++) {
      int from = k < first_visible ? 0 : (int)(k - first_visible) + 1;
      f32x16 sum = lanes_load_part(to + k * to_stride + i, part);
      for (int j = from; j < count; j++)
        sum = lanes_fma(lanes_of(factors[(size_t)j * factor_stride + k]), lanes[j], sum);
      lanes_store_part(to + k * to_stride + i, sum, part);
    }
  }
}

// The rows r ..< r + count of one head; `width` is a literal where it matters.
CK_INLINE void row_tile(const ck_segment_attention *a, size_t width, size_t start, size_t head,
                        size_t cached, size_t r, int count, const head_scratch *scratch) {
  size_t stride = a->cached_heads * width, offset = start * stride + cached * width;
  size_t row_stride = a->heads * width, row = ((start + r) * a->heads + head) * width;
  size_t step = scratch->stride;
  for (int j = 0; j < count; j++) {
    float *p = scratch->p + (size_t)j * step;
    group_products(width, a->queries + row + (size_t)j * row_stride, scratch->keys,
                   r + (size_t)j + 1, p);
    exponentials(p, r + (size_t)j + 1, a->scale);
    group_products(width, a->out_gradient + row + (size_t)j * row_stride, scratch->values,
                   r + (size_t)j + 1, scratch->slopes + (size_t)j * step);
  }
  float sums[TILE] = {0}, means[TILE] = {0};
  if (count == TILE) {
    for (size_t k = 0; k <= r; k++)
      for (int j = 0; j < TILE; j++) sums[j] = sums[j] + scratch->p[(size_t)j * step + k];
    for (int j = 1; j < TILE; j++)
      for (size_t k = r + 1; k <= r + (size_t)j; k++)
        sums[j] = sums[j] + scratch->p[(size_t)j * step + k];
  } else {
    for (int j = 0; j < count; j++)
      for (size_t k = 0; k <= r + (size_t)j; k++)
        sums[j] = sums[j] + scratch->p[(size_t)j * step + k];
  }
  for (int j = 0; j < count; j++) {
    float factor = 1.0f / sums[j], *p = scratch->p + (size_t)j * step;
    for (size_t k = 0; k <= r + (size_t)j; k++) p[k] = p[k] * factor;
  }
  if (count == TILE) {
    for (size_t k = 0; k <= r; k++)
      for (int j = 0; j < TILE; j++)
        means[j] = __builtin_fmaf(scratch->p[(size_t)j * step + k],
                                  scratch->slopes[(size_t)j * step + k], means[j]);
    for (int j = 1; j < TILE; j++)
      for (size_t k = r + 1; k <= r + (size_t)j; k++)
        means[j] = __builtin_fmaf(scratch->p[(size_t)j * step + k],
                                  scratch->slopes[(size_t)j * step + k], means[j]);
  } else {
    for (int j = 0; j < count; j++)
      for (size_t k = 0; k <= r + (size_t)j; k++)
        means[j] = __builtin_fmaf(scratch->p[(size_t)j * step + k],
                                  scratch->slopes[(size_t)j * step + k], means[j]);
  }
  for (int j = 0; j < count; j++) {
    float *p = scratch->p + (size_t)j * step, *slopes = scratch->slopes + (size_t)j * step;
    for (size_t k = 0; k <= r + (size_t)j; k++)
      slopes[k] = (p[k] * (slopes[k] - means[j])) * a->scale;
    weighted_rows(width, slopes, a->keys + offset, stride, r + (size_t)j + 1,
                  a->query_gradient + row + (size_t)j * row_stride);
  }
  spread_rows(width, count, scratch->slopes, step, a->queries + row, row_stride, r + 1,
              a->key_gradient + offset, stride);
  spread_rows(width, count, scratch->p, step, a->out_gradient + row, row_stride, r + 1,
              a->value_gradient + offset, stride);
}

CK_INLINE void one_head_body(const ck_segment_attention *a, size_t width, size_t segment,
                             size_t cached, const head_scratch *scratch) {
  size_t start = a->starts[segment], rows = a->starts[segment + 1] - start;
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
    size_t r = 0;
    for (; r + TILE <= rows; r += TILE) row_tile(a, width, start, head, cached, r, TILE, scratch);
    for (; r < rows; r++) row_tile(a, width, start, head, cached, r, 1, scratch);
  }
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) {
      key_gradient[r * stride + i] = key_gradient[r * stride + i] + 0.0f;
      value_gradient[r * stride + i] = value_gradient[r * stride + i] + 0.0f;
    }
}

CK_INLINE void some_heads_body(const ck_segment_attention *a, size_t begin, size_t end,
                               const head_scratch *scratch) {
  for (size_t i = begin; i < end; i++) {
    size_t segment = i / a->cached_heads, cached = i % a->cached_heads;
    switch (a->head_width) {
    case 16: one_head_body(a, 16, segment, cached, scratch); break;
    case 32: one_head_body(a, 32, segment, cached, scratch); break;
    default: one_head_body(a, a->head_width, segment, cached, scratch);
    }
  }
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
  size_t vectors = longest * a->head_width, rows = longest * TILE;
  float *memory = calloc(2 * vectors + 2 * rows + GROUP, sizeof(float));
  if (!memory) {
    __atomic_store_n(&a->failed, true, __ATOMIC_RELAXED);
    return;
  }
  head_scratch scratch = {memory, memory + vectors, memory + 2 * vectors,
                          memory + 2 * vectors + rows, longest};
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
