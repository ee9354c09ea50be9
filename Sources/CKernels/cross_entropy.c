// Loss and gradient of rows of logits in one pass: each exponential is taken once. Orders: ck_training.h.
#include "ck_training.h"
#include "reals.h"

// Rows whose chains of sums run side by side: each chain waits for its own last addition only.
enum { CHAINS = 8 };

typedef struct {
  float *logits;
  const int32_t *targets;
  float scale;
  float *losses;
  size_t width;
} entropy;

// exp(x - max) in the place of x, and the loss: (max - x[target]) + log(sum), the sum by sums.h.
CK_INLINE void exponentials(const entropy *e, size_t row) {
  float *x = e->logits + row * e->width, maximum = row_maximum_f32(x, e->width);
  float below = maximum - x[e->targets[row]];
  row_exp_f32(x, 1, maximum, x, e->width);
  e->losses[row] = below + log_f32(sum_f32(SUM_PLAIN, x, NULL, 0, e->width));
}

// Exponentials become slopes: the softmax's denominator is one ascending chain. `rows` is a literal.
CK_INLINE void slopes(const entropy *e, size_t first, size_t rows) {
  float totals[CHAINS] = {0};
  float *x = e->logits + first * e->width;
  for (size_t i = 0; i < e->width; i++)
#pragma clang loop unroll(full) vectorize(disable)
    for (size_t j = 0; j < rows; j++) totals[j] = totals[j] + x[j * e->width + i];
  for (size_t j = 0; j < rows; j++, x += e->width) {
    size_t target = (size_t)e->targets[first + j];
    float factor = 1 / totals[j], chosen = (x[target] * factor - 1) * e->scale;
    for (size_t i = 0; i < e->width; i++) x[i] = (x[i] * factor) * e->scale;
    x[target] = chosen;
  }
}

CK_INLINE void entropy_rows_body(const entropy *e, size_t begin, size_t end) {
  for (size_t r = begin; r < end;) {
    size_t rows = end - r < CHAINS ? 1 : CHAINS;
    for (size_t j = 0; j < rows; j++) exponentials(e, r + j);
    if (rows == CHAINS) slopes(e, r, CHAINS);
    else slopes(e, r, 1);
    r += rows;
  }
}
CK_VARIANTS_LOCAL(entropy_rows, (const entropy *e, size_t begin, size_t end), (e, begin, end))

static void share_entropy(void *context, size_t begin, size_t end) {
  entropy_rows(context, begin, end);
}

void ck_cross_entropy_gradient_f32(float *logits, const int32_t *targets, float scale, float *losses,
                                   size_t rows, size_t width) {
  entropy e = {logits, targets, scale, losses, width};
  ck_parallel(rows, 16.0 * (double)rows * (double)width, share_entropy, &e);
}
