// The functions that activations are made of, for 16 lanes of f32 and for one f64. Only here is it
// decided how each is computed.
#ifndef CKERNELS_ACTIVATIONS_H
#define CKERNELS_ACTIVATIONS_H

#include "reals.h"

/// erf within 4 ulp: below 2.5 the series with positive terms, above the continued fraction of erfc.
CK_INLINE double act_one_erf(double x) {
  double a = f64_abs(x), square = a * a, result = 1;
  if (f64_is_nan(x)) return x;
  if (a < 2.5) {
    double term = a, sum = a;
    for (int n = 1; n < 48; n++) {
      term = term * (2 * square) / (2 * n + 1);
      sum = sum + term;
    }
    result = 0x1.20dd750429b6dp+0 * f64_exp(-square) * sum;
  } else if (a < 6) {
    double tail = a;
    for (int n = 40; n > 0; n--) tail = a + (0.5 * n) / tail;
    result = 1 - 0x1.20dd750429b6dp-1 * f64_exp(-square) / tail;
  }
  return f64_bits(x) >> 63 ? -result : result;
}

CK_INLINE double act_erf_f64(double x) { return act_one_erf(x); }
CK_INLINE double act_exp_f64(double x) { return f64_exp(x); }
CK_INLINE double act_tanh_f64(double x) { return f64_tanh(x); }
CK_INLINE double act_log1p_f64(double x) { return f64_log1p(x); }

// Through f64 and rounded once, lane by lane.
#define CK_BY_LANES(name, function)                                     \
  CK_INLINE f32x16 name(f32x16 x) {                                     \
    float lanes[16];                                                    \
    memcpy(lanes, &x, sizeof lanes);                                    \
    _Pragma("clang loop unroll(disable) vectorize(disable)")            \
    for (int i = 0; i < 16; i++) lanes[i] = (float)function(lanes[i]);  \
    return lanes_load(lanes);                                           \
  }
CK_BY_LANES(act_erf_f32, act_one_erf)
CK_BY_LANES(act_tanh_f32, f64_tanh)
CK_BY_LANES(act_log1p_f32, f64_log1p)
CK_INLINE f32x16 act_exp_f32(f32x16 x) { return lanes_exp(x); }

/// 0 where x <= 0, else y.
CK_INLINE f32x16 act_above_f32(f32x16 x, f32x16 y) {
  return lanes_select(x <= lanes_of(0), lanes_of(0), y);
}
CK_INLINE double act_above_f64(double x, double y) { return x <= 0 ? 0 : y; }

/// x kept within -64 ... 64.
CK_INLINE f32x16 act_bounded_f32(f32x16 x) {
  f32x16 low = lanes_select(x < lanes_of(-64), lanes_of(-64), x);
  return lanes_select(low > lanes_of(64), lanes_of(64), low);
}
CK_INLINE double act_bounded_f64(double x) { return x < -64 ? -64 : x > 64 ? 64 : x; }

/// -|x|
CK_INLINE f32x16 act_negative_f32(f32x16 x) { return lanes_select(x > lanes_of(0), -x, x); }
CK_INLINE double act_negative_f64(double x) { return x > 0 ? -x : x; }

CK_INLINE f32x16 act_fma_f32(f32x16 a, f32x16 b, f32x16 c) { return lanes_fma(a, b, c); }
CK_INLINE double act_fma_f64(double a, double b, double c) { return __builtin_fma(a, b, c); }
CK_INLINE f32x16 act_of_f32(float x) { return lanes_of(x); }
CK_INLINE double act_of_f64(double x) { return x; }
CK_INLINE f32x16 act_load_f32(const float *from, size_t count) {
  return count == 16 ? lanes_load(from) : lanes_load_part(from, count);
}
CK_INLINE double act_load_f64(const double *from, size_t count) {
  (void)count;
  return *from;
}
CK_INLINE void act_store_f32(float *to, f32x16 x, size_t count) {
  if (count == 16) lanes_store(to, x);
  else lanes_store_part(to, x, count);
}
CK_INLINE void act_store_f64(double *to, double x, size_t count) {
  (void)count;
  *to = x;
}

#endif
