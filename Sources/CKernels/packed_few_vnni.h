// A chunk of 16 outputs times a few rows, with dot products of bytes in the instruction set. Weights are unsigned,
// `packed_offset` above what they mean.

/// How far to the left bits of half a chunk's words are taken where they stand: sums are then shifted, not words.
CK_INLINE int place_of_half(int format, size_t c, int half) {
  switch (format) {
  case CK_Q4_0:
  case CK_Q4_1: return 4 * half;
  case CK_Q2_K: return (int)(c % 4) * 2;
  case CK_Q3_K: return c % 4 < 3 ? (int)(c % 4) * 2 : 0; // three bits at the sixth would leave the byte
  case CK_Q4_K: return (int)(c % 2) * 4;
  default: return 0;
  }
}

CK_INLINE bool stays_in_place(int format) {
  return format == CK_Q4_0 || format == CK_Q4_1 || format == CK_Q2_K || format == CK_Q3_K || format == CK_Q4_K;
}

/// Two lower bits where they stand (the fourth pair moved down) and bit c of the high ones above them.
CK_INLINE u32x16 third_bits(u32x16 low, u32x16 high, size_t c) {
  int place = place_of_half(CK_Q3_K, c, 0), up = place + 2 - (int)c;
  uint32_t mask = 0x03030303u << place;
  if (c % 4 == 3) low = low >> 6;
  high = up < 0 ? high >> (unsigned)-up : high << (unsigned)up;
  return ((low & mask) | (high & ~mask)) & (0x07070707u << place);
}

CK_INLINE void unpack_in_place(int format, const uint8_t *unit, size_t c, u32x16 w[8]) {
  const uint8_t *lines = unit + LINE * packed_head_lines(format);
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < 8; i++) {
    uint32_t mask = (uint32_t)packed_most(format) * 0x01010101u << place_of_half(format, c, (int)i / 4);
    switch (format) {
    case CK_Q4_0:
    case CK_Q4_1: w[i] = words_at(lines, packed_words(format) * c + i % 4) & mask; break;
    case CK_Q2_K: w[i] = words_at(lines, c / 4 * 8 + i) & mask; break;
    case CK_Q4_K: w[i] = words_at(lines, c / 2 * 8 + i) & mask; break;
    case CK_Q3_K: w[i] = third_bits(words_at(lines, 8 + c / 4 * 8 + i), words_at(lines, i), c); break;
    }
  }
  if (!stays_in_place(format)) unpack(format, unit, c, w);
}

/// start + the products of four words with 16 numbers.
CK_INLINE i32x16 dot_of_half(const u32x16 w[4], const int8_t *x, i32x16 start) {
  __m512i sum;
  memcpy(&sum, &start, sizeof sum);
#pragma clang loop unroll(full)
  for (int i = 0; i < 4; i++) {
    int word;
    memcpy(&word, x + 4 * i, 4);
    sum = _mm512_dpbusd_epi32(sum, zmm(w[i]), _mm512_set1_epi32(word));
  }
  return lanes_of_zmm(sum);
}

/// Types whose sums of halves and small scales are numbers of 16 bits: two products of such are one instruction.
CK_INLINE bool has_pairs(int format) { return format == CK_Q2_K || format == CK_Q3_K; }

/// Two numbers of 16 bits a lane: the lower bits of `first`, and `second`, which stands in the upper ones.
CK_INLINE i32x16 pair_of(i32x16 first, i32x16 second) { return (first & 0xffff) | (second & -0x10000); }

CK_INLINE i32x16 product_of_pairs(i32x16 a, i32x16 b) {
  __m512i x, y;
  memcpy(&x, &a, sizeof x);
  memcpy(&y, &b, sizeof y);
  return lanes_of_zmm(_mm512_dpwssd_epi32(_mm512_setzero_si512(), x, y));
}

CK_INLINE i32x16 pair_of_bytes(const uint8_t *bytes) {
  i8x16 parts[2];
  memcpy(parts, bytes, sizeof parts);
  return pair_of(__builtin_convertvector(parts[0], i32x16), __builtin_convertvector(parts[1], i32x16) << 16);
}

/// A chunk's integer without its small scale, or with both of those that are pairs.
CK_INLINE i32x16 integer_of_chunk(int format, size_t c, const u32x16 w[8], i32x16 scales, const int8_t *x,
                                  const int32_t *sums) {
  int offset = packed_offset(format), places[2] = {place_of_half(format, c, 0), place_of_half(format, c, 1)};
  if (has_pairs(format)) {
    int raised = offset << places[0];
    i32x16 first = dot_of_half(w, x, (i32x16)(-raised * sums[0]));
    i32x16 second = dot_of_half(w + 4, x + 16, (i32x16)(-raised * sums[1]));
    return product_of_pairs(pair_of(first >> places[0], second << (16 - places[1])), scales);
  }
  i32x16 start = (i32x16)(-offset * (sums[0] + sums[1]));
  if (places[0] == places[1]) return dot_of_half(w + 4, x + 16, dot_of_half(w, x, start)) >> places[0];
  return dot_of_half(w, x, start) + (dot_of_half(w + 4, x + 16, (i32x16)(0)) >> places[1]);
}

/// One chunk of a row.
CK_INLINE f32x16 row_step(int format, size_t c, const u32x16 w[8], const chunk_heads *heads, i32x16 scales,
                          i32x16 minima, const int8_t *x, float scale, const int32_t *sums, f32x16 total) {
  f32x16 integer, d = heads->d * scale;
  if (format == CK_Q6_K) {
    int offset = packed_offset(format);
    i32x16 first = dot_of_half(w, x, (i32x16)(-offset * sums[0]));
    i32x16 second = dot_of_half(w + 4, x + 16, (i32x16)(-offset * sums[1]));
    integer = scaled_integer(format, heads, first, second);
  } else {
    integer = __builtin_convertvector(integer_of_chunk(format, c, w, scales, x, sums), f32x16);
    if (packed_is_large(format) && !has_pairs(format)) integer = integer * heads->scale[0];
  }
  total = lanes_fma(d, integer, total);
  if (!block_has_minimum(format)) return total;
  f32x16 sum;
  if (format == CK_Q2_K) {
    i32x16 pair = (i32x16)((sums[0] & 0xffff) | (int32_t)((uint32_t)sums[1] << 16));
    sum = __builtin_convertvector(product_of_pairs(minima, pair), f32x16);
  } else {
    sum = lanes_of((float)(sums[0] + sums[1]));
    if (packed_is_large(format)) sum = heads->minimum[0] * sum;
  }
  return lanes_fma(heads->m * scale, sum, total);
}

CK_INLINE void few_step(int format, const uint8_t *unit, size_t c, activations x, int rows, f32x16 *totals) {
  u32x16 w[8];
  unpack_in_place(format, unit, c, w);
  chunk_heads heads = heads_of_chunk(format, unit, c);
  i32x16 scales = 0, minima = 0;
  if (has_pairs(format)) scales = pair_of_bytes(unit + LINE + PART_BYTES * 2 * c);
  if (format == CK_Q2_K) minima = scales >> 4 & 0x000f000f, scales = scales & 0x000f000f;
#pragma clang loop unroll(full)
  for (size_t r = 0; r < (size_t)rows; r++) {
    size_t at = r * x.inputs + c * 32;
    totals[r] = row_step(format, c, w, &heads, scales, minima, x.q + at, x.scales[at / 32], x.sums + at / 16,
                         totals[r]);
  }
}
