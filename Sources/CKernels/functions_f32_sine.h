// sin and cos of 16 lanes of f32.
//
// |x| = n pi/2 + r in f64, with pi/2 in two parts below 2^40. From there on |x| = 2^(16 j) m, and
// m times (2^(16 j) 2/pi modulo 4), kept in two doubles, has the same fraction (Payne, Hanek). Then a polynomial in
// r^2 each for sin r and cos r; rounded to f32 once. Within 0.51 ulp for every x.
#ifndef CKERNELS_FUNCTIONS_F32_SINE_H
#define CKERNELS_FUNCTIONS_F32_SINE_H

#include "wide.h"

/// a modulo pi/2, in [-pi/4, pi/4] or hardly more; the low bits of `quadrant` count quarters. a is not negative.
CK_INLINE f64x16 wide_reduce(f64x16 a, u64x16 *quadrant) {
  f64x16 shifted = wide_fma(a, wide_of(0x1.45f306dc9c883p-1), wide_of(WIDE_ROUND));
  f64x16 n = shifted - wide_of(WIDE_ROUND);
  f64x16 r = wide_fma(-n, wide_of(0x1.921fb54442d18p+0), a); // exact
  r = wide_fma(-n, wide_of(0x1.1a62633145c07p-54), r);
  u64x16 quarters = wide_bits(shifted);
  i64x16 huge = a >= 0x1p40;
  if (__builtin_reduce_or(huge)) {
    f64x16 scale = wide_of(0), high = wide_of(0), low = wide_of(0);
    double block = 1;
    for (int j = 1; j <= 6; j++) {
      block *= 0x1p16;
      i64x16 reached = a >= wide_of(0x1p24 * block);
      scale = wide_select(reached, wide_of(1 / block), scale);
      high = wide_select(reached, wide_of(wide_two_over_pi[j - 1][0]), high);
      low = wide_select(reached, wide_of(wide_two_over_pi[j - 1][1]), low);
    }
    f64x16 m = a * scale; // below 2^40; infinity stays, and ends as NaN
    f64x16 product = m * high;
    f64x16 rest = wide_fma(m, low, wide_fma(m, high, -product));
    f64x16 moved = product + wide_of(WIDE_ROUND);
    f64x16 fraction = (product - (moved - wide_of(WIDE_ROUND))) + rest;
    r = wide_select(huge, fraction * wide_of(0x1.921fb54442d18p+0), r);
    quarters = huge ? wide_bits(moved) : quarters;
  }
  *quadrant = quarters;
  return r;
}

/// The sine, or by `shift` 1 the cosine, of |x|.
CK_INLINE f32x16 lanes_sine_shifted(f32x16 x, uint64_t shift) {
  f64x16 a = wide_abs(wide_from(x));
  u64x16 quadrant;
  f64x16 r = wide_reduce(a, &quadrant);
  quadrant += shift;
  f64x16 z = r * r;
  f64x16 sine = wide_fma(r * z, wide_polynomial(wide_sine_table, 3, z), r);
  f64x16 cosine = wide_fma(z, wide_polynomial(wide_cosine_table, 3, z), wide_of(1));
  f64x16 result = wide_select((quadrant & 1) == 0, sine, cosine);
  result = wide_from_bits(wide_bits(result) ^ ((quadrant & 2) << 62));
  return wide_narrow(result);
}

CK_INLINE f32x16 lanes_sin(f32x16 x) {
  f32x16 result = lanes_sine_shifted(x, 0);
  u32x16 bits, sign;
  memcpy(&bits, &result, sizeof bits);
  memcpy(&sign, &x, sizeof sign);
  bits ^= sign & 0x80000000u;
  memcpy(&result, &bits, sizeof result);
  return result;
}

CK_INLINE f32x16 lanes_cos(f32x16 x) { return lanes_sine_shifted(x, 1); }

#endif
