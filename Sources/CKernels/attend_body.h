// Attention over one tile of lines, for the type REAL with 16 LANES; NAME(x) is x with the type's suffix.
// The orders of operations are in ck_attend.h.
//
// Scores lie as [key][line]: 16 lines are the lanes of one register, so that maxima, sums and the like
// are chains of vectors over the keys, and a key's row is read once for all lines.

typedef struct {
  attend_tile tile;
  /// [keys][16]: probabilities (scores before), dp and then the gradient of scores, tanh of scores.
  REAL *p, *slopes, *bent;
  /// The tile's queries and out_gradient: [width][16], and [16][width in whole registers].
  REAL *turned_queries, *turned_cotangents, *query_rows, *cotangent_rows;
  /// [16][the wider width in whole registers]
  REAL *result;
  /// Room for one head's keys and values, and the sums of their gradients, in whole registers.
  REAL *key_room, *value_room, *key_sums, *value_sums;
  /// The head's keys and values: there, or where they are anyway.
  const REAL *keys, *values;
  size_t key_stride, value_stride;
  /// The same in pages of 16, [width][16], where products are taken with them; else NULL.
  REAL *key_pages, *value_pages;
  /// Which head that is.
  size_t held;
} NAME(attend_scratch);

// What is done with the tile's numbers and those of a matrix [..., query_rows, key_rows].
enum NAME(exchange) { NAME(ADD_TO_TILE), NAME(READ), NAME(WRITE), NAME(ADD_TO_MATRIX) };

// Exchanges the tile's numbers with a matrix in which the lines begin at `begins`, where they see keys.
CK_INLINE void NAME(exchange)(const attend_tile *t, void *matrix, const size_t *begins, REAL *lanes,
                              enum NAME(exchange) what) {
  // Blocks of keys, since the two lie across each other.
  enum { BLOCK = 32 };
  for (size_t from = 0; from < t->keys; from += BLOCK) {
    size_t to = t->keys - from < BLOCK ? t->keys : from + BLOCK;
    uint16_t everyone = t->full;
    for (size_t j = from; j < to; j++) everyone &= t->seen[j];
    for (size_t line = 0; line < t->count; line++) {
      REAL *row = (REAL *)matrix + begins[line];
      bool all = everyone >> line & 1;
      for (size_t j = from; j < to; j++) {
        if (!all && !(t->seen[j] >> line & 1)) continue;
        REAL *number = lanes + j * LINES + line, *place = row + t->index[j];
        switch (what) {
        case NAME(ADD_TO_TILE): *number = *number + *place; break;
        case NAME(READ): *number = *place; break;
        case NAME(WRITE): *place = *number; break;
        case NAME(ADD_TO_MATRIX): *place = *place + *number; break;
        }
      }
    }
  }
}

// As above for a matrix [batches][heads][query_rows][key_rows].
CK_INLINE void NAME(exchange_lines)(const ck_attend *a, const attend_tile *t, const void *matrix,
                                    REAL *lanes, enum NAME(exchange) what) {
  size_t begins[LINES];
  for (size_t line = 0; line < t->count; line++) begins[line] = attend_matrix_row(a, t, line);
  NAME(exchange)(t, (void *)matrix, begins, lanes, what);
}

CK_INLINE void NAME(exchange_bias)(const ck_attend *a, const attend_tile *t, const void *bias,
                                   REAL *lanes, enum NAME(exchange) what) {
  size_t begins[LINES];
  for (size_t line = 0; line < t->count; line++) begins[line] = attend_bias_row(a, t, line);
  NAME(exchange)(t, (void *)bias, begins, lanes, what);
}

// Writes the lines' numbers, `absent` where they see no key.
CK_INLINE void NAME(write_lines)(const ck_attend *a, const attend_tile *t, void *matrix,
                                 REAL *lanes, REAL absent) {
  for (size_t line = 0; line < t->count; line++) {
    REAL *row = (REAL *)matrix + attend_matrix_row(a, t, line);
    for (size_t k = 0; k < a->key_rows; k++) row[k] = absent;
  }
  NAME(exchange_lines)(a, t, matrix, lanes, NAME(WRITE));
}

// Scores become s: times the scale, bent by the cap, with the bias.
CK_INLINE void NAME(finish_scores)(const ck_attend *a, NAME(attend_scratch) *m) {
  const attend_tile *t = &m->tile;
  REAL scale = (REAL)a->scale, cap = (REAL)a->cap, *p = m->p, *bent = m->bent;
  bool bends = a->cap != 0;
  // Here and below what a loop needs is named before it, since what it stores might change the rest.
  size_t keys = t->keys;
  for (size_t j = 0; j < keys; j++) {
    LANES s = NAME(load)(p + j * LINES) * NAME(of)(scale);
    if (bends) {
      LANES b = NAME(tanh)(s / NAME(of)(cap));
      NAME(store)(bent + j * LINES, b);
      s = NAME(of)(cap) * b;
    }
    NAME(store)(p + j * LINES, s);
  }
  if (a->bias) NAME(exchange_bias)(a, t, a->bias, m->p, NAME(ADD_TO_TILE));
}

// s becomes p.
CK_INLINE void NAME(finish_probabilities)(NAME(attend_scratch) *m) {
  const uint16_t *seen = m->tile.seen, full = m->tile.full;
  size_t keys = m->tile.keys;
  REAL *p = m->p;
  LANES largest = NAME(of)(-(REAL)__builtin_inff()), sum = NAME(of)(0);
  for (size_t j = 0; j < keys; j++) {
    LANES s = NAME(load)(p + j * LINES);
    INTS larger = s > largest;
    if (seen[j] != full) larger &= NAME(lanes_seen)(seen[j]);
    largest = NAME(select)(larger, s, largest);
  }
  for (size_t j = 0; j < keys; j++) {
    LANES e = NAME(exp)(NAME(load)(p + j * LINES) - largest);
    NAME(store)(p + j * LINES, e);
    LANES next = sum + e;
    sum = seen[j] == full ? next : NAME(select)(NAME(lanes_seen)(seen[j]), next, sum);
  }
  LANES factor = NAME(of)(1) / sum;
  for (size_t j = 0; j < keys; j++)
    NAME(store)(p + j * LINES, NAME(load)(p + j * LINES) * factor);
}

// p = the tile's probabilities; scores are written on the way where they are wanted.
CK_INLINE void NAME(find_probabilities)(const ck_attend *a, NAME(attend_scratch) *m, bool forward,
                                        enum registers have) {
  attend_tile *t = &m->tile;
  if (a->given) {
    memset(m->p, 0, t->keys * LINES * sizeof(REAL));
    NAME(exchange_lines)(a, t, a->given, m->p, NAME(READ));
    return;
  }
  if (m->key_pages) NAME(products)(m->turned_queries, m->key_pages, 0, t, a->width, m->p, have);
  else NAME(products)(m->turned_queries, m->keys, m->key_stride, t, a->width, m->p, have);
  NAME(finish_scores)(a, m);
  if (forward && a->scores) NAME(write_lines)(a, t, a->scores, m->p, -(REAL)__builtin_inff());
  NAME(finish_probabilities)(m);
}

// The lines' vectors, as they are and turned; lanes without a line are 0.
CK_INLINE void NAME(take_lines)(const ck_attend *a, const attend_tile *t, const void *from,
                                size_t width, REAL *rows, REAL *turned) {
  size_t stride = NAME(whole)(width);
  memset(turned, 0, width * LINES * sizeof(REAL));
  for (size_t line = 0; line < t->count; line++) {
    const REAL *row = (const REAL *)from + attend_vector(a, t, line, width);
    memcpy(rows + line * stride, row, width * sizeof(REAL));
    for (size_t i = 0; i < width; i++) turned[i * LINES + line] = row[i];
  }
}

CK_INLINE void NAME(give_lines)(const ck_attend *a, const attend_tile *t, const REAL *result,
                                size_t width, void *to) {
  size_t stride = NAME(whole)(width);
  for (size_t line = 0; line < t->count; line++) {
    REAL *row = (REAL *)to + attend_vector(a, t, line, width);
    for (size_t i = 0; i < width; i++) row[i] = result[line * stride + i] + 0;
  }
}

// One head of [batches][key_rows][cached_heads][width], in whole registers if it does not come so.
CK_INLINE const REAL *NAME(take_head)(const ck_attend *a, size_t unit, const void *from, size_t width,
                                      REAL *room, size_t *stride) {
  size_t batch = unit / a->cached_heads, head = unit % a->cached_heads;
  const REAL *first = (const REAL *)from + (batch * a->key_rows * a->cached_heads + head) * width;
  if (!attend_copies(a, width)) {
    *stride = a->cached_heads * width;
    return first;
  }
  *stride = NAME(whole)(width);
  for (size_t k = 0; k < a->key_rows; k++)
    memcpy(room + k * *stride, first + k * a->cached_heads * width, width * sizeof(REAL));
  return room;
}

// The same in pages; the numbers behind the last row of the last one are whatever they are.
CK_INLINE void NAME(turn_head)(const ck_attend *a, size_t unit, const void *from, size_t width, REAL *pages) {
  size_t batch = unit / a->cached_heads, stride = a->cached_heads * width;
  const REAL *row = (const REAL *)from + batch * a->key_rows * stride + unit % a->cached_heads * width;
  for (size_t k = 0, rows = a->key_rows; k < rows; k++, row += stride)
    for (size_t i = 0; i < width; i++) pages[(k / LINES * width + i) * LINES + k % LINES] = row[i];
}

CK_INLINE void NAME(give_head)(const ck_attend *a, size_t unit, const REAL *sums, size_t width,
                               void *to) {
  size_t batch = unit / a->cached_heads, head = unit % a->cached_heads;
  for (size_t k = 0; k < a->key_rows; k++) {
    size_t row = (batch * a->key_rows + k) * a->cached_heads + head;
    for (size_t i = 0; i < width; i++)
      ((REAL *)to)[row * width + i] = sums[k * NAME(whole)(width) + i] + 0;
  }
}

CK_INLINE void NAME(hold_head)(const ck_attend *a, NAME(attend_scratch) *m, size_t unit) {
  if (m->held == unit) return;
  m->held = unit;
  if (m->key_pages) NAME(turn_head)(a, unit, a->keys, a->width, m->key_pages);
  if (m->value_pages) NAME(turn_head)(a, unit, a->values, a->value_width, m->value_pages);
  // Beside pages rows are needed for the gradients of queries and for results.
  if (!a->given && (!m->key_pages || a->query_gradient))
    m->keys = NAME(take_head)(a, unit, a->keys, a->width, m->key_room, &m->key_stride);
  if (a->values && !m->value_pages)
    m->values =
        NAME(take_head)(a, unit, a->values, a->value_width, m->value_room, &m->value_stride);
}

// Tile `tile` of the key head `unit` (batch, key head).
CK_INLINE void NAME(set_tile)(const ck_attend *a, attend_tile *t, size_t unit, size_t tile) {
  size_t lines = a->heads / a->cached_heads * a->query_rows;
  t->batch = unit / a->cached_heads;
  t->cached = unit % a->cached_heads;
  t->first = tile * LINES;
  t->count = lines - t->first < LINES ? lines - t->first : LINES;
  attend_list_keys(a, t);
}

CK_INLINE void NAME(forward_tile)(const ck_attend *a, NAME(attend_scratch) *m, enum registers have) {
  attend_tile *t = &m->tile;
  if (!a->given)
    NAME(take_lines)(a, t, a->queries, a->width, m->query_rows, m->turned_queries);
  NAME(find_probabilities)(a, m, true, have);
  if (a->probabilities) NAME(write_lines)(a, t, a->probabilities, m->p, 0);
  if (a->out) {
    NAME(weigh)(m->p, m->values, m->value_stride, t, NAME(whole)(a->value_width), m->result, have);
    NAME(give_lines)(a, t, m->result, a->value_width, a->out);
  }
}

// dp, to the tile's slopes.
CK_INLINE void NAME(find_slopes)(const ck_attend *a, NAME(attend_scratch) *m, enum registers have) {
  attend_tile *t = &m->tile;
  if (a->out_gradient && m->value_pages)
    NAME(products)(m->turned_cotangents, m->value_pages, 0, t, a->value_width, m->slopes, have);
  else if (a->out_gradient)
    NAME(products)(m->turned_cotangents, m->values, m->value_stride, t, a->value_width, m->slopes,
                   have);
  else
    memset(m->slopes, 0, t->keys * LINES * sizeof(REAL));
  if (a->probability_gradient)
    NAME(exchange_lines)(a, t, a->probability_gradient, m->slopes, NAME(ADD_TO_TILE));
}

// dp becomes the gradient of scores before the scale; that of the bias is added on the way.
CK_INLINE void NAME(score_gradient)(const ck_attend *a, NAME(attend_scratch) *m) {
  const uint16_t *seen = m->tile.seen, full = m->tile.full;
  size_t keys = m->tile.keys;
  REAL *p = m->p, *slopes = m->slopes, *bent = m->bent, scale = (REAL)a->scale;
  bool bends = a->cap != 0;
  LANES d = NAME(of)(0);
  for (size_t j = 0; j < keys; j++) {
    LANES next = NAME(fma)(NAME(load)(p + j * LINES), NAME(load)(slopes + j * LINES), d);
    d = seen[j] == full ? next : NAME(select)(NAME(lanes_seen)(seen[j]), next, d);
  }
  for (size_t j = 0; j < keys; j++)
    NAME(store)(slopes + j * LINES,
                NAME(load)(p + j * LINES) * (NAME(load)(slopes + j * LINES) - d));
  if (a->bias_gradient)
    NAME(exchange_bias)(a, &m->tile, a->bias_gradient, slopes, NAME(ADD_TO_MATRIX));
  for (size_t j = 0; j < keys; j++) {
    LANES slope = NAME(load)(slopes + j * LINES);
    if (bends) {
      LANES b = NAME(load)(bent + j * LINES);
      slope = slope * NAME(fma)(-b, b, NAME(of)(1));
    }
    NAME(store)(slopes + j * LINES, slope * NAME(of)(scale));
  }
}

CK_INLINE void NAME(backward_tile)(const ck_attend *a, NAME(attend_scratch) *m,
                                   enum registers have) {
  attend_tile *t = &m->tile;
  size_t width = NAME(whole)(a->width), value_width = NAME(whole)(a->value_width);
  bool scores = a->query_gradient || a->key_gradient || a->bias_gradient;
  if (!a->given)
    NAME(take_lines)(a, t, a->queries, a->width, m->query_rows, m->turned_queries);
  if (a->out_gradient)
    NAME(take_lines)(a, t, a->out_gradient, a->value_width, m->cotangent_rows,
                     m->turned_cotangents);
  NAME(find_probabilities)(a, m, false, have);
  if (a->value_gradient && a->out_gradient)
    NAME(spread)(m->p, m->cotangent_rows, value_width, t, m->value_sums, have);
  if (!scores && !a->given_gradient) return;
  NAME(find_slopes)(a, m, have);
  if (a->given_gradient) NAME(write_lines)(a, t, a->given_gradient, m->slopes, 0);
  if (!scores) return;
  NAME(score_gradient)(a, m);
  if (a->query_gradient) {
    NAME(weigh)(m->slopes, m->keys, m->key_stride, t, width, m->result, have);
    NAME(give_lines)(a, t, m->result, a->width, a->query_gradient);
  }
  if (a->key_gradient) NAME(spread)(m->slopes, m->query_rows, width, t, m->key_sums, have);
}

// Tiles begin ..< end, counted over (batch, key head, tile of its lines).
CK_INLINE void NAME(forward_tiles)(const ck_attend *a, NAME(attend_scratch) *m, size_t begin,
                                   size_t end, enum registers have) {
  size_t tiles = attend_tiles(a);
  for (size_t i = begin; i < end; i++) {
    NAME(hold_head)(a, m, i / tiles);
    NAME(set_tile)(a, &m->tile, i / tiles, i % tiles);
    NAME(forward_tile)(a, m, have);
  }
}

// Key heads begin ..< end, counted over (batch, key head).
CK_INLINE void NAME(backward_heads)(const ck_attend *a, NAME(attend_scratch) *m, size_t begin,
                                    size_t end, enum registers have) {
  for (size_t unit = begin; unit < end; unit++) {
    NAME(hold_head)(a, m, unit);
    if (a->key_gradient)
      memset(m->key_sums, 0, a->key_rows * NAME(whole)(a->width) * sizeof(REAL));
    if (a->value_gradient)
      memset(m->value_sums, 0, a->key_rows * NAME(whole)(a->value_width) * sizeof(REAL));
    for (size_t tile = 0; tile < attend_tiles(a); tile++) {
      NAME(set_tile)(a, &m->tile, unit, tile);
      NAME(backward_tile)(a, m, have);
    }
    if (a->key_gradient) NAME(give_head)(a, unit, m->key_sums, a->width, a->key_gradient);
    if (a->value_gradient) NAME(give_head)(a, unit, m->value_sums, a->value_width, a->value_gradient);
  }
}
