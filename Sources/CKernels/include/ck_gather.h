// Rows and elements by index, and what is added up by index.
//
// Indices are checked by the caller. Copies compute nothing. Everything that adds up is one chain of
// adds an output, source rows (places of an axis) ascending; threads split outputs: outer extents or
// columns, never what is added up. "On from the buffer": y holds the first value of the chain.
#ifndef CK_GATHER_H
#define CK_GATHER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// y[o, p, i] = x[o, ids[p], i], of x [outer, axis, inner]; ids [picks]. With outer = 1: rows of a table.
void ck_select_f32(const float *x, const int32_t *ids, float *y, size_t outer, size_t axis,
                   size_t picks, size_t inner);
void ck_select_f64(const double *x, const int32_t *ids, double *y, size_t outer, size_t axis,
                   size_t picks, size_t inner);
/// dx[o, ids[p], i] += dy[o, p, i], p ascending, on from the buffer dx.
void ck_select_gradient_f32(const float *dy, const int32_t *ids, float *dx, size_t outer,
                            size_t axis, size_t picks, size_t inner);
void ck_select_gradient_f64(const double *dy, const int32_t *ids, double *dx, size_t outer,
                            size_t axis, size_t picks, size_t inner);

/// y[o, p, i] = x[o, indices[o, p, i], i].
void ck_gather_f32(const float *x, const int32_t *indices, float *y, size_t outer, size_t axis,
                   size_t picks, size_t inner);
void ck_gather_f64(const double *x, const int32_t *indices, double *y, size_t outer, size_t axis,
                   size_t picks, size_t inner);
/// y[o, indices[o, p, i], i] += x[o, p, i], p ascending, on from the buffer y: the gradient of gather.
void ck_scatter_add_f32(const float *x, const int32_t *indices, float *y, size_t outer, size_t axis,
                        size_t picks, size_t inner);
void ck_scatter_add_f64(const double *x, const int32_t *indices, double *y, size_t outer,
                        size_t axis, size_t picks, size_t inner);
/// y[o, indices[o, p, i], i] = x[o, p, i], p ascending: the last one stays.
void ck_scatter_f32(const float *x, const int32_t *indices, float *y, size_t outer, size_t axis,
                    size_t picks, size_t inner);
void ck_scatter_f64(const double *x, const int32_t *indices, double *y, size_t outer, size_t axis,
                    size_t picks, size_t inner);
/// dy, the gradient of scatter's result, becomes that of what was in y before (0 where it was replaced);
/// dx[o, p, i] = dy where element p stayed, else 0.
void ck_scatter_gradient_f32(float *dy, const int32_t *indices, float *dx, size_t outer, size_t axis,
                             size_t picks, size_t inner);
void ck_scatter_gradient_f64(double *dy, const int32_t *indices, double *dx, size_t outer,
                             size_t axis, size_t picks, size_t inner);

/// y [segments, width] = for each segment the chain from +0 over the rows r of x [rows, width] with
/// ids[r] = segment; then divided by their number if counts [segments] is given: means, which are
/// `empty` for a segment without rows.
void ck_segment_sum_f32(const float *x, const int32_t *ids, const int32_t *counts, float empty,
                        float *y, size_t rows, size_t segments, size_t width);
void ck_segment_sum_f64(const double *x, const int32_t *ids, const int32_t *counts, double empty,
                        double *y, size_t rows, size_t segments, size_t width);
/// dx[r] = dy[ids[r]], divided by the segment's number of rows if counts is given.
void ck_segment_sum_gradient_f32(const float *dy, const int32_t *ids, const int32_t *counts,
                                 float *dx, size_t rows, size_t width);
void ck_segment_sum_gradient_f64(const double *dy, const int32_t *ids, const int32_t *counts,
                                 double *dx, size_t rows, size_t width);
/// y = the largest of the segment's rows, winners [segments, width] the lowest row that has it (-1 and
/// `empty` where there are no rows). The first NaN wins. rows < 2^31.
void ck_segment_max_f32(const float *x, const int32_t *ids, float empty, float *y, int32_t *winners,
                        size_t rows, size_t segments, size_t width);
void ck_segment_max_f64(const double *x, const int32_t *ids, double empty, double *y,
                        int32_t *winners, size_t rows, size_t segments, size_t width);
/// dx[r] = dy[ids[r]] where row r won, else 0.
void ck_segment_max_gradient_f32(const float *dy, const int32_t *ids, const int32_t *winners,
                                 float *dx, size_t rows, size_t width);
void ck_segment_max_gradient_f64(const double *dy, const int32_t *ids, const int32_t *winners,
                                 double *dx, size_t rows, size_t width);

#endif
