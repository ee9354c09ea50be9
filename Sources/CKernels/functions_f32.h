// The functions of 16 lanes of f32.
//
// exp stays in f32: x = k ln 2 + r with |r| <= 0.347, ln 2 in two parts; 1 + (r + r^2 q(r)) with
// Taylor's polynomial of degree 7; 2^k in two factors, so that subnormal results are rounded once.
// Within 1.1 ulp. tanh and erf, which activations are made of, stay in f32 too: within 1.4 and 1.1 ulp. The others go
// by f64 (wide.h) and are rounded once: within 0.51 ulp.
// scripts/exhaustive tries all inputs.
#ifndef CKERNELS_FUNCTIONS_F32_H
#define CKERNELS_FUNCTIONS_F32_H

#include "functions_f32_pow.h"
#include "functions_f32_sine.h"
#include "wide.h"

CK_INLINE f32x16 lanes_power_of_two(i32x16 k) {
  i32x16 bits = (k + 127) << 23;
  f32x16 result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

/// exp(x) = 2^k (what this gives), for |x| <= 104.
CK_INLINE f32x16 lanes_exp_parts(f32x16 x, i32x16 *k) {
  const f32x16 round = lanes_of(0x1.8p23f);
  f32x16 shifted = lanes_fma(x, lanes_of(0x1.715476p+0f), round);
  i32x16 zero;
  memcpy(k, &shifted, sizeof *k);
  memcpy(&zero, &round, sizeof zero);
  *k -= zero;
  f32x16 whole = shifted - round;
  f32x16 r = lanes_fma(-whole, lanes_of(0x1.62e400p-1f), x);
  r = lanes_fma(-whole, lanes_of(0x1.7f7d1cp-20f), r);
  f32x16 q = lanes_of(1.0f / 5040.0f);
  q = lanes_fma(q, r, lanes_of(1.0f / 720.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 120.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 24.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 6.0f));
  q = lanes_fma(q, r, lanes_of(0.5f));
  return lanes_of(1.0f) + lanes_fma(q, r * r, r);
}

/// exp where |x| < 80: no result is subnormal, so that one factor will do.
CK_INLINE f32x16 lanes_exp_within(f32x16 x) {
  i32x16 k;
  f32x16 result = lanes_exp_parts(x, &k);
  return result * lanes_power_of_two(k);
}

CK_INLINE f32x16 lanes_exp(f32x16 x) {
  // Beyond these ends the results are infinity and 0 anyway; NaN stays NaN.
  f32x16 bounded = lanes_select(x > lanes_of(89.0f), lanes_of(89.0f), x);
  bounded = lanes_select(bounded < lanes_of(-104.0f), lanes_of(-104.0f), bounded);
  i32x16 k;
  f32x16 result = lanes_exp_parts(bounded, &k);
  // NaN lanes carry any k; their factors are replaced below.
  i32x16 half = k >> 1;
  result = result * lanes_power_of_two(half) * lanes_power_of_two(k - half);
  return lanes_select(x != x, lanes_of(__builtin_nanf("")), result);
}

/// 1 / (1 + exp(-x)), each step rounded to f32.
CK_INLINE f32x16 lanes_sigmoid(f32x16 x) {
  return lanes_of(1.0f) / (lanes_of(1.0f) + lanes_exp(-x));
}

/// x / (1 + exp(-x)), each step rounded to f32.
CK_INLINE f32x16 lanes_silu(f32x16 x) { return x / (lanes_of(1.0f) + lanes_exp(-x)); }

/// exp(x) - 1: k and r as in exp, 2^k ((exp(r) - 1) + 1) - 1.
CK_INLINE f32x16 lanes_expm1(f32x16 x) {
  f64x16 w = wide_from(x);
  w = wide_select(w > 100.0, wide_of(100), w);
  w = wide_select(w < -100.0, wide_of(-100), w);
  return lanes_select(x == lanes_of(0), x, wide_narrow(wide_expm1(w)));
}

/// The polynomial by Horner's rule, its coefficients rounded to f32; the table has the lowest power first.
CK_INLINE f32x16 lanes_polynomial(const double *table, int degree, f32x16 x) {
  f32x16 p = lanes_of((float)table[degree]);
#pragma clang loop unroll(full)
  for (int i = degree - 1; i >= 0; i--) p = lanes_fma(p, x, lanes_of((float)table[i]));
  return p;
}

/// x + x z p(z) with z = x^2 below 0.62, 1 - 2 / (exp(2 |x|) + 1) above, and the sign of x.
CK_INLINE f32x16 lanes_tanh(f32x16 x) {
  f32x16 a = __builtin_elementwise_abs(x), z = x * x;
  f32x16 small = lanes_fma(a, z * lanes_polynomial(lanes_tanh_table, 5, z), a);
  f32x16 bounded = lanes_select(a > lanes_of(10), lanes_of(10), a); // where it is 1 already
  f32x16 large = lanes_of(1) - lanes_of(2) / (lanes_exp_within(bounded + bounded) + lanes_of(1));
  return __builtin_elementwise_copysign(lanes_select(a < lanes_of(0.62f), small, large), x);
}

/// x + x p(x^2) below 1, 1 - exp(-p(|x|)) above.
CK_INLINE f32x16 lanes_erf(f32x16 x) {
  f32x16 a = __builtin_elementwise_abs(x);
  a = lanes_select(a > lanes_of(4), lanes_of(4), a); // where it is 1 already
  f32x16 small = lanes_fma(a, lanes_polynomial(lanes_erf_table, 6, a * a), a);
  f32x16 exponent = lanes_polynomial(lanes_erfc_table, 8, a - lanes_of(1));
  f32x16 large = lanes_of(1) - lanes_exp_within(-exponent);
  return __builtin_elementwise_copysign(lanes_select(a < lanes_of(1), small, large), x);
}

/// What log and log1p give at the ends: `shifted` is what the logarithm is of.
CK_INLINE f32x16 lanes_log_ends(f32x16 x, f32x16 shifted, f32x16 result) {
  const f32x16 infinity = lanes_of(__builtin_inff());
  result = lanes_select(shifted == lanes_of(0), -infinity, result);
  result = lanes_select(x == infinity, infinity, result);
  return lanes_select(~(shifted >= lanes_of(0)), lanes_of(__builtin_nanf("")), result);
}

/// x = 2^k (1 + f) with |f| < 0.415; k ln 2 + (f + f^2 p(f)).
CK_INLINE f32x16 lanes_log(f32x16 x) {
  f64x16 k;
  f64x16 m = wide_split(wide_from(x), &k);
  return lanes_log_ends(x, x, wide_narrow(wide_log_of_parts(k, m - wide_of(1))));
}

/// As log of 1 + x in f64, with f = x, which is exact, where k is 0.
CK_INLINE f32x16 lanes_log1p(f32x16 x) {
  f64x16 w = wide_from(x), k;
  f64x16 m = wide_split(wide_of(1) + w, &k);
  f64x16 f = wide_select(k == 0.0, w, m - wide_of(1));
  f32x16 result = wide_narrow(wide_log_of_parts(k, f));
  result = lanes_select(x == lanes_of(0), x, result);
  return lanes_log_ends(x, x + lanes_of(1), result);
}

#endif
