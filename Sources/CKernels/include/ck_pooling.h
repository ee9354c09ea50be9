// Averages over windows, the gradients of pools, and resizing, plane by plane: x [planes, height, width].
//
// Nothing is read or written where there is no element. Gradients overwrite: each dx element is a chain of
// adds (or of what is said) from +0 over the positions of y ascending that use it.
#ifndef CK_POOLING_H
#define CK_POOLING_H

#include <stddef.h>
#include <stdint.h>

/// dx [planes, plane] at places[p] += dy[p], y's positions ascending: the gradient of ck_max_pool.
void ck_scatter_planes_f32(const float *dy, const int32_t *places, float *dx, size_t planes,
                           size_t positions, size_t plane);
void ck_scatter_planes_f64(const double *dy, const int32_t *places, double *dx, size_t planes,
                           size_t positions, size_t plane);

/// The windows of the output at (oy, ox): rows[2 oy] ..< rows[2 oy + 1] by columns[2 ox] ..<
/// columns[2 ox + 1] of the plane. Where divisor is 0, the number of places in each window is.
typedef struct {
  size_t planes, height, width, out_height, out_width;
  const int32_t *rows, *columns;
  size_t divisor;
} ck_averages;

/// y = the chain of adds from +0 over the window's rows and columns ascending, / the divisor.
void ck_average_f32(const ck_averages *a, const float *x, float *y);
void ck_average_f64(const ck_averages *a, const double *x, double *y);
/// dx += dy / the divisor.
void ck_average_gradient_f32(const ck_averages *a, const float *dy, float *dx);
void ck_average_gradient_f64(const ck_averages *a, const double *dy, double *dx);

/// Each output row is made of row_taps rows of x: row_places [out_height, row_taps] with their weights;
/// columns alike. A tap whose weight is 0 is absent.
#define CK_DEFINE_RESAMPLING(name, real)                              \
  typedef struct {                                                    \
    size_t planes, height, width, out_height, out_width;              \
    size_t row_taps, column_taps;                                     \
    const int32_t *row_places, *column_places;                        \
    const real *row_weights, *column_weights;                         \
  } name;
CK_DEFINE_RESAMPLING(ck_resampling_f32, float)
CK_DEFINE_RESAMPLING(ck_resampling_f64, double)
/// With r = the chain from +0 over the column taps ascending of fma(weight, x) in one row of x, y = the chain
/// from +0 over the row taps ascending of fma(weight, r), + 0.0. With one tap each, y is x, not multiplied.
void ck_resample_f32(const ck_resampling_f32 *s, const float *x, float *y);
void ck_resample_f64(const ck_resampling_f64 *s, const double *x, double *y);
/// With t = row weight times dy, rounded, dx = fma(column weight, t, dx) over (position of y, row tap,
/// column tap) ascending from +0, + 0.0; with one tap each, dx = dx + dy.
void ck_resample_gradient_f32(const ck_resampling_f32 *s, const float *dy, float *dx);
void ck_resample_gradient_f64(const ck_resampling_f64 *s, const double *dy, double *dx);

#endif
