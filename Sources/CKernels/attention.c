// Causal attention of new rows over cached keys and values, grouped queries.
//
// For each row and head, over the visible keys ascending: scores are one chain of fused multiply-adds over
// the head's width from +0, + 0.0, times the scale; e = exp(s - max); the denominator is one chain of
// adds; p = e (1 / sum), rounded; each output is one chain of fused multiply-adds over the keys from
// +0, + 0.0. Keys that are not visible are absent: no bit of them is used.
#include <stdlib.h>

#include "ck_memory.h"
#include "paged_lines.h"
#include "paged_tile.h"

void ck_store_entry_f32(const float *key, const float *value, float *page, size_t place, size_t width) {
  for (size_t i = 0; i < width; i++) page[i * GROUP + place] = key[i];
  memcpy(page + (GROUP + place) * width, value, width * sizeof(float));
}

void ck_load_entry_f32(const float *page, size_t place, size_t width, float *key, float *value) {
  if (key)
    for (size_t i = 0; i < width; i++) key[i] = page[i * GROUP + place];
  if (value) memcpy(value, page + (GROUP + place) * width, width * sizeof(float));
}

#define PARAMETERS (const ck_attention *a, size_t begin, size_t end, float *memory)
#if CK_X86
#define PAGED_VARIANTS(name)                                                                              \
  __attribute__((noinline)) static void name##_reference PARAMETERS { name(a, begin, end, memory, PAGED_SCANT); } \
  CK_AVX2 static void name##_avx2 PARAMETERS { name(a, begin, end, memory, PAGED_SOME); }                 \
  CK_AVX512 static void name##_avx512 PARAMETERS { name(a, begin, end, memory, PAGED_MANY); }             \
  static void name##_any PARAMETERS {                                                                     \
    switch (ck_prepare()) {                                                                               \
    case CK_USE_AVX512: name##_avx512(a, begin, end, memory); break;                                      \
    case CK_USE_AVX2: name##_avx2(a, begin, end, memory); break;                                          \
    case CK_REFERENCE: name##_reference(a, begin, end, memory); break;                                    \
    }                                                                                                     \
  }
#else
#define PAGED_VARIANTS(name)                   \
  static void name##_any PARAMETERS {          \
    (void)ck_prepare();                        \
    name(a, begin, end, memory, PAGED_SOME);   \
  }
#endif
PAGED_VARIANTS(paged_lines)
PAGED_VARIANTS(paged_tile_of)

typedef struct {
  ck_attention *call;
  /// What a thread needs, in numbers.
  size_t memory;
  /// Tiles of a key head, and the next of all that nobody has.
  size_t tiles, next;
} work;

// What the calls before needed: new memory would cost a fault for every page.
typedef struct {
  size_t count;
  _Alignas(64) float numbers[];
} spare_memory;
static spare_memory *spare;

static spare_memory *take_memory(size_t count) {
  spare_memory *found = __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQUIRE);
  if (found && found->count >= count) return found;
  free(found);
  found = ck_allocate(sizeof *found + count * sizeof(float));
  if (found) found->count = count;
  return found;
}

// Lines, or whatever tiles nobody has (whatever the bounds are), with `memory`.
static void run(work *w, size_t begin, size_t end, float *memory) {
  if (w->tiles == 0) {
    paged_lines_any(w->call, begin, end, memory);
    return;
  }
  size_t heads = w->call->cached_heads, count = w->tiles * heads;
  for (;;) {
    size_t task = __atomic_fetch_add(&w->next, 1, __ATOMIC_RELAXED);
    if (task >= count) return;
    // The last rows see most keys: they come first.
    paged_tile_of_any(w->call, task % heads, w->tiles - 1 - task / heads, memory);
  }
}

static void share(void *context, size_t begin, size_t end) {
  enum { SMALL = 12288 };
  work *w = context;
  if (w->memory <= SMALL) {
    _Alignas(64) float small[SMALL];
    run(w, begin, end, small);
    return;
  }
  spare_memory *memory = take_memory(w->memory);
  if (!memory) {
    __atomic_store_n(&w->call->failed, true, __ATOMIC_RELAXED);
    return;
  }
  run(w, begin, end, memory->numbers);
  free(__atomic_exchange_n(&spare, memory, __ATOMIC_ACQ_REL));
}

bool ck_attention_f32(ck_attention *a) {
  a->failed = false;
  if (a->rows == 0 || a->heads == 0) return true;
  size_t lines = paged_lines_of(a), keys = 0;
  double operations = 0;
  for (size_t head = 0; head < a->cached_heads; head++) {
    keys = a->first[head] + a->rows > keys ? a->first[head] + a->rows : keys;
    operations += 4.0 * (double)lines * ((double)a->first[head] + (double)a->rows / 2) * (double)a->head_width;
  }
  keys = (keys + GROUP - 1) / GROUP * GROUP;
  work w = {a, keys * PAGED_TOGETHER, 0, 0};
  if (lines > PAGED_FEW) {
    w.tiles = (lines + PAGED_TILE - 1) / PAGED_TILE;
    w.memory = (keys + a->head_width) * PAGED_TILE;
  }
  size_t pieces = w.tiles > 0 ? w.tiles * a->cached_heads : lines * a->cached_heads;
  ck_parallel(pieces, operations, share, &w);
  return !a->failed;
}
