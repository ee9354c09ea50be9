// Where things stand in packed weights. The layout: ck_packed.h.
#ifndef CKERNELS_PACKED_H
#define CKERNELS_PACKED_H

#include "blocks.h"
#include "ck_packed.h"

enum { LINE = CK_PACKED_LINE, GROUP = CK_PACKED_ROWS, PART_BYTES = 16 };

CK_INLINE bool packed_is_large(int format) { return block_length(format) == BLOCK_MOST; }

/// Scales of their own for every 16 numbers, not 32.
CK_INLINE bool packed_has_half_scales(int format) {
  return format == CK_Q2_K || format == CK_Q3_K || format == CK_Q6_K;
}

/// The words of 4 bytes that a block has beside its scales, and where they start in it.
CK_INLINE size_t packed_words(int format) {
  static const uint8_t words[] = {4, 4, 5, 5, 8, 16, 24, 32, 40, 48, 4};
  return words[format];
}
CK_INLINE size_t packed_word_place(int format) {
  static const uint8_t places[] = {2, 4, 2, 4, 2, 16, 0, 16, 16, 0, 2};
  return places[format];
}

/// Lines before the words of a unit.
CK_INLINE size_t packed_head_lines(int format) {
  return packed_is_large(format) ? 5 : block_has_minimum(format) ? 2 : 1;
}

/// The blocks of a whole unit.
CK_INLINE size_t packed_unit_blocks(int format) { return packed_is_large(format) ? 1 : 2; }

CK_INLINE size_t packed_unit_bytes(int format, size_t blocks) {
  return LINE * (packed_head_lines(format) + blocks * packed_words(format));
}

CK_INLINE size_t packed_group_bytes(int format, size_t inputs) {
  size_t blocks = inputs / block_length(format), most = packed_unit_blocks(format);
  size_t bytes = blocks / most * packed_unit_bytes(format, most);
  return blocks % most == 0 ? bytes : bytes + packed_unit_bytes(format, blocks % most);
}

CK_INLINE size_t packed_groups(size_t outputs) { return (outputs + GROUP - 1) / GROUP; }

/// What is taken from a word's unsigned numbers.
CK_INLINE int packed_offset(int format) {
  switch (format) {
  case CK_Q4_0: return 8;
  case CK_Q5_0: return 16;
  case CK_Q8_0:
  case CK_IQ4_NL: return 128;
  case CK_Q3_K: return 4;
  case CK_Q6_K: return 32;
  default: return 0;
  }
}

/// The largest unsigned number.
CK_INLINE int packed_most(int format) {
  switch (format) {
  case CK_Q2_K: return 3;
  case CK_Q3_K: return 7;
  case CK_Q5_0:
  case CK_Q5_1:
  case CK_Q5_K: return 31;
  case CK_Q6_K: return 63;
  case CK_Q8_0:
  case CK_IQ4_NL: return 255;
  default: return 15;
  }
}

/// The block of row `row` of a group again, from the unit that holds it.
void packed_block(int format, const uint8_t *unit, size_t block, size_t row, uint8_t *to);

enum {
  // So many rows at once are walked through with everything in registers.
  PACKED_FEW = 4,
  // Blocks of rows that meet weights tile by tile: at most so many rows, and filled up to a multiple.
  PACKED_TILE_ROWS = 128,
  PACKED_TILE_STEP = 4,
};

/// Beside the bytes of a chunk of a row: its scale, and the sums of its halves and of both.
typedef struct {
  float scale, sums[2], sum;
} packed_tile_heads;

/// A block of rows as tiles read them: PACKED_TILE_STEP rows, chunk after chunk.
typedef struct {
  uint8_t *q;               // [padded / step][chunks][step][32], 128 above what they mean
  packed_tile_heads *heads; // [padded / step][chunks][step]
  size_t row, rows, padded;
} packed_tile_block;

/// An instance of the products; groups of 16 outputs are `begin` ..< `end`.
typedef struct {
  /// [rows - 1]: so many rows from `row` on.
  void (*few[PACKED_FEW])(const ck_quantized_rows *x, size_t row, const ck_packed_product *p, size_t begin,
                          size_t end);
  /// A block of rows; NULL where `few` is as good.
  void (*tiles)(const ck_quantized_rows *x, const packed_tile_block *block, const ck_packed_product *p,
                size_t begin, size_t end);
  /// Makes chunks `begin` ..< `end` of a block.
  void (*pack_rows)(const ck_quantized_rows *x, const packed_tile_block *block, size_t begin, size_t end);
} packed_instance;

#if CK_X86
extern const packed_instance packed_avx2, packed_vnni;
#endif

#endif
