// Sparse times dense, and the matrix product of the log semiring.
//
// A sparse matrix [rows, columns] is in compressed rows: row r has the stored entries starts[r] ..<
// starts[r + 1], whose columns are checked by the caller. Entries need not be sorted and may repeat a
// column.
#ifndef CK_SPARSE_H
#define CK_SPARSE_H

#include <stddef.h>
#include <stdint.h>

/// y [rows, width] = sparse times dense [columns, width]: each element is one chain of fused
/// multiply-adds from +0 over the row's stored entries ascending, + 0.0.
void ck_sparse_product_f32(const size_t *starts, const int32_t *columns, const float *values,
                           const float *dense, float *y, size_t rows, size_t width);
void ck_sparse_product_f64(const size_t *starts, const int32_t *columns, const double *values,
                           const double *dense, double *y, size_t rows, size_t width);
/// The gradient of an entry in row r: the chain from +0 over the width ascending of fma(dy[r, i],
/// dense[column, i]), + 0.0.
void ck_sparse_values_gradient_f32(const size_t *starts, const int32_t *columns, const float *dense,
                                   const float *dy, float *gradient, size_t rows, size_t width);
void ck_sparse_values_gradient_f64(const size_t *starts, const int32_t *columns,
                                   const double *dense, const double *dy, double *gradient,
                                   size_t rows, size_t width);
/// gradient[column, i] = fma(value, dy[r, i], gradient[column, i]), entries ascending, on from the buffer
/// [height, width], + 0.0.
void ck_sparse_dense_gradient_f32(const size_t *starts, const int32_t *columns, const float *values,
                                  const float *dy, float *gradient, size_t rows, size_t height,
                                  size_t width);
void ck_sparse_dense_gradient_f64(const size_t *starts, const int32_t *columns,
                                  const double *values, const double *dy, double *gradient,
                                  size_t rows, size_t height, size_t width);

/// y_ij = log of the sum over k of exp(a_ik + b_kj), of a [rows, inner] and b [inner, columns]:
/// v_k = a_ik + b_kj; m = the largest v_k; s = the chain of adds from +0 over k ascending of
/// exp(v_k - m), 1 where v_k = m; y = m + log s. -inf where inner is 0.
void ck_log_product_f32(const float *a, const float *b, float *y, size_t rows, size_t inner,
                        size_t columns);
void ck_log_product_f64(const double *a, const double *b, double *y, size_t rows, size_t inner,
                        size_t columns);
/// With p_ikj = exp(v_k - y_ij), 1 where they are equal, but 0 where y_ij = -inf: da_ik = the chain from
/// +0 over j ascending of fma(dy_ij, p), db_kj = that over i ascending; + 0.0.
void ck_log_product_gradient_f32(const float *a, const float *b, const float *y, const float *dy,
                                 float *da, float *db, size_t rows, size_t inner, size_t columns);
void ck_log_product_gradient_f64(const double *a, const double *b, const double *y,
                                 const double *dy, double *da, double *db, size_t rows,
                                 size_t inner, size_t columns);

#endif
