// f64 matrix products: gemm_f32.c's twin, in panels of 16 columns.
#define REAL double
#define NAME(x) x##_f64
#define PASTE(x, y) x##y
#define LANES f64x8
#define COUNT 8
#define GROUP 2
#define FMA __builtin_fma
#define HALVES 0
#define STRIDED_PRODUCT ck_strided_product_f64
#define WIDEN(storage, b, place) vector_load((const double *)(b) + (place))
#define MULTIPLY_DIRECTLY(p) false
#include "gemm.h"
#include "gemm_split.h"
