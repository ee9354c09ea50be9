// exp of 16 lanes of f32. The other f32 functions go through f64 and are rounded once.
//
// x = k ln 2 + r with |r| <= 0.347, ln 2 in two parts; 1 + (r + r^2 q(r)) with Taylor's polynomial of
// degree 7; 2^k in two factors, so that subnormal results are rounded once. Within 1.1 ulp.
#ifndef CKERNELS_FUNCTIONS_F32_H
#define CKERNELS_FUNCTIONS_F32_H

#include "lanes.h"

CK_INLINE f32x16 lanes_power_of_two(i32x16 k) {
  i32x16 bits = (k + 127) << 23;
  f32x16 result;
  memcpy(&result, &bits, sizeof result);
  return result;
}

CK_INLINE f32x16 lanes_exp(f32x16 x) {
  const f32x16 round = lanes_of(0x1.8p23f);
  // Beyond these ends the results are infinity and 0 anyway; NaN stays NaN.
  f32x16 bounded = lanes_select(x > lanes_of(89.0f), lanes_of(89.0f), x);
  bounded = lanes_select(bounded < lanes_of(-104.0f), lanes_of(-104.0f), bounded);
  f32x16 shifted = lanes_fma(bounded, lanes_of(0x1.715476p+0f), round);
  i32x16 k, zero;
  memcpy(&k, &shifted, sizeof k);
  memcpy(&zero, &round, sizeof zero);
  k -= zero;
  f32x16 whole = shifted - round;
  f32x16 r = lanes_fma(-whole, lanes_of(0x1.62e400p-1f), bounded);
  r = lanes_fma(-whole, lanes_of(0x1.7f7d1cp-20f), r);
  f32x16 q = lanes_of(1.0f / 5040.0f);
  q = lanes_fma(q, r, lanes_of(1.0f / 720.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 120.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 24.0f));
  q = lanes_fma(q, r, lanes_of(1.0f / 6.0f));
  q = lanes_fma(q, r, lanes_of(0.5f));
  f32x16 result = lanes_of(1.0f) + lanes_fma(q, r * r, r);
  // NaN lanes carry any k; their factors are replaced below.
  i32x16 half = k >> 1;
  result = result * lanes_power_of_two(half) * lanes_power_of_two(k - half);
  return lanes_select(x != x, lanes_of(__builtin_nanf("")), result);
}

/// x / (1 + exp(-x))
CK_INLINE f32x16 lanes_silu(f32x16 x) { return x / (lanes_of(1.0f) + lanes_exp(-x)); }

#endif
