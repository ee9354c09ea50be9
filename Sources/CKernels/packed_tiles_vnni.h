// Many rows times packed weights, with dot products of bytes in the instruction set: a chunk of 32 outputs is
// unpacked once into 16 registers and meets all rows of a block; their running values stand in the first
// cache. Here x is unsigned (128 is added) and weights are signed, so that what has to be taken away again
// depends on the weights alone.

typedef uint32_t u32x8 __attribute__((ext_vector_type(8)));

enum { TILE_STEP = PACKED_TILE_STEP, TILE_ROWS = PACKED_TILE_ROWS };

/// A chunk of one group as tiles use it.
typedef struct {
  __m512i w[8], start[2];
  chunk_heads heads;
} tile_chunk;

CK_INLINE void load_tile_chunk(int format, const uint8_t *unit, size_t c, tile_chunk *to) {
  u32x16 w[8];
  UNPACK(format, unit, c, w);
  __m512i most = _mm512_set1_epi8((char)128), offset = _mm512_set1_epi8((char)packed_offset(format));
  __m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++) {
    to->w[i] = packed_offset(format) ? _mm512_sub_epi8(zmm(w[i]), offset) : zmm(w[i]);
    int half = packed_has_half_scales(format) && i >= 4;
    sums[half] = _mm512_dpbusd_epi32(sums[half], most, to->w[i]);
  }
  for (int half = 0; half < 2; half++)
    to->start[half] = _mm512_sub_epi32(_mm512_setzero_si512(), sums[half]);
  to->heads = heads_of_chunk(format, unit, c);
}

/// Some rows times a chunk of `groups` groups.
CK_INLINE void tile_step(int format, int groups, int rows, const tile_chunk *chunks, const uint8_t *q,
                             const packed_tile_heads *x, float *totals) {
  bool halves = packed_has_half_scales(format);
  __m512i sums[TILE_STEP][2][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) {
      sums[r][g][0] = chunks[g].start[0];
      if (halves) sums[r][g][1] = chunks[g].start[1];
    }
#pragma clang loop unroll(full)
  for (int i = 0; i < 8; i++)
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      int word;
      memcpy(&word, q + r * 32 + i * 4, 4);
      __m512i quad = _mm512_set1_epi32(word);
#pragma clang loop unroll(full)
      for (int g = 0; g < groups; g++) {
        int half = halves && i >= 4;
        sums[r][g][half] = _mm512_dpbusd_epi32(sums[r][g][half], quad, chunks[g].w[i]);
      }
    }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) {
      const chunk_heads *heads = &chunks[g].heads;
      f32x16 integer = scaled_integer(format, heads, lanes_of_zmm(sums[r][g][0]),
                                      halves ? lanes_of_zmm(sums[r][g][1]) : (i32x16)(0));
      f32x16 scale = lanes_of(x[r].scale);
      float *at = totals + (r * 2 + g) * GROUP;
      f32x16 total = lanes_fma(heads->d * scale, integer, lanes_load(at));
      if (block_has_minimum(format)) {
        f32x16 sum = lanes_of(x[r].sum);
        if (format == CK_Q2_K)
          sum = lanes_fma(heads->minimum[1], lanes_of(x[r].sums[1]), heads->minimum[0] * x[r].sums[0]);
        else if (packed_is_large(format)) sum = heads->minimum[0] * sum;
        total = lanes_fma(heads->m * scale, sum, total);
      }
      lanes_store(at, total);
    }
}

CK_INLINE void tile_groups(int format, int groups, const ck_quantized_rows *x, const packed_tile_block *block,
                               const ck_packed_product *p, size_t group) {
  _Alignas(64) float totals[TILE_ROWS * 2 * GROUP];
  memset(totals, 0, block->padded * 2 * GROUP * sizeof(float));
  size_t blocks = x->inputs / block_length(format), most = packed_unit_blocks(format);
  size_t stride = packed_group_bytes(format, x->inputs), chunk = 0;
  const uint8_t *unit = p->packed + group * stride;
  // K-quants have more in registers beside the weights.
  enum { LARGE_STEP = 2 };
  int step = packed_is_large(format) ? LARGE_STEP : TILE_STEP;
  for (size_t b = 0; b < blocks; b += most) {
    size_t here = blocks - b < most ? blocks - b : most;
    size_t count = packed_is_large(format) ? BLOCK_MOST / 32 : here;
    for (size_t c = 0; c < count; c++, chunk++) {
      tile_chunk chunks[2];
#pragma clang loop unroll(full)
      for (int g = 0; g < groups; g++) load_tile_chunk(format, unit + (size_t)g * stride, c, &chunks[g]);
      const uint8_t *q = block->q + chunk * block->padded * 32;
      const packed_tile_heads *heads = block->heads + chunk * block->padded;
      for (size_t r = 0; r < block->padded; r += (size_t)step)
        tile_step(format, groups, step, chunks, q + r * 32, heads + r, totals + r * 2 * GROUP);
    }
    unit += packed_unit_bytes(format, here);
  }
  for (size_t r = 0; r < block->rows; r++)
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++)
      store_outputs_vnni(p, block->row + r, group + (size_t)g, lanes_load(totals + (r * 2 + (size_t)g) * GROUP));
}

CK_INLINE void two_groups(int format, const ck_quantized_rows *x, const packed_tile_block *block,
                              const ck_packed_product *p, size_t group) {
  tile_groups(format, 2, x, block, p, group);
}
CK_INLINE void one_group(int format, const ck_quantized_rows *x, const packed_tile_block *block,
                             const ck_packed_product *p, size_t group) {
  tile_groups(format, 1, x, block, p, group);
}

/// A block of rows times groups of 16 outputs.
TARGET static void tiles(const ck_quantized_rows *x, const packed_tile_block *block,
                              const ck_packed_product *p, size_t begin, size_t end) {
  for (; begin + 2 <= end; begin += 2) BLOCK_DISPATCH(p->format, two_groups, x, block, p, begin)
  if (begin < end) BLOCK_DISPATCH(p->format, one_group, x, block, p, begin)
}

/// Rows of chunks `begin` ..< `end` of a block as tiles read them; the rows that only fill it up are zeros.
TARGET static void pack_rows(const ck_quantized_rows *x, const packed_tile_block *block, size_t begin,
                                   size_t end) {
  for (size_t c = begin; c < end; c++)
    for (size_t r = 0; r < block->padded; r++) {
      u32x8 q = 0;
      packed_tile_heads heads = {0, {0, 0}, 0};
      if (r < block->rows) {
        size_t row = block->row + r;
        memcpy(&q, x->q + row * x->inputs + c * 32, sizeof q);
        size_t place = row * (x->inputs / 32) + c;
        const int32_t *sums = x->sums + 2 * place;
        heads = (packed_tile_heads){x->scales[place], {(float)sums[0], (float)sums[1]}, (float)(sums[0] + sums[1])};
      }
      q = q ^ 0x80808080;
      memcpy(block->q + (c * block->padded + r) * 32, &q, sizeof q);
      block->heads[c * block->padded + r] = heads;
    }
}
