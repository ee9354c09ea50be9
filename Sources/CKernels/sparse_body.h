// Included by sparse.c for each REAL.

typedef struct {
  const size_t *starts;
  const int32_t *columns;
  const REAL *values, *dense, *dy;
  REAL *out;
  size_t rows, height, width;
} R(sparse);

// Items are rows of y. The running values of a block of columns stay in registers.
CK_INLINE void BODY(sparse_rows)(const R(sparse) *p, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++)
    for (size_t first = 0; first < p->width; first += SPARSE_BLOCK) {
      size_t count = at_most(p->width - first, SPARSE_BLOCK);
      REAL sums[SPARSE_BLOCK] = {0};
      for (size_t e = p->starts[r]; e < p->starts[r + 1]; e++) {
        const REAL *row = p->dense + (size_t)p->columns[e] * p->width + first;
        if (count == SPARSE_BLOCK)
          for (size_t i = 0; i < SPARSE_BLOCK; i++)
            sums[i] = R(fma)(p->values[e], row[i], sums[i]);
        else
          for (size_t i = 0; i < count; i++) sums[i] = R(fma)(p->values[e], row[i], sums[i]);
      }
      REAL *y = p->out + r * p->width + first;
      for (size_t i = 0; i < count; i++) y[i] = sums[i] + (REAL)0;
    }
}
CK_VARIANTS_LOCAL(R(sparse_rows), (const R(sparse) *p, size_t begin, size_t end),
                  (p, begin, end))

// Items are rows of y; some of a row's entries go side by side, each a chain.
CK_INLINE void BODY(sparse_entries)(const R(sparse) *p, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *dy = p->dy + r * p->width;
    for (size_t e = p->starts[r]; e < p->starts[r + 1]; e += SPARSE_ENTRIES) {
      size_t count = at_most(p->starts[r + 1] - e, SPARSE_ENTRIES);
      REAL sums[SPARSE_ENTRIES] = {0};
      const REAL *rows[SPARSE_ENTRIES];
      for (size_t j = 0; j < SPARSE_ENTRIES; j++)
        rows[j] = p->dense + (size_t)p->columns[e + (j < count ? j : 0)] * p->width;
      for (size_t i = 0; i < p->width; i++)
        for (size_t j = 0; j < SPARSE_ENTRIES; j++) sums[j] = R(fma)(dy[i], rows[j][i], sums[j]);
      for (size_t j = 0; j < count; j++) p->out[e + j] = sums[j] + (REAL)0;
    }
  }
}
CK_VARIANTS_LOCAL(R(sparse_entries), (const R(sparse) *p, size_t begin, size_t end),
                  (p, begin, end))

// Items are blocks of columns.
CK_INLINE void BODY(sparse_columns)(const R(sparse) *p, size_t begin, size_t end) {
  size_t first = begin * SPARSE_BLOCK, last = at_most(p->width, end * SPARSE_BLOCK);
  for (size_t r = 0; r < p->rows; r++)
    for (size_t e = p->starts[r]; e < p->starts[r + 1]; e++) {
      const REAL *dy = p->dy + r * p->width;
      REAL *row = p->out + (size_t)p->columns[e] * p->width;
      for (size_t i = first; i < last; i++) row[i] = R(fma)(p->values[e], dy[i], row[i]);
    }
  for (size_t c = 0; c < p->height; c++)
    for (size_t i = first; i < last; i++)
      p->out[c * p->width + i] = p->out[c * p->width + i] + (REAL)0;
}
CK_VARIANTS_LOCAL(R(sparse_columns), (const R(sparse) *p, size_t begin, size_t end),
                  (p, begin, end))

static void R(share_sparse_rows)(void *context, size_t begin, size_t end) {
  R(sparse_rows)(context, begin, end);
}
static void R(share_sparse_entries)(void *context, size_t begin, size_t end) {
  R(sparse_entries)(context, begin, end);
}
static void R(share_sparse_columns)(void *context, size_t begin, size_t end) {
  R(sparse_columns)(context, begin, end);
}

static void R(run_sparse)(R(sparse) *p, size_t items, ck_range_body body) {
  if (p->rows == 0 || p->width == 0) return;
  double entries = (double)p->starts[p->rows] + (double)p->rows + (double)p->height;
  ck_parallel(items, 2 * entries * (double)p->width, body, p);
}

void R(ck_sparse_product)(const size_t *starts, const int32_t *columns, const REAL *values,
                                  const REAL *dense, REAL *y, size_t rows, size_t width) {
  R(sparse) p = {starts, columns, values, dense, NULL, y, rows, 0, width};
  R(run_sparse)(&p, rows, R(share_sparse_rows));
}

void R(ck_sparse_values_gradient)(const size_t *starts, const int32_t *columns,
                                          const REAL *dense, const REAL *dy, REAL *gradient,
                                          size_t rows, size_t width) {
  R(sparse) p = {starts, columns, NULL, dense, dy, gradient, rows, 0, width};
  // Without width the chains are empty; all else is as ever.
  for (size_t e = 0; width == 0 && rows > 0 && e < starts[rows]; e++) gradient[e] = 0;
  R(run_sparse)(&p, rows, R(share_sparse_entries));
}

void R(ck_sparse_dense_gradient)(const size_t *starts, const int32_t *columns,
                                         const REAL *values, const REAL *dy, REAL *gradient,
                                         size_t rows, size_t height, size_t width) {
  R(sparse) p = {starts, columns, values, NULL, dy, gradient, rows, height, width};
  R(run_sparse)(&p, (width + SPARSE_BLOCK - 1) / SPARSE_BLOCK,
                        R(share_sparse_columns));
}
