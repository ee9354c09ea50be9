// Softmax and its relatives, cross-entropy. Orders: ck_softmax.h; bodies: softmax_body.h.
#include "ck_softmax.h"

#include "row_chains.h"

#include "reals_f32.h"
#include "softmax_body.h"

#include "reals_f64.h"
#include "softmax_body.h"

void ck_softmax_f32(const float *x, float *y, size_t rows, size_t width) {
  ck_softmax_at_f32(x, 1, y, rows, width);
}

float ck_nll_f32(const float *x, size_t width, size_t target) {
  int32_t at = (int32_t)target;
  float out;
  ck_token_loss_call_f32 call = {x, &at, NULL, NULL, &out, -1, 0, 1, width};
  ck_token_loss_f32(&call);
  return out;
}
