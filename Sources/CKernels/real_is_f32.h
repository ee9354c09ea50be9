// Bodies that are included once for each type of number: here REAL is f32.
#undef REAL
#undef REAL_NAME
#undef REAL_BODY
#undef REAL_FMA
#undef REAL_SQRT
#undef REAL_LOG
#undef REAL_EXP16
#define REAL float
#define REAL_NAME(name) name##_f32
#define REAL_BODY(name) name##_f32_body
#define REAL_FMA __builtin_fmaf
#define REAL_SQRT __builtin_sqrtf
#define REAL_LOG(x) ((float)f64_log((double)(x)))
/// 16 values become their exponentials, in place.
#define REAL_EXP16(values) lanes_store(values, lanes_exp(lanes_load(values)))
