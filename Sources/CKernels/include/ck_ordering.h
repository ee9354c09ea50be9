// Order and choice along rows: sort, top-k, k-th value, masks of bits; and weights to draw from.
//
// Values are compared as numbers: -0 and +0 are equal. Of equal values the one with the lowest index
// comes first, in ascending and in descending order. Nothing is computed, so no order of operations
// matters; results keep the bits of the values.
//
// Calls that can meet a NaN or want memory return CK_ORDERED, CK_NO_MEMORY or the lowest row that
// holds a NaN (of which nothing is promised).
#ifndef CK_ORDERING_H
#define CK_ORDERING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CK_ORDERED = -1, CK_NO_MEMORY = -2 };

/// The first k (1 ... width < 2^31) of the order of each row of x [rows, width]: values and the indices
/// they had, [rows, k]; either result may be NULL. largest: of the descending order. k = width sorts.
/// Otherwise about one pass over a row, which gathers what beats the k-th best so far.
int64_t ck_top_f32(const float *x, bool largest, float *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);
int64_t ck_top_f64(const double *x, bool largest, double *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);
int64_t ck_top_i32(const int32_t *x, bool largest, int32_t *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);

/// The k-th (1 ... width) of the order of each row, [rows].
int64_t ck_kth_f32(const float *x, bool largest, float *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);
int64_t ck_kth_f64(const double *x, bool largest, double *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);
int64_t ck_kth_i32(const int32_t *x, bool largest, int32_t *values, int32_t *indices, size_t k,
                   size_t rows, size_t width);

/// y = x where the element's bit is 1, else fill; y may be x. Element i of a row has bit i mod 64 of word
/// i / 64 of the mask's row, ceil(width / 64) words; mask row 0 serves all rows if `shared`.
void ck_mask_f32(const float *x, const uint64_t *mask, bool shared, float fill, float *y,
                 size_t rows, size_t width);
void ck_mask_f64(const double *x, const uint64_t *mask, bool shared, double fill, double *y,
                 size_t rows, size_t width);

/// Weights as whole multiples of 2^-40, halves to the even one; the result is their sum. NaN and what is
/// not above 0 become 0, what is above 1 becomes 1. From the 2^22nd on, weights count as 0, so
/// that the sum fits 62 bits.
uint64_t ck_fixed_weights_f32(const float *weights, uint64_t *fixed, size_t count);
uint64_t ck_fixed_weights_f64(const double *weights, uint64_t *fixed, size_t count);

#endif
