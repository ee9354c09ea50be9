// Where the ids of pieces are remembered.
//
// Pieces of up to 15 bytes are their own keys in two words, beside their ids. Longer ones are kept in
// one block of memory behind a table of hashes. Both are bounded: the first gives up entries where
// it is full, the second begins anew.
#ifndef CTOKENS_CACHE_H
#define CTOKENS_CACHE_H

#include "unicode.h"

enum {
  SHORT = 15,          // the longest piece that is its own key
  INLINE_IDS = 3,      // ids that fit beside the key
  WAITING = 512,       // pieces that are scanned at once
  PROBES = 32,         // entries that a key may be in
  LONG_PROBES = 64,    // slots that a longer piece may be in
  FIRST_BITS = 12,     // log2 of the entries at first
  MOST_BITS = 18,      // and at most
  FIRST_LONG_BITS = 8, // log2 of the slots for longer pieces
  MOST_LONG_BITS = 19,
  MOST_ARENA = 1 << 25, // bytes of longer pieces and of the ids that fit no entry
  SLACK = 64           // bytes behind the arena's last that may be read
};

/// The bytes, zeros, and in the last byte the length, which is never 0.
struct key {
  uint64_t low, high;
} __attribute__((aligned(16)));

/// A short piece and its ids.
struct entry {
  struct key key;          // 0: free
  int32_t ids[INLINE_IDS]; // more ids: ids[0] is their place in the arena
  uint32_t count;
} __attribute__((aligned(32)));

struct long_slot {
  uint32_t hash; // 0: free
  uint32_t place; // of the bytes in the arena, filled up to four, then the ids
  uint32_t length, count;
};

struct ct_cache {
  struct entry *entries;
  unsigned bits;
  size_t used;
  struct long_slot *slots;
  unsigned slot_bits;
  size_t slots_used;
  uint8_t *arena;
  size_t arena_used, arena_size;
  uint32_t ends[WAITING];
};

/// Twice eight bytes of ones, then of zeros: the masks of every length.
static const uint8_t ones[32] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                                 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};

/// The key of a piece of up to 15 bytes, of which 16 may be read.
CT_INLINE struct key key_of_readable(const uint8_t *piece, size_t length) {
  uint64_t low, high, low_mask, high_mask;
  memcpy(&low, piece, 8);
  memcpy(&high, piece + 8, 8);
  memcpy(&low_mask, ones + 16 - length, 8);
  memcpy(&high_mask, ones + 24 - length, 8);
  return (struct key){low & low_mask, (high & high_mask) | (uint64_t)length << 56};
}

static inline struct key key_of(const uint8_t *piece, size_t length) {
  uint8_t bytes[16] = {0};
  memcpy(bytes, piece, length);
  return key_of_readable(bytes, length);
}

/// The home of a key: the entry where it is sought first. Only where a key is kept depends on it, never an id.
CT_INLINE size_t home_of(struct key key, unsigned bits) {
  uint64_t mixed = key.low * 0x9E3779B97F4A7C15 ^ key.high * 0xD6E8FEB86659FD93;
  return mixed >> (64 - bits);
}

CT_INLINE bool is_key(struct key a, struct key b) {
  return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

CT_INLINE uint32_t long_hash_of(const uint8_t *piece, size_t length) {
  return (uint32_t)(ct_hash(piece, length) >> 32) | 1;
}

CT_INLINE size_t filled_up(size_t length) { return (length + 3) & ~(size_t)3; }

/// The entry of a key wherever it is, or NULL. What is found comes to its home if it can.
const struct entry *ct_cache_search(struct ct_cache *cache, struct key key);
/// The slot of a longer piece, or NULL.
const struct long_slot *ct_cache_search_long(
    const struct ct_cache *cache, uint32_t hash, const uint8_t *piece, size_t length);

#endif
