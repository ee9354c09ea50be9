// The loop that scans, looks up what is remembered, merges what is not, and appends.
#include "cache.h"
#include "merge.h"

enum {
  AHEAD = 64,        // pieces whose entries are fetched at once
  LEAST_ROOM = 1088,  // room for the ids of so many pieces, and for what is written beyond them
};

/// Where a group of pieces is sought.
struct search {
  struct key keys[AHEAD]; // of longer pieces: their hash, and 0
  struct entry *homes[AHEAD];
};

// MARK: Keys, written as a whole: a load of them waits for stores of parts

CT_INLINE void write_key_portable(struct key *key, const uint8_t *piece, size_t length) {
  *key = key_of_readable(piece, length);
}

#if CT_X86
CT_AVX2 CT_INLINE void write_key_avx2(struct key *key, const uint8_t *piece, size_t length) {
  __m128i bytes = _mm_loadu_si128((const __m128i *)piece);
  __m128i mask = _mm_loadu_si128((const __m128i *)(ones + 16 - length));
  __m128i last = _mm_slli_si128(_mm_cvtsi64_si128((int64_t)length), 15);
  _mm_store_si128((__m128i *)key, _mm_or_si128(_mm_and_si128(bytes, mask), last));
}

/// The last byte of a key by the piece's length.
static const uint8_t lengths[16][16] __attribute__((aligned(16))) = {
    {[15] = 0}, {[15] = 1}, {[15] = 2}, {[15] = 3}, {[15] = 4}, {[15] = 5}, {[15] = 6}, {[15] = 7},
    {[15] = 8}, {[15] = 9}, {[15] = 10}, {[15] = 11}, {[15] = 12}, {[15] = 13}, {[15] = 14}, {[15] = 15}};

CT_AVX512 CT_INLINE void write_key_avx512(struct key *key, const uint8_t *piece, size_t length) {
  __m128i last = _mm_loadu_si128((const __m128i *)lengths[length]);
  __m128i bytes = _mm_mask_loadu_epi8(last, (__mmask16)((1u << length) - 1), piece);
  _mm_store_si128((__m128i *)key, bytes);
}
#endif

typedef void (*write_key)(struct key *key, const uint8_t *piece, size_t length);

CT_INLINE bool is_at_portable(const struct entry *home, const struct key *key) {
  return is_key(home->key, *key);
}

#if CT_X86
CT_AVX2 CT_INLINE bool is_at_avx2(const struct entry *home, const struct key *key) {
  __m128i found = _mm_load_si128((const __m128i *)&home->key);
  __m128i other = _mm_xor_si128(found, _mm_load_si128((const __m128i *)key));
  return _mm_testz_si128(other, other);
}
#define is_at_avx512 is_at_avx2
#endif

typedef bool (*is_at)(const struct entry *home, const struct key *key);

// MARK: New pieces

/// Writes the ids of a piece of at most CT_MOST_MERGED bytes.
CT_INLINE size_t encode_new(
    const struct ct_vocabulary *vocabulary, entries_with find, const uint8_t *piece,
    size_t length, bool takes_whole, int32_t *ids) {
  if (takes_whole) {
    int64_t whole = ct_find_string(&vocabulary->tokens, piece, length);
    if (whole >= 0) {
      ids[0] = (int32_t)whole;
      return 1;
    }
  }
  int32_t symbols[CT_MOST_MERGED];
  uint64_t left_over = merge_bytes(vocabulary, find, piece, length, symbols);
  size_t written = 0;
  for (; left_over; left_over &= left_over - 1)
    ids[written++] = symbols[__builtin_ctzll(left_over)];
  return written;
}

// MARK: The loop

/// Copies ids by eight; up to seven more are read and written.
CT_INLINE void copy_ids(int32_t *out, const uint8_t *ids, size_t count) {
  for (size_t i = 0; i < count; i += 8) memcpy(out + i, ids + 4 * i, 32);
}

/// What encodes: the text, where it goes, and the functions of a variant.
struct encoding {
  struct ct_cache *cache;
  const struct ct_vocabulary *vocabulary;
  const uint8_t *text;
  int32_t *full;
  bool takes_whole;
  write_key write_key;
  is_at is_at;
  entries_with find;
};

/// Appends the ids of a piece that is not at its home with ids beside it, remembered or merged here.
///
/// `key` of a longer piece is its hash; `home` is where a shorter one is sought first.
/// - Returns: the new end of the ids, or NULL if the caller has to find them.
CT_INLINE int32_t *append(
    struct encoding e, const struct key *key, const uint8_t *piece, size_t length, int32_t *out) {
  if (length > SHORT) {
    const struct long_slot *slot =
        length > CT_LONGEST_REMEMBERED
            ? NULL
            : ct_cache_search_long(e.cache, (uint32_t)key->low, piece, length);
    if (slot) {
      // What is too much for the room is left to the caller, as if it were not known.
      if ((size_t)(e.full - out) < slot->count + LEAST_ROOM) return NULL;
      copy_ids(out, e.cache->arena + slot->place + filled_up(length), slot->count);
      return out + slot->count;
    }
  } else {
    const struct entry *entry = ct_cache_search(e.cache, *key);
    if (entry) {
      const uint8_t *ids = (const uint8_t *)entry->ids;
      if (entry->count > INLINE_IDS) ids = e.cache->arena + entry->ids[0];
      copy_ids(out, ids, entry->count);
      return out + entry->count;
    }
  }
  if (!e.vocabulary || length > CT_MOST_MERGED) return NULL;
  size_t found = encode_new(e.vocabulary, e.find, piece, length, e.takes_whole, out);
  ct_cache_insert(e.cache, piece, length, out, found);
  return out + found;
}

/// Appends the ids of pieces, their entries fetched ahead, until one is left to the caller.
CT_INLINE size_t append_ahead(
    struct encoding e, size_t start, const uint32_t *ends, size_t pieces, bool readable,
    int32_t **end) {
  int32_t *out = *end;
  size_t done = 0, piece = start;
  while (done < pieces && (size_t)(e.full - out) >= LEAST_ROOM) {
    struct search search;
    struct entry *const entries = e.cache->entries;
    const unsigned bits = e.cache->bits;
    const size_t slot_mask = ((size_t)1 << e.cache->slot_bits) - 1;
    const size_t group = pieces - done < AHEAD ? pieces - done : AHEAD;
    size_t from = piece;
    for (size_t i = 0; i < group; i++) {
      size_t length = ends[done + i] - from;
      if (__builtin_expect(length > SHORT, 0)) {
        uint32_t hash = length <= CT_LONGEST_REMEMBERED ? long_hash_of(e.text + from, length) : 1;
        // No entry has this key, nor has a free one: the hash is not 0.
        search.keys[i] = (struct key){hash, 0};
        search.homes[i] = entries;
        __builtin_prefetch(&e.cache->slots[hash >> 1 & slot_mask]);
      } else {
        if (__builtin_expect(readable, 1)) {
          e.write_key(&search.keys[i], e.text + from, length);
        } else {
          search.keys[i] = key_of(e.text + from, length);
        }
        search.homes[i] = entries + home_of(search.keys[i], bits);
        __builtin_prefetch(search.homes[i]);
      }
      from = ends[done + i];
    }
    size_t i = 0;
    while (i < group) {
      const struct entry *home = search.homes[i];
      const size_t found = home->count;
      memcpy(out, home->ids, 16); // the last four bytes are overwritten, or beyond the end
      // The group has room for as many ids as stand beside keys.
      if (__builtin_expect(e.is_at(home, &search.keys[i]) & (found <= INLINE_IDS), 1)) {
        out += found;
        i++;
        continue;
      }
      piece = i ? ends[done + i - 1] : piece;
      int32_t *next = append(e, &search.keys[i], e.text + piece, ends[done + i] - piece, out);
      if (!next) {
        *end = out;
        return done + i;
      }
      out = next;
      i++;
      // A new piece can have moved the entries.
      if (e.cache->entries != entries || (size_t)(e.full - out) < LEAST_ROOM) break;
    }
    done += i;
    piece = ends[done - 1];
  }
  *end = out;
  return done;
}

typedef size_t (*scan)(
    enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count, uint32_t *ends,
    size_t capacity);

CT_INLINE enum ct_stop encode(struct encoding e, struct ct_run *run, scan scan) {
  struct ct_cache *const cache = e.cache;
  int32_t *out = run->ids + run->written;
  enum ct_stop stop = CT_FINISHED;
  while (true) {
    if (run->next == run->scanned) {
      if (run->done >= run->count) break;
      if (run->done >= run->poll_at) {
        stop = CT_POLL;
        break;
      }
      run->scanned = scan(run->pattern, e.text, run->done, run->count, cache->ends, WAITING);
      run->next = 0;
    }
    if (e.full - out < CT_ROOM) {
      stop = CT_FULL;
      break;
    }
    const uint32_t *ends = cache->ends + run->next;
    const size_t pieces = run->scanned - run->next;
    const bool readable = cache->ends[run->scanned - 1] + 16 <= run->count;
    const size_t done = append_ahead(e, run->done, ends, pieces, readable, &out);
    if (done) run->done = ends[done - 1];
    run->next += done;
    if (done < pieces && (size_t)(e.full - out) >= LEAST_ROOM) {
      run->piece_end = ends[done];
      run->next++; // the caller does it
      stop = CT_UNKNOWN;
      break;
    }
  }
  run->written = (size_t)(out - run->ids);
  return stop;
}

#define ENCODE(name, attributes)                                                             \
  attributes enum ct_stop ct_encode_##name(                                                  \
      struct ct_cache *cache, const struct ct_vocabulary *vocabulary, struct ct_run *run) {  \
    struct encoding e = {cache,            vocabulary,   run->text,                          \
                         run->ids + run->room, run->takes_whole, write_key_##name,           \
                         is_at_##name,     entries_with_##name};                             \
    return encode(e, run, ct_scan_##name);                                                   \
  }

ENCODE(portable, )
#if CT_X86
ENCODE(avx2, CT_AVX2)
ENCODE(avx512, CT_AVX512)
#endif
