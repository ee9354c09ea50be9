// log |gamma(x)| and its derivative, digamma, of f64.
//
// x > 0: polynomials on pieces of (0, 8), written around the zeros 1, 2 and 1.46..., so that the
// error stays relative to the result there; from 8 on Stirling's series. x < 0: by reflection, where
// the zeros between the poles are met with an absolute error only.
#ifndef CKERNELS_FUNCTIONS_F64_GAMMA_H
#define CKERNELS_FUNCTIONS_F64_GAMMA_H

#include "functions_f64_erf.h"

/// sin(pi x) and cos(pi x) for |x| <= 1/2.
CK_INLINE void f64_sine_of_half_turns(double x, double *sine, double *cosine) {
  double a = f64_abs(x);
  bool swapped = a > 0.25;
  double r = swapped ? 0.5 - a : a; // exact
  double high = r * CK_PI_HIGH;
  double low = f64_fma(r, CK_PI_HIGH, -high) + r * CK_PI_LOW;
  double s = f64_sine_kernel(high, low), c = f64_cosine_kernel(high, low);
  double result = swapped ? c : s;
  *sine = x < 0 ? -result : result;
  *cosine = swapped ? s : c;
}

/// x - the nearest integer, for |x| < 2^51; exact.
CK_INLINE double f64_from_nearest(double x) { return x - ((x + CK_ROUND_F64) - CK_ROUND_F64); }

/// x > 0.
CK_INLINE double f64_lgamma_positive(double x) {
  if (x < 0.75) {
    // gamma(x) = gamma(1 + x) / x; from 1/2 on the polynomial around 2 is the one that reaches.
    double f = x - 1.0;
    double next = x < 0.5 ? x * f64_polynomial(lgamma_one_table, 22, x)
                          : f * f64_polynomial(lgamma_two_table, 19, f);
    return next - f64_log(x);
  }
  if (x < 1.25) return (1.0 - x) * -f64_polynomial(lgamma_one_table, 22, x - 1.0); // +0 at 1
  if (x < 1.75) return f64_polynomial(lgamma_middle_table, 16, x - 1.5);
  if (x < 2.5) return (x - 2.0) * f64_polynomial(lgamma_two_table, 19, x - 2.0);
  if (x < 4) return f64_polynomial(lgamma_three_table, 18, x - 3.25);
  if (x < 8) return f64_polynomial(lgamma_six_table, 22, x - 6.0);
  if (x == __builtin_inf()) return x;
  double log_low;
  double factor = f64_log_two(x, &log_low) - 1.0; // exact
  double places = x - 0.5;
  double product = places * factor;
  if (product == __builtin_inf()) return product;
  double rest = f64_fma(places, factor, -product) + places * log_low;
  double v = 1.0 / x;
  double series = v * f64_polynomial(stirling_table, 9, v * v);
  return product + (rest + (CK_STIRLING_HIGH + series));
}

/// log |gamma(x)|; +infinity at 0, at the negative integers and at both infinities.
///
/// x > 0: within 3 ulp. x < 0: within 5 ulp of the largest term, log pi, log |x sin(pi x)| and
/// lgamma(-x), which is an absolute error beside the zeros.
CK_INLINE double f64_lgamma(double x) {
  if (x > 0) return f64_lgamma_positive(x);
  if (f64_is_nan(x)) return x;
  double a = f64_abs(x);
  if (a < 0x1p-60) return a == 0 ? __builtin_inf() : -f64_log(a);
  if (a >= 0x1p51) return __builtin_inf();
  double r = f64_from_nearest(a);
  if (r == 0) return __builtin_inf();
  double sine, cosine;
  f64_sine_of_half_turns(f64_abs(r), &sine, &cosine);
  return (CK_LOG_PI_HIGH - f64_log(a * sine)) - f64_lgamma_positive(a);
}

/// digamma(1 + x) for 0 <= x <= 1, relative to its zero.
CK_INLINE double f64_digamma_after_one(double x) {
  double distance = (x - (CK_DIGAMMA_ZERO_HIGH - 1.0)) - CK_DIGAMMA_ZERO_LOW;
  return distance * f64_polynomial(digamma_one_table, 22, x - 0.5);
}

/// x >= 1.
CK_INLINE double f64_digamma_after(double x) {
  if (x < 2) return f64_digamma_after_one(x - 1.0);
  if (x < 4) return f64_polynomial(digamma_three_table, 22, x - 3.0);
  if (x < 8) return f64_polynomial(digamma_six_table, 22, x - 6.0);
  double v = 1.0 / x, z = v * v;
  return f64_log(x) - f64_fma(z, f64_polynomial(digamma_series_table, 9, z), 0.5 * v);
}

/// The derivative of log |gamma(x)|; -infinity at 0, +infinity at -0, NaN at the negative integers and
/// at -infinity.
///
/// x > 0: within 3 ulp. x < 0: within 4 ulp of the largest term, digamma(-x) and pi / tan(pi x).
CK_INLINE double f64_digamma(double x) {
  if (f64_is_nan(x)) return x;
  if (x >= 1) return f64_digamma_after(x);
  if (x == 0) return -1.0 / x;
  if (x > 0) return f64_digamma_after_one(x) - 1.0 / x;
  double a = -x;
  if (a >= 0x1p51) return __builtin_nan("");
  double r = f64_from_nearest(a);
  if (r == 0) return __builtin_nan("");
  double sine, cosine;
  f64_sine_of_half_turns(r, &sine, &cosine);
  double turn = CK_PI_HIGH * (cosine / sine);
  return turn + (a < 1 ? f64_digamma_after_one(a) : f64_digamma_after(a) + 1.0 / a);
}

#endif
