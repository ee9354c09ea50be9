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
