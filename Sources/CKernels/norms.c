// RMS, layer and adaptive norms; biases. Orders: ck_norms.h; bodies: norms_body.h.
#include "ck_norms.h"

#include <stdlib.h>

#include "ck_training.h"
#include "reals.h"
#include "streaming.h"

#include "reals_f32.h"
#include "norms_body.h"

#include "reals_f64.h"
#include "norms_body.h"

void ck_rms_norm_f32(const float *x, const float *gain, float epsilon, float *y, size_t rows,
                     size_t width) {
  if (rows == 0) return;
  ck_row_norm_call_f32 call = {.x = x, .gain = gain, .out = y, .epsilon = epsilon, .rows = rows,
                               .width = width, .group_rows = rows};
  ck_row_norm_f32(&call);
}

void ck_rms_norm_gradient_f32(const float *x, const float *gain, float epsilon, const float *dy,
                              float *dx, float *gain_gradient, float *factors, size_t rows,
                              size_t width) {
  if (rows == 0) return;
  ck_row_norm_call_f32 call = {.x = x, .gain = gain, .dy = dy, .out = dx,
                               .gain_gradient = gain_gradient, .statistics = factors,
                               .epsilon = epsilon, .rows = rows, .width = width,
                               .group_rows = rows};
  (void)ck_row_norm_gradient_f32(&call);
}
