// Attention over cached pages, a few lines of one key head (as in decoding): the lanes are keys.
//
// A line is (row, query head). A page is read once for all of a key head's lines; the lines of some key heads go
// through each step together, so that their chains of adds run side by side.
#ifndef CKERNELS_PAGED_LINES_H
#define CKERNELS_PAGED_LINES_H

#include "paged.h"

// scores[line][key] for `lines` lines and all keys of `side` pages.
CK_INLINE void paged_score_pages(const paged_line *line, const float *const *pages, size_t place,
                                 size_t width, f32x16 scale, const int lines, const int side) {
  f32x16 sums[4][4];
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int s = 0; s < side; s++) sums[l][s] = lanes_of(0);
  for (size_t i = 0; i < width; i++) {
    f32x16 keys[4];
#pragma clang loop unroll(full)
    for (int s = 0; s < side; s++) keys[s] = lanes_load(pages[s] + i * GROUP);
#pragma clang loop unroll(full)
    for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
      for (int s = 0; s < side; s++)
        sums[l][s] = lanes_fma(lanes_of(line[l].query[i]), keys[s], sums[l][s]);
  }
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int s = 0; s < side; s++)
      lanes_store(line[l].p + place + (size_t)s * GROUP, (sums[l][s] + lanes_of(0)) * scale);
}

#define SOME_LINES(count, call)      \
  switch (count) {                   \
  case 1: { enum { N = 1 }; call; break; } \
  case 2: { enum { N = 2 }; call; break; } \
  case 3: { enum { N = 3 }; call; break; } \
  default: { enum { N = 4 }; call; }       \
  }

// The scores of a key head's lines, from page `first` on, at p[0] and so on.
CK_INLINE void paged_score(const paged_line *line, size_t lines, const float *const *pages, size_t first,
                           size_t last, size_t width, float scale, enum paged_registers have) {
  size_t most = have == PAGED_MANY ? 4 : have == PAGED_SOME ? 2 : 1;
  for (size_t page = first; page < last;) {
    size_t left = last - page, side = left >= most ? most : 1;
    // One line alone has no other chain that fills the time until its sums are there.
    if (lines == 1 && left < most) side = left;
    for (size_t l = 0; l < lines; l += 4) {
      size_t count = lines - l < 4 ? lines - l : 4, place = (page - first) * GROUP;
#define SCORE(side) \
  SOME_LINES(count, paged_score_pages(line + l, pages + page, place, width, lanes_of(scale), N, side))
#define SCORE_ONE(side) paged_score_pages(line, pages + page, place, width, lanes_of(scale), 1, side)
      if (side == 1) SCORE(1)
      else if (have != PAGED_MANY) SCORE(2)
      else if (side == 4) SCORE(4)
      else if (side == 3) SCORE_ONE(3);
      else SCORE_ONE(2);
#undef SCORE
#undef SCORE_ONE
    }
    page += side;
  }
}

// The largest of 16 numbers, none of them a NaN.
CK_INLINE float paged_largest(f32x16 x) {
#define FOLD(...)                                                   \
  do {                                                              \
    f32x16 other = __builtin_shufflevector(x, x, __VA_ARGS__);      \
    x = lanes_select(other > x, other, x);                          \
  } while (0)
  FOLD(8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7);
  FOLD(4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11);
  FOLD(2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
  FOLD(1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14);
#undef FOLD
  return x[0];
}

// s becomes exp(s - max), over whole pages; what the line does not see is not used.
CK_INLINE void paged_exponentials(const paged_line *line) {
  const i32x16 lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  size_t begin = line->skip, end = line->skip + (line->end - line->begin);
  f32x16 largest = lanes_of(-__builtin_inff());
  for (size_t k = begin / 16 * 16; k < end; k += 16) {
    f32x16 lanes = lanes_load(line->p + k);
    i32x16 larger = lanes > largest;
    if (k < begin) larger &= lane >= (i32x16)(int32_t)(begin - k);
    if (k + 16 > end) larger &= lane < (i32x16)(int32_t)(end - k);
    largest = lanes_select(larger, lanes, largest);
  }
  f32x16 shift = lanes_of(paged_largest(largest));
  for (size_t k = 0; k < end; k += 16)
    lanes_store(line->p + k, lanes_exp(lanes_load(line->p + k) - shift));
}

// The ascending chains of adds of `side` lines (a literal), each of which waits for its own last addition only.
CK_INLINE void paged_sum(const paged_line *line, size_t lines, float *sums, const int side) {
  const float *e[PAGED_TOGETHER];
  float total[PAGED_TOGETHER];
  size_t common = SIZE_MAX;
  // Where there are fewer lines the last one is added up again.
#pragma clang loop unroll(full)
  for (int s = 0; s < side; s++) {
    const paged_line *l = &line[(size_t)s < lines ? (size_t)s : lines - 1];
    e[s] = l->p + l->skip;
    total[s] = 0;
    common = l->end - l->begin < common ? l->end - l->begin : common;
  }
  for (size_t k = 0; k < common; k++)
#pragma clang loop unroll(full) vectorize(disable)
    for (int s = 0; s < side; s++) total[s] = total[s] + e[s][k];
#pragma clang loop unroll(full)
  for (int s = 0; s < side; s++) {
    const paged_line *l = &line[(size_t)s < lines ? (size_t)s : lines - 1];
    for (size_t k = common; k < l->end - l->begin; k++) total[s] = total[s] + e[s][k];
    sums[s] = total[s];
  }
}

// exp(s - max) becomes p.
CK_INLINE void paged_probabilities(const paged_line *line, size_t lines) {
  float sums[PAGED_TOGETHER];
  for (size_t l = 0; l < lines; l++) paged_exponentials(&line[l]);
  if (lines <= 4) paged_sum(line, lines, sums, 4);
  else if (lines <= 8) paged_sum(line, lines, sums, 8);
  else paged_sum(line, lines, sums, PAGED_TOGETHER);
  for (size_t l = 0; l < lines; l++) {
    f32x16 factor = lanes_of(1.0f / sums[l]);
    for (size_t k = 0; k < line[l].skip + (line[l].end - line[l].begin); k += 16)
      lanes_store(line[l].p + k, lanes_load(line[l].p + k) * factor);
  }
}

// out += p times values over the keys begin ..< end, for `lines` lines that see them all.
CK_INLINE void paged_add_values(const paged_line *line, size_t lines, const float *const *pages, size_t begin,
                                size_t end, size_t width, enum paged_registers have) {
  if (begin >= end) return;
  for (size_t l = 0; l < lines; l += 4) {
    size_t count = lines - l < 4 ? lines - l : 4, column = 0;
    const paged_line *some = line + l;
    paged_factors factors = {{NULL}, 1};
    float *out[4];
    for (size_t n = 0; n < count; n++) {
      factors.at[n] = some[n].p + some[n].skip + (begin - some[n].begin);
      out[n] = some[n].out;
    }
    if (have == PAGED_MANY)
      for (; column + 64 <= width; column += 64)
        SOME_LINES(count, paged_weigh(&factors, pages, begin, end, width, column, out, N, 4))
    for (; column + 16 <= width; column += 16)
      SOME_LINES(count, paged_weigh(&factors, pages, begin, end, width, column, out, N, 1))
    for (size_t n = 0; column < width && n < count; n++)
      paged_weigh_part(factors.at[n], 1, pages, begin, end, width, column, out[n]);
  }
}

CK_INLINE void paged_values(const paged_line *line, size_t lines, const float *const *pages, size_t width,
                            enum paged_registers have) {
  size_t begin = 0, end = SIZE_MAX;
  for (size_t l = 0; l < lines; l++) {
    memset(line[l].out, 0, width * sizeof(float));
    begin = line[l].begin > begin ? line[l].begin : begin;
    end = line[l].end < end ? line[l].end : end;
  }
  if (end < begin) end = begin;
  for (size_t l = 0; l < lines; l++)
    paged_add_values(&line[l], 1, pages, line[l].begin, line[l].end < begin ? line[l].end : begin, width, have);
  paged_add_values(line, lines, pages, begin, end, width, have);
  for (size_t l = 0; l < lines; l++) {
    paged_add_values(&line[l], 1, pages, line[l].begin > end ? line[l].begin : end, line[l].end, width, have);
    for (size_t i = 0; i < width; i++) line[l].out[i] = line[l].out[i] + 0;
  }
}

// out += p times values over the keys begin ..< end, for four lines of different key heads.
CK_INLINE void paged_weigh_heads(const paged_line *line, const float *const *const *pages, size_t begin, size_t end,
                                 size_t width, size_t column) {
  f32x16 sums[4];
  const float *p[4], *values[4];
#pragma clang loop unroll(full)
  for (int l = 0; l < 4; l++) {
    sums[l] = lanes_load(line[l].out + column);
    p[l] = line[l].p + line[l].skip;
  }
  for (size_t key = begin, k = 0; key < end;) {
    size_t stop = (key / GROUP + 1) * GROUP;
    if (stop > end) stop = end;
#pragma clang loop unroll(full)
    for (int l = 0; l < 4; l++) values[l] = pages[l][key / GROUP] + (GROUP + key % GROUP) * width + column;
    for (size_t place = 0; key < stop; key++, k++, place += width)
#pragma clang loop unroll(full)
      for (int l = 0; l < 4; l++) sums[l] = lanes_fma(lanes_of(p[l][k]), lanes_load(values[l] + place), sums[l]);
  }
#pragma clang loop unroll(full)
  for (int l = 0; l < 4; l++) lanes_store(line[l].out + column, sums[l]);
}

// The products with values of lines that have a key head each. A narrow head has one chain or two, which would wait
// for each sum: those of four heads run side by side.
CK_INLINE void paged_values_of_heads(const paged_line *line, size_t lines, const float *const *const *pages,
                                     size_t width, enum paged_registers have) {
  for (size_t l = 0; l < lines;) {
    const paged_line *some = line + l;
    bool together = width <= 32 && width % 16 == 0 && lines - l >= 4 && some[1].begin == some[0].begin &&
                    some[2].begin == some[0].begin && some[3].begin == some[0].begin;
    if (!together) {
      paged_values(some, 1, pages[l], width, have);
      l++;
      continue;
    }
    size_t begin = some[0].begin, end = SIZE_MAX;
    for (size_t n = 0; n < 4; n++) {
      memset(some[n].out, 0, width * sizeof(float));
      end = some[n].end < end ? some[n].end : end;
    }
    for (size_t column = 0; column < width; column += 16)
      paged_weigh_heads(some, pages + l, begin, end, width, column);
    for (size_t n = 0; n < 4; n++) {
      paged_add_values(some + n, 1, pages[l + n], end, some[n].end, width, have);
      for (size_t i = 0; i < width; i++) some[n].out[i] = some[n].out[i] + 0;
    }
    l += 4;
  }
}

// Lines begin ..< end of all, counted over (key head, row, head of its group), of which a key head has few.
CK_INLINE void paged_lines(const ck_attention *a, size_t begin, size_t end, float *memory,
                           enum paged_registers have) {
  // Divisions are slow beside a narrow head's work: key heads are counted along.
  size_t each = paged_lines_of(a), width = a->head_width, cached = begin / each;
  for (size_t from = begin; from < end;) {
    paged_line line[PAGED_TOGETHER];
    size_t lines = 0, first_cached = cached;
    float *room = memory;
    // Some key heads, or parts of them, whose lines fit.
    size_t to = from;
    while (to < end) {
      size_t next = (cached + 1) * each;
      if (next > end) next = end;
      if (to > from && next - from > PAGED_TOGETHER) break;
      size_t first = SIZE_MAX, last = 0;
      for (size_t l = to; l < next; l++, lines++) {
        line[lines] = each == 1 ? paged_only_line(a, cached) : paged_find_line(a, cached, l - cached * each);
        first = line[lines].begin < first ? line[lines].begin : first;
        last = line[lines].end > last ? line[lines].end : last;
      }
      first = first / GROUP;
      last = (last + GROUP - 1) / GROUP;
      for (size_t l = lines - (next - to); l < lines; l++) {
        line[l].p = room;
        line[l].skip = line[l].begin - first * GROUP;
        room += (last - first) * GROUP;
      }
      paged_score(line + lines - (next - to), next - to, a->pages[cached], first, last, width, a->scale, have);
      to = next;
      cached++;
    }
    paged_probabilities(line, lines);
    if (each == 1) paged_values_of_heads(line, lines, a->pages + first_cached, width, have);
    else
      for (size_t l = 0, head = first_cached; l < lines; head++) {
        size_t next = (head + 1) * each - from;
        if (next > lines) next = lines;
        paged_values(line + l, next - l, a->pages[head], width, have);
        l = next;
      }
    from = to;
  }
}

#undef SOME_LINES
#endif
