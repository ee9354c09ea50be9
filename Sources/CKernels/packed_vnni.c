// Products with packed weights on AVX-512 with dot products of bytes.
#if defined(__x86_64__)
#include <immintrin.h>

#include "ck_packed.h"
#include "ck_products.h"
#include "ckernels.h"
// Everything from here on is for this instance alone, the functions over lanes too.
#pragma clang attribute push(                                                                    \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma,f16c"))), \
    apply_to = function)
#include "packed_chunk.h"

#define TARGET __attribute__((noinline, min_vector_width(512)))
#define INSTANCE(x) x##_vnni

CK_INLINE __m512i zmm(u32x16 lanes) {
  __m512i bits;
  memcpy(&bits, &lanes, sizeof bits);
  return bits;
}

CK_INLINE i32x16 lanes_of_zmm(__m512i bits) {
  i32x16 lanes;
  memcpy(&lanes, &bits, sizeof lanes);
  return lanes;
}

CK_INLINE void unpack(int format, const uint8_t *unit, size_t c, u32x16 w[8]) {
  unpack_chunk(format, unit, c, w);
  if (format != CK_IQ4_NL) return;
  __m128i codes;
  memcpy(&codes, raised_codes, sizeof codes);
  __m512i table = _mm512_broadcast_i32x4(codes);
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    __m512i values = _mm512_shuffle_epi8(table, zmm(w[i]));
    memcpy(&w[i], &values, sizeof values);
  }
}

#include "packed_few_vnni.h"

#define STEP few_step
#include "packed_rows_body.h"
#include "packed_tiles_vnni.h"
#pragma clang attribute pop

const packed_instance packed_vnni = {{rows_1_vnni, rows_2_vnni, rows_3_vnni, rows_4_vnni}, tiles, pack_rows};
#endif
