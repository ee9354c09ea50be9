// f32 matrix products, also with 16-bit weights. The order: ck_products.h; how it is made fast: gemm.h.
#define REAL float
#define NAME(x) x##_f32
#define PASTE(x, y) x##y
#define LANES f32x16
#define COUNT 16
#define GROUP 4
#define FMA __builtin_fmaf
#define HALVES 1
#define STRIDED_PRODUCT ck_strided_product_f32
#define WIDEN(storage, b, place)                                        \
  ((storage) == IN_PANELS ? vector_load((const float *)(b) + (place))   \
                          : lanes_widen((storage) == IN_F16_PANELS ? CK_F16 : CK_BF16, \
                                        (const uint16_t *)(b) + (place)))
#include "gemm.h"
#include "gemm_small.h"
#include "gemm_split.h"

void ck_gemm_half(enum ck_half kind, const float *x, const uint16_t *panels, float *y, size_t rows,
                  size_t k, size_t columns) {
  enum storage storage = kind == CK_F16 ? IN_F16_PANELS : IN_BF16_PANELS;
  product p = {x, (ptrdiff_t)k, 1, storage, panels, 0, 0, y, (ptrdiff_t)columns, 1,
               rows, k, columns, true, true};
  multiply(&p, false);
}
