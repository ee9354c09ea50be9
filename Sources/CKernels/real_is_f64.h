// Bodies that are included once for each type of number: here REAL is f64.
#undef REAL
#undef REAL_NAME
#undef REAL_BODY
#undef REAL_FMA
#undef REAL_SQRT
#undef REAL_LOG
#undef REAL_EXP16
#define REAL double
#define REAL_NAME(name) name##_f64
#define REAL_BODY(name) name##_f64_body
#define REAL_FMA __builtin_fma
#define REAL_SQRT __builtin_sqrt
#define REAL_LOG(x) f64_log(x)
/// 16 values become their exponentials, in place.
#define REAL_EXP16(values) \
  for (int lane_ = 0; lane_ < 16; lane_++) (values)[lane_] = f64_exp((values)[lane_])
