// Blocks into packed groups and back. The layout: ck_packed.h.
#include "packed.h"

// Bit 4 i + j of a block's fifth bits is bit i of byte j here.
CK_INLINE uint32_t spread_fives(uint32_t bits) {
  uint32_t word = 0;
  for (int j = 0; j < 4; j++) {
    uint32_t some = bits >> j & 0x11111111;
    some = (some | some >> 3) & 0x03030303;
    some = (some | some >> 6) & 0x000f000f;
    word |= ((some | some >> 12) & 0xff) << (8 * j);
  }
  return word;
}

CK_INLINE uint32_t gather_fives(uint32_t word) {
  uint32_t bits = 0;
  for (int j = 0; j < 4; j++) {
    uint32_t some = word >> (8 * j) & 0xff;
    some = (some | some << 12) & 0x000f000f;
    some = (some | some << 6) & 0x03030303;
    bits |= ((some | some << 3) & 0x11111111) << j;
  }
  return bits;
}

CK_INLINE bool has_fives(int format) { return format == CK_Q5_0 || format == CK_Q5_1; }

/// The small scales of a large block as 16 bytes.
CK_INLINE void small_scales(int format, const uint8_t *from, uint8_t *bytes) {
  unpacked_block block;
  switch (format) {
  case CK_Q2_K: memcpy(bytes, from, 16); break;
  case CK_Q3_K:
    unpack_q3_scales(from + 96, &block);
    for (int j = 0; j < 16; j++) bytes[j] = (uint8_t)block.scale[j];
    break;
  case CK_Q4_K:
  case CK_Q5_K:
    unpack_sixes(from + 4, &block);
    for (int j = 0; j < 8; j++) {
      bytes[j] = (uint8_t)block.scale[2 * j];
      bytes[8 + j] = (uint8_t)block.minimum[2 * j];
    }
    break;
  case CK_Q6_K: memcpy(bytes, from + 192, 16); break;
  }
}

/// What small_scales read.
CK_INLINE void restore_scales(int format, const uint8_t *bytes, uint8_t *to) {
  switch (format) {
  case CK_Q2_K: memcpy(to, bytes, 16); break;
  case CK_Q3_K:
    memset(to + 96, 0, 12);
    for (int j = 0; j < 16; j++) {
      int six = (int8_t)bytes[j] + 32;
      to[96 + j % 8] |= (uint8_t)((six & 15) << (4 * (j / 8)));
      to[104 + j % 4] |= (uint8_t)((six >> 4) << (2 * (j / 4)));
    }
    break;
  case CK_Q4_K:
  case CK_Q5_K:
    for (int j = 0; j < 4; j++) {
      uint8_t scale = bytes[4 + j], minimum = bytes[12 + j];
      to[4 + j] = (uint8_t)(bytes[j] | (scale >> 4) << 6);
      to[8 + j] = (uint8_t)(bytes[8 + j] | (minimum >> 4) << 6);
      to[12 + j] = (uint8_t)((scale & 15) | (minimum & 15) << 4);
    }
    break;
  case CK_Q6_K: memcpy(to + 192, bytes, 16); break;
  }
}

/// Where a block has d, and where m (or dmin).
CK_INLINE size_t half_place(int format) {
  return format == CK_Q2_K ? 80 : format == CK_Q3_K ? 108 : format == CK_Q6_K ? 208 : 0;
}

CK_INLINE uint8_t *words_of(int format, uint8_t *unit, size_t block) {
  return unit + LINE * (packed_head_lines(format) + block * packed_words(format));
}

/// Where a unit has the f16 m of a block.
CK_INLINE size_t minimum_place(int format, size_t block) {
  return packed_is_large(format) ? 32 : LINE + 32 * block;
}

/// One block of up to 16 rows, whose starts are `stride` bytes apart.
CK_INLINE void pack_block(int format, const uint8_t *from, size_t stride, size_t rows, uint8_t *unit,
                          size_t block) {
  uint8_t *words = words_of(format, unit, block);
  for (size_t r = 0; r < rows; r++) {
    const uint8_t *row = from + r * stride;
    memcpy(unit + 32 * block + 2 * r, row + half_place(format), 2);
    if (block_has_minimum(format))
      memcpy(unit + minimum_place(format, block) + 2 * r, row + half_place(format) + 2, 2);
    if (packed_is_large(format)) {
      uint8_t scales[16];
      small_scales(format, row, scales);
      for (size_t p = 0; p < 16; p++) unit[LINE + PART_BYTES * p + r] = scales[p];
    }
    for (size_t w = 0; w < packed_words(format); w++) {
      uint32_t word;
      memcpy(&word, row + packed_word_place(format) + 4 * w, 4);
      if (has_fives(format) && w == 0) word = spread_fives(word);
      memcpy(words + LINE * w + 4 * r, &word, 4);
    }
  }
}

CK_INLINE void unpack_packed(int format, const uint8_t *unit, size_t block, size_t r, uint8_t *to) {
  const uint8_t *words = words_of(format, (uint8_t *)unit, block);
  memcpy(to + half_place(format), unit + 32 * block + 2 * r, 2);
  if (block_has_minimum(format))
    memcpy(to + half_place(format) + 2, unit + minimum_place(format, block) + 2 * r, 2);
  if (packed_is_large(format)) {
    uint8_t scales[16];
    for (size_t p = 0; p < 16; p++) scales[p] = unit[LINE + PART_BYTES * p + r];
    restore_scales(format, scales, to);
  }
  for (size_t w = 0; w < packed_words(format); w++) {
    uint32_t word;
    memcpy(&word, words + LINE * w + 4 * r, 4);
    if (has_fives(format) && w == 0) word = gather_fives(word);
    memcpy(to + packed_word_place(format) + 4 * w, &word, 4);
  }
}

void packed_block(int format, const uint8_t *unit, size_t block, size_t row, uint8_t *to) {
  BLOCK_DISPATCH(format, unpack_packed, unit, block, row, to)
}

size_t ck_packed_group_bytes(enum ck_block_format format, size_t inputs) {
  return packed_group_bytes(format, inputs);
}

typedef struct {
  int format;
  const uint8_t *blocks;
  size_t inputs, outputs;
  uint8_t *packed;
} packing;

CK_INLINE void pack_groups(int format, const packing *p, size_t begin, size_t end) {
  size_t blocks = p->inputs / block_length(format), most = packed_unit_blocks(format);
  size_t stride = blocks * block_bytes(format), bytes = packed_group_bytes(format, p->inputs);
  for (size_t g = begin; g < end; g++) {
    size_t left = p->outputs - g * GROUP, rows = left < GROUP ? left : GROUP;
    uint8_t *unit = p->packed + g * bytes;
    if (rows < GROUP) memset(unit, 0, bytes);
    for (size_t b = 0; b < blocks; b += most) {
      size_t here = blocks - b < most ? blocks - b : most;
      memset(unit, 0, LINE * (packed_head_lines(format) < 2 ? 1 : 2));
      for (size_t i = 0; i < here; i++)
        pack_block(format, p->blocks + g * GROUP * stride + (b + i) * block_bytes(format), stride, rows,
                   unit, i);
      unit += packed_unit_bytes(format, here);
    }
  }
}

static void share_packing(void *context, size_t begin, size_t end) {
  const packing *p = context;
  BLOCK_DISPATCH(p->format, pack_groups, p, begin, end)
}

void ck_pack_blocks(enum ck_block_format format, const uint8_t *blocks, size_t inputs, size_t outputs,
                    uint8_t *packed) {
  packing p = {(int)format, blocks, inputs, outputs, packed};
  ck_parallel(packed_groups(outputs), (double)inputs * (double)outputs, share_packing, &p);
}

CK_INLINE void unpack_rows(int format, const packing *p, size_t row, size_t rows, uint8_t *to) {
  size_t blocks = p->inputs / block_length(format), most = packed_unit_blocks(format);
  for (size_t o = row; o < row + rows; o++) {
    const uint8_t *unit = p->packed + o / GROUP * packed_group_bytes(format, p->inputs);
    for (size_t b = 0; b < blocks; b++) {
      unpack_packed(format, unit, b % most, o % GROUP, to);
      to += block_bytes(format);
      if (b % most == most - 1) unit += packed_unit_bytes(format, most);
    }
  }
}

void ck_unpack_rows(enum ck_block_format format, const uint8_t *packed, size_t inputs, size_t row,
                    size_t rows, uint8_t *blocks) {
  packing p = {(int)format, NULL, inputs, 0, (uint8_t *)packed};
  BLOCK_DISPATCH(format, unpack_rows, &p, row, rows, blocks)
}
