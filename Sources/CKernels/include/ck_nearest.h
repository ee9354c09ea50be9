// Distances between the rows of x [rows, width] and of codes [count, width], and the nearest codes.
//
// Chains go over the width ascending from +0 and end with + 0.0; lanes run over codes.
//   squared: d = x_i - c_i; sum = fma(d, d, sum).      dot: sum = fma(x_i, c_i, sum).
//   cosine: dot / (sqrt(xx) sqrt(cc)), xx and cc being the dots of x and c with themselves; +0 where the
//   divisor is 0.
#ifndef CK_NEAREST_H
#define CK_NEAREST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CK_DISTANCE_SQUARED, CK_DISTANCE_DOT, CK_DISTANCE_COSINE };

/// y [rows, count]. False if memory could not be had.
bool ck_distances_f32(int kind, const float *x, const float *codes, float *y, size_t rows,
                      size_t count, size_t width);
bool ck_distances_f64(int kind, const double *x, const double *codes, double *y, size_t rows,
                      size_t count, size_t width);

/// The n (1 ... count < 2^31) nearest codes of each row, the nearest first, and their distances, [rows, n]:
/// the smallest squared, the largest dot or cosine; the lowest index among equals. Either result may be
/// NULL. Returns as ck_top_f32; a NaN is one in the distances.
int64_t ck_nearest_f32(int kind, const float *x, const float *codes, float *values,
                       int32_t *indices, size_t n, size_t rows, size_t count, size_t width);
int64_t ck_nearest_f64(int kind, const double *x, const double *codes, double *values,
                       int32_t *indices, size_t n, size_t rows, size_t count, size_t width);

/// The gradients of squared distances: dx_ri = 2 (the chain from +0 over codes ascending of fma(dy_rc,
/// x_ri - c_ci)) + 0.0; that of code c: fma(-2 dy_rc, x_ri - c_ci), rows ascending, on from the buffer,
/// + 0.0.
void ck_squared_distances_gradient_f32(const float *x, const float *codes, const float *dy,
                                       float *dx, float *code_gradient, size_t rows, size_t count,
                                       size_t width);
void ck_squared_distances_gradient_f64(const double *x, const double *codes, const double *dy,
                                       double *dx, double *code_gradient, size_t rows,
                                       size_t count, size_t width);

/// y [rows, count] = in how many of their 64 words bits the rows of x [rows, words] and codes [count, words]
/// differ; words < 2^25.
void ck_hamming_distances(const uint64_t *x, const uint64_t *codes, int32_t *y, size_t rows,
                          size_t count, size_t words);

#endif
