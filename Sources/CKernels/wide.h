// 16 lanes of f64, by which most f32 functions go: every step is exact to 2^-30 or better, and the
// one rounding to f32 at the end makes nearly all of the error.
#ifndef CKERNELS_WIDE_H
#define CKERNELS_WIDE_H

#include "function_tables.h"
#include "lanes.h"

typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef uint64_t u64x16 __attribute__((ext_vector_type(16)));
/// What comparing two f64x16 gives: all ones where it holds.
typedef int64_t i64x16 __attribute__((ext_vector_type(16)));

CK_INLINE f64x16 wide_of(double value) { return (f64x16)(value); }
CK_INLINE f64x16 wide_from(f32x16 x) { return __builtin_convertvector(x, f64x16); }
CK_INLINE f32x16 wide_narrow(f64x16 x) { return __builtin_convertvector(x, f32x16); }
CK_INLINE f64x16 wide_abs(f64x16 x) { return __builtin_elementwise_abs(x); }
CK_INLINE f64x16 wide_fma(f64x16 a, f64x16 b, f64x16 c) {
  return __builtin_elementwise_fma(a, b, c);
}

CK_INLINE f64x16 wide_select(i64x16 condition, f64x16 yes, f64x16 no) {
  return condition ? yes : no;
}

CK_INLINE u64x16 wide_bits(f64x16 x) {
  u64x16 bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

CK_INLINE f64x16 wide_from_bits(u64x16 bits) {
  f64x16 x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

/// The polynomial by Horner's rule; the table has the lowest power first.
CK_INLINE f64x16 wide_polynomial(const double *table, int degree, f64x16 x) {
  f64x16 p = wide_of(table[degree]);
#pragma clang loop unroll(full)
  for (int i = degree - 1; i >= 0; i--) p = wide_fma(p, x, wide_of(table[i]));
  return p;
}

#define WIDE_LN2 0x1.62e42fefa39efp-1
#define WIDE_ROUND 0x1.8p52

/// exp(x) - 1, by parts: exp(x) = scale (1 + result). |x| < 1000.
CK_INLINE f64x16 wide_exp_parts(f64x16 x, f64x16 *scale) {
  f64x16 shifted = wide_fma(x, wide_of(0x1.71547652b82fep+0), wide_of(WIDE_ROUND));
  f64x16 k = shifted - wide_of(WIDE_ROUND);
  *scale = wide_from_bits((wide_bits(shifted) + 1023) << 52);
  f64x16 r = wide_fma(-k, wide_of(WIDE_LN2), x);
  return r * wide_fma(r, wide_polynomial(wide_exp_table, 6, r), wide_of(1));
}

CK_INLINE f64x16 wide_exp(f64x16 x) {
  f64x16 scale;
  f64x16 q = wide_exp_parts(x, &scale);
  return wide_fma(scale, q, scale);
}

CK_INLINE f64x16 wide_expm1(f64x16 x) {
  f64x16 scale;
  f64x16 q = wide_exp_parts(x, &scale);
  return wide_fma(scale, q, scale - wide_of(1));
}

/// A positive normal x = 2^k m, m in [sqrt 1/2, sqrt 2).
CK_INLINE f64x16 wide_split(f64x16 x, f64x16 *k) {
  u64x16 bits = wide_bits(x) + 0x00095f619980c433ull; // 1 - sqrt(1/2), in the fraction's units
  *k = wide_from_bits((bits >> 52) | 0x4330000000000000ull) - wide_of(0x1p52 + 1023);
  return wide_from_bits((bits & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull);
}

/// log of 2^k (1 + f).
CK_INLINE f64x16 wide_log_of_parts(f64x16 k, f64x16 f) {
  f64x16 p = wide_polynomial(wide_log_table, 10, f);
  return wide_fma(k, wide_of(WIDE_LN2), f * wide_fma(f, p, wide_of(1)));
}

#endif
