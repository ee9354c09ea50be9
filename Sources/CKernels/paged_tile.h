// Attention over cached pages, many lines of one key head (as in prefilling): the lanes are lines.
//
// Scores lie as [key][line], so that maxima and sums are chains of vectors over the keys. Lines of one row stand
// together, so that those of a tile see nearly the same keys.
#ifndef CKERNELS_PAGED_TILE_H
#define CKERNELS_PAGED_TILE_H

#include "paged.h"

typedef struct {
  const ck_attention *call;
  const float *const *pages;
  paged_line line[PAGED_TILE];
  size_t count;
  /// The keys that any and that all of its lines see; `base` begins a page.
  size_t base, begin, end, shared_begin, shared_end;
  /// Each line's keys, less base.
  i32x16 begins[PAGED_TILE / 16], ends[PAGED_TILE / 16];
  /// [width][lines], [keys from base on, whole pages][lines]
  float *queries, *p;
} paged_tile;

CK_INLINE void paged_set_tile(paged_tile *t, size_t cached, size_t first, size_t lanes) {
  const ck_attention *a = t->call;
  size_t lines = paged_lines_of(a), width = a->head_width;
  t->pages = a->pages[cached];
  t->count = lines - first < lanes ? lines - first : lanes;
  t->begin = t->shared_end = SIZE_MAX;
  t->end = t->shared_begin = 0;
  for (size_t l = 0; l < t->count; l++) {
    const paged_line line = t->line[l] = paged_find_line(a, cached, first + l);
    t->begin = line.begin < t->begin ? line.begin : t->begin;
    t->end = line.end > t->end ? line.end : t->end;
    t->shared_begin = line.begin > t->shared_begin ? line.begin : t->shared_begin;
    t->shared_end = line.end < t->shared_end ? line.end : t->shared_end;
    for (size_t i = 0; i < width; i++) t->queries[i * lanes + l] = line.query[i];
  }
  t->base = t->begin / GROUP * GROUP;
  if (t->shared_end < t->shared_begin) t->shared_begin = t->shared_end = t->begin;
  // Lanes without a line compute with the last one's keys; nobody reads them.
  int32_t begins[PAGED_TILE], ends[PAGED_TILE];
  for (size_t l = 0; l < lanes; l++) {
    const paged_line *line = &t->line[l < t->count ? l : t->count - 1];
    begins[l] = (int32_t)(line->begin - t->base);
    ends[l] = (int32_t)(line->end - t->base);
    if (l >= t->count)
      for (size_t i = 0; i < width; i++) t->queries[i * lanes + l] = 0;
  }
  memcpy(t->begins, begins, lanes * sizeof *begins);
  memcpy(t->ends, ends, lanes * sizeof *ends);
}

// The scores of 16 lines and `keys` keys of a page.
CK_INLINE void paged_tile_scores(const paged_tile *t, const float *page, const float *query, float *to,
                                 size_t lanes, const int keys) {
  f32x16 sums[16];
#pragma clang loop unroll(full)
  for (int k = 0; k < keys; k++) sums[k] = lanes_of(0);
#pragma clang loop unroll_count(2)
  for (size_t i = 0; i < t->call->head_width; i++, query += lanes, page += GROUP) {
    CK_KEEP(page);
    f32x16 part = lanes_load(query);
    // Each key's number is a multiplication's operand in memory.
#pragma clang loop unroll(full)
    for (int k = 0; k < keys; k++) sums[k] = lanes_fma(part, lanes_of(page[k]), sums[k]);
  }
  f32x16 scale = lanes_of(t->call->scale);
#pragma clang loop unroll(full)
  for (int k = 0; k < keys; k++)
    lanes_store(to + (size_t)k * lanes, (sums[k] + lanes_of(0)) * scale);
}

// Scores of 16 lines become p.
CK_INLINE void paged_tile_softmax(const paged_tile *t, int vector, size_t lanes) {
  size_t begin = t->begin - t->base, keys = t->end - t->base;
  size_t shared_begin = t->shared_begin - t->base, shared_end = t->shared_end - t->base;
  float *p = t->p + vector * 16;
  i32x16 begins = t->begins[vector], ends = t->ends[vector];
  f32x16 largest = lanes_of(-__builtin_inff()), sum = lanes_of(0);
  // Which lines see the key, where not all do.
#define SEES(key) (((i32x16)(int32_t)(key) >= begins) & ((i32x16)(int32_t)(key) < ends))
#define SHARED(key) ((key) >= shared_begin && (key) < shared_end)
  for (size_t key = begin; key < keys; key++) {
    f32x16 s = lanes_load(p + key * lanes);
    i32x16 larger = s > largest;
    if (!SHARED(key)) larger &= SEES(key);
    largest = lanes_select(larger, s, largest);
  }
  for (size_t key = begin; key < keys; key++) {
    f32x16 e = lanes_exp(lanes_load(p + key * lanes) - largest), next = sum + e;
    lanes_store(p + key * lanes, e);
    sum = SHARED(key) ? next : lanes_select(SEES(key), next, sum);
  }
#undef SEES
#undef SHARED
  f32x16 factor = lanes_of(1) / sum;
  for (size_t key = begin; key < keys; key++)
    lanes_store(p + key * lanes, lanes_load(p + key * lanes) * factor);
}

// out += p times values over the keys begin ..< end of `lines` lines from `l` on (a literal) and 16 components.
CK_INLINE void paged_tile_weigh(const paged_tile *t, size_t l, size_t begin, size_t end, size_t column, size_t lanes,
                                const int lines) {
  size_t width = t->call->head_width;
  const float *p = t->p + (begin - t->base) * lanes + l;
  f32x16 sums[16];
#pragma clang loop unroll(full)
  for (int n = 0; n < lines; n++) sums[n] = lanes_load(t->line[l + (size_t)n].out + column);
  for (size_t key = begin; key < end;) {
    const float *values = t->pages[key / GROUP] + (GROUP + key % GROUP) * width + column;
    size_t stop = (key / GROUP + 1) * GROUP;
    if (stop > end) stop = end;
    for (; key < stop; key++, values += width, p += lanes) {
      CK_KEEP(p);
      f32x16 part = lanes_load(values);
#pragma clang loop unroll(full)
      for (int n = 0; n < lines; n++) sums[n] = lanes_fma(lanes_of(p[n]), part, sums[n]);
    }
  }
#pragma clang loop unroll(full)
  for (int n = 0; n < lines; n++) lanes_store(t->line[l + (size_t)n].out + column, sums[n]);
}

// The same of `count` lines (at most `together`, a literal) and all components.
CK_INLINE void paged_tile_add(const paged_tile *t, size_t l, size_t count, size_t begin, size_t end,
                              size_t lanes, const int together, const int parts) {
  if (begin >= end) return;
  size_t width = t->call->head_width, column = 0, step = (size_t)parts * 16;
  if (count == (size_t)together)
    for (; column + 16 <= width; column += 16) paged_tile_weigh(t, l, begin, end, column, lanes, together);
  for (size_t n = 0; n < count; n++) {
    paged_factors one = {{t->p + (begin - t->base) * lanes + l + n}, lanes};
    float *out = t->line[l + n].out;
    size_t next = column;
    for (; next + step <= width; next += step)
      paged_weigh(&one, t->pages, begin, end, width, next, &out, 1, parts);
    for (; next + 16 <= width; next += 16)
      paged_weigh(&one, t->pages, begin, end, width, next, &out, 1, 1);
    if (next < width) paged_weigh_part(one.at[0], lanes, t->pages, begin, end, width, next, out);
  }
}

CK_INLINE size_t paged_clamp(size_t x, size_t low, size_t high) { return x < low ? low : x > high ? high : x; }

CK_INLINE void paged_tile_values(const paged_tile *t, size_t lanes, const int together, const int parts) {
  // A block of values stays in the first cache while all lines pass over it.
  enum { BLOCK = 64 };
  size_t width = t->call->head_width;
  for (size_t l = 0; l < t->count; l++) memset(t->line[l].out, 0, width * sizeof(float));
  for (size_t from = t->base; from < t->end; from += BLOCK) {
    size_t to = from + BLOCK < t->end ? from + BLOCK : t->end;
    for (size_t l = 0; l < t->count; l += (size_t)together) {
      const paged_line *line = t->line + l;
      size_t count = t->count - l < (size_t)together ? t->count - l : (size_t)together, begin = 0, end = SIZE_MAX;
      for (size_t n = 0; n < count; n++) {
        begin = line[n].begin > begin ? line[n].begin : begin;
        end = line[n].end < end ? line[n].end : end;
      }
      // What each line sees before and after the keys that all of these see.
      begin = paged_clamp(begin, from, to);
      end = paged_clamp(end, begin, to);
      for (size_t n = 0; n < count; n++)
        paged_tile_add(t, l + n, 1, paged_clamp(line[n].begin, from, to),
                       paged_clamp(line[n].end, from, begin), lanes, together, parts);
      paged_tile_add(t, l, count, begin, end, lanes, together, parts);
      for (size_t n = 0; n < count; n++)
        paged_tile_add(t, l + n, 1, paged_clamp(line[n].begin, end, to), paged_clamp(line[n].end, end, to),
                       lanes, together, parts);
    }
  }
  for (size_t l = 0; l < t->count; l++)
    for (size_t i = 0; i < width; i++) t->line[l].out[i] = t->line[l].out[i] + 0;
}

// Lines first ... of a key head, up to 16 times `vectors` of them; keys, lines and parts are those taken together.
CK_INLINE void paged_tile_by(const ck_attention *a, size_t cached, size_t first, float *memory, const int vectors,
                             const int keys, const int together, const int parts) {
  size_t lanes = (size_t)vectors * 16;
  paged_tile t = {.call = a, .queries = memory, .p = memory + a->head_width * lanes};
  paged_set_tile(&t, cached, first, lanes);
  for (size_t page = t.base; page < t.end; page += GROUP)
    for (size_t k = 0; k < GROUP; k += (size_t)keys)
      for (size_t v = 0; v < lanes; v += 16)
        paged_tile_scores(&t, t.pages[page / GROUP] + k, t.queries + v, t.p + (page + k - t.base) * lanes + v,
                          lanes, keys);
  for (int v = 0; v < vectors; v++) paged_tile_softmax(&t, v, lanes);
  paged_tile_values(&t, lanes, together, parts);
}

CK_INLINE void paged_tile_of(const ck_attention *a, size_t cached, size_t tile, float *memory,
                             enum paged_registers have) {
  size_t first = tile * PAGED_TILE, lines = paged_lines_of(a);
  size_t count = lines - first < PAGED_TILE ? lines - first : PAGED_TILE;
  switch (have) {
  case PAGED_MANY:
    if (count > 16) paged_tile_by(a, cached, first, memory, 2, 16, 16, 1);
    else paged_tile_by(a, cached, first, memory, 1, 16, 16, 1);
    break;
  case PAGED_SOME:
  case PAGED_SCANT:
    for (size_t l = 0; l < count; l += 16)
      paged_tile_by(a, cached, first + l, memory, 1, 4, 4, 1);
  }
}

#endif
