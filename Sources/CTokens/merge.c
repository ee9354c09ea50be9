// Merging the symbols of a short piece, in the variants.
#include <string.h>

#include "merge.h"

// MARK: Wide tables, and symbols that dense ones cannot hold

/// The least of `blocks` times sixteen orders.
CT_INLINE uint32_t least(const uint32_t *orders, size_t blocks) {
  u32x16 lanes, lowest;
  memcpy(&lowest, orders, sizeof lowest);
  for (size_t b = 1; b < blocks; b++) {
    memcpy(&lanes, orders + 16 * b, sizeof lanes);
    lowest = __builtin_elementwise_min(lowest, lanes);
  }
  return __builtin_reduce_min(lowest);
}

struct merging {
  // A pair's rank over the place of its left symbol: the least is the next, of equal ranks the
  // leftmost. All ones where there is no pair.
  uint32_t orders[CT_MOST_MERGED];
  int32_t ids[CT_MOST_MERGED], made[CT_MOST_MERGED];
  uint8_t next[CT_MOST_MERGED], previous[CT_MOST_MERGED];
};

CT_INLINE void look_up(
    struct merging *m, const struct ct_merges *merges, size_t left, size_t right) {
  uint64_t found = ct_merge_of(merges, m->ids[left], m->ids[right]);
  m->orders[left] = found == CT_NO_MERGE ? UINT32_MAX : (uint32_t)(found >> 32) << 6 | (uint32_t)left;
  m->made[left] = (int32_t)found;
}

CT_INLINE size_t merge_any(
    const struct ct_merges *merges, const int32_t *symbols, size_t count, int32_t *merged,
    uint8_t *spans) {
  struct merging m;
  size_t blocks = (count + 15) / 16;
  memset(m.orders, 0xFF, blocks * 64);
  memcpy(m.ids, symbols, 4 * count);
  for (size_t i = 0; i < count; i++) {
    m.next[i] = (uint8_t)(i + 1);
    m.previous[i] = (uint8_t)(i - 1);
  }
  for (size_t i = 0; i + 1 < count; i++) look_up(&m, merges, i, i + 1);
  uint32_t order;
  while (count > 1 && (order = least(m.orders, blocks)) != UINT32_MAX) {
    size_t left = order & 63, right = m.next[left], after = m.next[right];
    m.ids[left] = m.made[left];
    m.next[left] = (uint8_t)after;
    m.orders[left] = m.orders[right] = UINT32_MAX;
    if (after < count) {
      m.previous[after] = (uint8_t)left;
      look_up(&m, merges, left, after);
    }
    if (left > 0) look_up(&m, merges, m.previous[left], left);
  }
  size_t written = 0;
  for (size_t i = 0; i < count; i = m.next[i]) {
    merged[written] = m.ids[i];
    spans[written++] = (uint8_t)(m.next[i] - i);
  }
  return written;
}

// MARK: Dense tables

CT_INLINE size_t merge(
    const struct ct_merges *merges, entries_with find, const int32_t *symbols, size_t count,
    int32_t *merged, uint8_t *spans) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all |= (uint32_t)symbols[i];
  if (!merges->buckets || all >= CT_DENSE_IDS)
    return merge_any(merges, symbols, count, merged, spans);
  uint32_t orders[CT_MOST_MERGED];
  int32_t ids[CT_MOST_MERGED];
  size_t blocks = (count + 15) / 16;
  memset(orders, 0xFF, (blocks == 3 ? 4 : blocks) * 64);
  memcpy(ids, symbols, 4 * count);
  for (size_t i = 0; i + 1 < count; i++)
    orders[i] = order_of(rank_of(merges, find, ids[i], ids[i + 1]), i);
  uint64_t left_over = merge_ordered(merges, find, orders, ids, count);
  size_t written = 0;
  while (left_over) {
    size_t at = (size_t)__builtin_ctzll(left_over);
    left_over &= left_over - 1;
    merged[written] = ids[at];
    size_t end = left_over ? (size_t)__builtin_ctzll(left_over) : count;
    spans[written++] = (uint8_t)(end - at);
  }
  return written;
}

#define MERGE(name, attributes)                                                              \
  attributes size_t ct_merge_##name(                                                         \
      const struct ct_merges *merges, const int32_t *symbols, size_t count, int32_t *merged, \
      uint8_t *spans) {                                                                      \
    return merge(merges, entries_with_##name, symbols, count, merged, spans);                \
  }

MERGE(portable, )
#if CT_X86
MERGE(avx2, CT_AVX2)
MERGE(avx512, CT_AVX512)
#endif
