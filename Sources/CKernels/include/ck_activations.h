// Activations element by element, alone and as gates, with gradients. Every name exists for f32 and f64
// in the same order of operations. Results may replace inputs.
//
// With s = 1 / (1 + exp(-x)), b = x kept within -64 ... 64 (beyond, the slopes are those of a line):
//   SiLU       x / (1 + exp(-x)); in gradients of gates x s; slope s fma(x, 1 - s, 1)
//   GELU       x p, p = fma(1/2, erf(x sqrt(1/2)), 1/2);
//              slope fma(b, exp(-(b b) / 2) / sqrt(2 pi), p)
//   GELU, tanh x p, p = fma(1/2, t, 1/2), t = tanh(c fma(0.044715 (x x), x, x)), c = sqrt(2 / pi);
//              slope fma((b / 2) fma(-t, t, 1), c fma(0.134145, b b, 1), p)
//   ReLU       0 where x <= 0, else x; slope 0 and 1; squared: the square, slope twice the ReLU
//   sigmoid    s; slope s (1 - s)
//   tanh       t; slope fma(-t, t, 1)
//   softplus   ReLU + log1p(exp(-|x|)); slope s
#ifndef CK_ACTIVATIONS_H
#define CK_ACTIVATIONS_H

#include <stddef.h>

enum ck_activation_kind {
  CK_SILU,
  CK_GELU,
  CK_GELU_TANH,
  CK_RELU,
  CK_SQUARED_RELU,
  CK_SIGMOID,
  CK_TANH_ACTIVATION,
  CK_SOFTPLUS,
};

#define CK_DECLARE_ACTIVATIONS(T, of)                                                           \
  void ck_activation_##of(int kind, const T *x, T *y, size_t count);                            \
  /** dx = dy slope(x) */                                                                       \
  void ck_activation_gradient_##of(int kind, const T *x, const T *dy, T *dx, size_t count);     \
  /** y = f(gate) up */                                                                         \
  void ck_gated_##of(int kind, const T *gate, const T *up, T *y, size_t count);                 \
  /** gate_gradient = (dy up) slope(gate); up_gradient = dy f(gate) */                          \
  void ck_gated_gradient_##of(int kind, const T *gate, const T *up, const T *dy,                \
                              T *gate_gradient, T *up_gradient, size_t count);

CK_DECLARE_ACTIVATIONS(float, f32)
CK_DECLARE_ACTIVATIONS(double, f64)

#endif
