// Convolution in two dimensions (one: height 1), and what is made of the same windows.
//
// Pictures are [batch, channels, height, width], weights [groups * out_channels, in_channels, kernel_height,
// kernel_width] with the channel counts of ONE group; channels of a group stand together. Tap (ky, kx) of the
// output at (oy, ox) is the input at (oy * stride_y + ky * dilation_y - pad_top, ...). A tap outside of the
// picture is absent: nothing is multiplied or added for it.
//
// What is false has had no memory, and nothing is written. No kernel reads or writes where there is no element;
// a plane has fewer than 2^31 elements.
#ifndef CK_CONVOLUTION_H
#define CK_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
  size_t batch, groups;
  /** Of one group. */
  size_t in_channels, out_channels;
  size_t height, width, out_height, out_width;
  size_t kernel_height, kernel_width, stride_y, stride_x;
  size_t pad_top, pad_left, dilation_y, dilation_x;
} ck_convolution;

/// y = ONE chain of fused multiply-adds of x and weight from +0 over (ky, kx, channel of the group) ascending,
/// + 0.0, and then + bias [groups * out_channels] where there is one.
bool ck_convolve_f32(const ck_convolution *c, const float *x, const float *weight,
                     const float *bias, float *y);
bool ck_convolve_f64(const ck_convolution *c, const double *x, const double *weight,
                     const double *bias, double *y);

/// The gradient of x, and the transposed convolution of dy: a gather. dx at (iy, ix) = ONE chain of fused
/// multiply-adds of dy and weight from +0 over (ky, kx, output channel of the group) ascending, of those taps
/// for which an output (oy, ox) has its tap (ky, kx) there; + 0.0, and then + bias [groups * in_channels].
bool ck_convolve_back_f32(const ck_convolution *c, const float *dy, const float *weight,
                          const float *bias, float *dx);
bool ck_convolve_back_f64(const ck_convolution *c, const double *dy, const double *weight,
                          const double *bias, double *dx);

/// weight_gradient = the chain of fused multiply-adds of dy and x on from the buffer over (batch, oy, ox)
/// ascending, absent ones left out, + 0.0.
bool ck_convolve_weights_f32(const ck_convolution *c, const float *x, const float *dy,
                             float *weight_gradient);
bool ck_convolve_weights_f64(const ck_convolution *c, const double *x, const double *dy,
                             double *weight_gradient);

/// gradient [channels] = the chain of adds on from the buffer of x [batch, channels, positions] over (batch,
/// position) ascending, + 0.0: the gradient of a bias.
void ck_channel_sums_f32(const float *x, float *gradient, size_t batch, size_t channels,
                         size_t positions);
void ck_channel_sums_f64(const double *x, double *gradient, size_t batch, size_t channels,
                         size_t positions);

// The following take batch, groups and in_channels together as the number of planes; out_channels is not read.

/// y [planes, kernel_height * kernel_width, out_height * out_width]: the taps, +0 where they are absent.
bool ck_unfold_f32(const ck_convolution *c, const float *x, float *y);
bool ck_unfold_f64(const ck_convolution *c, const double *x, double *y);
/// x [planes, height, width] = the chain of adds from +0 over (ky, kx) ascending of the y that ck_unfold reads
/// from there: its gradient.
bool ck_fold_f32(const ck_convolution *c, const float *y, float *x);
bool ck_fold_f64(const ck_convolution *c, const double *y, double *x);

/// y = the largest of the taps in (ky, kx) ascending and where it stands in its plane: a later one wins if it
/// is larger, or NaN and the one before is not. So the lowest place wins ties (-0 ties with +0), and the
/// first NaN wins. Each window has a tap that is not absent.
bool ck_max_pool_f32(const ck_convolution *c, const float *x, float *y, int32_t *places);
bool ck_max_pool_f64(const ck_convolution *c, const double *x, double *y, int32_t *places);

#endif
