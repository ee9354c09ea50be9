// Householder's QR and least squares by it. Orders: ck_linear.h.
#include "linear.h"

enum { REFLECT_TILE = 32 };

typedef struct {
  // v_0 = 1 ..., `rows` of them, and the rows of the matrix that they stand for.
  const double *v;
  double *a;
  double tau;
  size_t rows, stride;
} reflection;

// `width` columns from `first` on.
CK_INLINE void reflect_tile(const reflection *h, size_t first, size_t width) {
  double w[REFLECT_TILE] = {0};
  double *a = h->a + first;
  for (size_t i = 0; i < h->rows; i++)
    for (size_t c = 0; c < width; c++) w[c] = __builtin_fma(h->v[i], a[i * h->stride + c], w[c]);
  for (size_t c = 0; c < width; c++) w[c] = h->tau * w[c];
  for (size_t i = 0; i < h->rows; i++) {
    double factor = -h->v[i];
    double *row = a + i * h->stride;
    for (size_t c = 0; c < width; c++) row[c] = __builtin_fma(factor, w[c], row[c]);
  }
}

// Items are columns.
CK_INLINE void reflect_columns_body(const reflection *h, size_t begin, size_t end) {
  size_t first = begin;
  for (; first + REFLECT_TILE <= end; first += REFLECT_TILE)
    reflect_tile(h, first, REFLECT_TILE);
  if (first < end) reflect_tile(h, first, end - first);
}
CK_VARIANTS_LOCAL(reflect_columns, (const reflection *h, size_t begin, size_t end), (h, begin, end))

static void share_reflection(void *context, size_t begin, size_t end) {
  reflect_columns(context, begin, end);
}

static void reflect(const double *v, double tau, double *a, size_t rows, size_t columns,
                    size_t stride) {
  if (tau == 0) return;
  reflection h = {v, a, tau, rows, stride};
  ck_parallel(columns, 8 * (double)rows * (double)columns, share_reflection, &h);
}

// The chain from +0 over the squares of one column, its elements `stride` apart, times `inverse`.
static double column_squares(const double *x, size_t stride, size_t count, double inverse) {
  double total = 0;
  for (size_t i = 0; i < count; i++) {
    double scaled = x[i * stride] * inverse;
    total = __builtin_fma(scaled, scaled, total);
  }
  return total;
}

static double column_scale(const double *x, size_t stride, size_t count) {
  double largest = 0;
  for (size_t i = 0; i < count; i++) {
    double magnitude = __builtin_fabs(x[i * stride]);
    largest = magnitude > largest ? magnitude : largest;
  }
  return linear_scale(largest);
}

typedef struct {
  size_t rows, columns, steps;
  // [rows, columns]: becomes R; [steps, rows], row k with v from place k on; [steps].
  double *work, *vectors, *taus;
} factors;

static bool factors_init(factors *f, const double *a, size_t rows, size_t columns) {
  size_t steps = rows < columns ? rows : columns;
  *f = (factors){.rows = rows, .columns = columns, .steps = steps};
  f->work = linear_memory(rows, columns, 0);
  f->vectors = linear_memory(steps, rows, steps);
  if (!f->work || !f->vectors) return false;
  f->taus = f->vectors + steps * rows;
  for (size_t i = 0; i < rows * columns; i++) f->work[i] = a[i];
  return true;
}

static void factors_free(factors *f) {
  free(f->work);
  free(f->vectors);
}

static void find_reflection(factors *f, size_t k) {
  double *x = f->work + k * f->columns + k, *v = f->vectors + k * f->rows + k;
  size_t count = f->rows - k;
  double scale = column_scale(x, f->columns, count), inverse = 1 / scale;
  double squares =
      column_squares(x + (count > 1 ? f->columns : 0), f->columns, count - 1, inverse);
  f->taus[k] = 0;
  if (squares == 0) return;
  double first = x[0] * inverse, length = __builtin_sqrt(__builtin_fma(first, first, squares));
  double beta = first > 0 ? -length : length;
  f->taus[k] = (beta - first) / beta;
  v[0] = 1;
  for (size_t i = 1; i < count; i++) v[i] = x[i * f->columns] * inverse / (first - beta);
  x[0] = beta * scale;
}

// R on and above the diagonal of `work`.
static void factorise(factors *f) {
  for (size_t k = 0; k < f->steps; k++) {
    find_reflection(f, k);
    reflect(f->vectors + k * f->rows + k, f->taus[k], f->work + k * f->columns + k + 1,
            f->rows - k, f->columns - k - 1, f->columns);
  }
}

static void write_results(const factors *f, double *q, double *r) {
  for (size_t i = 0; i < (q ? f->rows * f->steps : 0); i++) q[i] = 0;
  for (size_t k = 0; q && k < f->steps; k++) q[k * f->steps + k] = 1;
  for (size_t k = f->steps; q && k-- > 0;)
    reflect(f->vectors + k * f->rows + k, f->taus[k], q + k * f->steps + k, f->rows - k,
            f->steps - k, f->steps);
  for (size_t k = 0; k < f->steps; k++) {
    const double *row = f->work + k * f->columns;
    bool down = row[k] < 0;
    for (size_t j = 0; j < f->columns; j++)
      r[k * f->columns + j] = j < k ? 0 : (down ? -row[j] : row[j]) + 0.0;
    for (size_t i = 0; q && i < f->rows; i++)
      q[i * f->steps + k] = (down ? -q[i * f->steps + k] : q[i * f->steps + k]) + 0.0;
  }
}

int64_t ck_qr_f64(const double *a, double *q, double *r, size_t rows, size_t columns) {
  ck_prepare();
  if (rows == 0 || columns == 0) return CK_LINEAR_DONE;
  if (!linear_finite(a, rows * columns)) return CK_LINEAR_NOT_FINITE;
  factors f;
  bool had = factors_init(&f, a, rows, columns), finite = true;
  if (had) {
    factorise(&f);
    write_results(&f, q, r);
    finite = linear_finite(r, f.steps * columns) && (!q || linear_finite(q, rows * f.steps));
  }
  factors_free(&f);
  return !had ? CK_LINEAR_NO_MEMORY : finite ? CK_LINEAR_DONE : CK_LINEAR_OVERFLOW;
}

// The first column of R that depends on those before it.
static int64_t dependent_column(const factors *f) {
  for (size_t j = 0; j < f->columns; j++) {
    const double *column = f->work + j;
    double scale = column_scale(column, f->columns, j + 1);
    double squares = column_squares(column, f->columns, j + 1, 1 / scale);
    double length = __builtin_sqrt(squares) * scale;
    if (!linear_finite(&length, 1)) return CK_LINEAR_OVERFLOW;
    double least = (double)f->rows * 0x1p-52 * length;
    if (__builtin_fabs(column[j * f->columns]) <= least) return (int64_t)j;
  }
  return CK_LINEAR_DONE;
}

static int64_t solve_least(factors *f, double *b, double *x, size_t count) {
  factorise(f);
  int64_t result = dependent_column(f);
  if (result != CK_LINEAR_DONE) return result;
  for (size_t k = 0; k < f->steps; k++)
    reflect(f->vectors + k * f->rows + k, f->taus[k], b + k * count, f->rows - k, count, count);
  if (!linear_finite(b, f->columns * count)) return CK_LINEAR_OVERFLOW;
  for (size_t i = 0; i < f->columns * count; i++) x[i] = b[i];
  result = ck_solve_triangular_f64(0, f->work, x, f->columns, count);
  return result == CK_LINEAR_NOT_FINITE ? CK_LINEAR_OVERFLOW : result;
}

int64_t ck_least_squares_f64(const double *a, const double *b, double *x, size_t rows,
                             size_t columns, size_t count) {
  ck_prepare();
  if (columns == 0) return CK_LINEAR_DONE;
  if (!linear_finite(a, rows * columns) || !linear_finite(b, rows * count))
    return CK_LINEAR_NOT_FINITE;
  factors f;
  double *copy = linear_memory(rows, count, 0);
  int64_t result = CK_LINEAR_NO_MEMORY;
  if (factors_init(&f, a, rows, columns) && copy) {
    for (size_t i = 0; i < rows * count; i++) copy[i] = b[i];
    result = solve_least(&f, copy, x, count);
  }
  factors_free(&f);
  free(copy);
  return result;
}
