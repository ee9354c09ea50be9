// Scanning text for pieces: one body over three ways of classifying 64 bytes.
#include <string.h>

#include "blocks.h"
#include "variants.h"

// MARK: Masks of 64 bytes

/// Byte by byte, from the table of classes.
static inline struct masks masks_portable(const uint8_t *text) {
  struct masks m = {0};
  for (unsigned i = 0; i < 64; i++) {
    uint8_t byte = text[i];
    uint64_t bit = 1ULL << i;
    if (byte >= 0x80) {
      m.foreign |= bit;
      continue;
    }
    uint8_t classes = ct_classes[byte];
    if (classes & CT_LETTER) m.letter |= bit;
    if (byte >= 'A' && byte <= 'Z') m.upper |= bit;
    if (classes & CT_NUMBER) m.number |= bit;
    if (classes & CT_SPACE) m.space |= bit;
    if (byte == ' ') m.blank |= bit;
    if (is_line_end(byte)) m.line |= bit;
    if (byte == '\'') m.apostrophe |= bit;
    if (byte == '/') m.slash |= bit;
  }
  return m;
}

#if CT_X86
// Both ways compare bytes with ranges: (byte - first) below the range's length, unsigned.

CT_AVX2 CT_INLINE uint64_t joined(__m256i low, __m256i high) {
  return (uint32_t)_mm256_movemask_epi8(low) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

CT_AVX2 CT_INLINE __m256i below(__m256i bytes, char first, char length) {
  __m256i offset = _mm256_sub_epi8(bytes, _mm256_set1_epi8(first));
  return _mm256_cmpeq_epi8(_mm256_min_epu8(offset, _mm256_set1_epi8(length - 1)), offset);
}

CT_AVX2 CT_INLINE struct masks masks_avx2(const uint8_t *text) {
  __m256i a = _mm256_loadu_si256((const __m256i *)text);
  __m256i b = _mm256_loadu_si256((const __m256i *)(text + 32));
#define EACH(expression) ({ __m256i x = a; __m256i low = (expression); x = b; joined(low, (expression)); })
#define EQUAL(byte) EACH(_mm256_cmpeq_epi8(x, _mm256_set1_epi8(byte)))
  struct masks m;
  m.letter = EACH(below(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 26));
  m.upper = EACH(below(x, 'A', 26));
  m.number = EACH(below(x, '0', 10));
  m.blank = EQUAL(' ');
  m.space = EACH(below(x, 9, 5)) | m.blank;
  m.line = EQUAL('\n') | EQUAL('\r');
  m.apostrophe = EQUAL('\'');
  m.slash = EQUAL('/');
  m.foreign = joined(a, b);
#undef EQUAL
#undef EACH
  return m;
}

CT_AVX512 CT_INLINE uint64_t below512(__m512i bytes, char first, char length) {
  return _mm512_cmplt_epu8_mask(
      _mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(length));
}

CT_AVX512 CT_INLINE uint64_t equal512(__m512i bytes, char byte) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte));
}

CT_AVX512 CT_INLINE struct masks masks_avx512(const uint8_t *text) {
  __m512i x = _mm512_loadu_si512(text);
  struct masks m;
  m.letter = below512(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), 'a', 26);
  m.upper = below512(x, 'A', 26);
  m.number = below512(x, '0', 10);
  m.blank = equal512(x, ' ');
  m.space = below512(x, 9, 5) | m.blank;
  m.line = equal512(x, '\n') | equal512(x, '\r');
  m.apostrophe = equal512(x, '\'');
  m.slash = equal512(x, '/');
  m.foreign = _mm512_movepi8_mask(x);
  return m;
}
#endif

// MARK: The scan

/// Writes `base` + each set bit's number.
CT_INLINE size_t write_bits(uint64_t bits, uint32_t base, uint32_t *ends) {
  size_t count = (size_t)__builtin_popcountll(bits);
  // Eight at a time without a look at how many there are: mispredicted ends of loops cost more.
  for (size_t i = 0; i < count; i += 8)
    for (size_t j = 0; j < 8; j++) {
      ends[i + j] = base + (uint32_t)__builtin_ctzll(bits | 1ULL << 63);
      bits &= bits - 1;
    }
  return count;
}

CT_INLINE bool starts_foreign(const uint8_t *text) {
  uint64_t eight;
  memcpy(&eight, text, sizeof eight);
  return (eight & 0x8080808080808080) != 0;
}

#define SCAN(name, attributes, masks_of)                                                   \
  attributes CT_INLINE size_t name##_by(                                                   \
      struct rules rules, const uint8_t *text, size_t start, size_t count, uint32_t *ends, \
      size_t capacity) {                                                                   \
    size_t written = 0;                                                                    \
    while (start < count && written + 72 <= capacity) {                                    \
      if (count - start >= 64 && !starts_foreign(text + start)) {                          \
        uint64_t starts = starts_in_block(rules, text + start, masks_of(text + start));    \
        if (starts > 1) {                                                                  \
          written += write_bits(starts & ~1ULL, (uint32_t)start, ends + written);          \
          start += 63 - (size_t)__builtin_clzll(starts);                                   \
          continue;                                                                        \
        }                                                                                  \
      }                                                                                    \
      start = end_of_piece(rules, text, start, count);                                     \
      ends[written++] = (uint32_t)start;                                                   \
    }                                                                                      \
    return written;                                                                        \
  }                                                                                        \
  attributes __attribute__((noinline)) size_t name(                                 \
      enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count,            \
      uint32_t *ends, size_t capacity) {                                                   \
    switch (pattern) {                                                                     \
    case CT_CL100K: return name##_by(rules_of(CT_CL100K), text, start, count, ends, capacity); \
    case CT_LLAMA3: return name##_by(rules_of(CT_LLAMA3), text, start, count, ends, capacity); \
    case CT_QWEN2: return name##_by(rules_of(CT_QWEN2), text, start, count, ends, capacity);   \
    case CT_O200K: return name##_by(rules_of(CT_O200K), text, start, count, ends, capacity);   \
    default: return name##_by(rules_of(CT_GPT2), text, start, count, ends, capacity);      \
    }                                                                                      \
  }

SCAN(ct_scan_portable, , masks_portable)
#if CT_X86
SCAN(ct_scan_avx2, CT_AVX2, masks_avx2)
SCAN(ct_scan_avx512, CT_AVX512, masks_avx512)
#endif

size_t ct_end_of_piece(enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count) {
  ct_prepare_classes();
  return end_of_piece(rules_of(pattern), text, start, count);
}
