// Quantised weights in ggml's blocks: what the bytes mean, how numbers become blocks, and products with
// 8-bit activations.
//
// A block is 32 or 256 numbers: w = (d scale) q, for some types + (m minimum), where d and m are f16 of
// the block (m has the sign that is added: the file's dmin negated for Q2_K, Q4_K and Q5_K) and scale and
// minimum are small integers, one for 16 numbers, 1 where the type has none.
//
// Dequantised: (d scale) rounded to f32, times q rounded; where there is a minimum, (m minimum) rounded is
// added to that. These are the bits of ggml's own dequantisers.
//
// Products. Activations are quantised in blocks of 32: a = max |x|, d_x = a / 127, q_x = x (127 / a) rounded
// to the nearest, ties to even; a below 2^-100 gives d_x = 0 and q_x = 0; a NaN or an infinity gives
// d_x = NaN and q_x = 0. An output is one chain from +0 over the blocks of 32, ascending:
//   I = sum over its two halves of scale * (sum of q_w q_x)   in integers, below 2^24, so exact as f32
//   acc = fma(d d_x, I, acc)
// and, where there is a minimum, after each of these
//   J = sum over its two halves of minimum * (sum of q_x)
//   acc = fma(m d_x, J, acc)
// and ends with + 0.0. Threads split outputs only.
#ifndef CK_BLOCKS_H
#define CK_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum ck_block_format {
  CK_Q4_0, CK_Q4_1, CK_Q5_0, CK_Q5_1, CK_Q8_0, CK_Q2_K, CK_Q3_K, CK_Q4_K, CK_Q5_K, CK_Q6_K, CK_IQ4_NL
};

/// The numbers in a block, 32 or 256.
size_t ck_block_length(enum ck_block_format format);
/// The bytes that a block takes.
size_t ck_block_bytes(enum ck_block_format format);

/// y [count * length] from so many blocks. Blocks need no alignment.
void ck_dequantize_blocks(enum ck_block_format format, const uint8_t *blocks, float *y, size_t count);

/// So many blocks from x [count * length], all finite: the bits of the `gguf` Python package for Q8_0, Q4_0,
/// Q4_1, Q5_0 and Q5_1; for the others a search of our own (blocks_search.h), deterministic. The result is
/// false where a scale became infinite as f16.
bool ck_quantize_blocks(enum ck_block_format format, const float *x, uint8_t *blocks, size_t count);

/// q [count] and scales [count / 32] of activations, and sums [count / 16] of the q; count in 32s.
void ck_quantize_activations(const float *x, size_t count, int8_t *q, float *scales, int32_t *sums);

typedef struct {
  enum ck_block_format format;
  /// [outputs][inputs / length] blocks
  const uint8_t *blocks;
  /// Of ck_quantize_activations for x [rows, inputs].
  const int8_t *q;
  const float *scales;
  const int32_t *sums;
  /// [rows, outputs]
  float *y;
  size_t rows, inputs, outputs;
} ck_block_product;
void ck_multiply_blocks(const ck_block_product *product);

#endif
