// Softmax and its relatives, cross-entropy. Orders: ck_softmax.h; bodies: softmax_body.h.
#include "ck_softmax.h"

#include "ck_training.h"
#include "reals.h"

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

// Loss and gradient of a row one after the other, so that the logits may be replaced.
typedef struct {
  ck_token_loss_call_f32 call;
  float *losses;
} entropy;

static void share_entropy(void *context, size_t begin, size_t end) {
  entropy *e = context;
  ck_token_loss_call_f32 loss = e->call;
  loss.out = e->losses;
  token_loss_rows_f32(&loss, begin, end);
  float *logits = e->call.out;
  for (size_t r = begin; r < end; r++) {
    ck_token_loss_call_f32 row = e->call;
    row.logits = row.out = logits + r * e->call.width;
    row.targets = e->call.targets + r;
    token_slope_rows_f32(&row, 0, 1);
  }
}

void ck_cross_entropy_gradient_f32(float *logits, const int32_t *targets, float scale, float *losses,
                                   size_t rows, size_t width) {
  entropy e = {{logits, targets, NULL, &scale, logits, -1, 0, rows, width}, losses};
  ck_parallel(rows, 30.0 * (double)rows * (double)width, share_entropy, &e);
}
