// A chunk, 32 numbers of 16 rows, from a packed unit: unsigned numbers and scales as lanes, one template for
// every type.
#ifndef CKERNELS_PACKED_CHUNK_H
#define CKERNELS_PACKED_CHUNK_H

#include "packed.h"

typedef int8_t i8x16 __attribute__((ext_vector_type(16)));
typedef uint8_t u8x16 __attribute__((ext_vector_type(16)));

/// IQ4_NL's values, 128 above what they mean.
static const uint8_t raised_codes[] __attribute__((unused)) = {1,   24,  45,  63,  79,  93,  106, 118,
                                                               129, 141, 153, 166, 181, 197, 217, 241};

CK_INLINE u32x16 words_at(const uint8_t *lines, size_t line) {
  u32x16 words;
  memcpy(&words, __builtin_assume_aligned(lines + LINE * line, LINE), sizeof words);
  return words;
}

/// w[i]: numbers 4 i ... 4 i + 3 of chunk c of a unit, a byte each, `packed_offset` above what they
/// mean; for IQ4_NL the codes.
CK_INLINE void unpack_chunk(int format, const uint8_t *unit, size_t c, u32x16 w[8]) {
  const uint8_t *lines = unit + LINE * packed_head_lines(format);
  if (!packed_is_large(format)) lines += LINE * packed_words(format) * c;
  unsigned g = (unsigned)(c / 4), s = (unsigned)(c % 4);
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < 8; i++) {
    switch (format) {
    case CK_Q4_0:
    case CK_Q4_1:
    case CK_IQ4_NL: w[i] = words_at(lines, i % 4) >> (i / 4 * 4) & 0x0f0f0f0f; break;
    case CK_Q5_0:
    case CK_Q5_1: {
      u32x16 high = words_at(lines, 0);
      w[i] = (words_at(lines, 1 + i % 4) >> (i / 4 * 4) & 0x0f0f0f0f) |
             ((i < 4 ? high << (4 - i) : high >> (i - 4)) & 0x10101010);
      break;
    }
    case CK_Q8_0: w[i] = words_at(lines, i) ^ 0x80808080; break;
    case CK_Q2_K: w[i] = words_at(lines, g * 8 + i) >> (2 * s) & 0x03030303; break;
    case CK_Q3_K:
      w[i] = (words_at(lines, 8 + g * 8 + i) >> (2 * s) & 0x03030303) |
             ((words_at(lines, i) >> (unsigned)c & 0x01010101) << 2);
      break;
    case CK_Q4_K: w[i] = words_at(lines, c / 2 * 8 + i) >> (c % 2 * 4) & 0x0f0f0f0f; break;
    case CK_Q5_K:
      w[i] = (words_at(lines, 8 + c / 2 * 8 + i) >> (c % 2 * 4) & 0x0f0f0f0f) |
             ((words_at(lines, i) >> (unsigned)c & 0x01010101) << 4);
      break;
    case CK_Q6_K:
      w[i] = (words_at(lines, g * 16 + s % 2 * 8 + i) >> (s / 2 * 4) & 0x0f0f0f0f) |
             ((words_at(lines, 32 + g * 8 + i) >> (2 * s) & 0x03030303) << 4);
      break;
    }
  }
}

/// What a chunk's integers are multiplied with: d and m of the block; scales and minima of its two halves, in
/// [0] alone where the type has one for 32.
typedef struct {
  f32x16 d, m, scale[2], minimum[2];
} chunk_heads;

CK_INLINE f32x16 signed_lanes(const uint8_t *bytes) {
  i8x16 lanes;
  memcpy(&lanes, bytes, sizeof lanes);
  return __builtin_convertvector(__builtin_convertvector(lanes, i32x16), f32x16);
}

CK_INLINE f32x16 nibble_lanes(const uint8_t *bytes, int shift) {
  u8x16 lanes;
  memcpy(&lanes, bytes, sizeof lanes);
  u32x16 wide = __builtin_convertvector(lanes, u32x16) >> (unsigned)shift & 15;
  return __builtin_convertvector(__builtin_convertvector(wide, i32x16), f32x16);
}

CK_INLINE chunk_heads heads_of_chunk(int format, const uint8_t *unit, size_t c) {
  chunk_heads heads;
  bool large = packed_is_large(format);
  const uint8_t *parts = unit + LINE;
  heads.d = lanes_widen(CK_F16, (const uint16_t *)(unit + (large ? 0 : 32 * c)));
  if (block_has_minimum(format)) {
    heads.m = lanes_widen(CK_F16, (const uint16_t *)(unit + (large ? 32 : LINE + 32 * c)));
    if (large) heads.m = -heads.m;
  }
#pragma clang loop unroll(full)
  for (size_t h = 0; h < 2; h++) {
    const uint8_t *part = parts + PART_BYTES * (2 * c + h);
    if (format == CK_Q2_K) {
      heads.scale[h] = nibble_lanes(part, 0);
      heads.minimum[h] = nibble_lanes(part, 4);
    } else if (packed_has_half_scales(format)) {
      heads.scale[h] = signed_lanes(part);
    }
  }
  if (format == CK_Q4_K || format == CK_Q5_K) {
    heads.scale[0] = signed_lanes(parts + PART_BYTES * c);
    heads.minimum[0] = signed_lanes(parts + PART_BYTES * (8 + c));
  }
  return heads;
}

/// The integers of two halves (or, where the type has no scales of halves, of the whole in `first`) as one f32,
/// times the small scales: all steps are exact, since everything stays below 2^24.
CK_INLINE f32x16 scaled_integer(int format, const chunk_heads *heads, i32x16 first, i32x16 second) {
  f32x16 value = __builtin_convertvector(first, f32x16);
  if (!packed_is_large(format)) return value;
  value = value * heads->scale[0];
  if (!packed_has_half_scales(format)) return value;
  return lanes_fma(__builtin_convertvector(second, f32x16), heads->scale[1], value);
}

/// One step of the chains (ck_blocks.h). `sums` are those of x's two halves.
CK_INLINE f32x16 chain_step(int format, const chunk_heads *heads, f32x16 integer, f32x16 scale,
                                f32x16 sums0, f32x16 sums1, f32x16 total) {
  total = lanes_fma(heads->d * scale, integer, total);
  if (!block_has_minimum(format)) return total;
  f32x16 sum;
  if (format == CK_Q2_K) sum = lanes_fma(heads->minimum[1], sums1, heads->minimum[0] * sums0);
  else if (packed_is_large(format)) sum = heads->minimum[0] * (sums0 + sums1);
  else sum = sums0 + sums1;
  return lanes_fma(heads->m * scale, sum, total);
}

/// Where some rows' activations of a chunk are.
typedef struct {
  const int8_t *q;
  const float *scales;
  const int32_t *sums;
  size_t inputs; // from row to row
} activations;

/// Ends the chains of 16 outputs of a row and stores those that there are.
CK_INLINE void store_outputs(const ck_packed_product *p, size_t row, size_t group, f32x16 total) {
  float *y = p->y + row * p->y_row + group * GROUP;
  size_t left = p->outputs - group * GROUP;
  total = total + 0.0f;
  if (left >= GROUP) {
    lanes_store(y, p->adds ? lanes_load(y) + total : total);
  } else {
    if (p->adds) total = lanes_load_part(y, left) + total;
    lanes_store_part(y, total, left);
  }
}

#endif
