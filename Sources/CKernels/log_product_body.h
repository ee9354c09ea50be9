// Included by sparse.c for each REAL: the matrix product of the log semiring, 16 columns at a time.

typedef struct {
  const REAL *a, *b, *y, *dy;
  REAL *out;
  size_t rows, inner, columns;
} R(log_product);

// v = a_ik + b_kj for 16 columns from `first`; those beyond the last are finite or not, and not kept.
CK_INLINE void R(log_terms)(const R(log_product) *p, size_t i, size_t k,
                                    size_t first, size_t count, REAL *v) {
  const REAL a = p->a[i * p->inner + k], *b = p->b + k * p->columns + first;
  if (count == 16)
    for (size_t j = 0; j < 16; j++) v[j] = a + b[j];
  else
    for (size_t j = 0; j < 16; j++) v[j] = j < count ? a + b[j] : 0;
}

// v = exp(v - bound), 1 where they are equal.
CK_INLINE void R(log_weights)(REAL *v, const REAL *bound) {
  for (int j = 0; j < 16; j++) v[j] = v[j] == bound[j] ? 0 : v[j] - bound[j];
  REAL_EXP16(v);
}

// Items are rows of y.
CK_INLINE void BODY(log_rows)(const R(log_product) *p, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++)
    for (size_t first = 0; first < p->columns; first += 16) {
      size_t count = at_most(p->columns - first, 16);
      REAL m[16], s[16], v[16];
      for (int j = 0; j < 16; j++) m[j] = -__builtin_inff(), s[j] = 0;
      for (size_t k = 0; k < p->inner; k++) {
        R(log_terms)(p, i, k, first, count, v);
        for (int j = 0; j < 16; j++) m[j] = v[j] > m[j] ? v[j] : m[j];
      }
      for (size_t k = 0; k < p->inner; k++) {
        R(log_terms)(p, i, k, first, count, v);
        R(log_weights)(v, m);
        for (int j = 0; j < 16; j++) s[j] = s[j] + v[j];
      }
      for (size_t j = 0; j < count; j++)
        p->out[i * p->columns + first + j] = m[j] + R(log)(s[j]);
    }
}
CK_VARIANTS_LOCAL(R(log_rows), (const R(log_product) *p, size_t begin, size_t end),
                  (p, begin, end))

// p = the weights of row i's term k in 16 columns.
CK_INLINE void R(log_shares)(const R(log_product) *p, size_t i, size_t k,
                                     size_t first, size_t count, REAL *v) {
  REAL y[16] = {0};
  for (size_t j = 0; j < count; j++) y[j] = p->y[i * p->columns + first + j];
  R(log_terms)(p, i, k, first, count, v);
  R(log_weights)(v, y);
  for (int j = 0; j < 16; j++) v[j] = y[j] == -__builtin_inff() ? 0 : v[j];
}

// Items are rows of a.
CK_INLINE void BODY(log_left)(const R(log_product) *p, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++)
    for (size_t k = 0; k < p->inner; k++) {
      REAL sum = 0, v[16];
      for (size_t first = 0; first < p->columns; first += 16) {
        size_t count = at_most(p->columns - first, 16);
        R(log_shares)(p, i, k, first, count, v);
        for (size_t j = 0; j < count; j++)
          sum = R(fma)(p->dy[i * p->columns + first + j], v[j], sum);
      }
      p->out[i * p->inner + k] = sum + (REAL)0;
    }
}
CK_VARIANTS_LOCAL(R(log_left), (const R(log_product) *p, size_t begin, size_t end),
                  (p, begin, end))

// Items are blocks of 16 columns of b.
CK_INLINE void BODY(log_right)(const R(log_product) *p, size_t begin, size_t end) {
  for (size_t first = 16 * begin; first < at_most(p->columns, 16 * end); first += 16) {
    size_t count = at_most(p->columns - first, 16);
    for (size_t k = 0; k < p->inner; k++) {
      REAL sums[16] = {0}, v[16];
      for (size_t i = 0; i < p->rows; i++) {
        const REAL *dy = p->dy + i * p->columns + first;
        R(log_shares)(p, i, k, first, count, v);
        for (size_t j = 0; j < count; j++) sums[j] = R(fma)(dy[j], v[j], sums[j]);
      }
      for (size_t j = 0; j < count; j++) p->out[k * p->columns + first + j] = sums[j] + (REAL)0;
    }
  }
}
CK_VARIANTS_LOCAL(R(log_right), (const R(log_product) *p, size_t begin, size_t end),
                  (p, begin, end))

static void R(share_log_rows)(void *context, size_t begin, size_t end) {
  R(log_rows)(context, begin, end);
}
static void R(share_log_left)(void *context, size_t begin, size_t end) {
  R(log_left)(context, begin, end);
}
static void R(share_log_right)(void *context, size_t begin, size_t end) {
  R(log_right)(context, begin, end);
}

void R(ck_log_product)(const REAL *a, const REAL *b, REAL *y, size_t rows, size_t inner,
                               size_t columns) {
  R(log_product) p = {a, b, NULL, NULL, y, rows, inner, columns};
  double terms = (double)rows * (double)inner * (double)columns;
  ck_parallel(rows, 20 * terms, R(share_log_rows), &p);
}

void R(ck_log_product_gradient)(const REAL *a, const REAL *b, const REAL *y, const REAL *dy,
                                        REAL *da, REAL *db, size_t rows, size_t inner,
                                        size_t columns) {
  R(log_product) p = {a, b, y, dy, da, rows, inner, columns};
  double terms = (double)rows * (double)inner * (double)columns;
  ck_parallel(rows, 20 * terms, R(share_log_left), &p);
  p.out = db;
  ck_parallel((columns + 15) / 16, 20 * terms, R(share_log_right), &p);
}
