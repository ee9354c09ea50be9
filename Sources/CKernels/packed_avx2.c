// Products with packed weights on AVX2: bytes are multiplied in pairs into 16 bits, which never overflow.
#if defined(__x86_64__)
#include <immintrin.h>

#include "ck_packed.h"
#include "ck_products.h"
#include "ckernels.h"
// Everything from here on is for this instance alone, the functions over lanes too.
#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)
#include "packed_chunk.h"

#define TARGET __attribute__((noinline))
#define INSTANCE(x) x##_avx2

typedef struct {
  __m256i part[2];
} halves;

CK_INLINE halves halves_of(u32x16 lanes) {
  halves both;
  memcpy(&both, &lanes, sizeof both);
  return both;
}

CK_INLINE bool is_byte(int format) { return packed_most(format) == 255; }

/// Weights of eight bits are taken as they are: |w| times x with w's sign, whose pairs stay below 2^15 as x is
/// never -128.
CK_INLINE int dot_offset(int format) { return is_byte(format) ? 0 : packed_offset(format); }

CK_INLINE i32x16 dot(int format, const u32x16 *w, const int8_t *x, int count, int32_t start) {
  // So many pairs of products add up in 16 bits.
  int room = is_byte(format) ? 1 : 32767 / (2 * 127 * packed_most(format));
  halves sums;
#pragma clang loop unroll(full)
  for (int h = 0; h < 2; h++) {
    sums.part[h] = _mm256_set1_epi32(start);
    __m256i pairs = _mm256_setzero_si256();
#pragma clang loop unroll(full)
    for (int i = 0; i < count; i++) {
      int word;
      memcpy(&word, x + 4 * i, 4);
      __m256i quad = _mm256_set1_epi32(word), weights = halves_of(w[i]).part[h];
      if (is_byte(format)) {
        weights = _mm256_xor_si256(weights, _mm256_set1_epi8((char)128));
        quad = _mm256_sign_epi8(quad, weights);
        weights = _mm256_abs_epi8(weights);
      }
      pairs = _mm256_add_epi16(pairs, _mm256_maddubs_epi16(weights, quad));
      if (i % room == room - 1 || i == count - 1) {
        sums.part[h] = _mm256_add_epi32(sums.part[h], _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
        pairs = _mm256_setzero_si256();
      }
    }
  }
  i32x16 lanes;
  memcpy(&lanes, &sums, sizeof lanes);
  return lanes;
}

CK_INLINE void unpack(int format, const uint8_t *unit, size_t c, u32x16 w[8]) {
  unpack_chunk(format, unit, c, w);
  if (format != CK_IQ4_NL) return;
  __m128i codes;
  memcpy(&codes, raised_codes, sizeof codes);
  __m256i table = _mm256_broadcastsi128_si256(codes);
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    halves both = halves_of(w[i]);
    for (int h = 0; h < 2; h++) both.part[h] = _mm256_shuffle_epi8(table, both.part[h]);
    memcpy(&w[i], &both, sizeof both);
  }
}

/// One chunk of a row.
CK_INLINE f32x16 row_step(int format, const u32x16 w[8], const chunk_heads *heads, const int8_t *x,
                          float scale, const int32_t *sums, f32x16 total) {
  int offset = dot_offset(format);
  i32x16 first, second = 0;
  if (packed_has_half_scales(format)) {
    first = dot(format, w, x, 4, -offset * sums[0]);
    second = dot(format, w + 4, x + 16, 4, -offset * sums[1]);
  } else {
    first = dot(format, w, x, 8, -offset * (sums[0] + sums[1]));
  }
  f32x16 integer = scaled_integer(format, heads, first, second);
  f32x16 sums0 = lanes_of(0), sums1 = sums0;
  if (format == CK_Q2_K) sums0 = lanes_of((float)sums[0]), sums1 = lanes_of((float)sums[1]);
  else if (block_has_minimum(format)) sums0 = lanes_of((float)(sums[0] + sums[1]));
  return chain_step(format, heads, integer, lanes_of(scale), sums0, sums1, total);
}

CK_INLINE void few_step(int format, const uint8_t *unit, size_t c, activations x, int rows,
                         f32x16 *totals) {
  u32x16 w[8];
  unpack(format, unit, c, w);
  chunk_heads heads = heads_of_chunk(format, unit, c);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < (size_t)rows; r++) {
    size_t at = r * x.inputs + c * 32;
    totals[r] = row_step(format, w, &heads, x.q + at, x.scales[at / 32], x.sums + at / 16,
                                   totals[r]);
  }
}

#define STEP few_step
#include "packed_rows_body.h"
#pragma clang attribute pop

const packed_instance packed_avx2 = {{rows_1_avx2, rows_2_avx2, rows_3_avx2, rows_4_avx2}, NULL, NULL};
#endif
