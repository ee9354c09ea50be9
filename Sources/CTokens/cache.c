// Remembering the ids of pieces.
#include "cache.h"

#include <stdlib.h>
#include <sys/mman.h>

// MARK: Making, clearing, growing

/// Free entries, in large pages where they fill one: what is looked up is all over them.
static struct entry *make_entries(unsigned bits) {
  size_t size = sizeof(struct entry) << bits, large = 1 << 21;
  struct entry *entries = aligned_alloc(size >= large ? large : 64, size);
  if (!entries) return NULL;
#ifdef MADV_HUGEPAGE
  if (size >= large) madvise(entries, size, MADV_HUGEPAGE);
#endif
  memset(entries, 0, size);
  return entries;
}

struct ct_cache *ct_cache_create(void) {
  struct ct_cache *cache = calloc(1, sizeof *cache);
  if (!cache) return NULL;
  cache->bits = FIRST_BITS;
  cache->slot_bits = FIRST_LONG_BITS;
  cache->arena_size = 1 << 12;
  cache->entries = make_entries(cache->bits);
  cache->slots = calloc((size_t)1 << cache->slot_bits, sizeof *cache->slots);
  cache->arena = malloc(cache->arena_size + SLACK);
  if (!cache->entries || !cache->slots || !cache->arena) {
    ct_cache_destroy(cache);
    return NULL;
  }
  return cache;
}

void ct_cache_destroy(struct ct_cache *cache) {
  if (!cache) return;
  free(cache->entries);
  free(cache->slots);
  free(cache->arena);
  free(cache);
}

/// Puts an entry at its home or the first free place behind, else in place of another.
/// Tells whether there was a free one.
static bool place(struct entry *entries, unsigned bits, const struct entry *entry) {
  size_t mask = ((size_t)1 << bits) - 1, home = home_of(entry->key, bits);
  for (size_t probe = 0; probe < PROBES; probe++) {
    struct entry *at = &entries[(home + probe) & mask];
    if (at->key.high) continue;
    *at = *entry;
    return true;
  }
  entries[home] = *entry;
  return false;
}

static void clear(struct ct_cache *cache) {
  memset(cache->entries, 0, sizeof(struct entry) << cache->bits);
  memset(cache->slots, 0, sizeof *cache->slots << cache->slot_bits);
  cache->used = cache->slots_used = cache->arena_used = 0;
}

static void grow_entries(struct ct_cache *cache) {
  unsigned bits = cache->bits + 1;
  struct entry *entries = make_entries(bits);
  if (!entries) return; // some are given up instead
  cache->used = 0;
  for (size_t i = 0; i < (size_t)1 << cache->bits; i++)
    if (cache->entries[i].key.high) cache->used += place(entries, bits, &cache->entries[i]);
  free(cache->entries);
  cache->entries = entries;
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
    size_t at = cache->slots[i].hash >> 1 & mask;
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
  if (cache->arena_used + size > cache->arena_size) {
    size_t wanted = cache->arena_size * 2;
    while (wanted < cache->arena_used + size) wanted *= 2;
    if (wanted > MOST_ARENA) {
      clear(cache);
    } else {
      uint8_t *bytes = realloc(cache->arena, wanted + SLACK);
      if (!bytes) return NULL;
      cache->arena = bytes;
      cache->arena_size = wanted;
    }
  }
  uint8_t *taken = cache->arena + cache->arena_used;
  cache->arena_used += size;
  return taken;
}

// MARK: Longer pieces

/// Whether two strings of the same length of at least 16 bytes are equal.
CT_INLINE bool are_equal(const uint8_t *a, const uint8_t *b, size_t length) {
  for (size_t at = 0;; at = at + 32 > length ? length - 16 : at + 16) {
    uint64_t x[2], y[2];
    memcpy(x, a + at, 16);
    memcpy(y, b + at, 16);
    if ((x[0] ^ y[0]) | (x[1] ^ y[1])) return false;
    if (at + 16 == length) return true;
  }
}

const struct long_slot *ct_cache_search_long(
    const struct ct_cache *cache, uint32_t hash, const uint8_t *piece, size_t length) {
  size_t mask = ((size_t)1 << cache->slot_bits) - 1;
  for (size_t probe = 0, at = hash >> 1 & mask; probe < LONG_PROBES; probe++, at = (at + 1) & mask) {
    const struct long_slot *slot = &cache->slots[at];
    if (!slot->hash) return NULL;
    if (slot->hash == hash && slot->length == length &&
        are_equal(cache->arena + slot->place, piece, length))
      return slot;
  }
  return NULL;
}

static void insert_long(
    struct ct_cache *cache, const uint8_t *piece, size_t length, const int32_t *ids,
    uint32_t count) {
  if ((cache->slots_used + 1) * 2 > (size_t)1 << cache->slot_bits && !grow_slots(cache)) return;
  uint8_t *record = take(cache, filled_up(length) + 4 * (size_t)count);
  if (!record) return;
  uint32_t hash = long_hash_of(piece, length);
  size_t mask = ((size_t)1 << cache->slot_bits) - 1, at = hash >> 1 & mask;
  for (size_t probe = 0; cache->slots[at].hash; at = (at + 1) & mask)
    if (++probe == LONG_PROBES) return;
  memcpy(record, piece, length);
  memcpy(record + filled_up(length), ids, 4 * (size_t)count);
  cache->slots[at] =
      (struct long_slot){hash, (uint32_t)(record - cache->arena), (uint32_t)length, count};
  cache->slots_used++;
}

// MARK: Both

void ct_cache_insert(
    struct ct_cache *cache, const uint8_t *piece, size_t length, const int32_t *ids,
    size_t count) {
  if (length == 0 || length > CT_LONGEST_REMEMBERED || count == 0 || count > length) return;
  if (length > SHORT) return insert_long(cache, piece, length, ids, (uint32_t)count);
  if (cache->used > (size_t)1 << (cache->bits - 1) && cache->bits < MOST_BITS) grow_entries(cache);
  struct entry entry = {.key = key_of(piece, length), .count = (uint32_t)count};
  if (count <= INLINE_IDS) {
    memcpy(entry.ids, ids, 4 * count);
  } else {
    uint8_t *more = take(cache, 4 * count);
    if (!more) return;
    memcpy(more, ids, 4 * count);
    entry.ids[0] = (int32_t)(more - cache->arena);
  }
  cache->used += place(cache->entries, cache->bits, &entry);
}

const struct entry *ct_cache_search(struct ct_cache *cache, struct key key) {
  size_t mask = ((size_t)1 << cache->bits) - 1, place = home_of(key, cache->bits);
  struct entry *home = &cache->entries[place];
  if (home->key.high == 0 || is_key(home->key, key)) return home->key.high ? home : NULL;
  for (size_t probe = 1; probe < PROBES; probe++) {
    size_t at = (place + probe) & mask;
    struct entry *entry = &cache->entries[at];
    if (entry->key.high == 0) return NULL;
    if (!is_key(entry->key, key)) continue;
    // What is sought often is to be found at once: it changes places, if the other may stand there.
    if (((at - home_of(home->key, cache->bits)) & mask) >= PROBES) return entry;
    struct entry found = *entry;
    *entry = *home;
    *home = found;
    return home;
  }
  return NULL;
}

const int32_t *ct_cache_find(
    struct ct_cache *cache, const uint8_t *piece, size_t length, size_t *count) {
  if (length == 0 || length > CT_LONGEST_REMEMBERED) return NULL;
  if (length > SHORT) {
    const struct long_slot *slot =
        ct_cache_search_long(cache, long_hash_of(piece, length), piece, length);
    if (!slot) return NULL;
    *count = slot->count;
    return (const int32_t *)(const void *)(cache->arena + slot->place + filled_up(length));
  }
  const struct entry *entry = ct_cache_search(cache, key_of(piece, length));
  if (!entry) return NULL;
  *count = entry->count;
  if (entry->count <= INLINE_IDS) return entry->ids;
  return (const int32_t *)(const void *)(cache->arena + entry->ids[0]);
}
