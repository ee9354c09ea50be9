// Row kernels: norms, softmax, cross-entropy, search, rotary positions.
#include "functions_f32.h"
#include "functions_f64.h"
#include "sums.h"

CK_INLINE void ck_rms_norm_f32_body(const float *x, const float *gain, float epsilon, float *y,
                                    size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++, x += width, y += width) {
    float mean = sum_f32(SUM_SQUARES, x, NULL, 0, width) / (float)width;
    float factor = 1.0f / __builtin_sqrtf(mean + epsilon);
    for (size_t i = 0; i < width; i++) y[i] = (x[i] * factor) * gain[i];
  }
}
CK_VARIANTS(ck_rms_norm_f32,
            (const float *x, const float *gain, float epsilon, float *y, size_t rows, size_t width),
            (x, gain, epsilon, y, rows, width))

// The largest value; a NaN anywhere makes all results NaN, whatever this gives.
CK_INLINE float row_maximum(const float *x, size_t count) {
  f32x16 largest = lanes_of(-__builtin_inff());
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    f32x16 lanes = lanes_load(x + i);
    largest = lanes_select(lanes > largest, lanes, largest);
  }
  float result = -__builtin_inff();
  for (int lane = 0; lane < 16; lane++) result = largest[lane] > result ? largest[lane] : result;
  for (; i < count; i++) result = x[i] > result ? x[i] : result;
  return result;
}

// y = exp(x - maximum); x and y may be the same array.
CK_INLINE void row_exp(const float *x, float maximum, float *y, size_t count) {
  size_t i = 0;
  for (; i + 16 <= count; i += 16)
    lanes_store(y + i, lanes_exp(lanes_load(x + i) - lanes_of(maximum)));
  if (i < count)
    lanes_store_part(y + i, lanes_exp(lanes_load_part(x + i, count - i) - lanes_of(maximum)),
                     count - i);
}

// The definition of softmax: e = exp(x - max), the sum is one ascending chain, p = e (1 / sum).
CK_INLINE void row_softmax(const float *x, float *y, size_t count) {
  row_exp(x, row_maximum(x, count), y, count);
  float sum = 0;
  for (size_t i = 0; i < count; i++) sum = sum + y[i];
  float factor = 1.0f / sum;
  for (size_t i = 0; i < count; i++) y[i] = y[i] * factor;
}

CK_INLINE void ck_softmax_f32_body(const float *x, float *y, size_t rows, size_t width) {
  for (size_t r = 0; r < rows; r++) row_softmax(x + r * width, y + r * width, width);
}
CK_VARIANTS(ck_softmax_f32, (const float *x, float *y, size_t rows, size_t width),
            (x, y, rows, width))

// (max - x[target]) + log(sum of exp(x - max)), the sum in the order of sums.h.
CK_INLINE void nll_body(const float *x, size_t width, size_t target, float *scratch, float *out) {
  float maximum = row_maximum(x, width);
  row_exp(x, maximum, scratch, width);
  float sum = sum_f32(SUM_PLAIN, scratch, NULL, 0, width);
  *out = (maximum - x[target]) + (float)f64_log(sum);
}
CK_VARIANTS_LOCAL(nll, (const float *x, size_t width, size_t target, float *scratch, float *out),
                  (x, width, target, scratch, out))

float ck_nll_f32(const float *x, size_t width, size_t target, float *scratch) {
  float out;
  nll(x, width, target, scratch, &out);
  return out;
}

int64_t ck_argmax_f32(const float *x, size_t count) {
  size_t best = 0;
  bool ordered = count > 0 && x[0] == x[0];
  for (size_t i = 1; i < count; i++) {
    if (x[i] != x[i]) ordered = false;
    if (x[i] > x[best]) best = i;
  }
  return ordered ? (int64_t)best : -1;
}

void ck_rotary_tables_f32(double base, size_t pairs, size_t first, size_t positions, float *cosines,
                          float *sines) {
  (void)ck_prepare();
  for (size_t i = 0; i < pairs; i++) {
    double frequency = f64_pow(base, -(double)i / (double)pairs);
    for (size_t p = 0; p < positions; p++) {
      double angle = (double)(first + p) * frequency;
      cosines[p * pairs + i] = (float)f64_cos(angle);
      sines[p * pairs + i] = (float)f64_sin(angle);
    }
  }
}

CK_INLINE void ck_rotary_f32_body(float *x, const float *cosines, const float *sines, size_t rows,
                                  size_t heads, size_t pairs) {
  for (size_t r = 0; r < rows; r++) {
    const float *c = cosines + r * pairs, *s = sines + r * pairs;
    for (size_t h = 0; h < heads; h++, x += 2 * pairs)
      for (size_t i = 0; i < pairs; i++) {
        float a = x[i], b = x[i + pairs];
        x[i] = __builtin_fmaf(-b, s[i], a * c[i]);
        x[i + pairs] = __builtin_fmaf(a, s[i], b * c[i]);
      }
  }
}
CK_VARIANTS(ck_rotary_f32,
            (float *x, const float *cosines, const float *sines, size_t rows, size_t heads,
             size_t pairs),
            (x, cosines, sines, rows, heads, pairs))
