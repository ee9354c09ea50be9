// x to the power of y, 16 lanes of f32, by f64: exp(y log |x|), log and exp to 2^-45, rounded to f32
// once, and IEEE's special cases. Within 0.51 ulp.
#ifndef CKERNELS_FUNCTIONS_F32_POW_H
#define CKERNELS_FUNCTIONS_F32_POW_H

#include "wide.h"

CK_INLINE f32x16 lanes_pow(f32x16 x, f32x16 y) {
  const f32x16 one = lanes_of(1), infinity = lanes_of(__builtin_inff());
  f32x16 base = __builtin_elementwise_abs(x), size = __builtin_elementwise_abs(y);
  f64x16 k;
  f64x16 f = wide_split(wide_from(base), &k) - wide_of(1);
  f64x16 p = wide_polynomial(wide_long_log_table, 16, f);
  f64x16 log = wide_fma(k, wide_of(WIDE_LN2), f * wide_fma(f, p, wide_of(1)));
  log = wide_select(wide_from(base) == 0.0, wide_of(-__builtin_inf()), log);
  log = wide_select(wide_from(base) == __builtin_inf(), wide_of(__builtin_inf()), log);
  f64x16 exponent = wide_from(y) * log;
  exponent = wide_select(exponent > 200.0, wide_of(200), exponent);
  exponent = wide_select(exponent < -200.0, wide_of(-200), exponent);
  f32x16 result = wide_narrow(wide_exp(exponent));
  result = lanes_select(base == one, one, result); // y may be infinite

  // From 2^24 on every f32 is even; NaN is taken for one of them and replaced below.
  f32x16 bounded = lanes_select(size < lanes_of(0x1p24f), size, lanes_of(0x1p24f));
  i32x16 whole = __builtin_convertvector(bounded, i32x16);
  i32x16 is_whole = __builtin_convertvector(whole, f32x16) == bounded;
  i32x16 is_odd = is_whole & ((whole & 1) == 1);
  i32x16 bits;
  memcpy(&bits, &x, sizeof bits);
  result = lanes_select(is_odd & (bits < 0), -result, result);
  i32x16 has_none = (x < lanes_of(0)) & (base < infinity) & ~is_whole;
  result = lanes_select(has_none | (x != x) | (y != y), lanes_of(__builtin_nanf("")), result);
  return lanes_select((x == one) | (y == lanes_of(0)), one, result);
}

#endif
