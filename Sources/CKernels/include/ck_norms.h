// Norms with their gradients. Every name exists for f32 and f64 in the same order of operations.
//
// Means and sums go by sums.h over the logical order, in two passes; factor = 1 / sqrt(variance +
// epsilon), h = (x - mean) factor, y = fma(h, gain, bias), or h gain, h + bias, h where one is missing.
// With g = dy gain, a = sum(g) / n, b = sum(g h, fused) / n: dx = factor fma(-h, b, g - a).
// Gradients of gains (chains of fma(dy, h, ...)) and biases (of dy) go over rows ascending, go on from
// what the buffer holds, and end with + 0.0. dx overwrites, and is no input unless a line says so.
#ifndef CK_NORMS_H
#define CK_NORMS_H

#include <stdbool.h>
#include <stddef.h>

#define CK_DECLARE_ROW_NORM(T, of)                                                              \
  typedef struct {                                                                              \
    /** [rows, width] */                                                                        \
    const T *x;                                                                                 \
    /** [rows / group_rows, width], row r taking group r / group_rows; or NULL. */              \
    const T *gain, *bias;                                                                       \
    const T *dy;                                                                                \
    /** y, which may be x; or dx. */                                                            \
    T *out;                                                                                     \
    /** As gain and bias, or NULL. */                                                           \
    T *gain_gradient, *bias_gradient;                                                           \
    /** Scratch of the gradient: rows values, or 2 rows if centered; NULL: memory is taken. */  \
    T *statistics;                                                                              \
    T epsilon;                                                                                  \
    /** Where not 0 it is added to the gain first, 1 in adaptive norms. */                      \
    T gain_offset;                                                                              \
    size_t rows, width, group_rows;                                                             \
    /** Whether the mean is taken off (layer norm) or not (RMS norm: the mean of squares). */   \
    bool centered;                                                                              \
  } ck_row_norm_call_##of;                                                                      \
  /** Without a center h = x factor, factor = 1 / sqrt(sum of squares / width + epsilon). */    \
  void ck_row_norm_##of(const ck_row_norm_call_##of *call);                                     \
  /** Without a center dx = fma(-pull, x, factor g), pull = ((dot(g, x) factor) (factor         \
      factor)) / width. False if memory could not be had. */                                    \
  bool ck_row_norm_gradient_##of(const ck_row_norm_call_##of *call);

CK_DECLARE_ROW_NORM(float, f32)
CK_DECLARE_ROW_NORM(double, f64)

#define CK_DECLARE_CHANNEL_NORM(T, of)                                                          \
  typedef struct {                                                                              \
    /** [batch, channels, positions] */                                                         \
    const T *x, *dy;                                                                            \
    /** [channels], or NULL. */                                                                 \
    const T *gain, *bias;                                                                       \
    /** y, which may be x; or dx. */                                                            \
    T *out;                                                                                     \
    /** [channels], or NULL. */                                                                 \
    T *gain_gradient, *bias_gradient;                                                           \
    /** [batch, groups], or [channels] in batch norm: written by the forward call, read by the  \
        gradient; in `fixed` calls read by both. Variances divide by the number of values. */   \
    T *means, *variances;                                                                       \
    T epsilon;                                                                                  \
    size_t batch, channels, positions;                                                          \
    /** Divides the channels; 0: batch norm, over (batch, position) of a channel. */            \
    size_t groups;                                                                              \
    /** Means and variances are given numbers (inference): dx = (dy gain) factor. */            \
    bool fixed;                                                                                 \
  } ck_channel_norm_call_##of;                                                                  \
  void ck_channel_norm_##of(const ck_channel_norm_call_##of *call);                             \
  void ck_channel_norm_gradient_##of(const ck_channel_norm_call_##of *call);

CK_DECLARE_CHANNEL_NORM(float, f32)
CK_DECLARE_CHANNEL_NORM(double, f64)

#define CK_DECLARE_RESPONSE_NORM(T, of)                                                         \
  typedef struct {                                                                              \
    /** [batch, positions, channels] */                                                         \
    const T *x, *dy;                                                                            \
    /** [channels] */                                                                           \
    const T *gain, *bias;                                                                       \
    /** y, which may be x; or dx. */                                                            \
    T *out;                                                                                     \
    /** [channels], or NULL. */                                                                 \
    T *gain_gradient, *bias_gradient;                                                           \
    T epsilon;                                                                                  \
    size_t batch, positions, channels;                                                          \
  } ck_response_norm_call_##of;                                                                 \
  /** Global response: size[c] = sqrt(sum of squares over positions), D = sum(size) / channels + \
      epsilon, n = size / D; y = fma(gain, x n, bias) + x. False if memory could not be had. */ \
  bool ck_response_norm_##of(const ck_response_norm_call_##of *call);                                 \
  /** dn = gain dot(dy, x); pull = (dot(dn, size) / (D D)) / channels; k = (dn / D - pull) / size, \
      0 where the size is 0; dx = fma(dy, fma(gain, n, 1), x k). */                             \
  bool ck_response_norm_gradient_##of(const ck_response_norm_call_##of *call);

CK_DECLARE_RESPONSE_NORM(float, f32)
CK_DECLARE_RESPONSE_NORM(double, f64)

/// y [rows, width] = x + bias [width]; y may be x.
void ck_add_bias_f32(const float *x, const float *bias, float *y, size_t rows, size_t width);
void ck_add_bias_f64(const double *x, const double *bias, double *y, size_t rows, size_t width);
/// gradient [width] goes on with the chain over rows of dy, + 0.0.
void ck_bias_gradient_f32(const float *dy, float *gradient, size_t rows, size_t width);
void ck_bias_gradient_f64(const double *dy, double *gradient, size_t rows, size_t width);

#endif
