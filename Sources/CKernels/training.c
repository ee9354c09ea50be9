// Gradients of parameters and rows, and AdamW. Orders: ck_training.h.
#include "ck_training.h"

#include <stdlib.h>

#include "functions_f32.h"
#include "sums.h"

enum { TILE = 6, ROW_BLOCK = 256 };

// `outputs` (a literal) rows of the gradient times `width` columns, over some rows of the batch.
CK_INLINE void gradient_tile(int outputs, const float *dy, size_t dy_stride, const float *x,
                             size_t x_stride, float *gradient, size_t rows, size_t width, bool last) {
  f32x16 sums[TILE];
#pragma clang loop unroll(full)
  for (int o = 0; o < outputs; o++)
    sums[o] = width == 16 ? lanes_load(gradient + (size_t)o * x_stride)
                          : lanes_load_part(gradient + (size_t)o * x_stride, width);
  if (width == 16) {
    for (size_t r = 0; r < rows; r++) {
      f32x16 value = lanes_load(x + r * x_stride);
#pragma clang loop unroll(full)
      for (int o = 0; o < outputs; o++)
        sums[o] = lanes_fma(lanes_of(dy[r * dy_stride + (size_t)o]), value, sums[o]);
    }
  } else {
    for (size_t r = 0; r < rows; r++) {
      f32x16 value = lanes_load_part(x + r * x_stride, width);
#pragma clang loop unroll(full)
      for (int o = 0; o < outputs; o++)
        sums[o] = lanes_fma(lanes_of(dy[r * dy_stride + (size_t)o]), value, sums[o]);
    }
  }
#pragma clang loop unroll(full)
  for (int o = 0; o < outputs; o++) {
    f32x16 sum = last ? sums[o] + lanes_of(0) : sums[o];
    if (width == 16) lanes_store(gradient + (size_t)o * x_stride, sum);
    else lanes_store_part(gradient + (size_t)o * x_stride, sum, width);
  }
}

typedef struct {
  const float *dy, *x;
  float *gradient;
  size_t rows, outputs, inputs;
} outer_product;

CK_INLINE void some_outputs_body(const outer_product *p, size_t begin, size_t end) {
  for (size_t start = 0; start < p->rows; start += ROW_BLOCK) {
    size_t rows = p->rows - start < ROW_BLOCK ? p->rows - start : ROW_BLOCK;
    bool last = start + rows == p->rows;
    for (size_t column = 0; column < p->inputs; column += 16) {
      size_t width = p->inputs - column < 16 ? p->inputs - column : 16;
      const float *x = p->x + start * p->inputs + column;
      size_t o = begin;
      for (; o + TILE <= end; o += TILE)
        gradient_tile(TILE, p->dy + start * p->outputs + o, p->outputs, x, p->inputs,
                      p->gradient + o * p->inputs + column, rows, width, last);
      for (; o < end; o++)
        gradient_tile(1, p->dy + start * p->outputs + o, p->outputs, x, p->inputs,
                      p->gradient + o * p->inputs + column, rows, width, last);
    }
  }
}
CK_VARIANTS_LOCAL(some_outputs, (const outer_product *p, size_t begin, size_t end), (p, begin, end))

static void share_outputs(void *context, size_t begin, size_t end) {
  some_outputs(context, begin, end);
}

void ck_weight_gradient_f32(const float *dy, const float *x, float *gradient, size_t rows,
                            size_t outputs, size_t inputs) {
  outer_product p = {dy, x, gradient, rows, outputs, inputs};
  ck_parallel(outputs, 2.0 * (double)rows * (double)outputs * (double)inputs, share_outputs, &p);
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
