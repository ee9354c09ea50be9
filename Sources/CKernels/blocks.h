// What a block's bytes hold. Layouts: ggml's ggml-common.h.
#ifndef CKERNELS_BLOCKS_H
#define CKERNELS_BLOCKS_H

#include "ck_blocks.h"
#include "half.h"

enum { BLOCK_MOST = 256, BLOCK_PART = 16 };

/// A block of any format: w = (d scale[i / 16]) q[i] + (m minimum[i / 16]).
typedef struct {
  float d, m;
  int8_t q[BLOCK_MOST];
  int16_t scale[BLOCK_MOST / BLOCK_PART], minimum[BLOCK_MOST / BLOCK_PART];
} unpacked_block;

static const uint8_t block_lengths_32[] = {1, 1, 1, 1, 1, 8, 8, 8, 8, 8, 1};
static const uint8_t block_sizes[] = {18, 20, 22, 24, 34, 84, 110, 144, 176, 210, 18};
/// The values of IQ4_NL's sixteen codes.
static const int8_t block_codes[] = {-127, -104, -83, -65, -49, -35, -22, -10,
                                     1,    13,   25,  38,  53,  69,  89,  113};

CK_INLINE size_t block_length(int format) { return (size_t)block_lengths_32[format] * 32; }
CK_INLINE size_t block_bytes(int format) { return block_sizes[format]; }

CK_INLINE bool block_has_minimum(int format) {
  return format == CK_Q4_1 || format == CK_Q5_1 || format == CK_Q2_K || format == CK_Q4_K ||
         format == CK_Q5_K;
}

CK_INLINE float block_half(const uint8_t *from) {
  return half_widen(CK_F16, (uint16_t)(from[0] | from[1] << 8));
}

/// Four bits each: the low ones of 16 bytes, then the high ones.
CK_INLINE void unpack_nibbles(const uint8_t *from, int8_t *q, int offset) {
  for (int j = 0; j < 16; j++) {
    q[j] = (int8_t)((from[j] & 15) - offset);
    q[j + 16] = (int8_t)((from[j] >> 4) - offset);
  }
}

/// Five bits each: the fifth stands in a word of 32 bits.
CK_INLINE void unpack_fives(const uint8_t *high, const uint8_t *low, int8_t *q, int offset) {
  uint32_t bits = high[0] | (uint32_t)high[1] << 8 | (uint32_t)high[2] << 16 | (uint32_t)high[3] << 24;
  for (int j = 0; j < 16; j++) {
    q[j] = (int8_t)(((low[j] & 15) | (int)(bits >> j & 1) << 4) - offset);
    q[j + 16] = (int8_t)(((low[j] >> 4) | (int)(bits >> (j + 16) & 1) << 4) - offset);
  }
}

/// Eight scales and eight minima of six bits in 12 bytes, each for 32 numbers.
CK_INLINE void unpack_sixes(const uint8_t *from, unpacked_block *block) {
  for (int j = 0; j < 8; j++) {
    int scale = j < 4 ? from[j] & 63 : (from[j + 4] & 15) | (from[j - 4] >> 6) << 4;
    int minimum = j < 4 ? from[j + 4] & 63 : from[j + 4] >> 4 | (from[j] >> 6) << 4;
    block->scale[2 * j] = block->scale[2 * j + 1] = (int16_t)scale;
    block->minimum[2 * j] = block->minimum[2 * j + 1] = (int16_t)minimum;
  }
}

CK_INLINE void unpack_plain_scales(unpacked_block *block) {
  for (int j = 0; j < 2; j++) block->scale[j] = block->minimum[j] = 1;
}

/// Scales of six bits, 32 above what they mean: eight bytes of low halves, four of upper bits.
CK_INLINE void unpack_q3_scales(const uint8_t *from, unpacked_block *block) {
  for (int j = 0; j < 16; j++) {
    int low = from[j % 8] >> (4 * (j / 8)) & 15, high = from[8 + j % 4] >> (2 * (j / 4)) & 3;
    block->scale[j] = (int16_t)((low | high << 4) - 32);
  }
}

CK_INLINE void unpack_large(int format, const uint8_t *from, unpacked_block *block) {
  int8_t *q = block->q;
  switch (format) {
  case CK_Q2_K:
    block->d = block_half(from + 80);
    block->m = -block_half(from + 82);
    for (int j = 0; j < 16; j++) {
      block->scale[j] = from[j] & 15;
      block->minimum[j] = from[j] >> 4;
    }
    for (int g = 0; g < 2; g++)
      for (int s = 0; s < 4; s++)
        for (int j = 0; j < 32; j++)
          q[g * 128 + s * 32 + j] = (int8_t)(from[16 + g * 32 + j] >> (2 * s) & 3);
    break;
  case CK_Q3_K:
    block->d = block_half(from + 108);
    unpack_q3_scales(from + 96, block);
    for (int g = 0; g < 2; g++)
      for (int s = 0; s < 4; s++)
        for (int j = 0; j < 32; j++) {
          int high = from[j] >> (g * 4 + s) & 1; // 1: nothing is taken away
          q[g * 128 + s * 32 + j] =
              (int8_t)((from[32 + g * 32 + j] >> (2 * s) & 3) - 4 + 4 * high);
        }
    break;
  case CK_Q4_K:
  case CK_Q5_K: {
    block->d = block_half(from);
    block->m = -block_half(from + 2);
    unpack_sixes(from + 4, block);
    const uint8_t *low = from + (format == CK_Q5_K ? 48 : 16);
    for (int g = 0; g < 4; g++)
      for (int s = 0; s < 2; s++)
        for (int j = 0; j < 32; j++) {
          int high = format == CK_Q5_K ? from[16 + j] >> (2 * g + s) & 1 : 0;
          q[g * 64 + s * 32 + j] = (int8_t)((low[g * 32 + j] >> (4 * s) & 15) | high << 4);
        }
    break;
  }
  case CK_Q6_K:
    block->d = block_half(from + 208);
    for (int j = 0; j < 16; j++) block->scale[j] = (int8_t)from[192 + j];
    for (int g = 0; g < 2; g++)
      for (int s = 0; s < 4; s++)
        for (int j = 0; j < 32; j++) {
          int low = from[g * 64 + (s & 1) * 32 + j] >> (4 * (s >> 1)) & 15;
          int high = from[128 + g * 32 + j] >> (2 * s) & 3;
          q[g * 128 + s * 32 + j] = (int8_t)((low | high << 4) - 32);
        }
    break;
  }
}

/// With a constant format, only its own case remains.
CK_INLINE void unpack_block(int format, const uint8_t *from, unpacked_block *block) {
  block->m = 0;
  switch (format) {
  case CK_Q4_0:
    block->d = block_half(from);
    unpack_nibbles(from + 2, block->q, 8);
    unpack_plain_scales(block);
    break;
  case CK_Q4_1:
    block->d = block_half(from);
    block->m = block_half(from + 2);
    unpack_nibbles(from + 4, block->q, 0);
    unpack_plain_scales(block);
    break;
  case CK_Q5_0:
    block->d = block_half(from);
    unpack_fives(from + 2, from + 6, block->q, 16);
    unpack_plain_scales(block);
    break;
  case CK_Q5_1:
    block->d = block_half(from);
    block->m = block_half(from + 2);
    unpack_fives(from + 4, from + 8, block->q, 0);
    unpack_plain_scales(block);
    break;
  case CK_Q8_0:
    block->d = block_half(from);
    memcpy(block->q, from + 2, 32);
    unpack_plain_scales(block);
    break;
  case CK_IQ4_NL:
    block->d = block_half(from);
    for (int j = 0; j < 16; j++) {
      block->q[j] = block_codes[from[2 + j] & 15];
      block->q[j + 16] = block_codes[from[2 + j] >> 4];
    }
    unpack_plain_scales(block);
    break;
  default: unpack_large(format, from, block);
  }
}

CK_INLINE int32_t dot_16(const int8_t *a, const int8_t *b) {
  int32_t sum = 0;
  for (int i = 0; i < 16; i++) sum += (int32_t)a[i] * b[i];
  return sum;
}

/// Goes on with the chains of one output over one block.
CK_INLINE float add_block(int format, const unpacked_block *block, const int8_t *q,
                          const float *scales, const int32_t *sums, float total) {
  for (size_t c = 0; c < block_length(format) / 32; c++) {
    const int16_t *scale = block->scale + 2 * c, *minimum = block->minimum + 2 * c;
    int32_t product = scale[0] * dot_16(block->q + c * 32, q + c * 32) +
                      scale[1] * dot_16(block->q + c * 32 + 16, q + c * 32 + 16);
    total = __builtin_fmaf(block->d * scales[c], (float)product, total);
    if (block_has_minimum(format)) {
      int32_t sum = minimum[0] * sums[2 * c] + minimum[1] * sums[2 * c + 1];
      total = __builtin_fmaf(block->m * scales[c], (float)sum, total);
    }
  }
  return total;
}

/// Calls a function whose first argument is the format with the format as a constant.
#define BLOCK_DISPATCH(format, name, ...)                    \
  switch (format) {                                          \
  case CK_Q4_0: name(CK_Q4_0, __VA_ARGS__); break;           \
  case CK_Q4_1: name(CK_Q4_1, __VA_ARGS__); break;           \
  case CK_Q5_0: name(CK_Q5_0, __VA_ARGS__); break;           \
  case CK_Q5_1: name(CK_Q5_1, __VA_ARGS__); break;           \
  case CK_Q8_0: name(CK_Q8_0, __VA_ARGS__); break;           \
  case CK_Q2_K: name(CK_Q2_K, __VA_ARGS__); break;           \
  case CK_Q3_K: name(CK_Q3_K, __VA_ARGS__); break;           \
  case CK_Q4_K: name(CK_Q4_K, __VA_ARGS__); break;           \
  case CK_Q5_K: name(CK_Q5_K, __VA_ARGS__); break;           \
  case CK_Q6_K: name(CK_Q6_K, __VA_ARGS__); break;           \
  case CK_IQ4_NL: name(CK_IQ4_NL, __VA_ARGS__); break;       \
  }

#endif
