// Matrix products beside those of ckernels.h: any strides, batches, chains that go on, 16-bit weights.
//
// THE ORDER is one for all of them: c[r, j] is ONE chain of fused multiply-adds of a[r, i] and b[i, j],
// i ascending, from +0 (or from what c holds, where it accumulates), and + 0.0 at the end. Where k is 0 the
// result is +0, or c as it is where it accumulates. Nothing else changes a bit: packing, blocks of k (which
// store and reload the running value), tiles, lanes and threads, which run over outputs. No call can fail:
// scratch is on the stack, and where more would be faster, lack of it is only slower.
#ifndef CK_PRODUCTS_H
#define CK_PRODUCTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// `batches` products c [rows, columns] = a [rows, k] times b [k, columns]. Element (r, i) of batch n is
/// a[n * a_batch + r * a_row + i * a_k]. Strides of a and b may be 0 or negative; the elements of c are
/// all different ones and none is an element of a or b.
#define CK_DEFINE_STRIDED_PRODUCT(name, real)    \
  typedef struct {                               \
    const real *a, *b;                           \
    real *c;                                     \
    size_t batches, rows, k, columns;            \
    ptrdiff_t a_batch, a_row, a_k;               \
    ptrdiff_t b_batch, b_k, b_column;            \
    ptrdiff_t c_batch, c_row, c_column;          \
    /** The chains go on from what c holds. */   \
    bool accumulates;                            \
  } name;
CK_DEFINE_STRIDED_PRODUCT(ck_strided_product_f32, float)
CK_DEFINE_STRIDED_PRODUCT(ck_strided_product_f64, double)
void ck_multiply_f32(const ck_strided_product_f32 *product);
void ck_multiply_f64(const ck_strided_product_f64 *product);

/// What the 16 bits of a weight mean; both widen to f32 exactly, subnormals too.
enum ck_half { CK_F16, CK_BF16 };
/// y[i] = the f32 of x[i].
void ck_widen_half(enum ck_half kind, const uint16_t *x, float *y, size_t count);
/// y[i] = x[i] rounded to the nearest, ties to even; too large ones become infinities.
void ck_narrow_half(enum ck_half kind, const float *x, uint16_t *y, size_t count);
/// Panels [ceil(columns / 32)][k][32] of 16-bit weights, as ck_pack_panels_f32 makes them.
void ck_pack_panels_half(const uint16_t *source, size_t k, size_t columns, size_t k_stride,
                         size_t column_stride, uint16_t *panels);
/// The same of f32 values, each rounded as ck_narrow_half does.
void ck_pack_narrow_panels(enum ck_half kind, const float *source, size_t k, size_t columns,
                           size_t k_stride, size_t column_stride, uint16_t *panels);
/// As ck_gemm_f32 with the widened panels.
void ck_gemm_half(enum ck_half kind, const float *x, const uint16_t *panels, float *y, size_t rows,
                  size_t k, size_t columns);

#endif
