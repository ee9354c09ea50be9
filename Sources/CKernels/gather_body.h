// Included by gather.c for each REAL.

typedef struct {
  const REAL *from;
  const int32_t *indices;
  REAL *to;
  size_t axis, picks, inner;
} R(moves);

// Items are the rows (o, p) of the result.
CK_INLINE void BODY(select_rows)(const R(moves) *m, size_t begin, size_t end) {
  for (size_t item = begin; item < end; item++) {
    size_t o = item / m->picks, p = item % m->picks;
    memcpy(m->to + item * m->inner, m->from + (o * m->axis + (size_t)m->indices[p]) * m->inner,
           m->inner * sizeof(REAL));
  }
}

CK_INLINE void BODY(gather_rows)(const R(moves) *m, size_t begin, size_t end) {
  for (size_t item = begin; item < end; item++) {
    const REAL *x = m->from + item / m->picks * m->axis * m->inner;
    const int32_t *indices = m->indices + item * m->inner;
    REAL *y = m->to + item * m->inner;
    for (size_t i = 0; i < m->inner; i++) y[i] = x[(size_t)indices[i] * m->inner + i];
  }
}

// Items are blocks of columns.
CK_INLINE void BODY(select_gradient_columns)(const R(moves) *m, size_t begin,
                                                  size_t end) {
  for (size_t item = begin; item < end; item++) {
    column_block b = block_of(item, m->inner);
    const REAL *dy = m->from + b.outer * m->picks * m->inner + b.first;
    REAL *dx = m->to + b.outer * m->axis * m->inner + b.first;
    for (size_t p = 0; p < m->picks; p++, dy += m->inner) {
      REAL *row = dx + (size_t)m->indices[p] * m->inner;
      for (size_t i = 0; i < b.columns; i++) row[i] = row[i] + dy[i];
    }
  }
}

CK_INLINE void BODY(scatter_columns)(const R(moves) *m, bool add, size_t begin,
                                          size_t end) {
  for (size_t item = begin; item < end; item++) {
    column_block b = block_of(item, m->inner);
    size_t start = b.outer * m->picks * m->inner + b.first;
    REAL *y = m->to + b.outer * m->axis * m->inner + b.first;
    for (size_t p = 0; p < m->picks; p++, start += m->inner)
      for (size_t i = 0; i < b.columns; i++) {
        REAL *element = y + (size_t)m->indices[start + i] * m->inner + i;
        *element = add ? *element + m->from[start + i] : m->from[start + i];
      }
  }
}

// `to` is dx, `from` the gradient that is taken away from, so the last element that came gets it.
CK_INLINE void BODY(scatter_back_columns)(const R(moves) *m, REAL *dy, size_t begin,
                                               size_t end) {
  for (size_t item = begin; item < end; item++) {
    column_block b = block_of(item, m->inner);
    REAL *from = dy + b.outer * m->axis * m->inner + b.first;
    for (size_t p = m->picks; p-- > 0;) {
      size_t start = (b.outer * m->picks + p) * m->inner + b.first;
      for (size_t i = 0; i < b.columns; i++) {
        REAL *element = from + (size_t)m->indices[start + i] * m->inner + i;
        m->to[start + i] = *element;
        *element = 0;
      }
    }
  }
}

static void R(share_select)(void *context, size_t begin, size_t end) {
  BODY(select_rows)(context, begin, end);
}
static void R(share_gather)(void *context, size_t begin, size_t end) {
  BODY(gather_rows)(context, begin, end);
}
static void R(share_select_gradient)(void *context, size_t begin, size_t end) {
  BODY(select_gradient_columns)(context, begin, end);
}
static void R(share_scatter)(void *context, size_t begin, size_t end) {
  BODY(scatter_columns)(context, false, begin, end);
}
static void R(share_scatter_add)(void *context, size_t begin, size_t end) {
  BODY(scatter_columns)(context, true, begin, end);
}
static void R(share_scatter_back)(void *context, size_t begin, size_t end) {
  const R(moves) *m = context;
  BODY(scatter_back_columns)(m, (REAL *)m->from, begin, end);
}

// One add or copy an element: memory bounds all of these, so there is one instance.
static void R(move)(const R(moves) *m, size_t items, size_t outer,
                            ck_range_body body) {
  (void)ck_prepare();
  if (outer == 0 || m->picks == 0 || m->inner == 0) return;
  ck_parallel(items, 2.0 * (double)outer * (double)m->picks * (double)m->inner, body, (void *)m);
}

void R(ck_select)(const REAL *x, const int32_t *ids, REAL *y, size_t outer, size_t axis,
                          size_t picks, size_t inner) {
  R(moves) m = {x, ids, y, axis, picks, inner};
  R(move)(&m, outer * picks, outer, R(share_select));
}

void R(ck_select_gradient)(const REAL *dy, const int32_t *ids, REAL *dx, size_t outer,
                                   size_t axis, size_t picks, size_t inner) {
  R(moves) m = {dy, ids, dx, axis, picks, inner};
  R(move)(&m, outer * column_blocks(inner), outer, R(share_select_gradient));
}

void R(ck_gather)(const REAL *x, const int32_t *indices, REAL *y, size_t outer, size_t axis,
                          size_t picks, size_t inner) {
  R(moves) m = {x, indices, y, axis, picks, inner};
  R(move)(&m, outer * picks, outer, R(share_gather));
}

void R(ck_scatter_add)(const REAL *x, const int32_t *indices, REAL *y, size_t outer,
                               size_t axis, size_t picks, size_t inner) {
  R(moves) m = {x, indices, y, axis, picks, inner};
  R(move)(&m, outer * column_blocks(inner), outer, R(share_scatter_add));
}

void R(ck_scatter)(const REAL *x, const int32_t *indices, REAL *y, size_t outer, size_t axis,
                           size_t picks, size_t inner) {
  R(moves) m = {x, indices, y, axis, picks, inner};
  R(move)(&m, outer * column_blocks(inner), outer, R(share_scatter));
}

void R(ck_scatter_gradient)(REAL *dy, const int32_t *indices, REAL *dx, size_t outer,
                                    size_t axis, size_t picks, size_t inner) {
  R(moves) m = {dy, indices, dx, axis, picks, inner};
  R(move)(&m, outer * column_blocks(inner), outer, R(share_scatter_back));
}
