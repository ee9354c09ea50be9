// Scales for quantised blocks, found by trying some and fitting each by least squares. Sums are f32
// chains, ascending; ties keep the first.
#ifndef CKERNELS_BLOCKS_SEARCH_H
#define CKERNELS_BLOCKS_SEARCH_H

#include "blocks.h"

/// Magnitudes below this are taken as 0: no f16 scale is so small, and their inverses may be infinite.
#define SEARCH_LEAST 0x1p-100f

/// The nearest integer, ties to even, within low ... high.
CK_INLINE int search_nearest(float value, int low, int high) {
  if (!(value > (float)low)) return low;
  if (value > (float)high) return high;
  return (int)((value + 0x1.8p23f) - 0x1.8p23f);
}

/// The number of largest magnitude, with its sign.
CK_INLINE float search_peak(const float *x, int count) {
  float peak = 0;
  for (int i = 0; i < count; i++)
    if (__builtin_fabsf(x[i]) > __builtin_fabsf(peak)) peak = x[i];
  return peak;
}

/// A scale for x = scale q with q in -levels ... levels - 1; weights are x^2.
static float search_scale(const float *x, int count, int levels) {
  float peak = search_peak(x, count), best = 0, most = 0;
  if (__builtin_fabsf(peak) < SEARCH_LEAST) return 0;
  for (int step = -9; step <= 9; step++) {
    float inverse = -((float)levels + 0.1f * (float)step) / peak;
    float products = 0, squares = 0;
    for (int i = 0; i < count; i++) {
      float q = (float)search_nearest(inverse * x[i], -levels, levels - 1);
      float weight = (x[i] / peak) * (x[i] / peak);
      products = products + weight * (x[i] / peak) * q;
      squares = squares + weight * q * q;
    }
    // How much of the weighted squares this scale explains.
    if (squares > 0 && products * products > most * squares) {
      most = products * products / squares;
      best = products / squares * peak;
    }
  }
  return best;
}

/// A scale and a minimum, at least 0, for x = scale q - minimum with q in 0 ... levels.
static float search_range(const float *x, int count, int levels, float *minimum) {
  float low = 0, high = 0, total = 0;
  for (int i = 0; i < count; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  float range = high - low;
  *minimum = -low;
  // A range may be infinite; what comes of it is refused with its scale.
  if (range < SEARCH_LEAST || !(range <= 0x1.fffffep127f)) return range < SEARCH_LEAST ? 0 : range;
  for (int i = 0; i < count; i++) total = total + (x[i] / range) * (x[i] / range);
  float spread = __builtin_sqrtf(total / (float)count);
  float best = range / (float)levels, least = __builtin_inff();
  for (int step = -1; step <= 20; step++) {
    // The first try is the plain range.
    float inverse = ((float)levels + (step < 0 ? 0 : -1 + 0.1f * (float)step)) / range;
    float w = 0, wx = 0, wq = 0, wqq = 0, wqx = 0;
    for (int i = 0; i < count; i++) {
      float value = x[i] / range, weight = spread + __builtin_fabsf(value);
      float q = (float)search_nearest(inverse * (x[i] - low), 0, levels);
      w = w + weight;
      wx = wx + weight * value;
      wq = wq + weight * q;
      wqq = wqq + weight * q * q;
      wqx = wqx + weight * q * value;
    }
    float determinant = w * wqq - wq * wq;
    if (!(determinant > 0)) continue;
    float scale = (w * wqx - wx * wq) / determinant, offset = (wqq * wx - wq * wqx) / determinant;
    if (offset > 0) {
      offset = 0;
      scale = wqx / wqq;
    }
    float error = 0;
    for (int i = 0; i < count; i++) {
      float value = x[i] / range, weight = spread + __builtin_fabsf(value);
      float q = (float)search_nearest(inverse * (x[i] - low), 0, levels);
      float difference = scale * q + offset - value;
      error = error + weight * difference * difference;
    }
    if (scale > 0 && error < least) {
      least = error;
      best = scale * range;
      *minimum = -offset * range;
    }
  }
  return best;
}

/// The nearest of IQ4_NL's codes, of two equally near the lower.
CK_INLINE int search_code(float value) {
  int best = 0;
  for (int i = 1; i < 16; i++)
    if (__builtin_fabsf(value - (float)block_codes[i]) <
        __builtin_fabsf(value - (float)block_codes[best]))
      best = i;
  return best;
}

/// A scale for x = scale code; weights are x^2.
static float search_code_scale(const float *x) {
  float peak = search_peak(x, 32), best = 0, most = 0;
  if (__builtin_fabsf(peak) < SEARCH_LEAST) return 0;
  for (int step = -7; step <= 7; step++) {
    float inverse = (float)(step + block_codes[0]) / peak, products = 0, squares = 0;
    for (int i = 0; i < 32; i++) {
      float value = x[i] / peak, code = (float)block_codes[search_code(inverse * x[i])];
      products = products + value * value * value * code;
      squares = squares + value * value * code * code;
    }
    if (squares > 0 && products * products > most * squares) {
      most = products * products / squares;
      best = products / squares * peak;
    }
  }
  return best;
}

#endif
