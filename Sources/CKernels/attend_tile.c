// Which keys the lines of attention see.
#include "attend_tile.h"

typedef struct {
  size_t begin, end;
  const uint64_t *mask; // NULL: none
} line_keys;

static line_keys keys_of(const ck_attend *a, size_t batch, size_t head, size_t row) {
  line_keys keys = {0, a->key_rows, NULL};
  if (a->begins) {
    keys.begin = a->begins[batch * a->range_batch_stride + row];
    keys.end = a->ends[batch * a->range_batch_stride + row];
  }
  if (a->mask)
    keys.mask = a->mask + batch * a->mask_batch_stride + head * a->mask_head_stride +
                row * a->mask_words;
  return keys;
}

// The bits of a word of 64 keys that the line sees.
static uint64_t visible(const line_keys *keys, size_t word) {
  uint64_t bits = keys->mask[word];
  size_t start = word * 64;
  if (keys->begin > start) bits &= ~0ull << (keys->begin - start);
  if (keys->end < start + 64) bits &= ~(~0ull << (keys->end - start));
  return bits;
}

void attend_list_keys(const ck_attend *a, attend_tile *tile) {
  line_keys lines[LINES];
  size_t first = a->key_rows, last = 0, shared_first = 0, shared_last = a->key_rows;
  for (size_t l = 0; l < tile->count; l++) {
    lines[l] = keys_of(a, tile->batch, attend_head(a, tile, l), attend_row(a, tile, l));
    if (lines[l].begin < first) first = lines[l].begin;
    if (lines[l].end > last) last = lines[l].end;
    if (lines[l].begin > shared_first) shared_first = lines[l].begin;
    if (lines[l].end < shared_last) shared_last = lines[l].end;
  }
  tile->full = (uint16_t)((1u << tile->count) - 1);
  uint16_t *seen = tile->seen;
  if (first > last) first = last;
  if (shared_last < shared_first) shared_first = shared_last = first;
  memset(seen + first, 0, (last - first) * sizeof *seen);
  for (size_t l = 0; l < tile->count; l++) {
    const line_keys *line = &lines[l];
    uint16_t bit = (uint16_t)(1u << l);
    if (!line->mask) {
      size_t behind = line->begin > shared_last ? line->begin : shared_last;
      for (size_t k = line->begin; k < shared_first; k++) seen[k] |= bit;
      for (size_t k = behind; k < line->end; k++) seen[k] |= bit;
    } else if (line->begin < line->end) {
      for (size_t word = line->begin / 64; word * 64 < line->end; word++) {
        uint64_t bits = visible(line, word);
        if (bits == ~0ull) {
          for (size_t k = 0; k < 64; k++) seen[word * 64 + k] |= bit;
          continue;
        }
        for (; bits; bits &= bits - 1) seen[word * 64 + (size_t)__builtin_ctzll(bits)] |= bit;
      }
    }
  }
  if (!a->mask)
    for (size_t k = shared_first; k < shared_last; k++) seen[k] = tile->full;
  tile->keys = 0;
  if (!a->mask && shared_first < shared_last) {
    // Then there is none between that nobody sees.
    tile->keys = last - first;
    if (first > 0) memmove(seen, seen + first, tile->keys * sizeof *seen);
    for (size_t k = first; k < last; k++) tile->index[k - first] = k;
  }
  for (size_t k = first + tile->keys; k < last; k++)
    if (seen[k]) {
      seen[tile->keys] = seen[k];
      tile->index[tile->keys++] = k;
    }
  size_t repeated = tile->keys ? tile->index[tile->keys - 1] : 0;
  for (size_t k = 0; k < SPARE; k++) tile->index[tile->keys + k] = repeated;
}

bool ck_attend_find_empty(const ck_attend *a, size_t place[3]) {
  // Lines that differ in neither range nor mask are looked at once.
  size_t batches = a->range_batch_stride || (a->mask && a->mask_batch_stride) ? a->batches : 1;
  size_t heads = a->mask && a->mask_head_stride ? a->heads : 1;
  if (a->batches == 0 || a->heads == 0) return false;
  for (size_t batch = 0; batch < batches; batch++)
    for (size_t head = 0; head < heads; head++)
      for (size_t row = 0; row < a->query_rows; row++) {
        line_keys keys = keys_of(a, batch, head, row);
        bool any = keys.begin < keys.end;
        if (any && keys.mask) {
          size_t word = keys.begin / 64;
          while (word * 64 < keys.end && !visible(&keys, word)) word++;
          any = word * 64 < keys.end;
        }
        if (any) continue;
        place[0] = batch;
        place[1] = head;
        place[2] = row;
        return true;
      }
  return false;
}
