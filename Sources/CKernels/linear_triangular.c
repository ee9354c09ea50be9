// Cholesky's decomposition and triangular systems. Orders: ck_linear.h.
#include "linear.h"

typedef struct {
  double *l;
  // Column j of L, which all rows below need.
  const double *column;
  size_t n, j;
} cholesky;

// Items are the rows below row j; every element's chain goes on with k = j.
CK_INLINE void cholesky_rows_body(const cholesky *c, size_t begin, size_t end) {
  for (size_t i = c->j + 1 + begin; i < c->j + 1 + end; i++) {
    double factor = -c->column[i], *row = c->l + i * c->n;
    const double *column = c->column;
    for (size_t k = c->j + 1; k <= i; k++) row[k] = __builtin_fma(factor, column[k], row[k]);
  }
}
CK_VARIANTS_LOCAL(cholesky_rows, (const cholesky *c, size_t begin, size_t end), (c, begin, end))

static void share_cholesky(void *context, size_t begin, size_t end) {
  cholesky_rows(context, begin, end);
}

int64_t ck_cholesky_f64(const double *a, double *l, size_t n) {
  ck_prepare();
  if (!linear_lower_finite(a, n)) return CK_LINEAR_NOT_FINITE;
  double *column = linear_memory(n, 1, 0);
  if (!column) return CK_LINEAR_NO_MEMORY;
  for (size_t i = 0; i < n; i++) {
    memmove(l + i * n, a + i * n, (i + 1) * sizeof(double));
    for (size_t j = i + 1; j < n; j++) l[i * n + j] = 0;
  }
  int64_t result = CK_LINEAR_DONE;
  for (size_t j = 0; j < n; j++) {
    double square = l[j * n + j];
    if (square - square != 0) result = CK_LINEAR_OVERFLOW;
    else if (!(square > 0)) result = (int64_t)j;
    if (result != CK_LINEAR_DONE) break;
    double diagonal = __builtin_sqrt(square);
    l[j * n + j] = diagonal;
    for (size_t i = j + 1; i < n; i++) {
      column[i] = l[i * n + j] / diagonal + 0.0;
      l[i * n + j] = column[i];
    }
    cholesky c = {l, column, n, j};
    size_t rows = n - j - 1;
    ck_parallel(rows, 4 * (double)rows * (double)rows, share_cholesky, &c);
  }
  free(column);
  return result;
}

enum { SOLVE_TILE = 32 };

typedef struct {
  int triangle;
  const double *t;
  double *b;
  size_t n, columns;
} triangular;

// `width` columns from `first` on.
CK_INLINE void solve_tile(const triangular *s, size_t first, size_t width) {
  bool transposed = s->triangle & CK_TRIANGLE_TRANSPOSED, unit = s->triangle & CK_TRIANGLE_UNIT;
  bool ascending = !(s->triangle & CK_TRIANGLE_LOWER) == transposed;
  size_t n = s->n, row_step = transposed ? 1 : n, step = transposed ? n : 1;
  for (size_t found = 0; found < n; found++) {
    size_t i = ascending ? found : n - 1 - found;
    double sums[SOLVE_TILE], *x = s->b + i * s->columns + first;
    memcpy(sums, x, width * sizeof(double));
    for (size_t earlier = 0; earlier < found; earlier++) {
      size_t k = ascending ? earlier : n - 1 - earlier;
      double factor = -s->t[i * row_step + k * step];
      const double *known = s->b + k * s->columns + first;
      for (size_t c = 0; c < width; c++) sums[c] = __builtin_fma(factor, known[c], sums[c]);
    }
    double diagonal = unit ? 1 : s->t[i * n + i];
    for (size_t c = 0; c < width; c++) x[c] = sums[c] / diagonal + 0.0;
  }
}

// Items are columns of b.
CK_INLINE void solve_columns_body(const triangular *s, size_t begin, size_t end) {
  size_t first = begin;
  for (; first + SOLVE_TILE <= end; first += SOLVE_TILE) solve_tile(s, first, SOLVE_TILE);
  if (first < end) solve_tile(s, first, end - first);
}
CK_VARIANTS_LOCAL(solve_columns, (const triangular *s, size_t begin, size_t end), (s, begin, end))

static void share_solve(void *context, size_t begin, size_t end) {
  solve_columns(context, begin, end);
}

int64_t ck_solve_triangular_f64(int triangle, const double *t, double *b, size_t n,
                                size_t columns) {
  ck_prepare();
  if (n == 0) return CK_LINEAR_DONE;
  bool lower = triangle & CK_TRIANGLE_LOWER, unit = triangle & CK_TRIANGLE_UNIT;
  for (size_t i = 0; i < n; i++) {
    size_t first = lower ? 0 : i + unit, last = lower ? i + !unit : n;
    if (!linear_finite(t + i * n + first, last - first)) return CK_LINEAR_NOT_FINITE;
  }
  if (!linear_finite(b, n * columns)) return CK_LINEAR_NOT_FINITE;
  for (size_t i = 0; i < n && !unit; i++)
    if (t[i * n + i] == 0) return (int64_t)i;
  triangular s = {triangle, t, b, n, columns};
  ck_parallel(columns, 2 * (double)n * (double)n * (double)columns, share_solve, &s);
  return linear_finite(b, n * columns) ? CK_LINEAR_DONE : CK_LINEAR_OVERFLOW;
}
