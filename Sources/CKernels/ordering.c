// Sort, top-k, k-th value, masks of bits, weights to draw from. Meanings: ck_ordering.h.
#include <stdlib.h>

#include "reals.h"
#include "row_results.h"

enum {
  FEW = 48,            // sorted by insertion
  MANY = 2048,         // from which on a radix sort takes the longer digits:
  FEW_DIGIT_BITS = 8,  // 4 passes for 32 bits, 8 for 64
  DIGIT_BITS = 11,     // 3 and 6 passes
  SPARE = 256,         // newcomers that are gathered before they are sorted in, at least
  SCAN_BLOCK = 64,
  MAXIMUM_WEIGHTS = 1 << 22,
};

// Adding +0 makes one zero of the two; then negative numbers are turned around.
CK_INLINE uint32_t key_of_f32(float x) {
  uint32_t bits;
  x = x + 0.0f;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 31 ? ~bits : bits | 1u << 31;
}

CK_INLINE uint64_t key_of_f64(double x) {
  uint64_t bits;
  x = x + 0.0;
  memcpy(&bits, &x, sizeof bits);
  return bits >> 63 ? ~bits : bits | 1ull << 63;
}

#define IS_NAN(x) ((x) != (x))
#include "reals_f32.h"
#define KEY uint32_t
#define KEY_OF key_of_f32
#include "ordering_body.h"
#undef KEY
#undef KEY_OF
#include "reals_f64.h"
#define KEY uint64_t
#define KEY_OF key_of_f64
#include "ordering_body.h"
#undef KEY
#undef KEY_OF
#undef IS_NAN

#undef REAL
#undef R
#undef BODY
#define REAL int32_t
#define R(name) name##_i32
#define BODY(name) name##_i32_body
#define KEY uint32_t
#define KEY_OF(x) ((uint32_t)(x) ^ 1u << 31)
#define IS_NAN(x) false
#include "ordering_body.h"

#define MASK(name, T)                                                                           \
  CK_INLINE void name##_body(const T *x, const uint64_t *mask, bool shared, T fill, T *y,       \
                             size_t rows, size_t width) {                                       \
    size_t words = (width + 63) / 64;                                                           \
    for (size_t r = 0; r < rows; r++, x += width, y += width, mask += shared ? 0 : words)       \
      for (size_t i = 0; i < width; i++) y[i] = mask[i / 64] >> (i % 64) & 1 ? x[i] : fill;     \
  }                                                                                             \
  CK_VARIANTS(name,                                                                             \
              (const T *x, const uint64_t *mask, bool shared, T fill, T *y, size_t rows,        \
               size_t width),                                                                   \
              (x, mask, shared, fill, y, rows, width))
MASK(ck_mask_f32, float)
MASK(ck_mask_f64, double)

// Scaling is exact, and makes quiet what may be a signalling NaN, which ARM's maximum would not replace;
// adding 2^52 rounds to a whole number, halves to the even one, and leaves it in the
// lowest bits.
#define FIXED(name, T)                                                                        \
  CK_INLINE void name##_into_body(const T *weights, uint64_t *fixed, size_t count,            \
                                  uint64_t *total) {                                          \
    uint64_t sum = 0;                                                                         \
    for (size_t i = 0; i < count; i++) {                                                      \
      double weight = (double)weights[i] * 0x1p40;                                            \
      weight = weight > 0 ? weight : 0;                                                       \
      double shifted = (weight < 0x1p40 ? weight : 0x1p40) + 0x1p52;                          \
      uint64_t bits;                                                                          \
      memcpy(&bits, &shifted, sizeof bits);                                                   \
      fixed[i] = bits & (((uint64_t)1 << 52) - 1);                                            \
      sum += fixed[i];                                                                        \
    }                                                                                         \
    *total = sum;                                                                             \
  }                                                                                           \
  CK_VARIANTS_LOCAL(name##_into,                                                              \
                    (const T *weights, uint64_t *fixed, size_t count, uint64_t *total),       \
                    (weights, fixed, count, total))                                           \
  uint64_t name(const T *weights, uint64_t *fixed, size_t count) {                            \
    uint64_t total;                                                                           \
    size_t taken = count < MAXIMUM_WEIGHTS ? count : MAXIMUM_WEIGHTS;                         \
    name##_into(weights, fixed, taken, &total);                                               \
    for (size_t i = taken; i < count; i++) fixed[i] = 0;                                      \
    return total;                                                                             \
  }
FIXED(ck_fixed_weights_f32, float)
FIXED(ck_fixed_weights_f64, double)
