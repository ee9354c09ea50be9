// f32 functions over arrays. Definitions: functions_f32.h, functions_f64.h.
#include "functions_f32.h"
#include "functions_f64.h"

CK_INLINE void ck_map_f32_body(int function, const float *x, float *y, size_t count) {
  switch (function) {
  case CK_EXP: {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) lanes_store(y + i, lanes_exp(lanes_load(x + i)));
    if (i < count)
      lanes_store_part(y + i, lanes_exp(lanes_load_part(x + i, count - i)), count - i);
    break;
  }
  case CK_LOG: for (size_t i = 0; i < count; i++) y[i] = (float)f64_log(x[i]); break;
  case CK_SIN: for (size_t i = 0; i < count; i++) y[i] = (float)f64_sin(x[i]); break;
  case CK_COS: for (size_t i = 0; i < count; i++) y[i] = (float)f64_cos(x[i]); break;
  case CK_TANH: for (size_t i = 0; i < count; i++) y[i] = (float)f64_tanh(x[i]); break;
  case CK_EXPM1: for (size_t i = 0; i < count; i++) y[i] = (float)f64_expm1(x[i]); break;
  case CK_LOG1P: for (size_t i = 0; i < count; i++) y[i] = (float)f64_log1p(x[i]); break;
  }
}
CK_VARIANTS(ck_map_f32, (int function, const float *x, float *y, size_t count),
            (function, x, y, count))

void ck_add_f32(const float *a, const float *b, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = a[i] + b[i];
}
