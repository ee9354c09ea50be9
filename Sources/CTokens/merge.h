// Merging the symbols of a short piece: one body for the variants, and for merges of both forms.
//
// Symbols stay where they are; what was merged away has no rank. The next pair is the least of at
// most 64 orders, sixteen in a register: for so few that is faster than any heap. An order is a
// pair's rank over the place of its left symbol: of equal ranks the leftmost is least. All ones
// where there is no pair.
#ifndef CTOKENS_MERGE_H
#define CTOKENS_MERGE_H

#include "dense.h"

typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

CT_INLINE uint32_t order_of(uint32_t rank, size_t place) {
  return rank == UINT32_MAX ? UINT32_MAX : rank << 6 | (uint32_t)place;
}

/// Merges in `ids`, whose pairs' orders are given, sixteen for each of `blocks`.
///
/// - Returns: a bit for each place where a symbol is left.
CT_INLINE uint64_t merge_dense(
    const struct ct_merges *merges, entries_with find, const uint32_t *orders, size_t blocks,
    int32_t *ids, size_t count) {
  const u32x16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  uint64_t left_over = count == 64 ? ~0ULL : (1ULL << count) - 1;
  u32x16 order[4];
  for (size_t b = 0; b < blocks; b++) memcpy(&order[b], orders + 16 * b, sizeof order[b]);
  for (;;) {
    u32x16 lowest = order[0];
    for (size_t b = 1; b < blocks; b++) lowest = __builtin_elementwise_min(lowest, order[b]);
    uint32_t least = __builtin_reduce_min(lowest);
    // A rank that a table makes up ends the merging.
    if (least == UINT32_MAX || least >> 6 >= merges->rank_count) return left_over;
    unsigned left = least & 63;
    uint64_t behind = left_over & ~((2ULL << left) - 1);
    unsigned right = (unsigned)__builtin_ctzll(behind);
    behind &= behind - 1;
    left_over &= ~(1ULL << right);
    int32_t id = ids[left] = merges->made[least >> 6];
    uint32_t after_order = UINT32_MAX, before_order = UINT32_MAX;
    unsigned before = 64;
    uint64_t ahead = left_over & ((1ULL << left) - 1);
    if (behind)
      after_order = order_of(rank_of(merges, find, id, ids[__builtin_ctzll(behind)]), left);
    if (ahead) {
      before = 63 - (unsigned)__builtin_clzll(ahead);
      before_order = order_of(rank_of(merges, find, ids[before], id), before);
    }
    for (size_t b = 0; b < blocks; b++) {
      u32x16 place = lanes + (uint32_t)(16 * b);
      order[b] = place == left ? after_order : order[b];
      order[b] = place == right ? UINT32_MAX : order[b];
      order[b] = place == before ? before_order : order[b];
    }
  }
}

/// As merge_dense, with no more registers than the symbols need.
CT_INLINE uint64_t merge_ordered(
    const struct ct_merges *merges, entries_with find, const uint32_t *orders, int32_t *ids,
    size_t count) {
  if (count <= 16) return merge_dense(merges, find, orders, 1, ids, count);
  if (count <= 32) return merge_dense(merges, find, orders, 2, ids, count);
  return merge_dense(merges, find, orders, 4, ids, count);
}

/// Writes the symbols of a piece of 2 to CT_MOST_MERGED bytes and the orders of their pairs, and
/// merges them.
CT_INLINE uint64_t merge_bytes(
    const struct ct_vocabulary *vocabulary, entries_with find, const uint8_t *piece, size_t length,
    int32_t *symbols) {
  uint32_t orders[CT_MOST_MERGED];
  size_t blocks = (length + 15) / 16;
  memset(orders, 0xFF, (blocks == 3 ? 4 : blocks) * 64);
  for (size_t i = 0; i < length; i++) symbols[i] = vocabulary->byte_ids[piece[i]];
  for (size_t i = 0; i + 1 < length; i++)
    orders[i] = order_of(vocabulary->byte_ranks[piece[i] << 8 | piece[i + 1]], i);
  return merge_ordered(&vocabulary->merges, find, orders, symbols, length);
}

#endif
