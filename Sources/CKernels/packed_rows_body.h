// A few rows times packed weights: these stream by once, unpacked in registers, and each row's chains stay in
// registers too. Included after
//   INSTANCE(x), TARGET                the suffix and the attributes of an instance
//   STEP(format, unit, c, x, rows, totals)
//                                       a chunk of a unit times rows from x on, a constant number
enum {
  // How far ahead of the products weights are fetched, in bytes: into the second cache, then into the first.
  FAR_AHEAD = 16384,
  AHEAD = 2048,
};

/// A unit of so many blocks, which is a constant; the lines that come AHEAD are fetched meanwhile.
CK_INLINE void INSTANCE(few_unit)(int format, const uint8_t *unit, size_t blocks, activations x,
                                  int rows, f32x16 *totals) {
  size_t lines = packed_unit_bytes(format, blocks) / LINE, chunks = blocks * (block_length(format) / 32);
#pragma clang loop unroll(full)
  for (size_t c = 0; c < chunks; c++) {
#pragma clang loop unroll(full)
    for (size_t line = lines * c / chunks; line < lines * (c + 1) / chunks; line++) {
      __builtin_prefetch(unit + FAR_AHEAD + line * LINE, 0, 2);
      __builtin_prefetch(unit + AHEAD + line * LINE, 0, 3);
    }
    STEP(format, unit, c, x, rows, totals);
  }
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
  activations at = {x->q + row * x->inputs, x->scales + row * x->inputs / 32,
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
