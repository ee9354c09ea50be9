// f64 functions over arrays and one by one. Definitions: functions_f64*.h.
#include "functions_f64.h"
#include "functions_f64_gamma.h"

// 1280 bits of 2/pi after the binary point: enough for every finite double.
static const uint64_t two_over_pi[20] = {
    0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561,
    0xb7246e3a424dd2e0, 0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484,
    0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b, 0x1ff897ffde05980f,
    0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b,
    0x3d0739f78a5292ea, 0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab, 0xf0cfbc209af4361d};

uint64_t ck_two_over_pi(int64_t index) {
  uint64_t result = 0;
  if (index < 0) return index <= -64 ? 0 : two_over_pi[0] >> -index;
  int64_t word = index / 64;
  int shift = (int)(index % 64);
  if (word < 20) result = two_over_pi[word] << shift;
  if (shift && word + 1 < 20) result |= two_over_pi[word + 1] >> (64 - shift);
  return result;
}

CK_INLINE void ck_map_f64_body(int function, const double *x, double *y, size_t count) {
  switch (function) {
  case CK_EXP: for (size_t i = 0; i < count; i++) y[i] = f64_exp(x[i]); break;
  case CK_LOG: for (size_t i = 0; i < count; i++) y[i] = f64_log(x[i]); break;
  case CK_SIN: for (size_t i = 0; i < count; i++) y[i] = f64_sin(x[i]); break;
  case CK_COS: for (size_t i = 0; i < count; i++) y[i] = f64_cos(x[i]); break;
  case CK_TANH: for (size_t i = 0; i < count; i++) y[i] = f64_tanh(x[i]); break;
  case CK_EXPM1: for (size_t i = 0; i < count; i++) y[i] = f64_expm1(x[i]); break;
  case CK_LOG1P: for (size_t i = 0; i < count; i++) y[i] = f64_log1p(x[i]); break;
  case CK_ERF: for (size_t i = 0; i < count; i++) y[i] = f64_erf(x[i]); break;
  case CK_LGAMMA: for (size_t i = 0; i < count; i++) y[i] = f64_lgamma(x[i]); break;
  case CK_DIGAMMA: for (size_t i = 0; i < count; i++) y[i] = f64_digamma(x[i]); break;
  }
}
CK_VARIANTS(ck_map_f64, (int function, const double *x, double *y, size_t count),
            (function, x, y, count))

CK_INLINE void ck_power_f64_body(const double *x, const double *y, double *z, size_t count) {
  for (size_t i = 0; i < count; i++) z[i] = f64_pow(x[i], y[i]);
}
CK_VARIANTS(ck_power_f64, (const double *x, const double *y, double *z, size_t count),
            (x, y, z, count))

#define ONE(name) double ck_##name##_f64(double x) { return f64_##name(x); }
ONE(exp)
ONE(log)
ONE(sin)
ONE(cos)
ONE(tanh)
ONE(expm1)
ONE(log1p)
ONE(erf)
ONE(lgamma)
ONE(digamma)
ONE(floor)

double ck_pow_f64(double x, double y) { return f64_pow(x, y); }
double ck_remainder_f64(double x, double y) { return f64_remainder(x, y); }
