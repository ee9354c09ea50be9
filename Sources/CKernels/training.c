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

CK_INLINE void adamw_range_body(const adamw *a, size_t begin, size_t end) {
  const ck_adamw s = *a->settings;
  const float *gradient = a->gradient;
  float *parameters = a->parameters, *first = a->first, *second = a->second;
  float keep = 1.0f - s.first_decay, keep_square = 1.0f - s.second_decay;
  for (size_t i = begin; i < end; i++) {
    float g = gradient[i] * s.gradient_scale;
    float m = __builtin_fmaf(keep, g, s.first_decay * first[i]);
    float v = __builtin_fmaf(keep_square * g, g, s.second_decay * second[i]);
    m = __builtin_fabsf(m) < 0x1p-100f ? 0.0f : m;
    v = v < 0x1p-100f ? 0.0f : v;
    first[i] = m;
    second[i] = v;
    float size = __builtin_sqrtf(v * s.second_correction) + s.epsilon;
    float step = __builtin_fmaf(s.weight_decay, parameters[i], (m * s.first_correction) / size);
    parameters[i] = __builtin_fmaf(-s.rate, step, parameters[i]);
  }
}
CK_VARIANTS_LOCAL(adamw_range, (const adamw *a, size_t begin, size_t end), (a, begin, end))

static void share_adamw(void *context, size_t begin, size_t end) { adamw_range(context, begin, end); }

void ck_adamw_f32(const ck_adamw *settings, const float *gradient, float *parameters, float *first,
                  float *second, size_t count) {
  adamw a = {settings, gradient, parameters, first, second};
  // Reading and writing three arrays costs more than the arithmetic.
  ck_parallel(count, 30.0 * (double)count, share_adamw, &a);
}
