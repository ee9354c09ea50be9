// 16-bit weights as f32: exact, and the same for every instance (which may use the CPU's conversion).
#ifndef CKERNELS_HALF_H
#define CKERNELS_HALF_H

#include "ck_products.h"
#include "lanes.h"

CK_INLINE float float_of_bits(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

CK_INLINE uint32_t bits_of_float(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// The definition of widening.
CK_INLINE float half_widen(int kind, uint16_t half) {
  if (kind == CK_BF16) return float_of_bits((uint32_t)half << 16);
  uint32_t sign = (uint32_t)(half & 0x8000) << 16, rest = half & 0x7fff;
  // An integer below 2^10 times 2^-24: both exact.
  if (rest < 0x400) return float_of_bits(bits_of_float((float)rest * 0x1p-24f) | sign);
  if (rest >= 0x7c00) return float_of_bits(sign | 0x7f800000 | rest << 13);
  return float_of_bits(sign | ((rest << 13) + (112u << 23)));
}

/// Round to nearest, ties to even.
CK_INLINE uint16_t half_narrow(int kind, float value) {
  uint32_t bits = bits_of_float(value), sign = bits >> 16 & 0x8000, rest = bits & 0x7fffffff;
  if (kind == CK_BF16) {
    if (rest > 0x7f800000) return (uint16_t)(sign | 0x7fc0);
    return (uint16_t)(sign | (rest + 0x7fff + (rest >> 16 & 1)) >> 16);
  }
  if (rest > 0x7f800000) return (uint16_t)(sign | 0x7e00);
  if (rest >= 0x477ff000) return (uint16_t)(sign | 0x7c00); // 65520 and more
  if (rest < 0x38800000) {
    // Below 2^-14: adding 1/2 leaves the multiple of 2^-24 in the low bits, rounded by the addition.
    uint32_t sum = bits_of_float(float_of_bits(rest) + 0.5f);
    return (uint16_t)(sign | (sum - 0x3f000000));
  }
  return (uint16_t)(sign | (rest - (112u << 23) + 0xfff + (rest >> 13 & 1)) >> 13);
}

typedef uint16_t u16x16 __attribute__((ext_vector_type(16)));

/// 16 weights. To be used where the target has a conversion for f16.
CK_INLINE f32x16 lanes_widen(int kind, const uint16_t *from) {
  f32x16 lanes;
  if (kind == CK_BF16) {
    u16x16 halves;
    memcpy(&halves, from, sizeof halves);
    u32x16 bits = __builtin_convertvector(halves, u32x16) << 16;
    memcpy(&lanes, &bits, sizeof lanes);
    return lanes;
  }
  typedef _Float16 f16x16 __attribute__((ext_vector_type(16)));
  f16x16 halves;
  memcpy(&halves, from, sizeof halves);
  return __builtin_convertvector(halves, f32x16);
}

#endif
