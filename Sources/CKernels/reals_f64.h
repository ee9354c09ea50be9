// The bodies that follow are made for f64; reals_f32.h makes them for f32.
#undef REAL
#undef REAL_EXP16
#undef TREE
#undef TREE_ADD
#undef TREE_TOTAL
#undef R
#undef BODY
#define REAL double
#define TREE tree_double
#define TREE_ADD tree_double_add
#define TREE_TOTAL tree_double_total
#define R(name) name##_f64
#define BODY(name) name##_f64_body
/// 16 values become their exponentials, in place.
#define REAL_EXP16(values) \
  for (int lane_ = 0; lane_ < 16; lane_++) (values)[lane_] = f64_exp((values)[lane_])
