// Sums over arrays. Order: sums.h.
#include "sums.h"

#define SUM(name, T, expression)                                                         \
  CK_INLINE void name##_into_body(const T *x, const T *y, T shift, size_t count, T *out) { \
    (void)y;                                                                             \
    (void)shift;                                                                         \
    *out = expression;                                                                   \
  }                                                                                      \
  CK_VARIANTS_LOCAL(name##_into, (const T *x, const T *y, T shift, size_t count, T *out), \
                    (x, y, shift, count, out))

SUM(plain_f32, float, sum_f32(SUM_PLAIN, x, NULL, 0, count))
SUM(dot_f32, float, sum_f32(SUM_PRODUCTS, x, y, 0, count))
SUM(deviations_f32, float, sum_f32(SUM_DEVIATIONS, x, NULL, shift, count))
SUM(plain_f64, double, sum_f64(SUM_PLAIN, x, NULL, 0, count))
SUM(dot_f64, double, sum_f64(SUM_PRODUCTS, x, y, 0, count))
SUM(deviations_f64, double, sum_f64(SUM_DEVIATIONS, x, NULL, shift, count))

float ck_sum_f32(const float *x, size_t count) {
  float out;
  plain_f32_into(x, NULL, 0, count, &out);
  return out;
}
float ck_dot_f32(const float *x, const float *y, size_t count) {
  float out;
  dot_f32_into(x, y, 0, count, &out);
  return out;
}
float ck_squared_deviations_f32(const float *x, float center, size_t count) {
  float out;
  deviations_f32_into(x, NULL, center, count, &out);
  return out;
}
double ck_sum_f64(const double *x, size_t count) {
  double out;
  plain_f64_into(x, NULL, 0, count, &out);
  return out;
}
double ck_dot_f64(const double *x, const double *y, size_t count) {
  double out;
  dot_f64_into(x, y, 0, count, &out);
  return out;
}
double ck_squared_deviations_f64(const double *x, double center, size_t count) {
  double out;
  deviations_f64_into(x, NULL, center, count, &out);
  return out;
}
