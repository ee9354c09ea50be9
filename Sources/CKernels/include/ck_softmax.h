// Softmax and its relatives, row by row over [rows, width], with gradients. Every name exists for f32
// and f64 in the same order of operations. `temperature` is above 0 and finite; z = x / temperature
// (at 1 the same bits as without it), m = the largest z.
//
// A row with a NaN gives NaN everywhere; rows of no values give nothing (ck_logsumexp: -infinity).
#ifndef CK_SOFTMAX_H
#define CK_SOFTMAX_H

#include <stddef.h>
#include <stdint.h>

#define CK_DECLARE_SOFTMAX(T, of)                                                                \
  /** e = exp(z - m), sum = one ascending chain of adds, p = e (1 / sum); y may be x. */          \
  void ck_softmax_at_##of(const T *x, T temperature, T *y, size_t rows, size_t width);           \
  /** d = one ascending chain of p dy (fused, from +0); dx = (p (dy - d)) / temperature. */      \
  void ck_softmax_gradient_##of(const T *p, const T *dy, T temperature, T *dx, size_t rows,      \
                                size_t width);                                                   \
  /** y = (z - m) - log(sum of exp(z - m)), the sum by sums.h; y may be x. */                    \
  void ck_log_softmax_##of(const T *x, T temperature, T *y, size_t rows, size_t width);          \
  /** s = the sum of dy by sums.h; dx = (dy - exp(y) s, fused) / temperature; dx may be dy. */   \
  void ck_log_softmax_gradient_##of(const T *y, const T *dy, T temperature, T *dx, size_t rows,  \
                                    size_t width);                                               \
  /** y [rows] = m + log(sum of exp(x - m)), the sum by sums.h; m where that is infinite. */     \
  void ck_logsumexp_##of(const T *x, T *y, size_t rows, size_t width);                           \
  /** dx = exp(x - y) dy[row]; 0 where y is -infinity; dx may be x. */                           \
  void ck_logsumexp_gradient_##of(const T *x, const T *y, const T *dy, T *dx, size_t rows,       \
                                  size_t width);                                                 \
  /** The nearest point of the simplex: v = z - m, t = -1; then, as long as t rises, t =         \
      (chain of the v above t - 1) / their number; p = v - t where v > t, else 0; y may be x. */ \
  void ck_sparsemax_##of(const T *x, T temperature, T *y, size_t rows, size_t width);            \
  /** d = (chain of dy where p > 0) / their number; dx = (dy - d) / temperature there, else 0. */ \
  void ck_sparsemax_gradient_##of(const T *p, const T *dy, T temperature, T *dx, size_t rows,    \
                                  size_t width);

CK_DECLARE_SOFTMAX(float, f32)
CK_DECLARE_SOFTMAX(double, f64)

#define CK_DECLARE_TOKEN_LOSS(T, of)                                                     \
  typedef struct {                                                                       \
    /** [rows, width] */                                                                 \
    const T *logits;                                                                     \
    /** [rows], each inside the width or `ignored`, whose rows give 0. */                \
    const int32_t *targets;                                                              \
    /** [rows], or NULL for 1. */                                                        \
    const T *weights;                                                                    \
    /** [rows]: the gradient of the losses; read by ck_token_loss_gradient only. */      \
    const T *cotangents;                                                                 \
    /** The losses [rows] or the gradient [rows, width], which may replace the logits. */ \
    T *out;                                                                              \
    int32_t ignored;                                                                     \
    /** The share of the target that goes to all classes alike, 0 ... 1. */              \
    T smoothing;                                                                         \
    size_t rows, width;                                                                  \
  } ck_token_loss_call_##of;

CK_DECLARE_TOKEN_LOSS(float, f32)
CK_DECLARE_TOKEN_LOSS(double, f64)

/// Cross-entropy of rows with integer targets: nll = (m - x[target]) + L, L = log(sum of exp(x - m)),
/// the sum by sums.h. With smoothing s above 0: all = (m - (sum of x) / width) + L, nll becomes
/// s all + (1 - s) nll (the last product rounded first). Then nll weight.
void ck_token_loss_f32(const ck_token_loss_call_f32 *call);
void ck_token_loss_f64(const ck_token_loss_call_f64 *call);
/// (p - q) g with p by ck_softmax, q = 1 at the target, g = cotangent weight; with smoothing
/// p - s / width everywhere first, then - (1 - s) at the target.
void ck_token_loss_gradient_f32(const ck_token_loss_call_f32 *call);
void ck_token_loss_gradient_f64(const ck_token_loss_call_f64 *call);

#endif
