// Gradients of parameters and rows, and AdamW. Orders: ck_training.h.
#include "ck_training.h"

#include "ck_products.h"
#include "functions_f32.h"
#include "sums.h"

void ck_weight_gradient_f32(const float *dy, const float *x, float *gradient, size_t rows,
                            size_t outputs, size_t inputs) {
  ck_strided_product_f32 product = {
      .a = dy, .b = x, .c = gradient, .batches = 1, .rows = outputs, .k = rows, .columns = inputs,
      .a_row = 1, .a_k = (ptrdiff_t)outputs, .b_k = (ptrdiff_t)inputs, .b_column = 1,
      .c_row = (ptrdiff_t)inputs, .c_column = 1, .accumulates = true};
  ck_multiply_f32(&product);
}

// Columns are shared out in vectors of 16, so that a thread's part of a row is whole.
enum { COLUMNS = 16 };

static size_t column_blocks(size_t width) { return (width + COLUMNS - 1) / COLUMNS; }

typedef struct {
  const float *dy;
  const int32_t *ids;
  float *gradient;
  size_t rows, width;
} scatter;

CK_INLINE void scatter_columns_body(const scatter *s, size_t begin, size_t end) {
  size_t last = end * COLUMNS < s->width ? end * COLUMNS : s->width;
  for (size_t r = 0; r < s->rows; r++) {
    float *row = s->gradient + (size_t)s->ids[r] * s->width;
    const float *dy = s->dy + r * s->width;
    for (size_t i = begin * COLUMNS; i < last; i++) row[i] = row[i] + dy[i];
  }
}
CK_VARIANTS_LOCAL(scatter_columns, (const scatter *s, size_t begin, size_t end), (s, begin, end))

static void share_scatter(void *context, size_t begin, size_t end) {
  scatter_columns(context, begin, end);
}

void ck_embedding_gradient_f32(const float *dy, const int32_t *ids, float *gradient, size_t rows,
                               size_t width) {
  scatter s = {dy, ids, gradient, rows, width};
  ck_parallel(column_blocks(width), 4.0 * (double)rows * (double)width, share_scatter, &s);
}

typedef struct {
  const float *x, *dy, *factors;
  float *gradient;
  size_t rows, width;
} gain_chains;

// Up to four vectors of columns side by side: `blocks` is a literal, `part` the columns of the last.
CK_INLINE void gain_block(const gain_chains *g, size_t column, int blocks, size_t part) {
  f32x16 sums[4];
  for (int b = 0; b < blocks; b++)
    sums[b] = lanes_load_part(g->gradient + column + (size_t)b * COLUMNS, b + 1 < blocks ? COLUMNS : part);
  for (size_t r = 0; r < g->rows; r++) {
    const float *x = g->x + r * g->width + column, *dy = g->dy + r * g->width + column;
    f32x16 factor = lanes_of(g->factors[r]);
    for (int b = 0; b < blocks; b++) {
      size_t count = b + 1 < blocks ? COLUMNS : part, place = (size_t)b * COLUMNS;
      f32x16 h = count == COLUMNS ? lanes_load(x + place) : lanes_load_part(x + place, count);
      f32x16 d = count == COLUMNS ? lanes_load(dy + place) : lanes_load_part(dy + place, count);
      sums[b] = lanes_fma(d, h * factor, sums[b]);
    }
  }
  for (int b = 0; b < blocks; b++)
    lanes_store_part(g->gradient + column + (size_t)b * COLUMNS, sums[b] + lanes_of(0),
                     b + 1 < blocks ? COLUMNS : part);
}

CK_INLINE void gain_columns_body(const gain_chains *g, size_t begin, size_t end) {
  size_t last = end * COLUMNS < g->width ? end * COLUMNS : g->width, column = begin * COLUMNS;
  for (; column + 4 * COLUMNS <= last; column += 4 * COLUMNS) gain_block(g, column, 4, COLUMNS);
  for (; column < last; column += COLUMNS)
    gain_block(g, column, 1, last - column < COLUMNS ? last - column : COLUMNS);
}
CK_VARIANTS_LOCAL(gain_columns, (const gain_chains *g, size_t begin, size_t end), (g, begin, end))

static void share_gains(void *context, size_t begin, size_t end) {
  gain_columns(context, begin, end);
}

void ck_rms_gain_gradient_f32(const float *x, const float *dy, const float *factors,
                              float *gradient, size_t rows, size_t width) {
  gain_chains g = {x, dy, factors, gradient, rows, width};
  ck_parallel(column_blocks(width), 4.0 * (double)rows * (double)width, share_gains, &g);
}

typedef struct {
  const ck_adamw *settings;
  const float *gradient;
  float *parameters, *first, *second;
} adamw;

CK_INLINE f32x16 without_dust(f32x16 moments, f32x16 sizes) {
  return lanes_select(sizes < lanes_of(0x1p-100f), lanes_of(0), moments);
}

// 16 parameters, or the `count` that are left.
CK_INLINE void adamw_lanes(const adamw *a, size_t i, size_t count) {
  const ck_adamw *s = a->settings;
  f32x16 g = lanes_load_part(a->gradient + i, count) * lanes_of(s->gradient_scale);
  f32x16 m = lanes_load_part(a->first + i, count), v = lanes_load_part(a->second + i, count);
  f32x16 p = lanes_load_part(a->parameters + i, count);
  m = lanes_fma(lanes_of(1.0f - s->first_decay), g, lanes_of(s->first_decay) * m);
  v = lanes_fma(lanes_of(1.0f - s->second_decay) * g, g, lanes_of(s->second_decay) * v);
  m = without_dust(m, __builtin_elementwise_abs(m));
  v = without_dust(v, v);
  lanes_store_part(a->first + i, m, count);
  lanes_store_part(a->second + i, v, count);
  f32x16 size =
      __builtin_elementwise_sqrt(v * lanes_of(s->second_correction)) + lanes_of(s->epsilon);
  f32x16 step = lanes_fma(lanes_of(s->weight_decay), p, (m * lanes_of(s->first_correction)) / size);
  lanes_store_part(a->parameters + i, lanes_fma(lanes_of(-s->rate), step, p), count);
}

CK_INLINE void adamw_range_body(const adamw *a, size_t begin, size_t end) {
  size_t i = begin;
  for (; i + 16 <= end; i += 16) adamw_lanes(a, i, 16);
  if (i < end) adamw_lanes(a, i, end - i);
}
CK_VARIANTS_LOCAL(adamw_range, (const adamw *a, size_t begin, size_t end), (a, begin, end))

static void share_adamw(void *context, size_t begin, size_t end) { adamw_range(context, begin, end); }

void ck_adamw_f32(const ck_adamw *settings, const float *gradient, float *parameters, float *first,
                  float *second, size_t count) {
  adamw a = {settings, gradient, parameters, first, second};
  // Reading and writing three arrays costs more than the arithmetic.
  ck_parallel(count, 30.0 * (double)count, share_adamw, &a);
}
