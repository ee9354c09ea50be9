// Merging the symbols of a short piece.
//
// Symbols stay where they are; what was merged away has no rank. The next pair is the least of at
// most 64 ranks, sixteen at a time: for so few that is faster than any heap.
#include <string.h>

#include "variants.h"

typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

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
    struct merging *m, const struct ct_pair *pairs, uint64_t mask, size_t left, size_t right) {
  uint64_t found = ct_pair_find(pairs, mask, m->ids[left], m->ids[right]);
  m->orders[left] = found == CT_NO_MERGE ? UINT32_MAX : (uint32_t)(found >> 32) << 6 | (uint32_t)left;
  m->made[left] = (int32_t)found;
}

CT_INLINE size_t merge(
    const struct ct_pair *pairs, uint64_t mask, const int32_t *symbols, size_t count,
    int32_t *merged, uint8_t *spans) {
  struct merging m;
  size_t blocks = (count + 15) / 16;
  memset(m.orders, 0xFF, blocks * 64);
  memcpy(m.ids, symbols, 4 * count);
  for (size_t i = 0; i < count; i++) {
    m.next[i] = (uint8_t)(i + 1);
    m.previous[i] = (uint8_t)(i - 1);
  }
  for (size_t i = 0; i + 1 < count; i++) look_up(&m, pairs, mask, i, i + 1);
  uint32_t order;
  while (count > 1 && (order = least(m.orders, blocks)) != UINT32_MAX) {
    size_t left = order & 63, right = m.next[left], after = m.next[right];
    m.ids[left] = m.made[left];
    m.next[left] = (uint8_t)after;
    m.orders[left] = m.orders[right] = UINT32_MAX;
    if (after < count) {
      m.previous[after] = (uint8_t)left;
      look_up(&m, pairs, mask, left, after);
    }
    if (left > 0) look_up(&m, pairs, mask, m.previous[left], left);
  }
  size_t written = 0;
  for (size_t i = 0; i < count; i = m.next[i]) {
    merged[written] = m.ids[i];
    spans[written++] = (uint8_t)(m.next[i] - i);
  }
  return written;
}

#define MERGE(name, attributes)                                                              \
  attributes size_t ct_merge_##name(                                                         \
      const struct ct_pair *pairs, uint64_t mask, const int32_t *symbols, size_t count,      \
      int32_t *merged, uint8_t *spans) {                                                     \
    return merge(pairs, mask, symbols, count, merged, spans);                                \
  }

MERGE(portable, )
#if CT_X86
MERGE(avx2, CT_AVX2)
MERGE(avx512, CT_AVX512)
#endif
