// Scanning text for pieces: one body over three ways of classifying 64 bytes.
#include <string.h>

#include "blocks.h"
#include "variants.h"

// MARK: Masks of 64 bytes

/// Where some bytes stand, for the letters beyond ASCII.
struct byte_masks {
  uint64_t continuation;
  uint64_t x80, x81, x82, x83, x97, xA0, xA2, xB6, xB7, xBB, xBF, from_97_to_9C, from_91, from_B0,
      up_to_9D;
  uint64_t xC3, xC5, from_C4_to_CA, xCE, xCF, xD0, xD1, xD3;
  uint64_t xE3, xE4, from_E5_to_E9, xEA, xEB, xEC, xED;
};

/// Letters, by how many bytes they have.
struct wide_letters {
  uint64_t two, three;
};

/// The most frequent letters beyond ASCII: of Latin, Greek and Cyrillic alphabets, Japanese
/// syllables, Han and Hangul. Each of the ranges has letters only; \u017F is left out, which can be
/// part of a contraction. Those of three bytes have no case.
CT_INLINE struct wide_letters frequent_letters(const struct byte_masks b) {
  uint64_t after = b.continuation >> 1, after_two = after & b.continuation >> 2;
  uint64_t two = b.from_C4_to_CA & ~(b.xC5 & b.xBF >> 1); // U+0100...02BF
  two |= b.xC3 & ~((b.x97 | b.xB7) >> 1);                 // U+00C0...00FF
  two |= b.xCE & b.from_91 >> 1 & ~(b.xA2 >> 1);          // U+0391...03BF
  two |= b.xCF & ~(b.xB6 >> 1);                           // U+03C0...03FF
  two |= b.xD0 | b.xD1 | b.xD3;                           // U+0400...047F, 04C0...04FF
  two &= after;
  uint64_t three = b.from_E5_to_E9 | b.xEB | b.xEC;       // U+5000...9FFF, B000...CFFF
  three |= b.xE4 & ~(b.xB7 >> 1);                         // U+4000...4FFF but for 4DC0...4DFF
  three |= b.xEA & b.from_B0 >> 1;                        // U+AC00...AFFF
  three |= b.xED & b.up_to_9D >> 1;                       // U+D000...D77F
  three |= b.xE3 & ((b.x81 >> 1 & ~(b.x80 >> 2)) |        // U+3041...307F
                    (b.x82 >> 1 & ~((b.from_97_to_9C | b.xA0) >> 2)) | // 3080...30BF
                    (b.x83 >> 1 & ~(b.xBB >> 2)));        // U+30C0...30FF
  three &= after_two;
  return (struct wide_letters){two | two << 1, three | three << 1 | three << 2};
}

/// Takes characters from the foreign bytes to those they belong to, as far as blocks can treat them:
/// letters, and what is neither letter, number nor space. The first that is neither, or is cut off,
/// stays foreign. With `cased`, where case matters, marks do too.
CT_INLINE void add_characters(
    struct masks *m, const uint8_t *text, const struct wide_letters letters, uint64_t leading,
    bool cased) {
  uint64_t frequent = letters.three | (cased ? 0 : letters.two);
  uint64_t both = letters.three; // letters of no case, which o200k takes for either
  m->letter |= frequent;
  m->foreign &= ~frequent;
  for (uint64_t rest = leading & m->foreign; rest; rest &= rest - 1) {
    unsigned at = (unsigned)__builtin_ctzll(rest);
    struct ct_character character = ct_read_long(text + at, 64 - at);
    if (character.code >= 0x110000 || character.code == 0x17F) break;
    uint8_t classes = ct_classes[character.code];
    if (classes & (CT_NUMBER | CT_SPACE | (cased ? CT_MARK : 0))) break;
    uint64_t bytes = ((1ULL << character.length) - 1) << at;
    m->foreign &= ~bytes;
    if (classes & CT_LETTER) {
      m->letter |= bytes;
      if (!(classes & CT_LOWER)) m->upper |= bytes;
      else if (classes & CT_UPPER) both |= bytes;
    } else {
      m->wide[character.length - 2] |= 1ULL << at;
    }
  }
  // A capital after such a letter: whether a word ends between them depends on what follows.
  if (cased) m->foreign |= m->upper & both << 1;
}

#define ALL_BYTE_MASKS(EQUAL, BELOW)                                                          \
  (struct byte_masks) {                                                                       \
    .continuation = BELOW(0x80, 0x40), .x80 = EQUAL(0x80), .x81 = EQUAL(0x81),                \
    .x82 = EQUAL(0x82), .x83 = EQUAL(0x83), .x97 = EQUAL(0x97), .xA0 = EQUAL(0xA0),           \
    .xA2 = EQUAL(0xA2), .xB6 = EQUAL(0xB6), .xB7 = EQUAL(0xB7), .xBB = EQUAL(0xBB),           \
    .xBF = EQUAL(0xBF), .from_97_to_9C = BELOW(0x97, 6), .from_91 = BELOW(0x91, 0x2F),        \
    .from_B0 = BELOW(0xB0, 0x10), .up_to_9D = BELOW(0x80, 0x1E), .xC3 = EQUAL(0xC3),          \
    .xC5 = EQUAL(0xC5), .from_C4_to_CA = BELOW(0xC4, 7), .xCE = EQUAL(0xCE),                  \
    .xCF = EQUAL(0xCF), .xD0 = EQUAL(0xD0), .xD1 = EQUAL(0xD1), .xD3 = EQUAL(0xD3),           \
    .xE3 = EQUAL(0xE3), .xE4 = EQUAL(0xE4), .from_E5_to_E9 = BELOW(0xE5, 5),                  \
    .xEA = EQUAL(0xEA), .xEB = EQUAL(0xEB), .xEC = EQUAL(0xEC), .xED = EQUAL(0xED)            \
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

#define EACH(expression)         \
  ({                             \
    __m256i x = a;               \
    __m256i low = (expression);  \
    x = b;                       \
    joined(low, (expression));   \
  })
#define EQUAL(byte) EACH(_mm256_cmpeq_epi8(x, _mm256_set1_epi8((char)(byte))))
#define BELOW(first, length) EACH(below(x, (char)(first), length))

CT_AVX2 __attribute__((noinline)) static void add_characters_avx2(
    struct masks *m, const uint8_t *text, bool cased) {
  __m256i a = _mm256_loadu_si256((const __m256i *)text);
  __m256i b = _mm256_loadu_si256((const __m256i *)(text + 32));
  add_characters(
      m, text, frequent_letters(ALL_BYTE_MASKS(EQUAL, BELOW)), BELOW(0xC2, 0x33), cased);
}
#undef BELOW

CT_AVX2 CT_INLINE struct masks masks_avx2(const uint8_t *text, bool cased) {
  __m256i a = _mm256_loadu_si256((const __m256i *)text);
  __m256i b = _mm256_loadu_si256((const __m256i *)(text + 32));
  struct masks m = {0};
  m.letter = EACH(below(_mm256_or_si256(x, _mm256_set1_epi8(0x20)), 'a', 26));
  m.upper = EACH(below(x, 'A', 26));
  m.number = EACH(below(x, '0', 10));
  m.blank = EQUAL(' ');
  m.space = EACH(below(x, 9, 5)) | m.blank;
  m.line = EQUAL('\n') | EQUAL('\r');
  m.apostrophe = EQUAL('\'');
  m.slash = EQUAL('/');
  m.foreign = joined(a, b);
  if (m.foreign) add_characters_avx2(&m, text, cased);
  return m;
}
#undef EQUAL
#undef EACH

CT_AVX512 CT_INLINE uint64_t below512(__m512i bytes, char first, char length) {
  return _mm512_cmplt_epu8_mask(
      _mm512_sub_epi8(bytes, _mm512_set1_epi8(first)), _mm512_set1_epi8(length));
}

CT_AVX512 CT_INLINE uint64_t equal512(__m512i bytes, char byte) {
  return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(byte));
}

#define EQUAL(byte) equal512(x, (char)(byte))
#define BELOW(first, length) below512(x, (char)(first), length)
CT_AVX512 __attribute__((noinline)) static void add_characters_avx512(
    struct masks *m, const uint8_t *text, bool cased) {
  __m512i x = _mm512_loadu_si512(text);
  add_characters(
      m, text, frequent_letters(ALL_BYTE_MASKS(EQUAL, BELOW)), BELOW(0xC2, 0x33), cased);
}
#undef BELOW
#undef EQUAL

CT_AVX512 CT_INLINE struct masks masks_avx512(const uint8_t *text, bool cased) {
  __m512i x = _mm512_loadu_si512(text);
  struct masks m = {0};
  m.letter = below512(_mm512_or_si512(x, _mm512_set1_epi8(0x20)), 'a', 26);
  m.upper = below512(x, 'A', 26);
  m.number = below512(x, '0', 10);
  m.blank = equal512(x, ' ');
  m.space = below512(x, 9, 5) | m.blank;
  m.line = equal512(x, '\n') | equal512(x, '\r');
  m.apostrophe = equal512(x, '\'');
  m.slash = equal512(x, '/');
  m.foreign = _mm512_movepi8_mask(x);
  if (m.foreign) add_characters_avx512(&m, text, cased);
  return m;
}
#endif

// MARK: The scan

/// Writes `base` + each set bit's number; up to 64 numbers may be overwritten.
CT_INLINE size_t write_bits_portable(uint64_t bits, uint32_t base, uint32_t *ends) {
  size_t count = (size_t)__builtin_popcountll(bits);
  // Eight at a time without a look at how many there are: mispredicted ends of loops cost more.
  for (size_t i = 0; i < count; i += 8)
    for (size_t j = 0; j < 8; j++) {
      ends[i + j] = base + (uint32_t)__builtin_ctzll(bits | 1ULL << 63);
      bits &= bits - 1;
    }
  return count;
}

#if CT_X86
#define write_bits_avx2 write_bits_portable

CT_AVX512 CT_INLINE size_t write_bits_avx512(uint64_t bits, uint32_t base, uint32_t *ends) {
  static const uint8_t all[64] __attribute__((aligned(64))) = {
      0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21,
      22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43,
      44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
  size_t count = (size_t)__builtin_popcountll(bits);
  __m512i numbers = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(all));
  __m512i bases = _mm512_set1_epi32((int)base);
#define SIXTEEN(part)                                                             \
  _mm512_storeu_si512(                                                            \
      ends + 16 * part, _mm512_add_epi32(bases, _mm512_cvtepu8_epi32(             \
                            _mm512_extracti32x4_epi32(numbers, part))))
  SIXTEEN(0);
  if (__builtin_expect(count > 16, 0)) {
    SIXTEEN(1);
    if (count > 32) {
      SIXTEEN(2);
      SIXTEEN(3);
    }
  }
#undef SIXTEEN
  return count;
}
#endif

/// So many bytes of letters from a piece's start on are worth going on by blocks.
enum { LONG_RUN = 32 };

CT_INLINE size_t leading_letters(uint64_t letter) {
  return ~letter ? (size_t)__builtin_ctzll(~letter) : 64;
}

#define SCAN(name, attributes, masks_of, write_bits)                                       \
  attributes CT_INLINE size_t name##_by(                                                   \
      struct rules rules, const uint8_t *text, size_t start, size_t count, uint32_t *ends, \
      size_t capacity) {                                                                   \
    size_t written = 0;                                                                    \
    /* Words that are cut at case need the case of each letter. */                         \
    const bool cased = rules.suffixes;                                                     \
    while (start < count && written + 72 <= capacity) {                                    \
      if (count - start >= 64) {                                                           \
        struct masks masks = masks_of(text + start, cased);                                \
        uint64_t starts = starts_in_block(rules, text + start, masks);                     \
        if (starts > 1) {                                                                  \
          written += write_bits(starts & ~1ULL, (uint32_t)start, ends + written);          \
          start += 63 - (size_t)__builtin_clzll(starts);                                   \
          continue;                                                                        \
        }                                                                                  \
        size_t run = leading_letters(masks.letter);                                        \
        if (!cased && run >= LONG_RUN) {                                                   \
          do start += run;                                                                 \
          while (count - start >= 64 && (masks = masks_of(text + start, cased),            \
                                         run = leading_letters(masks.letter)));            \
          start = end_of_run(text, start, count, CT_LETTER);                               \
          ends[written++] = (uint32_t)start;                                               \
          continue;                                                                        \
        }                                                                                  \
      }                                                                                    \
      start = end_of_piece(rules, text, start, count);                                     \
      ends[written++] = (uint32_t)start;                                                   \
    }                                                                                      \
    return written;                                                                        \
  }                                                                                        \
  EACH_PATTERN(name, attributes, name##_by)

#define EACH_PATTERN(name, attributes, scan)                                               \
  attributes __attribute__((noinline)) size_t name(                                 \
      enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count,            \
      uint32_t *ends, size_t capacity) {                                                   \
    switch (pattern) {                                                                     \
    case CT_CL100K: return scan(rules_of(CT_CL100K), text, start, count, ends, capacity); \
    case CT_LLAMA3: return scan(rules_of(CT_LLAMA3), text, start, count, ends, capacity); \
    case CT_QWEN2: return scan(rules_of(CT_QWEN2), text, start, count, ends, capacity);   \
    case CT_O200K: return scan(rules_of(CT_O200K), text, start, count, ends, capacity);   \
    default: return scan(rules_of(CT_GPT2), text, start, count, ends, capacity);      \
    }                                                                                      \
  }

/// Without wide registers the masks cost more than they save: only the plain scanner.
CT_INLINE size_t scan_plainly(
    struct rules rules, const uint8_t *text, size_t start, size_t count, uint32_t *ends,
    size_t capacity) {
  size_t written = 0;
  while (start < count && written < capacity)
    ends[written++] = (uint32_t)(start = end_of_piece(rules, text, start, count));
  return written;
}

EACH_PATTERN(ct_scan_portable, , scan_plainly)
#if CT_X86
SCAN(ct_scan_avx2, CT_AVX2, masks_avx2, write_bits_avx2)
SCAN(ct_scan_avx512, CT_AVX512, masks_avx512, write_bits_avx512)
#endif

size_t ct_end_of_piece(enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count) {
  ct_prepare_classes();
  return end_of_piece(rules_of(pattern), text, start, count);
}
