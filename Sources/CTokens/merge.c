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

// MARK: The last merges of tokens

CT_INLINE struct ct_parts last_merge(
    const struct ct_vocabulary *vocabulary, entries_with find, const uint8_t *bytes,
    size_t length) {
  const struct ct_parts none = {-1, -1};
  const int32_t *symbol = vocabulary->byte_ids, *made = vocabulary->merges.made;
  if (length == 2) return (struct ct_parts){symbol[bytes[0]], symbol[bytes[1]]};
  if (length == 3) {
    uint32_t first = vocabulary->byte_ranks[bytes[0] << 8 | bytes[1]];
    uint32_t second = vocabulary->byte_ranks[bytes[1] << 8 | bytes[2]];
    if (first == UINT32_MAX && second == UINT32_MAX) return none;
    if (first <= second) return (struct ct_parts){made[first], symbol[bytes[2]]};
    return (struct ct_parts){symbol[bytes[0]], made[second]};
  }
  int32_t symbols[CT_MOST_MERGED];
  uint64_t left_over = merge_bytes(vocabulary, find, bytes, length, symbols);
  uint64_t last = left_over & (left_over - 1);
  // The first symbol always starts at the first byte.
  if (last == 0 || (last & (last - 1))) return none;
  return (struct ct_parts){symbols[0], symbols[__builtin_ctzll(last)]};
}

// Tokens of one length that are merged side by side: each waits for its look-ups, one step behind
// the other, and all have as many steps.
enum { SIDE_BY_SIDE = 8, LONGEST_SIDE_BY_SIDE = 16 };

struct side {
  u32x16 order;
  uint32_t left_over; // 0: no pair was left before its time
  int32_t symbols[LONGEST_SIDE_BY_SIDE];
};

CT_INLINE void begin_side(
    struct side *side, const struct ct_vocabulary *vocabulary, const uint8_t *bytes,
    size_t length) {
  uint32_t orders[LONGEST_SIDE_BY_SIDE];
  memset(orders, 0xFF, sizeof orders);
  for (size_t i = 0; i < length; i++) side->symbols[i] = vocabulary->byte_ids[bytes[i]];
  for (size_t i = 0; i + 1 < length; i++)
    orders[i] = order_of(vocabulary->byte_ranks[bytes[i] << 8 | bytes[i + 1]], i);
  memcpy(&side->order, orders, sizeof orders);
  side->left_over = (1u << length) - 1;
}

/// One merge as in merge_dense; the look-ups of neighbours that there are not find nothing.
CT_INLINE void step_side(
    struct side *side, const struct ct_merges *merges, entries_with find) {
  const u32x16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  uint32_t least = __builtin_reduce_min(side->order);
  if (least == UINT32_MAX) {
    side->left_over = 0;
    return;
  }
  unsigned left = least & 63;
  uint32_t behind = side->left_over & ~((2u << left) - 1);
  unsigned right = (unsigned)__builtin_ctz(behind);
  behind &= behind - 1;
  side->left_over &= ~(1u << right);
  int32_t id = side->symbols[left] = merges->made[least >> 6];
  uint32_t ahead = side->left_over & ((1u << left) - 1);
  unsigned before = ahead ? 31 - (unsigned)__builtin_clz(ahead) : left;
  unsigned after = behind ? (unsigned)__builtin_ctz(behind) : left;
  uint32_t after_rank = rank_of(merges, find, behind ? id : 0, behind ? side->symbols[after] : 0);
  uint32_t before_rank = rank_of(merges, find, ahead ? side->symbols[before] : 0, ahead ? id : 0);
  uint32_t after_order = behind ? order_of(after_rank, left) : UINT32_MAX;
  uint32_t before_order = ahead ? order_of(before_rank, before) : UINT32_MAX;
  u32x16 order = side->order;
  order = lanes == before ? before_order : order;
  order = lanes == left ? after_order : order;
  side->order = lanes == right ? UINT32_MAX : order;
}

CT_INLINE void last_merges(
    const struct ct_vocabulary *vocabulary, entries_with find, const int32_t *ids, size_t count,
    struct ct_parts *parts) {
  const uint32_t *ends = vocabulary->tokens.ends;
  const uint8_t *bytes = vocabulary->tokens.bytes;
  const struct ct_merges merges = vocabulary->merges;
  for (size_t i = 0; i < count;) {
    size_t length = ends[ids[i] + 1] - ends[ids[i]], group = 1;
    while (group < SIDE_BY_SIDE && i + group < count &&
           ends[ids[i + group] + 1] - ends[ids[i + group]] == length)
      group++;
    if (length < 4 || length > LONGEST_SIDE_BY_SIDE || group < SIDE_BY_SIDE) {
      parts[i] = last_merge(vocabulary, find, bytes + ends[ids[i]], length);
      i++;
      continue;
    }
    struct side sides[SIDE_BY_SIDE];
    for (size_t k = 0; k < SIDE_BY_SIDE; k++)
      begin_side(&sides[k], vocabulary, bytes + ends[ids[i + k]], length);
    for (size_t step = 2; step < length; step++)
      for (size_t k = 0; k < SIDE_BY_SIDE; k++) step_side(&sides[k], &merges, find);
    for (size_t k = 0; k < SIDE_BY_SIDE; k++) {
      const uint32_t last = sides[k].left_over & (sides[k].left_over - 1);
      parts[i + k] = last ? (struct ct_parts){sides[k].symbols[0], sides[k].symbols[__builtin_ctz(last)]}
                          : (struct ct_parts){-1, -1};
    }
    i += SIDE_BY_SIDE;
  }
}

#define MERGE(name, attributes)                                                              \
  attributes void ct_last_merges_##name(                                                     \
      const struct ct_vocabulary *vocabulary, const int32_t *ids, size_t count,              \
      struct ct_parts *parts) {                                                              \
    last_merges(vocabulary, entries_with_##name, ids, count, parts);                         \
  }                                                                                          \
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
