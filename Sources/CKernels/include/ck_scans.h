// Scans: running results along the axis of x [outer, axis, inner], places ascending; each line is one chain
// by itself. In gradients places descend. "exp(a - b)" is 1 where a = b, so that infinities are right.
#ifndef CK_SCANS_H
#define CK_SCANS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// y_t = y_{t-1} + x_t, from +0.
void ck_cumulative_sum_f32(const float *x, float *y, size_t outer, size_t axis, size_t inner);
void ck_cumulative_sum_f64(const double *x, double *y, size_t outer, size_t axis, size_t inner);
/// dx_t = dx_{t+1} + dy_t, from +0.
void ck_cumulative_sum_gradient_f32(const float *dy, float *dx, size_t outer, size_t axis,
                                    size_t inner);
void ck_cumulative_sum_gradient_f64(const double *dy, double *dx, size_t outer, size_t axis,
                                    size_t inner);

/// y_t = y_{t-1} x_t, from 1.
void ck_cumulative_product_f32(const float *x, float *y, size_t outer, size_t axis, size_t inner);
void ck_cumulative_product_f64(const double *x, double *y, size_t outer, size_t axis, size_t inner);
/// s_t = fma(x_{t+1}, s_{t+1}, dy_t), from x = s = +0; dx_t = y_{t-1} s_t: no division, so zeros are right.
void ck_cumulative_product_gradient_f32(const float *x, const float *y, const float *dy, float *dx,
                                        size_t outer, size_t axis, size_t inner);
void ck_cumulative_product_gradient_f64(const double *x, const double *y, const double *dy,
                                        double *dx, size_t outer, size_t axis, size_t inner);

/// y_t = log(exp x_0 + ... + exp x_t): from m = -inf, s = 0; if x_t > m: s = fma(s, exp(m - x_t), 1) and
/// m = x_t, else s = s + exp(x_t - m); y_t = m + log s.
void ck_cumulative_log_sum_f32(const float *x, float *y, size_t outer, size_t axis, size_t inner);
void ck_cumulative_log_sum_f64(const double *x, double *y, size_t outer, size_t axis, size_t inner);
/// r_t = fma(exp(y_t - y_{t+1}), r_{t+1}, dy_t), from exp = 1 and r = +0; dx_t = exp(x_t - y_t) r_t, +0 where
/// y_t = -inf.
void ck_cumulative_log_sum_gradient_f32(const float *x, const float *y, const float *dy, float *dx,
                                        size_t outer, size_t axis, size_t inner);
void ck_cumulative_log_sum_gradient_f64(const double *x, const double *y, const double *dy,
                                        double *dx, size_t outer, size_t axis, size_t inner);

/// h_t = fma(a_t, h_{t-1}, b_t), from initial [outer, inner], or from +0 if it is NULL.
void ck_recurrence_f32(const float *a, const float *b, const float *initial, float *h, size_t outer,
                       size_t axis, size_t inner);
void ck_recurrence_f64(const double *a, const double *b, const double *initial, double *h,
                       size_t outer, size_t axis, size_t inner);
/// db_t = fma(a_{t+1}, db_{t+1}, dh_t), from a = db = +0; da_t = db_t h_{t-1}; the gradient of initial, which
/// may be NULL, is a_0 db_0 (+0 if there are no places).
void ck_recurrence_gradient_f32(const float *a, const float *h, const float *initial,
                                const float *dh, float *da, float *db, float *initial_gradient,
                                size_t outer, size_t axis, size_t inner);
void ck_recurrence_gradient_f64(const double *a, const double *h, const double *initial,
                                const double *dh, double *da, double *db, double *initial_gradient,
                                size_t outer, size_t axis, size_t inner);

// The selective scan (A. Gu, T. Dao, arXiv 2312.00752), for each sequence and channel:
//   u_t = delta_t x_t; h_t,s = fma(exp(delta_t A_s), h_{t-1},s, u_t B_t,s);
//   y_t = fma(D, x_t, the chain from +0 over states s ascending of fma(C_t,s, h_t,s, sum)).
// Gradients, places descending from carry_s = the gradient of the last state, or +0:
//   g_t,s = fma(C_t,s, dy_t, carry_s); carry_s = exp(delta_t A_s) g_t,s, which ends as that of the first state.
//   k_t,s = g_t,s (h_{t-1},s exp(delta_t A_s)); p_t, q_t = the chains over s of fma(k, A_s), fma(g, B_t,s);
//   ddelta_t = fma(q_t, x_t, p_t); dx_t = fma(q_t, delta_t, D dy_t).
//   dB_t,s, dC_t,s: chains from +0 over channels of fma(g, u_t), fma(dy_t, h_t,s).
//   dA_s, dD: chains over (sequence, place) of fma(k, delta_t), fma(dy_t, x_t), on from the buffer.
// Chains end with + 0.0 (p and q do not). Without D: y_t is the chain, dx_t = q_t delta_t.
#define CK_SELECTIVE_SCAN(T, name)                                                     \
  typedef struct {                                                                     \
    /* [sequences, length, channels] */                                                \
    const T *x, *delta;                                                                \
    /* A [channels, states]; B and C [sequences, length, states]; D [channels] or NULL */ \
    const T *a, *b, *c, *d;                                                            \
    /* [sequences, channels, states]: the first states; forward leaves the last there */ \
    T *state;                                                                          \
    T *y;                                                                              \
    const T *y_gradient, *last_state_gradient;                                         \
    /* All are overwritten but A's and D's; D's and the state's may be NULL. */        \
    T *x_gradient, *delta_gradient, *a_gradient, *b_gradient, *c_gradient, *d_gradient; \
    T *state_gradient;                                                                 \
    size_t sequences, length, channels, states;                                        \
    bool failed;                                                                       \
  } name
CK_SELECTIVE_SCAN(float, ck_selective_scan_f32_call);
CK_SELECTIVE_SCAN(double, ck_selective_scan_f64_call);
#undef CK_SELECTIVE_SCAN

void ck_selective_scan_f32(ck_selective_scan_f32_call *scan);
void ck_selective_scan_f64(ck_selective_scan_f64_call *scan);
/// `state` holds the first states and is left as it is. False if memory could not be had.
bool ck_selective_scan_gradient_f32(ck_selective_scan_f32_call *scan);
bool ck_selective_scan_gradient_f64(ck_selective_scan_f64_call *scan);

#endif
