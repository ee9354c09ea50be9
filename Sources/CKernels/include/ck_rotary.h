// Rotary positions. Every name exists for f32 and f64 in the same order of operations.
#ifndef CK_ROTARY_H
#define CK_ROTARY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CK_DECLARE_ROTARY(T, of)                                                                \
  typedef struct {                                                                              \
    /** [rows, heads, head_width]; y may be x. */                                               \
    const T *x;                                                                                 \
    T *y;                                                                                       \
    /** [rows, pairs] */                                                                        \
    const T *cosines, *sines;                                                                   \
    size_t rows, heads, head_width, pairs;                                                      \
    /** Where in a head the 2 pairs values begin; the others stay as they are. */               \
    size_t first;                                                                               \
    /** Pairs are (2 i, 2 i + 1); else (i, i + pairs). */                                       \
    bool interleaved;                                                                           \
    /** Turns by the negative angles: the gradient. */                                          \
    bool backward;                                                                              \
  } ck_rotary_call_##of;                                                                        \
  /** (a, b) becomes (fma(-b, s, a c), fma(a, s, b c)); backward, s is -s. */                   \
  void ck_rotary_turn_##of(const ck_rotary_call_##of *call);                                    \
  /** cos and sin of positions[r, axes[i]] frequencies[i] by the f64 functions, times `factor`, \
      rounded once: [rows, pairs]. positions [rows, axis_count] are i32 or f32, the other NULL;  \
      axes NULL is axis 0. */                                                                   \
  void ck_rotary_angles_##of(const double *frequencies, size_t pairs, const int32_t *whole,     \
                             const float *real, size_t rows, const int32_t *axes,               \
                             size_t axis_count, double factor, T *cosines, T *sines);

CK_DECLARE_ROTARY(float, f32)
CK_DECLARE_ROTARY(double, f64)

#endif
