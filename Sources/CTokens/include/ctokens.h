// Cutting text into pieces, and remembering the ids of pieces: the inner loops of the tokenizers.
//
// Text is UTF-8 that need not be valid: a byte that is no part of a well-formed sequence is a
// character of its own, without classes. Nothing is read outside the ranges that are given.
#ifndef CTOKENS_H
#define CTOKENS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

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

// MARK: Strings

/// Numbered byte strings, found by a hash; all memory is the caller's.
struct ct_strings {
  const uint8_t *bytes;
  const uint32_t *ends;  // string i is bytes[ends[i]..<ends[i + 1]]
  const uint32_t *slots; // 0: free; else bits of the hash over the number + 1
  unsigned bits;         // log2 of the slots, of which at least one is free
};

static inline uint64_t ct_mix(uint64_t a, uint64_t b) {
  __uint128_t product = (__uint128_t)a * b;
  return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/// A 64-bit hash of bytes. It decides only where something is stored, never an output.
static inline uint64_t ct_hash(const uint8_t *bytes, size_t count) {
  const uint64_t k0 = 0x9E3779B97F4A7C15, k1 = 0xD6E8FEB86659FD93, k2 = 0xE7037ED1A0B428DB;
  uint64_t a = 0, b = 0, seed = k1;
  if (count >= 16) {
    const uint8_t *at = bytes;
    for (size_t rest = count; rest > 16; rest -= 16, at += 16) {
      memcpy(&a, at, 8);
      memcpy(&b, at + 8, 8);
      seed = ct_mix(a ^ k0, b ^ seed);
    }
    memcpy(&a, bytes + count - 16, 8);
    memcpy(&b, bytes + count - 8, 8);
  } else if (count >= 8) {
    memcpy(&a, bytes, 8);
    memcpy(&b, bytes + count - 8, 8);
  } else if (count >= 4) {
    uint32_t low, high;
    memcpy(&low, bytes, 4);
    memcpy(&high, bytes + count - 4, 4);
    a = low;
    b = high;
  } else if (count > 0) {
    a = bytes[0] | (uint64_t)bytes[count / 2] << 8 | (uint64_t)bytes[count - 1] << 16;
  }
  return ct_mix(k2 ^ count, ct_mix(a ^ k0, b ^ seed));
}

/// The bits of a hash that stand over the number in a slot.
static inline uint32_t ct_tag(uint64_t hash, unsigned bits) {
  return bits >= 32 ? 0 : (uint32_t)(hash >> 32) >> bits << bits;
}

/// The slot of the string with these bytes, or the free one where it belongs; beyond all slots if
/// none is free. `hash` is ct_hash of the bytes.
static inline uint64_t ct_slot_of_string(
    const struct ct_strings *strings, const uint8_t *bytes, size_t count, uint64_t hash) {
  const uint64_t mask = ((uint64_t)1 << strings->bits) - 1;
  const uint32_t tag = ct_tag(hash, strings->bits), low = (uint32_t)mask;
  for (uint64_t slot = hash & mask, probe = 0; probe <= mask; slot = (slot + 1) & mask, probe++) {
    uint32_t entry = strings->slots[slot];
    if (entry == 0) return slot;
    if ((entry & ~low) != tag) continue;
    uint32_t number = (entry & low) - 1, start = strings->ends[number];
    if (strings->ends[number + 1] - start != count) continue;
    if (memcmp(strings->bytes + start, bytes, count) == 0) return slot;
  }
  return mask + 1;
}

/// The number of the string with these bytes, or -1.
static inline int64_t ct_find_string(
    const struct ct_strings *strings, const uint8_t *bytes, size_t count) {
  uint64_t slot = ct_slot_of_string(strings, bytes, count, ct_hash(bytes, count));
  if (slot >> strings->bits) return -1;
  return (int64_t)(strings->slots[slot] & (uint32_t)(((uint64_t)1 << strings->bits) - 1)) - 1;
}

// MARK: Merging

/// A merge in an open hash table: the pair's ids, and its rank over the id that it makes.
struct ct_pair {
  uint64_t key;   // left << 32 | right; all ones: free
  uint64_t merge; // rank << 32 | merged
};
#define CT_NO_MERGE UINT64_MAX

/// The merges of a vocabulary, in one of two forms; all memory is the caller's.
///
/// Dense: ids below 2^21, ranks below 2^22, and what a rank makes is known by the rank. A cache
/// line is a bucket of eight entries left << 43 | right << 22 | rank; all ones: free, and behind a
/// free entry there are none. A full bucket is followed by the next, after the last by the first.
/// Wide (`buckets` is NULL): an open hash table of a power of two entries, one of them free.
struct ct_merges {
  const uint64_t *buckets; // 8 * bucket_count, the first at a multiple of 64 bytes
  uint64_t bucket_count;   // 1..<2^32
  const int32_t *made;     // the ids that ranks make
  uint64_t rank_count;     // how many there are
  const struct ct_pair *pairs;
  uint64_t mask; // the entries of `pairs` less one
};

/// Dense tables have ids and ranks below these.
enum { CT_DENSE_IDS = 1 << 21, CT_DENSE_RANKS = 1 << 22, CT_BUCKET = 8 };
#define CT_FREE_ENTRY UINT64_MAX

static inline uint64_t ct_dense_key(int32_t left, int32_t right) {
  return (uint64_t)(uint32_t)left << 21 | (uint32_t)right;
}

/// The bucket where the search for a key begins.
static inline uint64_t ct_dense_home(uint64_t key, uint64_t bucket_count) {
  return ((key * 0x9E3779B97F4A7C15 >> 32) * bucket_count) >> 32;
}

/// Where the search for a pair begins in a wide table.
static inline uint64_t ct_pair_slot(uint64_t key, uint64_t mask) {
  __uint128_t product = (__uint128_t)key * 0x9E3779B97F4A7C15;
  return ((uint64_t)(product >> 64) ^ (uint64_t)product) & mask;
}

/// Puts a pair into a dense table that has room; false if the pair is there.
static inline bool ct_dense_insert(
    uint64_t *buckets, uint64_t bucket_count, int32_t left, int32_t right, uint32_t rank) {
  uint64_t key = ct_dense_key(left, right), home = ct_dense_home(key, bucket_count);
  for (;; home = home + 1 == bucket_count ? 0 : home + 1)
    for (uint64_t *entry = buckets + CT_BUCKET * home, *end = entry + CT_BUCKET; entry < end; entry++) {
      if (*entry == CT_FREE_ENTRY) {
        *entry = key << 22 | rank;
        return true;
      }
      if (*entry >> 22 == key) return false;
    }
}

/// The rank of a pair in a dense table, or UINT32_MAX. A table that lies gives any rank.
static inline uint32_t ct_dense_find(
    const uint64_t *buckets, uint64_t bucket_count, int32_t left, int32_t right) {
  if ((uint32_t)left >= CT_DENSE_IDS || (uint32_t)right >= CT_DENSE_IDS) return UINT32_MAX;
  uint64_t key = ct_dense_key(left, right), home = ct_dense_home(key, bucket_count);
  for (uint64_t probe = 0; probe < bucket_count; probe++) {
    const uint64_t *bucket = buckets + CT_BUCKET * home;
    for (int i = 0; i < CT_BUCKET; i++)
      if (bucket[i] >> 22 == key) return (uint32_t)bucket[i] & (CT_DENSE_RANKS - 1);
    if (bucket[CT_BUCKET - 1] == CT_FREE_ENTRY) break;
    if (++home == bucket_count) home = 0;
  }
  return UINT32_MAX;
}

/// The merge of two ids as in ct_pair, or CT_NO_MERGE.
static inline uint64_t ct_merge_of(const struct ct_merges *merges, int32_t left, int32_t right) {
  if (merges->buckets) {
    uint64_t rank = ct_dense_find(merges->buckets, merges->bucket_count, left, right);
    if (rank >= merges->rank_count) return CT_NO_MERGE;
    return rank << 32 | (uint32_t)merges->made[rank];
  }
  uint64_t key = (uint64_t)(uint32_t)left << 32 | (uint32_t)right;
  for (uint64_t slot = ct_pair_slot(key, merges->mask);; slot = (slot + 1) & merges->mask) {
    if (merges->pairs[slot].key == key) return merges->pairs[slot].merge;
    if (merges->pairs[slot].key == UINT64_MAX) return CT_NO_MERGE;
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
    const struct ct_merges *merges, const int32_t *symbols, size_t count, int32_t *merged,
    uint8_t *spans);

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

/// A byte-level vocabulary of byte pairs, for the pieces that are not remembered.
struct ct_vocabulary {
  struct ct_merges merges;      // dense
  const int32_t *byte_ids;      // the symbols of all 256 bytes
  const uint32_t *byte_ranks;   // the ranks of the pairs of bytes' symbols, at first << 8 | second
  struct ct_strings tokens;
};

/// The symbols that a token's last merge joins; -1 and -1 where merging leaves other than two.
struct ct_parts {
  int32_t left, right;
};

/// What is left of tokens' bytes when all merges of shorter tokens are done. The tokens have 2 to
/// CT_MOST_MERGED bytes; the vocabulary has the merges of all shorter ones.
void ct_last_merges(
    const struct ct_vocabulary *vocabulary, const int32_t *ids, size_t count,
    struct ct_parts *parts);

/// Where an encoding stands.
struct ct_run {
  const uint8_t *text; // count bytes, fewer than 2^32
  size_t count;
  enum ct_pattern pattern;
  bool takes_whole; // a piece that is a token is that token, whatever the merges say
  size_t done;     // the pieces before this byte are written
  size_t piece_end; // of the piece that starts at `done`, where it is not known
  size_t poll_at;  // stop here or soon after
  int32_t *ids;    // `room` places, of which `written` are taken
  size_t room;
  size_t written;
  size_t scanned;   // private to the cache: pieces that wait
  size_t next;
};

enum ct_stop {
  CT_FINISHED, // the whole text is done
  CT_UNKNOWN,  // the piece done..<piece_end is not remembered: append its ids, set done = piece_end
  CT_FULL,     // the ids have room for fewer than CT_ROOM more
  CT_POLL      // poll_at has been reached
};
/// The room that every step asks for.
enum { CT_ROOM = 2048 + CT_LONGEST_REMEMBERED };

/// Appends the ids of remembered pieces until something else is to be done. With a vocabulary (or
/// NULL) pieces of up to CT_MOST_MERGED bytes are never unknown.
enum ct_stop ct_encode(
    struct ct_cache *cache, const struct ct_vocabulary *vocabulary, struct ct_run *run);

/// The ranks of the pairs of bytes' symbols, at first << 8 | second; UINT32_MAX where there is none.
void ct_fill_byte_ranks(const struct ct_merges *dense, const int32_t *byte_ids, uint32_t *ranks);

// MARK: Texts of ids

/// How many bytes the texts of ids have: id i is bytes[ends[i]..<ends[i + 1]] for i < known.
/// `wrong` gets the place of the first id that is not known, or `count`; `empty` whether the text of
/// one has no bytes.
uint64_t ct_length_of_texts(
    const uint32_t *ends, size_t known, const int32_t *ids, size_t count, size_t *wrong,
    bool *empty);
/// Writes the texts of ids that are known, and up to 16 bytes more; as many behind the last of
/// `bytes` may be read.
void ct_write_texts(
    const uint8_t *bytes, const uint32_t *ends, const int32_t *ids, size_t count, uint8_t *output);

// MARK: Checks of tables from a file

/// A checksum: not made to withstand an attacker, but damage changes it.
uint64_t ct_checksum(const uint8_t *bytes, size_t count);
/// Whether numbers never fall, from the first on, and none is above `limit`.
bool ct_are_rising(const uint32_t *numbers, size_t count, uint32_t limit);
/// Whether the parts of numbers under a mask are all at most `limit`, and at least one number is 0.
bool ct_are_slots(const uint32_t *numbers, size_t count, uint32_t mask, uint32_t limit);
/// Whether numbers are all from 0 on and below `limit`.
bool ct_are_below(const int32_t *numbers, size_t count, int32_t limit);

#endif
