// One body in several variants with the same results: plain, for AVX2, for AVX-512.
#ifndef CTOKENS_VARIANTS_H
#define CTOKENS_VARIANTS_H

#include "unicode.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define CT_X86 1
#define CT_AVX2 __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt")))
#define CT_AVX512                                                                          \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi2,avx2,bmi,bmi2,lzcnt,popcnt"), \
                 min_vector_width(512)))
#else
#define CT_X86 0
#endif

#define CT_VARIANT(name)                                                                     \
  size_t ct_scan_##name(                                                                     \
      enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count,              \
      uint32_t *ends, size_t capacity);                                                      \
  size_t ct_merge_##name(                                                                    \
      const struct ct_merges *merges, const int32_t *symbols, size_t count, int32_t *merged, \
      uint8_t *spans);                                                                       \
  void ct_last_merges_##name(                                                                \
      const struct ct_vocabulary *vocabulary, const int32_t *ids, size_t count,              \
      struct ct_parts *parts);                                                               \
  enum ct_stop ct_encode_##name(                                                             \
      struct ct_cache *cache, const struct ct_vocabulary *vocabulary, struct ct_run *run);

CT_VARIANT(portable)
#if CT_X86
CT_VARIANT(avx2)
CT_VARIANT(avx512)
#endif

#endif
