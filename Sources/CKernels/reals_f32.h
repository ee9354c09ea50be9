// The bodies that follow are made for f32; reals_f64.h makes them for f64.
#undef REAL
#undef REAL_EXP16
#undef TREE
#undef TREE_ADD
#undef TREE_TOTAL
#undef R
#undef BODY
#define REAL float
#define TREE tree_float
#define TREE_ADD tree_float_add
#define TREE_TOTAL tree_float_total
#define R(name) name##_f32
#define BODY(name) name##_f32_body
/// 16 values become their exponentials, in place.
#define REAL_EXP16(values) lanes_store(values, lanes_exp(lanes_load(values)))
