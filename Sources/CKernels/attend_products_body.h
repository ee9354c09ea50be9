// The products that attention consists of, over one tile of lines, for the type REAL with 16 LANES; NAME(x)
// is x with the type's suffix. Factors lie as [key][line], 16 lines a key.
//
// Lines that do not see a key are passed over by selection, never by multiplication with 0, which an
// infinity would poison.

CK_INLINE size_t NAME(whole)(size_t width) { return (width + 15) / 16 * 16; }

CK_INLINE LANES NAME(of)(REAL value) { return (LANES)(value); }

CK_INLINE LANES NAME(load)(const REAL *from) {
  LANES lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

CK_INLINE void NAME(store)(REAL *to, LANES lanes) { memcpy(to, &lanes, sizeof lanes); }

CK_INLINE LANES NAME(fma)(LANES a, LANES b, LANES c) { return __builtin_elementwise_fma(a, b, c); }

CK_INLINE LANES NAME(select)(INTS condition, LANES yes, LANES no) {
  INTS y, n, mixed;
  memcpy(&y, &yes, sizeof y);
  memcpy(&n, &no, sizeof n);
  mixed = (condition & y) | (~condition & n);
  LANES result;
  memcpy(&result, &mixed, sizeof result);
  return result;
}

/// All ones in the lanes whose bits are set.
CK_INLINE INTS NAME(lanes_seen)(uint16_t seen) {
  const INTS bits = {1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9,
                     1 << 10, 1 << 11, 1 << 12, 1 << 13, 1 << 14, 1 << 15};
  return ((INTS)(INTEGER)seen & bits) != 0;
}

// to[key][line] = the chain over the width of the line's and the key's vectors, + 0.0, `side` keys side by
// side, whose numbers stand `step` apart. What is behind the keys in `to` is written too.
CK_INLINE void NAME(products_side)(const REAL *turned, const REAL *const *row, size_t step, size_t width,
                                   REAL *to, const int side) {
  LANES sums[8];
#pragma clang loop unroll(full)
  for (int s = 0; s < side; s++) sums[s] = NAME(of)(0);
  for (size_t i = 0; i < width; i++) {
    LANES factor = NAME(load)(turned + i * LINES);
#pragma clang loop unroll(full)
    for (int s = 0; s < side; s++) sums[s] = NAME(fma)(factor, NAME(of)(row[s][i * step]), sums[s]);
  }
#pragma clang loop unroll(full)
  for (int s = 0; s < side; s++) NAME(store)(to + s * LINES, sums[s] + NAME(of)(0));
}

// The same of a page of keys, [width][16]: each key's number is a multiplication's operand in memory.
CK_INLINE void NAME(products_page)(const REAL *turned, const REAL *page, size_t width, REAL *to) {
  LANES sums[LINES];
#pragma clang loop unroll(full)
  for (int s = 0; s < LINES; s++) sums[s] = NAME(of)(0);
  for (size_t i = 0; i < width; i++, turned += LINES, page += LINES) {
    CK_KEEP(page);
    LANES factor = NAME(load)(turned);
#pragma clang loop unroll(full)
    for (int s = 0; s < LINES; s++) sums[s] = NAME(fma)(factor, NAME(of)(page[s]), sums[s]);
  }
#pragma clang loop unroll(full)
  for (int s = 0; s < LINES; s++) NAME(store)(to + s * LINES, sums[s] + NAME(of)(0));
}

// Keys are rows of `stride` numbers or, where that is 0, in pages.
CK_INLINE void NAME(products_by)(const REAL *turned, const REAL *keys, size_t stride,
                                 const attend_tile *t, size_t width, REAL *to, const int side,
                                 const bool pages) {
  for (size_t j = 0; j < t->keys;) {
    size_t key = t->index[j];
    if (pages && stride == 0 && key % LINES == 0 && t->keys - j >= LINES &&
        t->index[j + LINES - 1] == key + LINES - 1) {
      NAME(products_page)(turned, keys + key * width, width, to + j * LINES);
      j += LINES;
      continue;
    }
    const REAL *row[8];
#pragma clang loop unroll(full)
    for (int s = 0; s < side; s++) {
      key = t->index[j + (size_t)s];
      row[s] = keys + (stride > 0 ? key * stride : key / LINES * LINES * width + key % LINES);
    }
    if (stride > 0) NAME(products_side)(turned, row, 1, width, to + j * LINES, side);
    else NAME(products_side)(turned, row, LINES, width, to + j * LINES, side);
    j += (size_t)side;
  }
}

CK_INLINE void NAME(products)(const REAL *turned, const REAL *keys, size_t stride,
                              const attend_tile *t, size_t width, REAL *to, enum registers have) {
  switch (have) {
  case FEW: NAME(products_by)(turned, keys, stride, t, width, to, 2, false); break;
  case SOME: NAME(products_by)(turned, keys, stride, t, width, to, 6, false); break;
  case MANY: NAME(products_by)(turned, keys, stride, t, width, to, 8, true); break;
  }
}

// result[line] += the keys `from` ..< `to` of factors[key][line] rows[key], for `lines` lines from `line`
// and `parts` parts of 16 numbers from `column`.
CK_INLINE void NAME(weigh_block)(const REAL *factors, const REAL *rows, size_t stride,
                                 const attend_tile *t, size_t from, size_t to, size_t line,
                                 size_t column, REAL *result, size_t result_stride, const int lines,
                                 const int parts) {
  unsigned all = (1u << lines) - 1;
  LANES sums[4][2];
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++)
      sums[l][i] = NAME(load)(result + (line + (size_t)l) * result_stride + column + (size_t)i * 16);
  for (size_t j = from; j < to; j++) {
    unsigned seen = t->seen[j] >> line & all;
    if (seen == 0) continue;
    const REAL *row = rows + t->index[j] * stride + column;
    const REAL *factor = factors + j * LINES + line;
    LANES part[2];
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++) part[i] = NAME(load)(row + i * 16);
    if (seen == all) {
#pragma clang loop unroll(full)
      for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
        for (int i = 0; i < parts; i++)
          sums[l][i] = NAME(fma)(NAME(of)(factor[l]), part[i], sums[l][i]);
    } else {
#pragma clang loop unroll(full)
      for (int l = 0; l < lines; l++) {
        INTS chosen = (INTS)(-(INTEGER)(seen >> l & 1));
#pragma clang loop unroll(full)
        for (int i = 0; i < parts; i++)
          sums[l][i] = NAME(select)(chosen, NAME(fma)(NAME(of)(factor[l]), part[i], sums[l][i]),
                                    sums[l][i]);
      }
    }
  }
#pragma clang loop unroll(full)
  for (int l = 0; l < lines; l++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++)
      NAME(store)(result + (line + (size_t)l) * result_stride + column + (size_t)i * 16, sums[l][i]);
}

// The same for all 16 lines, one part, and keys that all of them see.
CK_INLINE void NAME(weigh_full)(const REAL *factors, const REAL *rows, size_t stride,
                                const attend_tile *t, size_t from, size_t to, size_t column,
                                REAL *result, size_t result_stride) {
  LANES sums[LINES];
#pragma clang loop unroll(full)
  for (int l = 0; l < LINES; l++) sums[l] = NAME(load)(result + (size_t)l * result_stride + column);
  const REAL *factor = factors + from * LINES;
  const size_t *index = t->index;
  rows += column;
  for (size_t j = from; j < to; j++, factor += LINES) {
    CK_KEEP(factor);
    LANES part = NAME(load)(rows + index[j] * stride);
#pragma clang loop unroll(full)
    for (int l = 0; l < LINES; l++) sums[l] = NAME(fma)(NAME(of)(factor[l]), part, sums[l]);
  }
#pragma clang loop unroll(full)
  for (int l = 0; l < LINES; l++) NAME(store)(result + (size_t)l * result_stride + column, sums[l]);
}

CK_INLINE void NAME(weigh_by)(const REAL *factors, const REAL *rows, size_t stride,
                              const attend_tile *t, size_t width, REAL *result, const int lines,
                              const int parts, const bool full) {
  // A block of rows stays in the first cache while all lines pass over it.
  enum { BLOCK = 64 };
  size_t together = (size_t)parts * 16, group = (size_t)lines;
  for (size_t from = 0, to; from < t->keys; from = to) {
    to = t->keys - from < BLOCK ? t->keys : from + BLOCK;
    if (full && t->count == LINES) {
      // Up to where that changes: keys that all lines see, or others.
      bool all = t->seen[from] == t->full;
      size_t end = from + 1;
      while (end < to && (t->seen[end] == t->full) == all) end++;
      to = end;
      for (size_t column = 0; all && column < width; column += 16)
        NAME(weigh_full)(factors, rows, stride, t, from, to, column, result, width);
      if (all) continue;
    }
    for (size_t line = 0; line < t->count;) {
      bool whole = t->count - line >= group;
      size_t column = 0;
      for (; whole && column + together <= width; column += together)
        NAME(weigh_block)(factors, rows, stride, t, from, to, line, column, result, width, lines,
                          parts);
      for (; whole && column < width; column += 16)
        NAME(weigh_block)(factors, rows, stride, t, from, to, line, column, result, width, lines, 1);
      for (; column < width; column += 16)
        NAME(weigh_block)(factors, rows, stride, t, from, to, line, column, result, width, 1, 1);
      line += whole ? group : 1;
    }
  }
}

// result[line], `width` numbers each, = the chain over the line's keys of factors[key][line] rows[key],
// without the + 0.0. The width is that of whole registers.
CK_INLINE void NAME(weigh)(const REAL *factors, const REAL *rows, size_t stride,
                           const attend_tile *t, size_t width, REAL *result,
                           enum registers have) {
  memset(result, 0, t->count * width * sizeof(REAL));
  switch (have) {
  case FEW: NAME(weigh_by)(factors, rows, stride, t, width, result, 2, 1, false); break;
  case SOME: NAME(weigh_by)(factors, rows, stride, t, width, result, 4, 1, false); break;
  case MANY: NAME(weigh_by)(factors, rows, stride, t, width, result, 4, 2, true); break;
  }
}

// sums[key] += the lines of factors[key][line] rows[line], for `keys` keys from `from` that all lines see.
CK_INLINE void NAME(spread_block)(const REAL *factors, const REAL *rows, size_t stride,
                                  const attend_tile *t, size_t from, size_t column, REAL *sums,
                                  const int keys, const int parts) {
  LANES total[16][2];
#pragma clang loop unroll(full)
  for (int k = 0; k < keys; k++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++)
      total[k][i] =
          NAME(load)(sums + t->index[from + (size_t)k] * stride + column + (size_t)i * 16);
  const REAL *factor = factors + from * LINES;
  for (size_t l = 0; l < t->count; l++, factor++) {
    CK_KEEP(factor);
    LANES part[2];
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++)
      part[i] = NAME(load)(rows + l * stride + column + (size_t)i * 16);
#pragma clang loop unroll(full)
    for (int k = 0; k < keys; k++)
#pragma clang loop unroll(full)
      for (int i = 0; i < parts; i++)
        total[k][i] = NAME(fma)(NAME(of)(factor[k * LINES]), part[i], total[k][i]);
  }
#pragma clang loop unroll(full)
  for (int k = 0; k < keys; k++)
#pragma clang loop unroll(full)
    for (int i = 0; i < parts; i++)
      NAME(store)(sums + t->index[from + (size_t)k] * stride + column + (size_t)i * 16, total[k][i]);
}

CK_INLINE void NAME(spread_by)(const REAL *factors, const REAL *rows, size_t stride,
                               const attend_tile *t, REAL *sums, const int keys, const int parts) {
  size_t together = (size_t)parts * 16;
  for (size_t j = 0; j < t->keys;) {
    bool block = t->keys - j >= (size_t)keys;
    for (int k = 0; block && k < keys; k++) block = t->seen[j + (size_t)k] == t->full;
    if (block) {
      size_t column = 0;
      for (; column + together <= stride; column += together)
        NAME(spread_block)(factors, rows, stride, t, j, column, sums, keys, parts);
      for (; column < stride; column += 16)
        NAME(spread_block)(factors, rows, stride, t, j, column, sums, keys, 1);
      j += (size_t)keys;
      continue;
    }
    for (size_t column = 0; column < stride; column += 16) {
      REAL *sum = sums + t->index[j] * stride + column;
      LANES total = NAME(load)(sum);
      for (unsigned seen = t->seen[j]; seen; seen &= seen - 1) {
        size_t l = (size_t)__builtin_ctz(seen);
        total = NAME(fma)(NAME(of)(factors[j * LINES + l]), NAME(load)(rows + l * stride + column),
                          total);
      }
      NAME(store)(sum, total);
    }
    j++;
  }
}

// sums[key] += the lines that see it, ascending, of factors[key][line] rows[line].
CK_INLINE void NAME(spread)(const REAL *factors, const REAL *rows, size_t stride,
                            const attend_tile *t, REAL *sums, enum registers have) {
  switch (have) {
  case FEW: NAME(spread_by)(factors, rows, stride, t, sums, 2, 1); break;
  case SOME: NAME(spread_by)(factors, rows, stride, t, sums, 4, 1); break;
  case MANY: NAME(spread_by)(factors, rows, stride, t, sums, 16, 1); break;
  }
}
