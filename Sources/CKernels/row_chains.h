// Sums of rows, each one ascending chain, for many rows at once: the chains of different rows share vectors, since
// one alone waits for its last addition. Bits are those of the chains one by one.
#ifndef CKERNELS_ROW_CHAINS_H
#define CKERNELS_ROW_CHAINS_H

#include "reals.h"

enum {
  /// Rows, two times eight, that go together where so many of them are a small part of a core's second cache, ...
  ROWS_TOGETHER = 16,
  ROWS_TOGETHER_BYTES = 128 * 1024,
  /// ... and where they do not, or numbers are f64: chains side by side, each in a register of its own.
  ROWS_ABREAST = 4,
};

CK_INLINE size_t rows_together_f32(size_t width) {
  return ROWS_TOGETHER * width * sizeof(float) <= ROWS_TOGETHER_BYTES ? ROWS_TOGETHER : ROWS_ABREAST;
}
CK_INLINE size_t rows_together_f64(size_t width) {
  (void)width;
  return ROWS_ABREAST;
}

typedef float f32x4 __attribute__((ext_vector_type(4)));
typedef float f32x8 __attribute__((ext_vector_type(8)));

/// Four numbers of a row, and beside them four of the row four further on.
CK_INLINE f32x8 two_rows_of_four(const float *row, size_t width) {
  f32x4 low, high;
  memcpy(&low, row, sizeof low);
  memcpy(&high, row + 4 * width, sizeof high);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7);
}

/// Four columns of eight rows that are `width` apart, a lane each row.
CK_INLINE void columns_of_eight(const float *rows, size_t width, f32x8 columns[4]) {
  f32x8 r0 = two_rows_of_four(rows, width), r1 = two_rows_of_four(rows + width, width);
  f32x8 r2 = two_rows_of_four(rows + 2 * width, width), r3 = two_rows_of_four(rows + 3 * width, width);
  f32x8 a = __builtin_shufflevector(r0, r1, 0, 8, 1, 9, 4, 12, 5, 13);
  f32x8 b = __builtin_shufflevector(r0, r1, 2, 10, 3, 11, 6, 14, 7, 15);
  f32x8 c = __builtin_shufflevector(r2, r3, 0, 8, 1, 9, 4, 12, 5, 13);
  f32x8 d = __builtin_shufflevector(r2, r3, 2, 10, 3, 11, 6, 14, 7, 15);
  columns[0] = __builtin_shufflevector(a, c, 0, 1, 8, 9, 4, 5, 12, 13);
  columns[1] = __builtin_shufflevector(a, c, 2, 3, 10, 11, 6, 7, 14, 15);
  columns[2] = __builtin_shufflevector(b, d, 0, 1, 8, 9, 4, 5, 12, 13);
  columns[3] = __builtin_shufflevector(b, d, 2, 3, 10, 11, 6, 7, 14, 15);
}

/// Eight chains go on over four columns of a, or of a b where they are `fused`, a literal.
CK_INLINE f32x8 chains_of_four(f32x8 totals, bool fused, const float *a, const float *b, size_t width) {
  f32x8 x[4], y[4];
  columns_of_eight(a, width, x);
  if (fused) columns_of_eight(b, width, y);
#pragma clang loop unroll(full)
  for (size_t n = 0; n < 4; n++)
    totals = fused ? __builtin_elementwise_fma(x[n], y[n], totals) : totals + x[n];
  return totals;
}

/// sums[j] = the chain over row j of a, or of a b where they are fused, ROWS_TOGETHER rows. A row's line is used up
/// before the next is loaded: rows a power of two apart would drive each other out of the first cache.
CK_INLINE void row_chains_together(bool fused, const float *a, const float *b, size_t width, float *sums) {
  enum { LINE = 16 };
  const float *c = a + 8 * width, *d = fused ? b + 8 * width : c;
  f32x8 first = 0, second = 0;
  size_t i = 0;
  for (; i + LINE <= width; i += LINE) {
    for (size_t n = i; n < i + LINE; n += 4) first = chains_of_four(first, fused, a + n, b + n, width);
    for (size_t n = i; n < i + LINE; n += 4) second = chains_of_four(second, fused, c + n, d + n, width);
  }
  memcpy(sums, &first, sizeof first);
  memcpy(sums + 8, &second, sizeof second);
  for (size_t j = 0; j < ROWS_TOGETHER; j++)
    for (size_t n = i; n < width; n++)
      sums[j] = fused ? fma_f32(a[j * width + n], b[j * width + n], sums[j]) : sums[j] + a[j * width + n];
}

#define ROW_CHAINS_ABREAST(REAL, of)                                                                  \
  /** The same of `rows` rows, a literal, ROWS_ABREAST at most. */                                    \
  CK_INLINE void row_chains_abreast_##of(bool fused, const REAL *a, const REAL *b, size_t rows,       \
                                         size_t width, REAL *sums) {                                  \
    REAL totals[ROWS_ABREAST] = {0};                                                                  \
    const REAL *row[ROWS_ABREAST];                                                                    \
    if (fused) {                                                                                      \
      for (size_t i = 0; i < width; i++)                                                              \
        for (size_t j = 0; j < rows; j++)                                                             \
          totals[j] = fma_##of(a[j * width + i], b[j * width + i], totals[j]);                        \
    } else {                                                                                          \
      size_t i = 0;                                                                                   \
      _Pragma("clang loop unroll(full)")                                                              \
      for (size_t j = 0; j < rows; j++) row[j] = a + j * width;                                       \
      /* By pointers, so that an addition loads its operand itself. */                                \
      for (; i + 4 <= width; i += 4)                                                                  \
        _Pragma("clang loop unroll(full) vectorize(disable)")                                         \
        for (size_t j = 0; j < rows; j++) {                                                           \
          CK_KEEP(row[j]);                                                                            \
          _Pragma("clang loop unroll(full) vectorize(disable)")                                       \
          for (size_t n = 0; n < 4; n++) totals[j] = totals[j] + row[j][n];                           \
          row[j] += 4;                                                                                \
        }                                                                                             \
      for (; i < width; i++)                                                                          \
        for (size_t j = 0; j < rows; j++) totals[j] = totals[j] + *row[j]++;                          \
    }                                                                                                 \
    for (size_t j = 0; j < rows; j++) sums[j] = totals[j];                                            \
  }
ROW_CHAINS_ABREAST(float, f32)
ROW_CHAINS_ABREAST(double, f64)
#undef ROW_CHAINS_ABREAST

/// Of as many rows as rows_together gives, or of one; `fused` is a literal.
CK_INLINE void row_chains_f32(bool fused, const float *a, const float *b, size_t rows, size_t width,
                              float *sums) {
  if (rows == ROWS_TOGETHER) row_chains_together(fused, a, b, width, sums);
  else if (rows == ROWS_ABREAST) row_chains_abreast_f32(fused, a, b, ROWS_ABREAST, width, sums);
  else row_chains_abreast_f32(fused, a, b, 1, width, sums);
}
CK_INLINE void row_chains_f64(bool fused, const double *a, const double *b, size_t rows, size_t width,
                              double *sums) {
  if (rows == ROWS_ABREAST) row_chains_abreast_f64(fused, a, b, ROWS_ABREAST, width, sums);
  else row_chains_abreast_f64(fused, a, b, 1, width, sums);
}

#endif
