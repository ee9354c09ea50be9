// Gradients of parameters and rows, and AdamW. Orders: ck_training.h.
#include "ck_training.h"

#include <stdlib.h>

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

typedef struct {
  const float *x, *gain, *dy;
  float *dx, *gain_gradient, *factors;
  float epsilon;
  size_t rows, width;
} norm;

CK_INLINE void norm_rows_body(const norm *n, size_t begin, size_t end) {
  size_t width = n->width;
  for (size_t r = begin; r < end; r++) {
    const float *x = n->x + r * width, *dy = n->dy + r * width;
    float *dx = n->dx + r * width;
    float mean = sum_f32(SUM_SQUARES, x, NULL, 0, width) / (float)width;
    float factor = 1.0f / __builtin_sqrtf(mean + n->epsilon);
    n->factors[r] = factor;
    for (size_t i = 0; i < width; i++) dx[i] = dy[i] * n->gain[i];
    float dot = sum_f32(SUM_PRODUCTS, dx, x, 0, width);
    float pull = ((dot * factor) * (factor * factor)) / (float)width;
    for (size_t i = 0; i < width; i++) dx[i] = __builtin_fmaf(-pull, x[i], factor * dx[i]);
  }
}
CK_VARIANTS_LOCAL(norm_rows, (const norm *n, size_t begin, size_t end), (n, begin, end))

CK_INLINE void norm_columns_body(const norm *n, size_t begin, size_t end) {
  for (size_t r = 0; r < n->rows; r++) {
    const float *x = n->x + r * n->width, *dy = n->dy + r * n->width;
    float factor = n->factors[r];
    for (size_t i = begin; i < end; i++)
      n->gain_gradient[i] = __builtin_fmaf(dy[i], x[i] * factor, n->gain_gradient[i]);
  }
  for (size_t i = begin; i < end; i++) n->gain_gradient[i] = n->gain_gradient[i] + 0.0f;
}
CK_VARIANTS_LOCAL(norm_columns, (const norm *n, size_t begin, size_t end), (n, begin, end))

static void share_norm_rows(void *context, size_t begin, size_t end) {
  norm_rows(context, begin, end);
}
static void share_norm_columns(void *context, size_t begin, size_t end) {
  norm_columns(context, begin, end);
}

void ck_rms_norm_gradient_f32(const float *x, const float *gain, float epsilon, const float *dy,
                              float *dx, float *gain_gradient, float *factors, size_t rows,
                              size_t width) {
  norm n = {x, gain, dy, dx, gain_gradient, factors, epsilon, rows, width};
  double operations = 8.0 * (double)rows * (double)width;
  ck_parallel(rows, operations, share_norm_rows, &n);
  ck_parallel(width, operations, share_norm_columns, &n);
}

CK_INLINE void ck_swiglu_gradient_f32_body(const float *gate, const float *up, const float *dy,
                                           float *gate_gradient, float *up_gradient, size_t count) {
  for (size_t i = 0; i < count; i += 16) {
    size_t width = count - i < 16 ? count - i : 16;
    f32x16 g = lanes_load_part(gate + i, width), u = lanes_load_part(up + i, width);
    f32x16 d = lanes_load_part(dy + i, width), one = lanes_of(1.0f);
    f32x16 s = one / (one + lanes_exp(-g));
    f32x16 slope = s * lanes_fma(g, one - s, one);
    lanes_store_part(gate_gradient + i, (d * u) * slope, width);
    lanes_store_part(up_gradient + i, d * (g * s), width);
  }
}
CK_VARIANTS(ck_swiglu_gradient_f32,
            (const float *gate, const float *up, const float *dy, float *gate_gradient,
             float *up_gradient, size_t count),
            (gate, up, dy, gate_gradient, up_gradient, count))

typedef struct {
  float *logits;
  const int32_t *targets;
  float *losses;
  float scale;
  size_t width;
  bool failed;
} entropy;

static void share_entropy(void *context, size_t begin, size_t end) {
  entropy *e = context;
  float *scratch = malloc(e->width * sizeof(float));
  if (!scratch) {
    __atomic_store_n(&e->failed, true, __ATOMIC_RELAXED);
    return;
  }
  for (size_t r = begin; r < end; r++) {
    float *row = e->logits + r * e->width;
    size_t target = (size_t)e->targets[r];
    e->losses[r] = ck_nll_f32(row, e->width, target, scratch);
    ck_softmax_f32(row, row, 1, e->width);
    row[target] = row[target] - 1.0f;
    for (size_t i = 0; i < e->width; i++) row[i] = row[i] * e->scale;
  }
  free(scratch);
}

bool ck_cross_entropy_gradient_f32(float *logits, const int32_t *targets, float scale, float *losses,
                                   size_t rows, size_t width) {
  entropy e = {logits, targets, losses, scale, width, false};
  ck_parallel(rows, 30.0 * (double)rows * (double)width, share_entropy, &e);
  return !e.failed;
}

void ck_embedding_gradient_f32(const float *dy, const int32_t *ids, float *gradient, size_t rows,
                               size_t width) {
  (void)ck_prepare();
  for (size_t r = 0; r < rows; r++) {
    float *row = gradient + (size_t)ids[r] * width;
    for (size_t i = 0; i < width; i++) row[i] = row[i] + dy[r * width + i];
  }
}

CK_INLINE void ck_adamw_f32_body(const ck_adamw *s, const float *gradient, float *parameters,
                                 float *first, float *second, size_t count) {
  float keep = 1.0f - s->first_decay, keep_square = 1.0f - s->second_decay;
  for (size_t i = 0; i < count; i++) {
    float g = gradient[i] * s->gradient_scale;
    float m = __builtin_fmaf(keep, g, s->first_decay * first[i]);
    float v = __builtin_fmaf(keep_square * g, g, s->second_decay * second[i]);
    m = __builtin_fabsf(m) < 0x1p-100f ? 0.0f : m;
    v = v < 0x1p-100f ? 0.0f : v;
    first[i] = m;
    second[i] = v;
    float size = __builtin_sqrtf(v * s->second_correction) + s->epsilon;
    float step = __builtin_fmaf(s->weight_decay, parameters[i], (m * s->first_correction) / size);
    parameters[i] = __builtin_fmaf(-s->rate, step, parameters[i]);
  }
}
CK_VARIANTS(ck_adamw_f32,
            (const ck_adamw *s, const float *gradient, float *parameters, float *first,
             float *second, size_t count),
            (s, gradient, parameters, first, second, count))
