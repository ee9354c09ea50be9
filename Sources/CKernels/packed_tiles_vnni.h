// Many rows times packed weights, with dot products of bytes in the instruction set: a slice of 32 outputs is unpacked
// once into the first cache and meets all rows of a block, four at a time, whose chains stay in registers through the
// slice. Here x is unsigned (128 is added) and weights are signed, so that what has to be taken away again depends on
// the weights alone.

typedef uint32_t u32x8 __attribute__((ext_vector_type(8)));

enum {
  TILE_STEP = PACKED_TILE_STEP,
  // The chunks of a slice: two groups' numbers and what they are multiplied with take 28 KiB at most.
  SLICE = 16,
  // Groups that meet the rows side by side.
  SIDE_BY_SIDE = 2,
};

/// Scales of halves are no factors of weights here.
CK_INLINE bool tile_has_halves(int format) { return format == CK_Q6_K; }

/// Types with small scales of halves whose products with the weights are bytes; Q3_K's are negated, since they go up
/// to 128.
CK_INLINE bool tile_is_scaled(int format) { return format == CK_Q2_K || format == CK_Q3_K; }

/// Chunks of one group: signed weights, for types whose weights hold their scales these too.
typedef struct {
  _Alignas(64) __m512i w[SLICE][8];
  // What takes x's 128 away again, for each of two halves.
  __m512i start[SLICE][2];
  chunk_heads heads[SLICE];
} tile_slice;

/// Two bytes each of what the bytes of a half's words are multiplied with.
CK_INLINE __m512i tile_factors(int format, const uint8_t *part) {
  i8x16 bytes;
  memcpy(&bytes, part, sizeof bytes);
  bytes = format == CK_Q2_K ? bytes & 15 : -bytes;
  u32x16 wide = (u32x16)__builtin_convertvector(bytes, i32x16);
  return zmm((wide & 0xffff) | wide << 16);
}

/// The lower bytes of the products of bytes with 16 bits.
CK_INLINE __m512i multiply_bytes(__m512i bytes, __m512i factors) {
  __m512i even = _mm512_mullo_epi16(bytes, factors);
  __m512i odd = _mm512_mullo_epi16(_mm512_srli_epi16(bytes, 8), factors);
  return _mm512_mask_mov_epi8(_mm512_slli_epi16(odd, 8), 0x5555555555555555, even);
}

/// Chunk c of a unit as chunk `at` of a slice.
CK_INLINE void load_chunk(int format, const uint8_t *unit, size_t c, tile_slice *to, size_t at) {
  u32x16 w[8];
  unpack(format, unit, c, w);
  __m512i raised = _mm512_set1_epi8((char)128), offset = _mm512_set1_epi8((char)packed_offset(format));
  __m512i sums[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
#pragma clang loop unroll(full)
  for (unsigned i = 0; i < 8; i++) {
    __m512i word = packed_offset(format) ? _mm512_sub_epi8(zmm(w[i]), offset) : zmm(w[i]);
    if (tile_is_scaled(format))
      word = multiply_bytes(word, tile_factors(format, unit + LINE + PART_BYTES * (2 * c + i / 4)));
    to->w[at][i] = word;
    unsigned half = tile_has_halves(format) ? i / 4 : 0;
    sums[half] = _mm512_dpbusd_epi32(sums[half], raised, word);
  }
  for (unsigned half = 0; half < 2; half++)
    to->start[at][half] = _mm512_sub_epi32(_mm512_setzero_si512(), sums[half]);
  to->heads[at] = heads_of_chunk(format, unit, c);
  if (format == CK_Q3_K) to->heads[at].d = -to->heads[at].d;
}

/// One step of the chain of a row (ck_blocks.h) from the integers of its halves.
CK_INLINE f32x16 tile_step(int format, const chunk_heads *heads, i32x16 first, i32x16 second,
                           const packed_tile_heads *x, f32x16 total) {
  f32x16 integer;
  if (tile_is_scaled(format)) integer = __builtin_convertvector(first, f32x16);
  else integer = scaled_integer(format, heads, first, second);
  total = lanes_fma(heads->d * x->scale, integer, total);
  if (!block_has_minimum(format)) return total;
  f32x16 sum = lanes_of(x->sum);
  if (format == CK_Q2_K)
    sum = lanes_fma(heads->minimum[1], lanes_of(x->sums[1]), heads->minimum[0] * x->sums[0]);
  else if (packed_is_large(format)) sum = heads->minimum[0] * sum;
  return lanes_fma(heads->m * x->scale, sum, total);
}

/// A step of rows times slices; `to` is [step][SIDE_BY_SIDE][16].
CK_INLINE void rows_of_slices(int format, int groups, const tile_slice *slices, size_t chunks, const uint8_t *q,
                              const packed_tile_heads *x, float *to) {
  bool halves = tile_has_halves(format);
  f32x16 totals[TILE_STEP][SIDE_BY_SIDE];
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_STEP; r++)
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) totals[r][g] = lanes_load(to + (r * SIDE_BY_SIDE + g) * GROUP);
  for (size_t c = 0; c < chunks; c++, q += TILE_STEP * 32, x += TILE_STEP) {
    __m512i sums[TILE_STEP][SIDE_BY_SIDE][2];
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE_STEP; r++)
#pragma clang loop unroll(full)
      for (int g = 0; g < groups; g++)
        for (int half = 0; half < 2; half++) sums[r][g][half] = slices[g].start[c][half];
#pragma clang loop unroll(full)
    for (int i = 0; i < 8; i++)
#pragma clang loop unroll(full)
      for (int r = 0; r < TILE_STEP; r++) {
        int word, half = halves ? i / 4 : 0;
        memcpy(&word, q + r * 32 + i * 4, 4);
        __m512i quad = _mm512_set1_epi32(word);
#pragma clang loop unroll(full)
        for (int g = 0; g < groups; g++)
          sums[r][g][half] = _mm512_dpbusd_epi32(sums[r][g][half], quad, slices[g].w[c][i]);
      }
#pragma clang loop unroll(full)
    for (int r = 0; r < TILE_STEP; r++)
#pragma clang loop unroll(full)
      for (int g = 0; g < groups; g++)
        totals[r][g] = tile_step(format, &slices[g].heads[c], lanes_of_zmm(sums[r][g][0]),
                                 lanes_of_zmm(sums[r][g][1]), x + r, totals[r][g]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < TILE_STEP; r++)
#pragma clang loop unroll(full)
    for (int g = 0; g < groups; g++) lanes_store(to + (r * SIDE_BY_SIDE + g) * GROUP, totals[r][g]);
}

/// Chunks `first` ..< `first + count` of a group.
CK_INLINE void load_slice(int format, const uint8_t *group, size_t first, size_t count, tile_slice *to) {
  size_t each = packed_is_large(format) ? BLOCK_MOST / 32 : packed_unit_blocks(format);
  size_t bytes = packed_unit_bytes(format, packed_unit_blocks(format));
  for (size_t i = 0; i < count; i += each) {
    const uint8_t *unit = group + (first + i) / each * bytes;
    for (size_t line = 0; line < bytes; line += LINE)
      __builtin_prefetch(unit + SLICE / each * bytes + line, 0, 2);
#pragma clang loop unroll(full)
    for (size_t j = 0; j < each; j++)
      if (i + j < count) load_chunk(format, unit, j, to, i + j);
  }
}

/// A block of rows times one group or two.
CK_INLINE void some_groups(int format, int groups, const ck_quantized_rows *x, const packed_tile_block *block,
                           const ck_packed_product *p, size_t group) {
  _Alignas(64) float totals[PACKED_TILE_ROWS * SIDE_BY_SIDE * GROUP];
  tile_slice slices[SIDE_BY_SIDE];
  size_t chunks = x->inputs / 32, stride = packed_group_bytes(format, x->inputs);
  memset(totals, 0, block->padded * SIDE_BY_SIDE * GROUP * sizeof(float));
  for (size_t c = 0; c < chunks; c += SLICE) {
    size_t here = chunks - c < SLICE ? chunks - c : SLICE;
    for (size_t g = 0; g < (size_t)groups; g++)
      load_slice(format, p->packed + (group + g) * stride, c, here, &slices[g]);
    for (size_t r = 0; r < block->padded; r += TILE_STEP) {
      size_t at = r * chunks + c * TILE_STEP;
      rows_of_slices(format, groups, slices, here, block->q + at * 32, block->heads + at,
                     totals + r * SIDE_BY_SIDE * GROUP);
    }
  }
  for (size_t r = 0; r < block->rows; r++)
    for (size_t g = 0; g < (size_t)groups; g++)
      store_outputs(p, block->row + r, group + g, lanes_load(totals + (r * SIDE_BY_SIDE + g) * GROUP));
}

CK_INLINE void tile_groups(int format, const ck_quantized_rows *x, const packed_tile_block *block,
                           const ck_packed_product *p, size_t begin, size_t end) {
  for (; begin + SIDE_BY_SIDE <= end; begin += SIDE_BY_SIDE)
    some_groups(format, SIDE_BY_SIDE, x, block, p, begin);
  if (begin < end) some_groups(format, 1, x, block, p, begin);
}

/// A block of rows times groups of 16 outputs.
TARGET static void tiles(const ck_quantized_rows *x, const packed_tile_block *block, const ck_packed_product *p,
                         size_t begin, size_t end) {
  BLOCK_DISPATCH(p->format, tile_groups, x, block, p, begin, end)
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
      size_t to = (r / TILE_STEP * (x->inputs / 32) + c) * TILE_STEP + r % TILE_STEP;
      memcpy(block->q + to * 32, &q, sizeof q);
      block->heads[to] = heads;
    }
}
