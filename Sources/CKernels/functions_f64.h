// The functions of one f64 argument, by fused multiply-adds alone: the same bits everywhere.
//
// exp: x = k ln 2 + r, |r| <= 0.347, a Taylor polynomial of degree 13 in r.
// log: x = 2^k m, m in [sqrt 1/2, sqrt 2), fdlibm's series in s = (m - 1) / (m + 1).
// sin, cos: reduction by pi/2 in three parts below 2^27, by 256 bits of 2/pi above (Payne, Hanek),
// then fdlibm's polynomials. pow: log in two doubles (about 65 bits), then exp of two doubles.
// Against MPFR (scripts/exhaustive) all stay within 1 ulp; log1p within 2, tanh and expm1 within 3.
#ifndef CKERNELS_FUNCTIONS_F64_H
#define CKERNELS_FUNCTIONS_F64_H

#include "lanes.h"

#define CK_LN2_HIGH 0x1.62e42fefa2000p-1 // 40 bits: k * high is exact
#define CK_LN2_LOW 0x1.9ef35793c7673p-41
#define CK_LOG2_E 0x1.71547652b82fep+0
#define CK_ROUND_F64 0x1.8p52

CK_INLINE uint64_t f64_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

CK_INLINE double f64_from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

CK_INLINE double f64_fma(double a, double b, double c) { return __builtin_fma(a, b, c); }
CK_INLINE bool f64_is_nan(double x) { return x != x; }
CK_INLINE double f64_abs(double x) { return f64_from_bits(f64_bits(x) & ~(1ull << 63)); }

/// x * 2^k, rounded once also where the result is subnormal. |k| <= 2200.
CK_INLINE double f64_scale(double x, int64_t k) {
  if (k > 1000) {
    x *= 0x1p1000;
    k -= 1000;
    if (k > 1000) {
      x *= 0x1p1000;
      k -= 1000;
    }
    if (k > 1000) k = 1000;
  } else if (k < -968) {
    // One step into the subnormals at the end, the others exact.
    x *= 0x1p-960;
    k += 960;
    if (k < -1000) k = -1000;
  }
  return x * f64_from_bits((uint64_t)(k + 1023) << 52);
}

/// exp(r) - 1 - r for |r| <= 0.36, as r^2 times a polynomial.
CK_INLINE double f64_exp_tail(double r) {
  double p = 1.0 / 6227020800.0;
  p = f64_fma(p, r, 1.0 / 479001600.0);
  p = f64_fma(p, r, 1.0 / 39916800.0);
  p = f64_fma(p, r, 1.0 / 3628800.0);
  p = f64_fma(p, r, 1.0 / 362880.0);
  p = f64_fma(p, r, 1.0 / 40320.0);
  p = f64_fma(p, r, 1.0 / 5040.0);
  p = f64_fma(p, r, 1.0 / 720.0);
  p = f64_fma(p, r, 1.0 / 120.0);
  p = f64_fma(p, r, 1.0 / 24.0);
  p = f64_fma(p, r, 1.0 / 6.0);
  p = f64_fma(p, r, 0.5);
  return p * (r * r);
}

/// exp(x + low), |low| below an ulp of x.
CK_INLINE double f64_exp_two(double x, double low) {
  if (f64_is_nan(x)) return x;
  if (x > 709.79) return __builtin_inf();
  if (x < -745.2) return 0;
  double k = f64_fma(x, CK_LOG2_E, CK_ROUND_F64) - CK_ROUND_F64;
  double high = f64_fma(-k, CK_LN2_HIGH, x); // exact
  double product = k * CK_LN2_LOW;
  double r = high - product;
  double rest = ((high - r) - product) + low;
  double tail = f64_exp_tail(r);
  // 1 + r in two doubles, so that only the last addition rounds at full weight.
  double sum = 1.0 + r;
  double error = r - (sum - 1.0);
  double result = sum + (error + f64_fma(rest, sum + tail, tail));
  return f64_scale(result, (int64_t)k);
}

CK_INLINE double f64_exp(double x) { return f64_exp_two(x, 0); }

CK_INLINE double f64_expm1(double x) {
  if (x == 0) return x; // -0 too
  if (x > -0.36 && x < 0.36) return x + f64_exp_tail(x);
  return f64_exp(x) - 1.0;
}

CK_INLINE double f64_tanh(double x) {
  if (f64_is_nan(x)) return x;
  double a = f64_abs(x);
  double result = 1.0;
  if (a < 22) {
    double t = f64_expm1(a + a);
    result = t / (t + 2.0);
  }
  return f64_bits(x) >> 63 ? -result : result;
}

/// Takes a positive finite x apart: x = 2^k m, m in [sqrt 1/2, sqrt 2).
CK_INLINE double f64_split(double x, double *exponent) {
  int64_t k = 0;
  if (x < 0x1p-1022) {
    x *= 0x1p54;
    k = -54;
  }
  uint64_t bits = f64_bits(x) + 0x00095f619980c433ull; // 1 - sqrt(1/2), in the fraction's units
  k += (int64_t)(bits >> 52) - 1023;
  *exponent = (double)k;
  return f64_from_bits((bits & 0x000fffffffffffffull) + 0x3fe6a09e667f3bcdull);
}

CK_INLINE double f64_log(double x) {
  if (f64_is_nan(x)) return x;
  if (x < 0) return __builtin_nan("");
  if (x == 0) return -__builtin_inf();
  if (x == __builtin_inf()) return x;
  double k;
  double m = f64_split(x, &k);
  double f = m - 1.0;
  double s = f / (2.0 + f);
  double z = s * s;
  double p = 1.479819860511658591e-01;
  p = f64_fma(p, z, 1.531383769920937332e-01);
  p = f64_fma(p, z, 1.818357216161805012e-01);
  p = f64_fma(p, z, 2.222219843214978396e-01);
  p = f64_fma(p, z, 2.857142874366239149e-01);
  p = f64_fma(p, z, 3.999999999940941908e-01);
  p = f64_fma(p, z, 6.666666666666735130e-01);
  double half = 0.5 * f * f;
  double rest = f64_fma(k, CK_LN2_LOW, s * f64_fma(p, z, half));
  return f64_fma(k, CK_LN2_HIGH, f - (half - rest));
}

CK_INLINE double f64_log1p(double x) {
  double u = 1.0 + x;
  if (u == 1.0) return x;
  if (!(u > 0) || u == __builtin_inf()) return f64_log(u);
  // The rounding of 1 + x, put back to first order.
  return f64_log(u) + (x - (u - 1.0)) / u;
}

/// The next 64 bits of 2/pi from bit `index`, which may lie before its first.
uint64_t ck_two_over_pi(int64_t index);

/// x mod pi/2 as two doubles; the result is the quadrant. x is finite and not negative.
CK_INLINE int f64_reduce(double x, double *high, double *low) {
  if (x < 0x1p27) {
    double n = f64_fma(x, 0x1.45f306dc9c883p-1, CK_ROUND_F64) - CK_ROUND_F64;
    double r = f64_fma(-n, 0x1.921fb54442d18p+0, x); // exact
    double w = n * 0x1.1a62633145c07p-54;
    double error = f64_fma(n, 0x1.1a62633145c07p-54, -w);
    double y = r - w;
    double rest = ((r - y) - w) - error;
    rest = f64_fma(n, 0x1.f1976b7ed8fbcp-110, rest);
    *high = y + rest;
    *low = (y - *high) + rest;
    return (int)((int64_t)n & 3);
  }
  uint64_t bits = f64_bits(x);
  int64_t exponent = (int64_t)(bits >> 52) - 1075;
  uint64_t m = (bits & 0x000fffffffffffffull) | 0x0010000000000000ull;
  // m * 2^e * 2/pi modulo 4: bits of 2/pi above 2^(2 - e) only add multiples of 4.
  uint64_t w2 = ck_two_over_pi(exponent - 2), w1 = ck_two_over_pi(exponent + 62),
           w0 = ck_two_over_pi(exponent + 126);
  unsigned __int128 p0 = (unsigned __int128)m * w0;
  unsigned __int128 p1 = (unsigned __int128)m * w1 + (uint64_t)(p0 >> 64);
  uint64_t top = m * w2 + (uint64_t)(p1 >> 64);
  unsigned __int128 value = ((unsigned __int128)top << 64) | (uint64_t)p1; // weight 2^-126
  int quadrant = (int)(value >> 126);
  value = value << 2; // the fraction, weight 2^-128
  bool negative = (value >> 127) != 0;
  if (negative) {
    quadrant = (quadrant + 1) & 3;
    value = -value;
  }
  double a = (double)(uint64_t)(value >> 75) * 0x1p-53; // the top 53 bits, exact
  unsigned __int128 remaining = value << 53;
  double b = (double)(uint64_t)(remaining >> 75) * 0x1p-106;
  double y = a * 0x1.921fb54442d18p+0;
  double error = f64_fma(a, 0x1.921fb54442d18p+0, -y);
  double rest = f64_fma(a, 0x1.1a62633145c07p-54, f64_fma(b, 0x1.921fb54442d18p+0, error));
  double sum = y + rest;
  *low = (y - sum) + rest;
  *high = sum;
  if (negative) {
    *high = -*high;
    *low = -*low;
  }
  return quadrant;
}

CK_INLINE double f64_sine_kernel(double x, double low) {
  double z = x * x, v = z * x;
  double p = 1.58969099521155010221e-10;
  p = f64_fma(p, z, -2.50507602534068634195e-08);
  p = f64_fma(p, z, 2.75573137070700676789e-06);
  p = f64_fma(p, z, -1.98412698298579493134e-04);
  p = f64_fma(p, z, 8.33333333332248946124e-03);
  double rest = f64_fma(z, f64_fma(-v, p, 0.5 * low), -low);
  return x - f64_fma(v, 1.66666666666666324348e-01, rest);
}

CK_INLINE double f64_cosine_kernel(double x, double low) {
  double z = x * x;
  double p = -1.13596475577881948265e-11;
  p = f64_fma(p, z, 2.08757232129817482790e-09);
  p = f64_fma(p, z, -2.75573143513906633035e-07);
  p = f64_fma(p, z, 2.48015872894767294178e-05);
  p = f64_fma(p, z, -1.38888888888741095749e-03);
  p = f64_fma(p, z, 4.16666666666666019037e-02);
  double half = 0.5 * z, w = 1.0 - half;
  return w + (((1.0 - w) - half) + f64_fma(z * z, p, -x * low));
}

CK_INLINE double f64_sin(double x) {
  double a = f64_abs(x);
  if (!(a < __builtin_inf())) return __builtin_nan("");
  if (a < 0x1p-27) return x;
  double y, low;
  int quadrant = f64_reduce(a, &y, &low);
  double result = quadrant & 1 ? f64_cosine_kernel(y, low) : f64_sine_kernel(y, low);
  bool negative = ((f64_bits(x) >> 63) != 0) != (quadrant >= 2);
  return negative ? -result : result;
}

CK_INLINE double f64_cos(double x) {
  double a = f64_abs(x);
  if (!(a < __builtin_inf())) return __builtin_nan("");
  double y, low;
  int quadrant = f64_reduce(a, &y, &low);
  double result = quadrant & 1 ? f64_sine_kernel(y, low) : f64_cosine_kernel(y, low);
  return quadrant == 1 || quadrant == 2 ? -result : result;
}

/// log of a positive finite x as two doubles, to about 65 bits.
CK_INLINE double f64_log_two(double x, double *low) {
  double k;
  double m = f64_split(x, &k);
  double f = m - 1.0; // exact
  double d = 2.0 + f;
  double d_low = f - (d - 2.0);
  double s = f / d;
  double s_low = (f64_fma(-s, d, f) - s * d_low) / d;
  double z = s * s;
  double z_low = f64_fma(s, s, -z) + 2.0 * s * s_low;
  // log m = 2 s (1 + z / 3 + z^2 (1/5 + z / 7 + ...)); only z / 3 needs its low part.
  double p = 1.0 / 29.0;
  p = f64_fma(p, z, 1.0 / 27.0);
  p = f64_fma(p, z, 1.0 / 25.0);
  p = f64_fma(p, z, 1.0 / 23.0);
  p = f64_fma(p, z, 1.0 / 21.0);
  p = f64_fma(p, z, 1.0 / 19.0);
  p = f64_fma(p, z, 1.0 / 17.0);
  p = f64_fma(p, z, 1.0 / 15.0);
  p = f64_fma(p, z, 1.0 / 13.0);
  p = f64_fma(p, z, 1.0 / 11.0);
  p = f64_fma(p, z, 1.0 / 9.0);
  p = f64_fma(p, z, 1.0 / 7.0);
  p = f64_fma(p, z, 1.0 / 5.0);
  double third = z * 0x1.5555555555555p-2;
  double third_low = f64_fma(z, 0x1.5555555555555p-2, -third) +
                     f64_fma(z, 0x1.5555555555555p-56, z_low * 0x1.5555555555555p-2);
  double tail = z * z * p;
  double c = third + tail;
  double c_low = ((third - c) + tail) + third_low;
  double product = s * c;
  double product_low = f64_fma(s, c, -product) + f64_fma(s, c_low, s_low * c);
  double sum = s + product;
  double sum_low = ((s - sum) + product) + (s_low + product_low);
  sum *= 2.0;
  sum_low *= 2.0;
  double big = k * CK_LN2_HIGH; // exact
  double a = k * CK_LN2_LOW;
  double a_low = f64_fma(k, CK_LN2_LOW, -a) + k * 0x1.f97b57a079a19p-103;
  // big is 0 or larger than sum.
  double t = big + sum;
  double t_low = k == 0 ? 0.0 : ((big - t) + sum);
  t_low = t_low + (a + (sum_low + a_low));
  if (k == 0) t_low = sum_low;
  double result = t + t_low;
  *low = (t - result) + t_low;
  return result;
}

CK_INLINE double f64_pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (f64_is_nan(x) || f64_is_nan(y)) return __builtin_nan("");
  double a = f64_abs(x);
  double ay = f64_abs(y);
  // 0: not an integer, 1: odd, 2: even
  int parity = 2;
  if (ay < 0x1p53) {
    int64_t whole = (int64_t)ay;
    parity = (double)whole != ay ? 0 : (whole & 1 ? 1 : 2);
  }
  bool negative = (f64_bits(x) >> 63) != 0 && parity == 1;
  double sign = negative ? -1.0 : 1.0;
  if (ay == __builtin_inf()) {
    if (a == 1) return 1;
    return (a > 1) == (y > 0) ? __builtin_inf() : 0;
  }
  if (a == 0) return y < 0 ? sign * __builtin_inf() : sign * 0.0;
  if (a == __builtin_inf()) return y < 0 ? sign * 0.0 : sign * __builtin_inf();
  if (x < 0 && parity == 0) return __builtin_nan("");
  if (y == 1) return x;
  if (y == 2) return x * x;
  if (y == -1) return 1.0 / x;
  double low;
  double high = f64_log_two(a, &low);
  double product = y * high;
  if (product > 710) return sign * __builtin_inf();
  if (product < -746) return sign * 0.0;
  double rest = f64_fma(y, high, -product) + y * low;
  double sum = product + rest;
  return sign * f64_exp_two(sum, (product - sum) + rest);
}

/// The remainder of x / y with the sign of x, exact.
CK_INLINE double f64_remainder(double x, double y) {
  double a = f64_abs(x), b = f64_abs(y);
  if (!(a < __builtin_inf()) || f64_is_nan(y) || b == 0) return __builtin_nan("");
  if (a < b) return x;
  // Long division on the integers behind: a = ma 2^ea, b = mb 2^eb, ea >= eb.
  uint64_t bits_a = f64_bits(a), bits_b = f64_bits(b);
  int64_t ea = (int64_t)(bits_a >> 52), eb = (int64_t)(bits_b >> 52);
  uint64_t ma = bits_a & 0x000fffffffffffffull, mb = bits_b & 0x000fffffffffffffull;
  if (ea == 0) ea = 1;
  else ma |= 1ull << 52;
  if (eb == 0) eb = 1;
  else mb |= 1ull << 52;
  ma %= mb;
  while (ea > eb && ma != 0) {
    int64_t step = ea - eb < 11 ? ea - eb : 11;
    ma = (ma << step) % mb;
    ea -= step;
  }
  double result = 0;
  if (ma != 0) {
    // ma < mb < 2^53 at exponent eb: scale back exactly.
    int shift = __builtin_clzll(ma) - 11;
    int64_t exponent = eb - shift;
    result = exponent >= 1
                 ? f64_from_bits(((uint64_t)exponent << 52) | ((ma << shift) & 0x000fffffffffffffull))
                 : f64_from_bits(ma << (eb - 1));
  }
  return f64_bits(x) >> 63 ? -result : result;
}

CK_INLINE double f64_floor(double x) {
  if (!(f64_abs(x) < 0x1p52)) return x;
  double whole = (double)(int64_t)x;
  if (whole > x) whole -= 1;
  return whole == 0 && f64_bits(x) >> 63 ? -0.0 : whole;
}

#endif
