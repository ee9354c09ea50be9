// f32 functions over arrays. Definitions: functions_f32*.h, functions_f64*.h.
#include "functions_f32.h"
#include "functions_f64_gamma.h"

// One loop a function, so that what it is is asked once.
#define MAP(function)                                                         \
  {                                                                           \
    size_t i = 0;                                                             \
    for (; i + 16 <= count; i += 16) lanes_store(y + i, function(lanes_load(x + i))); \
    if (i < count)                                                            \
      lanes_store_part(y + i, function(lanes_load_part(x + i, count - i)), count - i); \
    break;                                                                    \
  }

CK_INLINE void ck_map_f32_body(int function, const float *x, float *y, size_t count) {
  switch (function) {
  case CK_EXP: MAP(lanes_exp)
  case CK_LOG: MAP(lanes_log)
  case CK_SIN: MAP(lanes_sin)
  case CK_COS: MAP(lanes_cos)
  case CK_TANH: MAP(lanes_tanh)
  case CK_EXPM1: MAP(lanes_expm1)
  case CK_LOG1P: MAP(lanes_log1p)
  case CK_ERF: MAP(lanes_erf)
  case CK_LGAMMA: for (size_t i = 0; i < count; i++) y[i] = (float)f64_lgamma(x[i]); break;
  case CK_DIGAMMA: for (size_t i = 0; i < count; i++) y[i] = (float)f64_digamma(x[i]); break;
  }
}
CK_VARIANTS(ck_map_f32, (int function, const float *x, float *y, size_t count),
            (function, x, y, count))

CK_INLINE void ck_power_f32_body(const float *x, const float *y, float *z, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    lanes_store(z + i, lanes_pow(lanes_load(x + i), lanes_load(y + i)));
  if (i < count)
    lanes_store_part(
        z + i, lanes_pow(lanes_load_part(x + i, count - i), lanes_load_part(y + i, count - i)),
        count - i);
}
CK_VARIANTS(ck_power_f32, (const float *x, const float *y, float *z, size_t count),
            (x, y, z, count))

void ck_add_f32(const float *a, const float *b, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}
