// What the files of linear algebra share.
#ifndef CKERNELS_LINEAR_H
#define CKERNELS_LINEAR_H

#include <stdlib.h>

#include "ck_linear.h"
#include "sums.h"

/// More memory than there are bytes to count is no memory.
CK_INLINE double *linear_memory(size_t rows, size_t columns, size_t more) {
  size_t count, bytes;
  if (__builtin_mul_overflow(rows, columns, &count) || __builtin_add_overflow(count, more, &count) ||
      __builtin_mul_overflow(count, sizeof(double), &bytes))
    return NULL;
  return malloc(bytes ? bytes : sizeof(double));
}

CK_INLINE uint64_t linear_bits(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits & ~(1ull << 63);
}

/// The largest magnitude, infinite or NaN where a value is.
CK_INLINE double linear_largest(const double *x, size_t count) {
  // Magnitudes are ordered as their bits are.
  uint64_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    uint64_t bits = linear_bits(x[i]);
    largest = bits > largest ? bits : largest;
  }
  double value;
  memcpy(&value, &largest, sizeof value);
  return value;
}

CK_INLINE bool linear_finite(const double *x, size_t count) {
  double largest = linear_largest(x, count);
  return largest - largest == 0;
}

/// That of the triangle below and on the diagonal.
CK_INLINE bool linear_lower_finite(const double *a, size_t n) {
  for (size_t i = 0; i < n; i++)
    if (!linear_finite(a + i * n, i + 1)) return false;
  return true;
}

/// 2^e with largest 2^-e in [1, 2); nearer to 1 for what is subnormal or 0, and 2^1022 at most, so that its
/// inverse is exact too.
CK_INLINE double linear_scale(double largest) {
  uint64_t bits = linear_bits(largest) >> 52;
  bits = bits == 0 ? 1 : bits > 2045 ? 2045 : bits;
  bits <<= 52;
  double scale;
  memcpy(&scale, &bits, sizeof scale);
  return scale;
}

typedef double f64x16 __attribute__((ext_vector_type(16)));

/// sum_f64(SUM_PRODUCTS, …) with its lanes in vectors.
CK_INLINE double linear_dot(const double *x, const double *y, size_t count) {
  tree_double tree;
  tree.blocks = 0;
  for (size_t start = 0; start < count; start += CK_SUM_BLOCK) {
    size_t end = count - start < CK_SUM_BLOCK ? count : start + CK_SUM_BLOCK, i = start;
    f64x16 lanes = (f64x16)(0.0);
    for (; i + 16 <= end; i += 16) {
      f64x16 a, b;
      memcpy(&a, x + i, sizeof a);
      memcpy(&b, y + i, sizeof b);
      lanes = __builtin_elementwise_fma(a, b, lanes);
    }
    double total[16];
    memcpy(total, &lanes, sizeof total);
    for (size_t j = 0; i < end; i++, j++) total[j] = __builtin_fma(x[i], y[i], total[j]);
    for (int width = 8; width > 0; width /= 2)
      for (int j = 0; j < width; j++) total[j] = total[j] + total[j + width];
    tree_double_add(&tree, total[0]);
  }
  return tree_double_total(&tree);
}

typedef struct {
  size_t p, q;
  double t, cosine, sine;
  // What stands on the diagonal afterwards.
  double first, second;
} rotation;

/// x' = fma(-sin, y, cos x), y' = fma(sin, x, cos y).
CK_INLINE void linear_rotate(const rotation *turn, double *restrict x, double *restrict y,
                             size_t count) {
  double c = turn->cosine, s = turn->sine;
  for (size_t i = 0; i < count; i++) {
    double a = x[i], b = y[i];
    x[i] = __builtin_fma(-s, b, c * a);
    y[i] = __builtin_fma(s, a, c * b);
  }
}

/// The rotation that takes the off-diagonal g of ((first, g), (g, second)) to 0.
CK_INLINE void linear_turn(rotation *turn, double first, double second, double g) {
  double z = (second - first) / (2 * g);
  double t = 1 / (__builtin_fabs(z) + __builtin_sqrt(__builtin_fma(z, z, 1)));
  turn->t = z < 0 ? -t : t;
  turn->cosine = 1 / __builtin_sqrt(__builtin_fma(turn->t, turn->t, 1));
  turn->sine = turn->t * turn->cosine;
}

enum { LINEAR_SWEEPS = 64 };

CK_INLINE size_t linear_rounds(size_t n) { return n < 2 ? 0 : n - 1 + (n & 1); }

/// Pair `i` of a round, as in the header; false where it is left out. There are rounds / 2 + 1.
CK_INLINE bool linear_pair(size_t n, size_t round, size_t i, rotation *pair) {
  size_t rounds = linear_rounds(n);
  size_t a = (round + i) % rounds, b = i == 0 ? rounds : (round + rounds - i) % rounds;
  pair->p = a < b ? a : b;
  pair->q = a < b ? b : a;
  return pair->q < n;
}

/// The order of values descending, the lowest index first among equals.
CK_INLINE void linear_descending(const double *values, size_t *order, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t place = i;
    for (; place > 0 && values[order[place - 1]] < values[i]; place--)
      order[place] = order[place - 1];
    order[place] = i;
  }
}

/// Whether the element of largest magnitude (lowest index) is negative.
CK_INLINE bool linear_points_down(const double *x, size_t count) {
  size_t best = 0;
  for (size_t i = 1; i < count; i++)
    if (__builtin_fabs(x[i]) > __builtin_fabs(x[best])) best = i;
  return count > 0 && x[best] < 0;
}

#endif
