// Remembering the ids of pieces, and the loop that scans, looks up and appends.
//
// Pieces of up to 15 bytes are their own keys in two words; two entries fill a cache line. Longer
// ones are kept in one block of memory behind a table of hashes. Both are bounded: the first gives
// up entries where it is full, the second begins anew.
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "unicode.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

enum {
  SHORT = 15,          // the longest piece that is its own key
  INLINE_IDS = 3,      // ids that fit the entry
  WAITING = 512,       // pieces that are scanned at once
  AHEAD = 16,          // pieces whose entries are fetched at once
  PROBES = 16,         // buckets that a key may be in
  FIRST_BITS = 11,     // log2 of the buckets at first
  MOST_BITS = 17,      // and at most
  FIRST_LONG_BITS = 8, // log2 of the slots for longer pieces
  MOST_LONG_BITS = 19,
  MOST_ARENA = 1 << 25 // bytes of longer pieces and of the ids that fit no entry
};

struct key {
  uint64_t low, high; // the bytes, zeros, and in the last byte the length, which is never 0
} __attribute__((aligned(16)));

struct entry {
  struct key key;
  int32_t ids[INLINE_IDS]; // more ids: ids[0] is their place in the arena, ids[1] their number
  uint32_t count;
};

struct bucket {
  struct entry entries[2];
} __attribute__((aligned(64)));

struct long_slot {
  uint64_t hash; // 0: free
  uint32_t place, length;
};

struct cache_arena {
  uint8_t *bytes;
  size_t used, size;
};

struct ct_cache {
  struct bucket *buckets;
  unsigned bits;
  size_t used;
  struct long_slot *slots;
  unsigned slot_bits;
  size_t slots_used;
  struct cache_arena arena;
  uint32_t ends[WAITING];
};

// MARK: Keys

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

static struct key key_of(const uint8_t *piece, size_t length) {
  uint8_t bytes[16] = {0};
  memcpy(bytes, piece, length);
  return key_of_readable(bytes, length);
}

/// The first bucket of a key. Only where a key is kept depends on it, never an id.
CT_INLINE size_t bucket_of(struct key key, unsigned bits) {
  uint64_t mixed = key.low * 0x9E3779B97F4A7C15 ^ key.high * 0xD6E8FEB86659FD93;
  return mixed >> (64 - bits);
}

CT_INLINE bool is_key(const struct entry *entry, struct key key) {
  return ((entry->key.low ^ key.low) | (entry->key.high ^ key.high)) == 0;
}

/// The entry of a key if it is one of these two, without a branch on which; else NULL.
CT_INLINE const struct entry *among(const struct bucket *bucket, const struct key *key) {
#if defined(__SSE2__)
  __m128i wanted = _mm_load_si128((const __m128i *)key);
  __m128i first = _mm_load_si128((const __m128i *)&bucket->entries[0].key);
  __m128i second = _mm_load_si128((const __m128i *)&bucket->entries[1].key);
  unsigned is_first = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(wanted, first)) == 0xFFFF;
  unsigned is_second = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(wanted, second)) == 0xFFFF;
#else
  unsigned is_first = is_key(&bucket->entries[0], *key);
  unsigned is_second = is_key(&bucket->entries[1], *key);
#endif
  if (__builtin_expect(!(is_first | is_second), 0)) return NULL;
  return &bucket->entries[is_second];
}

static uint64_t hash_of(const uint8_t *piece, size_t length) {
  uint64_t hash = length * 0x9E3779B97F4A7C15;
  for (;;) {
    uint64_t word = 0;
    memcpy(&word, piece, length < 8 ? length : 8);
    __uint128_t product = (__uint128_t)(hash ^ word) * 0xD6E8FEB86659FD93;
    hash = (uint64_t)(product >> 64) ^ (uint64_t)product ^ word << 1;
    if (length <= 8) break;
    piece += 8;
    length -= 8;
  }
  hash *= 0xBF58476D1CE4E5B9;
  return (hash ^ hash >> 32) | 1;
}

// MARK: Making, clearing, growing

/// Zeroed buckets, in large pages where they fill one: what is looked up is all over them.
static struct bucket *make_buckets(unsigned bits) {
  size_t size = sizeof(struct bucket) << bits, large = 1 << 21;
  struct bucket *buckets = aligned_alloc(size >= large ? large : 64, size);
  if (!buckets) return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= large) madvise(buckets, size, MADV_HUGEPAGE);
#endif
  memset(buckets, 0, size);
  return buckets;
}

struct ct_cache *ct_cache_create(void) {
  struct ct_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  cache->bits = FIRST_BITS;
  cache->slot_bits = FIRST_LONG_BITS;
  cache->arena.size = 1 << 12;
  cache->buckets = make_buckets(cache->bits);
  cache->slots = calloc((size_t)1 << cache->slot_bits, sizeof *cache->slots);
  cache->arena.bytes = malloc(cache->arena.size);
  if (!cache->buckets || !cache->slots || !cache->arena.bytes) {
    ct_cache_destroy(cache);
    return NULL;
  }
  return cache;
}

void ct_cache_destroy(struct ct_cache *cache) {
  if (!cache) return;
  free(cache->buckets);
  free(cache->slots);
  free(cache->arena.bytes);
  free(cache);
}

/// Puts an entry into the first free place of its buckets, else in place of another.
/// Tells whether there was a free one.
static bool place(struct bucket *buckets, unsigned bits, const struct entry *entry) {
  size_t mask = ((size_t)1 << bits) - 1, first = bucket_of(entry->key, bits);
  for (size_t probe = 0; probe < PROBES; probe++) {
    struct bucket *bucket = &buckets[(first + probe) & mask];
    for (int i = 0; i < 2; i++)
      if (bucket->entries[i].key.high == 0) {
        bucket->entries[i] = *entry;
        return true;
      }
  }
  struct bucket *bucket = &buckets[first];
  bucket->entries[1] = bucket->entries[0];
  bucket->entries[0] = *entry;
  return false;
}

static void clear(struct ct_cache *cache) {
  memset(cache->buckets, 0, sizeof(struct bucket) << cache->bits);
  memset(cache->slots, 0, sizeof *cache->slots << cache->slot_bits);
  cache->used = cache->slots_used = cache->arena.used = 0;
}

static void grow_buckets(struct ct_cache *cache) {
  unsigned bits = cache->bits + 1;
  struct bucket *buckets = make_buckets(bits);
  if (!buckets) return; // entries are given up instead
  cache->used = 0;
  for (size_t i = 0; i < (size_t)2 << cache->bits; i++) {
    const struct entry *entry = &cache->buckets[i / 2].entries[i % 2];
    if (entry->key.high) cache->used += place(buckets, bits, entry);
  }
  free(cache->buckets);
  cache->buckets = buckets;
  cache->bits = bits;
}

/// Makes room for one more longer piece; the table may be empty afterwards.
static bool grow_slots(struct ct_cache *cache) {
  if (cache->slot_bits == MOST_LONG_BITS) {
    clear(cache);
    return true;
  }
  unsigned bits = cache->slot_bits + 2 < MOST_LONG_BITS ? cache->slot_bits + 2 : MOST_LONG_BITS;
  struct long_slot *slots = calloc((size_t)1 << bits, sizeof *slots);
  if (!slots) return false;
  size_t mask = ((size_t)1 << bits) - 1;
  for (size_t i = 0; i < (size_t)1 << cache->slot_bits; i++) {
    if (!cache->slots[i].hash) continue;
    size_t at = cache->slots[i].hash >> 8 & mask;
    while (slots[at].hash) at = (at + 1) & mask;
    slots[at] = cache->slots[i];
  }
  free(cache->slots);
  cache->slots = slots;
  cache->slot_bits = bits;
  return true;
}

/// Room for `size` bytes, a multiple of 4, in the arena, or NULL.
static uint8_t *take(struct ct_cache *cache, size_t size) {
  struct cache_arena *arena = &cache->arena;
  if (arena->used + size > arena->size) {
    size_t wanted = arena->size * 2;
    while (wanted < arena->used + size) wanted *= 2;
    if (wanted > MOST_ARENA) {
      clear(cache);
    } else {
      uint8_t *bytes = realloc(arena->bytes, wanted);
      if (!bytes) return NULL;
      arena->bytes = bytes;
      arena->size = wanted;
    }
  }
  uint8_t *taken = arena->bytes + arena->used;
  arena->used += size;
  return taken;
}

// MARK: Longer pieces: in the arena the number of ids, the ids, the bytes

static const int32_t *find_long(
    const struct ct_cache *cache, uint64_t hash, const uint8_t *piece, size_t length,
    size_t *count) {
  size_t mask = ((size_t)1 << cache->slot_bits) - 1;
  // The table is at most half full; a piece stands within so many slots or was not put there.
  for (size_t probe = 0, at = hash >> 8 & mask; probe < 64; probe++, at = (at + 1) & mask) {
    const struct long_slot *slot = &cache->slots[at];
    if (!slot->hash) return NULL;
    if (slot->hash != hash || slot->length != length) continue;
    const uint8_t *record = cache->arena.bytes + slot->place;
    uint32_t ids;
    memcpy(&ids, record, 4);
    if (memcmp(record + 4 + 4 * (size_t)ids, piece, length) != 0) continue;
    *count = ids;
    return (const int32_t *)(const void *)(record + 4);
  }
  return NULL;
}

static void insert_long(
    struct ct_cache *cache, const uint8_t *piece, size_t length, const int32_t *ids,
    uint32_t count) {
  if ((cache->slots_used + 1) * 2 > (size_t)1 << cache->slot_bits && !grow_slots(cache)) return;
  uint8_t *record = take(cache, 4 + 4 * (size_t)count + ((length + 3) & ~(size_t)3));
  if (!record) return;
  uint64_t hash = hash_of(piece, length);
  size_t mask = ((size_t)1 << cache->slot_bits) - 1, at = hash >> 8 & mask;
  for (size_t probe = 0; cache->slots[at].hash; at = (at + 1) & mask)
    if (++probe == 64) return;
  memcpy(record, &count, 4);
  memcpy(record + 4, ids, 4 * (size_t)count);
  memcpy(record + 4 + 4 * (size_t)count, piece, length);
  cache->slots[at] =
      (struct long_slot){hash, (uint32_t)(record - cache->arena.bytes), (uint32_t)length};
  cache->slots_used++;
}

// MARK: Both

void ct_cache_insert(
    struct ct_cache *cache, const uint8_t *piece, size_t length, const int32_t *ids,
    size_t count) {
  if (length == 0 || length > CT_LONGEST_REMEMBERED || count == 0 || count > length) return;
  if (length > SHORT) return insert_long(cache, piece, length, ids, (uint32_t)count);
  if (cache->used > (size_t)3 << (cache->bits - 1) && cache->bits < MOST_BITS) grow_buckets(cache);
  struct entry entry = {.key = key_of(piece, length), .count = (uint32_t)count};
  if (count <= INLINE_IDS) {
    memcpy(entry.ids, ids, 4 * count);
  } else {
    uint8_t *more = take(cache, 4 * count);
    if (!more) return;
    memcpy(more, ids, 4 * count);
    entry.ids[0] = (int32_t)(more - cache->arena.bytes);
  }
  cache->used += place(cache->buckets, cache->bits, &entry);
}

static const struct entry *find(const struct ct_cache *cache, struct key key) {
  size_t mask = ((size_t)1 << cache->bits) - 1, first = bucket_of(key, cache->bits);
  for (size_t probe = 0; probe < PROBES; probe++) {
    const struct bucket *bucket = &cache->buckets[(first + probe) & mask];
    for (int i = 0; i < 2; i++) {
      if (is_key(&bucket->entries[i], key)) return &bucket->entries[i];
      if (bucket->entries[i].key.high == 0) return NULL;
    }
  }
  return NULL;
}

const int32_t *ct_cache_find(
    struct ct_cache *cache, const uint8_t *piece, size_t length, size_t *count) {
  if (length == 0 || length > CT_LONGEST_REMEMBERED) return NULL;
  if (length > SHORT) return find_long(cache, hash_of(piece, length), piece, length, count);
  struct key key = key_of(piece, length);
  const struct entry *entry = find(cache, key);
  if (!entry) return NULL;
  *count = entry->count;
  if (entry->count <= INLINE_IDS) return entry->ids;
  return (const int32_t *)(const void *)(cache->arena.bytes + entry->ids[0]);
}

// MARK: The loop

enum ct_stop ct_encode(struct ct_cache *cache, struct ct_run *run) {
  const uint8_t *text = run->text;
  const size_t count = run->count;
  const unsigned bits = cache->bits;
  const size_t slot_mask = ((size_t)1 << cache->slot_bits) - 1;
  size_t start = run->done;
  int32_t *out = run->ids + run->written;
  enum ct_stop stop = CT_FINISHED;
  int32_t *const full = run->ids + run->room;
  const struct bucket *buckets = cache->buckets;
  while (true) {
    if (run->next == run->scanned) {
      if (start >= count) break;
      if (start >= run->poll_at) {
        stop = CT_POLL;
        break;
      }
      run->scanned = ct_scan(run->pattern, text, start, count, cache->ends, WAITING);
      run->next = 0;
    }
    if (full - out < CT_ROOM) {
      stop = CT_FULL;
      break;
    }

    // First the keys of some pieces, and their buckets on the way; then their ids.
    struct key keys[AHEAD];
    const struct bucket *homes[AHEAD];
    const uint32_t *ends = cache->ends + run->next;
    size_t group = run->scanned - run->next < AHEAD ? run->scanned - run->next : AHEAD;
    size_t from = start;
    uint32_t longer = 0;
    for (size_t i = 0; i < group; i++) {
      size_t length = ends[i] - from;
      if (__builtin_expect(length > SHORT, 0)) {
        keys[i] = (struct key){length <= CT_LONGEST_REMEMBERED ? hash_of(text + from, length) : 0, 0};
        __builtin_prefetch(&cache->slots[keys[i].low >> 8 & slot_mask]);
        longer |= 1u << i;
      } else {
        keys[i] = __builtin_expect(from + 16 <= count, 1) ? key_of_readable(text + from, length)
                                                          : key_of(text + from, length);
        homes[i] = buckets + bucket_of(keys[i], bits);
        __builtin_prefetch(homes[i]);
      }
      from = ends[i];
    }

    for (; longer; longer &= longer - 1) {
      const struct long_slot *slot =
          &cache->slots[keys[__builtin_ctz(longer)].low >> 8 & slot_mask];
      __builtin_prefetch(cache->arena.bytes + slot->place);
    }

    size_t i = 0;
    for (; i < group; i++) {
      if (__builtin_expect(keys[i].high == 0, 0)) {
        size_t piece = i ? ends[i - 1] : start, length = ends[i] - piece, found;
        const int32_t *ids = length > CT_LONGEST_REMEMBERED
                                 ? NULL
                                 : find_long(cache, keys[i].low, text + piece, length, &found);
        // What is too much for the room is left to the caller, as if it were not known.
        if (!ids || (size_t)(full - out) < found + 16 * AHEAD) break;
        memcpy(out, ids, 4 * found);
        out += found;
        continue;
      }
      const struct entry *entry = among(homes[i], &keys[i]);
      if (__builtin_expect(!entry, 0) && !(entry = find(cache, keys[i]))) break;
      size_t found = entry->count;
      if (__builtin_expect(found > INLINE_IDS, 0)) {
        memcpy(out, cache->arena.bytes + entry->ids[0], 4 * found);
      } else {
        memcpy(out, entry->ids, 16); // the last four bytes are overwritten, or beyond the end
      }
      out += found;
    }
    if (i) start = ends[i - 1];
    run->next += i;
    if (i < group) {
      run->piece_end = ends[i];
      run->next++; // the caller does it
      stop = CT_UNKNOWN;
      break;
    }
  }
  run->done = start;
  run->written = (size_t)(out - run->ids);
  return stop;
}
