// What both ways of attention over cached pages share: lines, and the product of probabilities and values.
#ifndef CKERNELS_PAGED_H
#define CKERNELS_PAGED_H

#include "functions_f32.h"

enum {
  GROUP = CK_KEY_GROUP,
  /// Up to so many lines of a key head are taken one by one, more in tiles.
  PAGED_FEW = 8,
  /// The lines whose chains of adds run side by side.
  PAGED_TOGETHER = 12,
  /// The lines of a tile.
  PAGED_TILE = 32,
};

/// What an instance has registers for. Nothing here changes a result.
enum paged_registers { PAGED_SCANT, PAGED_SOME, PAGED_MANY };

/// A row of a query head.
typedef struct {
  const float *query;
  float *out;
  /// The keys it sees.
  size_t begin, end;
  /// Its scores and then probabilities, from the first key of a page on; `skip` of them before `begin`.
  float *p;
  size_t skip;
} paged_line;

/// The lines of a key head: its rows, each with the query heads of its group.
CK_INLINE size_t paged_lines_of(const ck_attention *a) { return a->heads / a->cached_heads * a->rows; }

CK_INLINE paged_line paged_find_line(const ck_attention *a, size_t cached, size_t l) {
  size_t group = a->heads / a->cached_heads, row = l / group;
  size_t place = (row * a->heads + cached * group + l % group) * a->head_width;
  size_t begin = a->begins ? a->begins[cached * a->rows + row] : 0;
  return (paged_line){a->queries + place, a->out + place, begin, a->first[cached] + row + 1, NULL, 0};
}

/// The same of a key head's only line.
CK_INLINE paged_line paged_only_line(const ck_attention *a, size_t cached) {
  size_t place = cached * a->head_width;
  return (paged_line){a->queries + place, a->out + place, a->begins ? a->begins[cached] : 0, a->first[cached] + 1,
                      NULL, 0};
}

/// Where the probabilities of up to 8 lines begin, and how far apart those of two keys are.
typedef struct {
  const float *at[8];
  size_t stride;
} paged_factors;

/// out[line] += p times values over the keys begin ..< end, for `lines` lines and `parts` parts of 16
/// components from `column` on.
CK_INLINE void paged_weigh(const paged_factors *factors, const float *const *pages, size_t begin, size_t end,
                           size_t width, size_t column, float *const *out, const int lines, const int parts) {
  f32x16 sums[8][4];
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++) sums[l][i] = lanes_load(out[l] + column + (size_t)i * 16);
  size_t stride = factors->stride, place = 0;
  const float *p[8];
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++) p[l] = factors->at[l];
  for (size_t key = begin; key < end;) {
    const float *values = pages[key / GROUP] + (GROUP + key % GROUP) * width + column;
    size_t stop = (key / GROUP + 1) * GROUP;
    if (stop >= end) stop = end;
    // The next page's values come while these are used.
    const float *ahead = stop < end ? pages[stop / GROUP] + GROUP * width + column : values;
    for (; key < stop; key++, values += width, ahead += width, place += stride) {
      f32x16 part[4];
#pragma clang loop unroll(full)
      for (int i = 0; i < parts; i++) {
        part[i] = lanes_load(values + i * 16);
        __builtin_prefetch(ahead + i * 16, 0, 3);
      }
#pragma clang loop unroll(full)
      for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
        for (int i = 0; i < parts; i++)
          sums[l][i] = lanes_fma(lanes_of(p[l][place]), part[i], sums[l][i]);
    }
  }
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++) lanes_store(out[l] + column + (size_t)i * 16, sums[l][i]);
}

/// The same of one line for the last components, fewer than 16: they are read as such, since the row after
/// them may not exist.
CK_INLINE void paged_weigh_part(const float *p, size_t stride, const float *const *pages, size_t begin,
                                size_t end, size_t width, size_t column, float *out) {
  size_t part = width - column;
  f32x16 sum = lanes_load_part(out + column, part);
  for (size_t key = begin; key < end; key++, p += stride)
    sum = lanes_fma(lanes_of(*p),
                    lanes_load_part(pages[key / GROUP] + (GROUP + key % GROUP) * width + column, part), sum);
  lanes_store_part(out + column, sum, part);
}

#endif
