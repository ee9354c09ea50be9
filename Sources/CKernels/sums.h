// Sums in a fixed order, by logical index: blocks of 1,024; inside a block, 16 lanes (index mod 16),
// each ascending from +0, folded 16 -> 8 -> 4 -> 2 -> 1 (upper half onto lower); block values in a
// balanced binary tree (neighbours first, a last odd one is carried up).
#ifndef CKERNELS_SUMS_H
#define CKERNELS_SUMS_H

#include "lanes.h"

#define CK_SUM_BLOCK 1024

/// The tree over block values as they come: partial[i] holds 2^i blocks where bit i is set.
#define CK_DEFINE_TREE(T)                                                   \
  typedef struct { T partial[64]; uint64_t blocks; } tree_##T;              \
  CK_INLINE void tree_##T##_add(tree_##T *tree, T value) {                  \
    int level = 0;                                                          \
    for (uint64_t b = tree->blocks; b & 1; b >>= 1, level++)                \
      value = tree->partial[level] + value;                                 \
    tree->partial[level] = value;                                           \
    tree->blocks++;                                                         \
  }                                                                         \
  CK_INLINE T tree_##T##_total(const tree_##T *tree) {                      \
    if (tree->blocks == 0) return 0;                                        \
    int level = __builtin_ctzll(tree->blocks);                              \
    T value = tree->partial[level];                                         \
    for (level++; level < 64; level++)                                      \
      if (tree->blocks >> level & 1) value = tree->partial[level] + value;  \
    return value;                                                           \
  }
CK_DEFINE_TREE(float)
CK_DEFINE_TREE(double)

CK_INLINE float lanes_fold(f32x16 lanes) {
  float v[16];
  memcpy(v, &lanes, sizeof v);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) v[i] = v[i] + v[i + width];
  return v[0];
}

/// What is added up: x, x^2, x y, or (x - shift)^2.
enum sum_kind { SUM_PLAIN, SUM_SQUARES, SUM_PRODUCTS, SUM_DEVIATIONS };

CK_INLINE f32x16 sum_step_f32(int kind, f32x16 total, f32x16 x, f32x16 y, f32x16 shift) {
  switch (kind) {
  case SUM_PLAIN: return total + x;
  case SUM_SQUARES: return lanes_fma(x, x, total);
  case SUM_PRODUCTS: return lanes_fma(x, y, total);
  default: {
    f32x16 d = x - shift;
    return lanes_fma(d, d, total);
  }
  }
}

CK_INLINE float sum_f32(int kind, const float *x, const float *y, float shift, size_t count) {
  tree_float tree;
  tree.blocks = 0;
  f32x16 shifts = lanes_of(shift);
  for (size_t start = 0; start < count; start += CK_SUM_BLOCK) {
    size_t end = count - start < CK_SUM_BLOCK ? count : start + CK_SUM_BLOCK;
    f32x16 total = lanes_of(0);
    size_t i = start;
    for (; i + 16 <= end; i += 16)
      total = sum_step_f32(kind, total, lanes_load(x + i),
                           kind == SUM_PRODUCTS ? lanes_load(y + i) : shifts, shifts);
    if (i < end) {
      // Lanes without a value are left as they are.
      f32x16 a = lanes_load_part(x + i, end - i), b = shifts;
      if (kind == SUM_PRODUCTS) b = lanes_load_part(y + i, end - i);
      f32x16 next = sum_step_f32(kind, total, a, b, shifts);
      memcpy(&total, &next, (end - i) * sizeof(float));
    }
    tree_float_add(&tree, lanes_fold(total));
  }
  return tree_float_total(&tree);
}

CK_INLINE double sum_f64(int kind, const double *x, const double *y, double shift, size_t count) {
  tree_double tree;
  tree.blocks = 0;
  for (size_t start = 0; start < count; start += CK_SUM_BLOCK) {
    size_t end = count - start < CK_SUM_BLOCK ? count : start + CK_SUM_BLOCK;
    double total[16] = {0};
    for (size_t i = start; i < end; i++) {
      double *lane = &total[(i - start) & 15];
      switch (kind) {
      case SUM_PLAIN: *lane = *lane + x[i]; break;
      case SUM_SQUARES: *lane = __builtin_fma(x[i], x[i], *lane); break;
      case SUM_PRODUCTS: *lane = __builtin_fma(x[i], y[i], *lane); break;
      default: {
        double d = x[i] - shift;
        *lane = __builtin_fma(d, d, *lane);
      }
      }
    }
    for (int width = 8; width > 0; width /= 2)
      for (int i = 0; i < width; i++) total[i] = total[i] + total[i + width];
    tree_double_add(&tree, total[0]);
  }
  return tree_double_total(&tree);
}

#endif
