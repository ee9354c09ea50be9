// Cutting text into pieces, and remembering the ids of pieces: the inner loops of the tokenizers.
//
// Text is UTF-8 that need not be valid: a byte that is no part of a well-formed sequence is a
// character of its own, without classes. Nothing is read outside the ranges that are given.
#ifndef CTOKENS_H
#define CTOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// MARK: Characters

/// The classes of a character, as bits.
enum {
  CT_LETTER = 1,  // \p{L}
  CT_NUMBER = 2,  // \p{N}
  CT_SPACE = 4,   // \s: White_Space
  CT_WORD = 8,    // \w: Alphabetic, M, Nd, Pc, Join_Control (UTS 18)
  CT_UPPER = 16,  // Lu, Lt, Lm, Lo, M: what may start a word of o200k
  CT_LOWER = 32,  // Ll, Lm, Lo, M: what may go on in it
  CT_MARK = 64,   // \p{M}
  CT_SYMBOL = 128 // \p{P}, \p{S}
};

/// The version of the Unicode Character Database that the classes come from.
const char *ct_unicode_version(void);
/// The classes of all 0x110000 code points. Made at the first call, by whichever thread is first.
const uint8_t *ct_character_classes(void);

// MARK: Pieces

/// The patterns that have a scanner (pieces.h says what each is as a regular expression).
enum ct_pattern {
  CT_GPT2,   // and r50k, p50k
  CT_CL100K, // tiktoken's, whose white space at the end of the text is one piece
  CT_LLAMA3, // and cl100k as Hugging Face files spell it
  CT_QWEN2,
  CT_O200K,
  CT_PATTERNS
};

/// The end of the piece that starts at `start < count`: the plain scanner, character by character.
size_t ct_end_of_piece(enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count);

/// Writes the ends of the pieces of `text[start..<count]`, at most `capacity >= 72`, to `ends`.
/// Gives the same as ct_end_of_piece called again and again; ASCII goes by blocks of 64 bytes.
///
/// - Returns: how many were written; 0 only at the end of the text. count < 2^32.
size_t ct_scan(
    enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count, uint32_t *ends,
    size_t capacity);

/// The way blocks are classified: "avx512", "avx2" or "portable".
const char *ct_variant_name(void);
/// Takes one way by name, NULL for the best; false if this machine does not have it.
bool ct_force_variant(const char *name);

// MARK: Remembered pieces

/// What pieces' ids were, for one thread at a time. Bounded in memory.
struct ct_cache;
struct ct_cache *ct_cache_create(void); // NULL if there is no memory
void ct_cache_destroy(struct ct_cache *cache);
/// The longest piece that is remembered, in bytes.
enum { CT_LONGEST_REMEMBERED = 1024 };
/// Remembers the ids of a piece of 1...CT_LONGEST_REMEMBERED bytes; none or too many are let go.
void ct_cache_insert(
    struct ct_cache *cache, const uint8_t *piece, size_t length, const int32_t *ids, size_t count);
/// The ids of a piece, or NULL; `count` says how many. Valid until the next insertion.
const int32_t *ct_cache_find(
    struct ct_cache *cache, const uint8_t *piece, size_t length, size_t *count);

/// Where an encoding stands.
struct ct_run {
  const uint8_t *text; // count bytes, fewer than 2^32
  size_t count;
  enum ct_pattern pattern;
  size_t done;     // the pieces before this byte are written
  size_t piece_end; // of the piece that starts at `done`, where it is not known
  size_t poll_at;  // stop here or soon after
  int32_t *ids;    // `room` places, of which `written` are taken
  size_t room;
  size_t written;
  size_t scanned; // private to the cache: pieces that wait
  size_t next;
};

enum ct_stop {
  CT_FINISHED, // the whole text is done
  CT_UNKNOWN,  // the piece done..<piece_end is not remembered: append its ids, set done = piece_end
  CT_FULL,     // the ids have room for fewer than CT_ROOM more
  CT_POLL      // poll_at has been reached
};
/// The room that every step asks for.
enum { CT_ROOM = 4 * 64 + CT_LONGEST_REMEMBERED };

/// Appends the ids of remembered pieces until something else is to be done.
enum ct_stop ct_encode(struct ct_cache *cache, struct ct_run *run);

// MARK: Merging

/// A merge in an open hash table: the pair's ids, and its rank over the id that it makes.
struct ct_pair {
  uint64_t key;   // left << 32 | right; all ones: free
  uint64_t merge; // rank << 32 | merged
};
#define CT_NO_MERGE UINT64_MAX

/// Where the search for a pair begins, in a table of a power of two entries.
static inline uint64_t ct_pair_slot(uint64_t key, uint64_t mask) {
  __uint128_t product = (__uint128_t)key * 0x9E3779B97F4A7C15;
  return ((uint64_t)(product >> 64) ^ (uint64_t)product) & mask;
}

/// The merge of two ids, or CT_NO_MERGE. The table has at least one free entry.
static inline uint64_t ct_pair_find(
    const struct ct_pair *pairs, uint64_t mask, int32_t left, int32_t right) {
  uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
  for (uint64_t slot = ct_pair_slot(key, mask);; slot = (slot + 1) & mask) {
    if (pairs[slot].key == key) return pairs[slot].merge;
    if (pairs[slot].key == UINT64_MAX) return CT_NO_MERGE;
  }
}

/// The most symbols that ct_merge takes.
enum { CT_MOST_MERGED = 64 };
/// Above the ranks that ct_merge can order.
enum { CT_RANK_LIMIT = (1 << 26) - 1 };
/// Merges `count <= CT_MOST_MERGED` symbols, the pair of lowest rank first, of equal ranks the
/// leftmost. Writes the symbols that are left, and for each how many it was made of.
///
/// - Returns: how many are left. `merged` may be `symbols`.
size_t ct_merge(
    const struct ct_pair *pairs, uint64_t mask, const int32_t *symbols, size_t count,
    int32_t *merged, uint8_t *spans);

#endif
