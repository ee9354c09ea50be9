// Quantised weights packed for products: 16 rows side by side, so that a vector's lanes are 16 outputs.
//
// LAYOUT (version 1). Rows [outputs, inputs] are taken in groups of 16, the last one filled up with rows of
// zero bytes. A group is its units, k ascending, and every unit is whole lines of 64 bytes. In a line of words
// lane r (4 bytes, r ascending) is a word of row r; f16 and bytes of 16 rows stand r ascending too.
//
// Types of 32 numbers: a unit is two blocks (the last one may be a single block, whose place in the lines of
// f16 is then zero):
//   1 line        the f16 d of block 0, then of block 1
//   1 line        m likewise, for Q4_1 and Q5_1
//   block 0, then block 1:
//     1 line      Q5_0, Q5_1: bit i of byte j is the fifth bit of number 4 i + j
//     4 lines     words of the block's nibbles as they stand in it (8 of numbers for Q8_0): the low nibbles of
//                 word i are numbers 4 i ... 4 i + 3, the high ones those 16 further
// Types of 256 numbers: a unit is one block:
//   1 line        f16 d, then f16 dmin (zero for types without)
//   4 lines       bytes [16][16 rows]: Q4_K, Q5_K: 8 scales, 8 minima; Q2_K: scale | minimum << 4; Q3_K, Q6_K:
//                 signed scales
//   the rest      words of the block's other bytes as they stand in it: Q5_K and Q3_K first 8 lines of high
//                 bits, Q6_K last 16 of upper bits
// Nothing is lost: ck_unpack_rows gives the blocks again. Packed weights take 16 rows' blocks' bytes but for
// 64 bytes of 2304 (Q4_K), 2816 (Q5_K), 96 of 1760 (Q3_K) and 32 of 3360 (Q6_K).
#ifndef CK_PACKED_H
#define CK_PACKED_H

#include "ck_blocks.h"

enum { CK_PACKED_LAYOUT = 1, CK_PACKED_ROWS = 16, CK_PACKED_LINE = 64 };

/// The bytes of a group of 16 rows of so many inputs (a multiple of the format's block).
size_t ck_packed_group_bytes(enum ck_block_format format, size_t inputs);

/// Packs blocks [outputs][inputs / length] into all groups; `packed` is aligned to 64 bytes.
void ck_pack_blocks(enum ck_block_format format, const uint8_t *blocks, size_t inputs, size_t outputs,
                    uint8_t *packed);

/// The blocks of rows `row` ..< `row + rows` again.
void ck_unpack_rows(enum ck_block_format format, const uint8_t *packed, size_t inputs, size_t row,
                    size_t rows, uint8_t *blocks);

/// Activations of ck_quantize_activations for x [rows, inputs].
typedef struct {
  const int8_t *q;
  const float *scales;
  const int32_t *sums;
  size_t rows, inputs;
} ck_quantized_rows;

typedef struct {
  enum ck_block_format format;
  /// Aligned to 64 bytes; [ceil(outputs / 16)] groups.
  const uint8_t *packed;
  size_t outputs;
  /// Row r's outputs start at y + r * y_row.
  float *y;
  size_t y_row;
  /// y = y as it was + the product's chain (which has ended with + 0.0): one addition more.
  bool adds;
} ck_packed_product;

/// The same rows times several matrices, in one parallel region: the bits of ck_multiply_blocks.
void ck_multiply_packed(const ck_quantized_rows *x, const ck_packed_product *products, size_t count);

/// For callers within a parallel region of their own: the products of rows with all outputs are cut by
/// 0 ..< ck_packed_span (in lines of weights, so that equal pieces are equal work); any pieces that cover
/// it make all outputs once.
size_t ck_packed_span(const ck_packed_product *products, size_t count, size_t inputs);
void ck_multiply_packed_span(const ck_quantized_rows *x, const ck_packed_product *products, size_t count,
                             size_t begin, size_t end);

#endif
