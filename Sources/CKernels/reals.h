// What a kernel's body needs to be written once and made twice, for f32 and for f64.
//
// A `…_body.h` is included with REAL, R(name) = name_f32 or name_f64, and BODY(name) defined by
// reals_f32.h or reals_f64.h; the functions below exist under both endings.
#ifndef CKERNELS_REALS_H
#define CKERNELS_REALS_H

#include "functions_f32.h"
#include "functions_f64.h"
#include "sums.h"

CK_INLINE float fma_f32(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
CK_INLINE double fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
CK_INLINE float sqrt_f32(float x) { return __builtin_sqrtf(x); }
CK_INLINE double sqrt_f64(double x) { return __builtin_sqrt(x); }
/// f32: through f64 and rounded once.
CK_INLINE float log_f32(float x) { return (float)f64_log(x); }
CK_INLINE double log_f64(double x) { return f64_log(x); }

/// The largest value; a NaN anywhere makes all results NaN, whatever this gives.
CK_INLINE float row_maximum_f32(const float *x, size_t count) {
  f32x16 largest = lanes_of(-__builtin_inff());
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f32x16 lanes = lanes_load(x + i);
    largest = lanes_select(lanes > largest, lanes, largest);
  }
  float result = -__builtin_inff();
  for (int lane = 0; lane < 16; lane++) result = largest[lane] > result ? largest[lane] : result;
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

CK_INLINE double row_maximum_f64(const double *x, size_t count) {
  double result = -__builtin_inf();
  for (size_t i = 0; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

CK_INLINE void row_exp_by_f32(const float *x, float temperature, float shift, float *y, size_t count,
                              const bool divides) {
  f32x16 t = lanes_of(temperature), s = lanes_of(shift);
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f32x16 z = lanes_load(x + i);
    lanes_store(y + i, lanes_exp((divides ? z / t : z) - s));
  }
  if (i < count) {
    f32x16 z = lanes_load_part(x + i, count - i);
    lanes_store_part(y + i, lanes_exp((divides ? z / t : z) - s), count - i);
  }
}

/// y = exp(x / temperature - shift); x and y may be the same array. Division by 1, which changes nothing, would
/// take as long as all the rest.
CK_INLINE void row_exp_f32(const float *x, float temperature, float shift, float *y, size_t count) {
  if (temperature == 1) row_exp_by_f32(x, temperature, shift, y, count, false);
  else row_exp_by_f32(x, temperature, shift, y, count, true);
}

CK_INLINE void row_exp_f64(const double *x, double temperature, double shift, double *y,
                           size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = f64_exp(x[i] / temperature - shift);
}

#endif
