// Looking up pairs in the dense form, eight entries of a cache line at once.
#ifndef CTOKENS_DENSE_H
#define CTOKENS_DENSE_H

#include "variants.h"

/// Which of a bucket's entries have a key: one bit each.
CT_INLINE unsigned entries_with_portable(const uint64_t *bucket, uint64_t key) {
  unsigned found = 0;
  for (unsigned i = 0; i < CT_BUCKET; i++) found |= (unsigned)(bucket[i] >> 22 == key) << i;
  return found;
}

#if CT_X86
CT_AVX2 CT_INLINE unsigned entries_with_avx2(const uint64_t *bucket, uint64_t key) {
  __m256i wanted = _mm256_set1_epi64x((int64_t)key);
  __m256i low = _mm256_srli_epi64(_mm256_load_si256((const __m256i *)bucket), 22);
  __m256i high = _mm256_srli_epi64(_mm256_load_si256((const __m256i *)(bucket + 4)), 22);
  unsigned first = (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(low, wanted)));
  unsigned second =
      (unsigned)_mm256_movemask_pd(_mm256_castsi256_pd(_mm256_cmpeq_epi64(high, wanted)));
  return first | second << 4;
}

CT_AVX512 CT_INLINE unsigned entries_with_avx512(const uint64_t *bucket, uint64_t key) {
  __m512i shifted = _mm512_srli_epi64(_mm512_load_si512(bucket), 22);
  return _mm512_cmpeq_epi64_mask(shifted, _mm512_set1_epi64((int64_t)key));
}
#endif

typedef unsigned (*entries_with)(const uint64_t *bucket, uint64_t key);

/// The rank of a pair, or UINT32_MAX, without a branch on whether there is one.
CT_INLINE uint32_t rank_of(
    const struct ct_merges *merges, entries_with find, int32_t left, int32_t right) {
  uint64_t key = ct_dense_key(left, right), home = ct_dense_home(key, merges->bucket_count);
  const uint64_t *bucket = merges->buckets + CT_BUCKET * home;
  unsigned found = find(bucket, key);
  // Rare: what is not in a full bucket can be in the next.
  if (__builtin_expect((found == 0) & (bucket[CT_BUCKET - 1] != CT_FREE_ENTRY), 0))
    return ct_dense_find(merges->buckets, merges->bucket_count, left, right);
  uint32_t rank = (uint32_t)bucket[__builtin_ctz(found | 1u << 7)] & (CT_DENSE_RANKS - 1);
  return found ? rank : UINT32_MAX;
}

#endif
