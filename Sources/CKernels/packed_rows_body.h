// A few rows times packed weights: these stream by once, unpacked in registers, and each row's chains stay in
// registers too. Included after
//   INSTANCE(x), TARGET                the suffix and the attributes of an instance
//   UNPACK(format, unit, c, w)          unpack_chunk, and IQ4_NL's codes looked up
//   DOT_OFFSET(format)                  what DOT sees weights raised by
//   DOT(format, w, x, count, start)     start + sums of products of `count` words w with bytes of x
enum {
  // How far ahead of the products weights are fetched, in bytes: into the second cache, then into the first.
  FAR_AHEAD = 16384,
  AHEAD = 2048,
};

/// One chunk of a row.
CK_INLINE f32x16 INSTANCE(row_step)(int format, const u32x16 w[8], const chunk_heads *heads,
                                        const int8_t *x, float scale, const int32_t *sums, f32x16 total) {
  int offset = DOT_OFFSET(format);
  i32x16 first, second = 0;
  if (packed_has_half_scales(format)) {
    first = DOT(format, w, x, 4, -offset * sums[0]);
    second = DOT(format, w + 4, x + 16, 4, -offset * sums[1]);
  } else {
    first = DOT(format, w, x, 8, -offset * (sums[0] + sums[1]));
  }
  f32x16 integer = scaled_integer(format, heads, first, second);
  f32x16 sums0 = lanes_of(0), sums1 = sums0;
  if (format == CK_Q2_K) sums0 = lanes_of((float)sums[0]), sums1 = lanes_of((float)sums[1]);
  else if (block_has_minimum(format)) sums0 = lanes_of((float)(sums[0] + sums[1]));
  return chain_step(format, heads, integer, lanes_of(scale), sums0, sums1, total);
}

/// Where some rows' activations of a chunk are.
typedef struct {
  const int8_t *q;
  const float *scales;
  const int32_t *sums;
  size_t inputs; // from row to row
} INSTANCE(activations);

CK_INLINE void INSTANCE(few_step)(int format, const uint8_t *unit, size_t c, INSTANCE(activations) x,
                                  int rows, f32x16 *totals) {
  u32x16 w[8];
  UNPACK(format, unit, c, w);
  chunk_heads heads = heads_of_chunk(format, unit, c);
#pragma clang loop unroll(full)
  for (size_t r = 0; r < (size_t)rows; r++) {
    size_t at = r * x.inputs + c * 32;
    totals[r] = INSTANCE(row_step)(format, w, &heads, x.q + at, x.scales[at / 32], x.sums + at / 16,
                                   totals[r]);
  }
}

/// A unit of so many blocks, which is a constant; the lines that come AHEAD are fetched meanwhile.
CK_INLINE void INSTANCE(few_unit)(int format, const uint8_t *unit, size_t blocks, INSTANCE(activations) x,
                                  int rows, f32x16 *totals) {
  size_t bytes = packed_unit_bytes(format, blocks);
#pragma clang loop unroll(full)
  for (size_t i = 0; i < bytes; i += LINE) {
    __builtin_prefetch(unit + FAR_AHEAD + i, 0, 2);
    __builtin_prefetch(unit + AHEAD + i, 0, 3);
  }
#pragma clang loop unroll(full)
  for (size_t c = 0; c < blocks * (block_length(format) / 32); c++)
    INSTANCE(few_step)(format, unit, c, x, rows, totals);
}

/// One group of 16 outputs.
CK_INLINE void INSTANCE(few_outputs)(int format, const ck_quantized_rows *x, size_t row, int rows,
                                     const ck_packed_product *p, size_t group) {
  size_t blocks = x->inputs / block_length(format), most = packed_unit_blocks(format);
  size_t length = most * block_length(format);
  const uint8_t *unit = p->packed + group * packed_group_bytes(format, x->inputs);
  f32x16 totals[PACKED_FEW];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) totals[r] = lanes_of(0);
  INSTANCE(activations) at = {x->q + row * x->inputs, x->scales + row * x->inputs / 32,
                              x->sums + row * x->inputs / 16, x->inputs};
  for (size_t b = 0; b < blocks / most; b++) {
    INSTANCE(few_unit)(format, unit, most, at, rows, totals);
    unit += packed_unit_bytes(format, most);
    at.q += length, at.scales += length / 32, at.sums += length / 16;
  }
  if (blocks % most != 0) INSTANCE(few_unit)(format, unit, 1, at, rows, totals);
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) store_outputs(p, row + (size_t)r, group, totals[r]);
}

CK_INLINE void INSTANCE(few_rows)(int format, const ck_quantized_rows *x, size_t row, int rows,
                                  const ck_packed_product *p, size_t begin, size_t end) {
  for (size_t g = begin; g < end; g++) INSTANCE(few_outputs)(format, x, row, rows, p, g);
}

#define SOME_ROWS(count)                                                                             \
  CK_INLINE void INSTANCE(rows_##count##_of)(int format, const ck_quantized_rows *x, size_t row, \
                                                 const ck_packed_product *p, size_t begin,           \
                                                 size_t end) {                                       \
    INSTANCE(few_rows)(format, x, row, count, p, begin, end);                                        \
  }                                                                                                  \
  TARGET static void INSTANCE(rows_##count)(const ck_quantized_rows *x, size_t row,                  \
                                            const ck_packed_product *p, size_t begin, size_t end) {  \
    BLOCK_DISPATCH(p->format, INSTANCE(rows_##count##_of), x, row, p, begin, end)                    \
  }
SOME_ROWS(1)
SOME_ROWS(2)
SOME_ROWS(3)
SOME_ROWS(4)
#undef SOME_ROWS
