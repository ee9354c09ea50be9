// erf of f64: x + x p(x^2) below 1, 1 - erfc by one of four polynomials up to 6, 1 from there.
// Within 1 ulp; odd to the bit.
#ifndef CKERNELS_FUNCTIONS_F64_ERF_H
#define CKERNELS_FUNCTIONS_F64_ERF_H

#include "function_tables.h"
#include "functions_f64.h"

/// The polynomial by Horner's rule; the table has the lowest power first.
CK_INLINE double f64_polynomial(const double *table, int degree, double x) {
  double p = table[degree];
  for (int i = degree - 1; i >= 0; i--) p = f64_fma(p, x, table[i]);
  return p;
}

CK_INLINE double f64_erf(double x) {
  if (f64_is_nan(x)) return x;
  double a = f64_abs(x);
  if (a < 1) return f64_fma(x, f64_polynomial(erf_table, 13, x * x), x);
  double rest = 0;
  if (a < 2) rest = f64_polynomial(erfc_table_1, 17, a - 1.5);
  else if (a < 3) rest = f64_polynomial(erfc_table_2, 17, a - 2.5);
  else if (a < 4) rest = f64_polynomial(erfc_table_3, 17, a - 3.5);
  else if (a < 6) rest = f64_polynomial(erfc_table_4, 21, a - 5.0);
  return f64_bits(x) >> 63 ? rest - 1.0 : 1.0 - rest;
}

#endif
