// Singular values and vectors by QR and one-sided rotations. Orders: ck_linear.h.
#include "ck_products.h"
#include "linear.h"

// A row shorter than this is 0.
static const double LEAST = 0x1p-450;

typedef struct {
  size_t n, round;
  double least;
  // The rows of R, which become orthogonal, and J^T: both [n, n].
  double *x, *turned;
  // By pair of the round: whether it was rotated in this sweep.
  uint8_t *moved;
} one_sided;

// Items are pairs of rows.
CK_INLINE void turn_pairs_body(one_sided *s, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    rotation turn;
    if (!linear_pair(s->n, s->round, i, &turn)) continue;
    double *x = s->x + turn.p * s->n, *y = s->x + turn.q * s->n;
    double xx = linear_dot(x, x, s->n), yy = linear_dot(y, y, s->n), xy = linear_dot(x, y, s->n);
    // Squares of such rows are no longer exact to 2^-52.
    if (xx < LEAST * LEAST || yy < LEAST * LEAST) continue;
    if (!(__builtin_fabs(xy) > s->least * __builtin_sqrt(xx) * __builtin_sqrt(yy))) continue;
    linear_turn(&turn, xx, yy, xy);
    linear_rotate(&turn, x, y, s->n);
    linear_rotate(&turn, s->turned + turn.p * s->n, s->turned + turn.q * s->n, s->n);
    s->moved[i] = 1;
  }
}
CK_VARIANTS_LOCAL(turn_pairs, (one_sided * s, size_t begin, size_t end), (s, begin, end))

static void share_pairs(void *context, size_t begin, size_t end) {
  turn_pairs(context, begin, end);
}

static int64_t make_orthogonal(one_sided *s) {
  size_t rounds = linear_rounds(s->n), pairs = rounds / 2 + 1;
  double operations = 16 * (double)pairs * (double)s->n;
  for (int sweep = 0; sweep < LINEAR_SWEEPS; sweep++) {
    memset(s->moved, 0, pairs);
    for (s->round = 0; s->round < rounds; s->round++)
      ck_parallel(pairs, operations, share_pairs, s);
    bool moved = false;
    for (size_t i = 0; i < pairs; i++) moved |= s->moved[i];
    if (!moved) return CK_LINEAR_DONE;
  }
  return CK_LINEAR_NOT_CONVERGED;
}

CK_INLINE void row_dots_body(const double *rows, const double *x, size_t stride, double *to,
                             size_t count, size_t width) {
  for (size_t i = 0; i < count; i++)
    to[i] = linear_dot(rows + i * width, x + i * stride, width);
}
// The dots of `count` rows with those of x, which are `stride` apart.
CK_VARIANTS_LOCAL(row_dots,
                  (const double *rows, const double *x, size_t stride, double *to, size_t count,
                   size_t width),
                  (rows, x, stride, to, count, width))

// Row k of vt [n, n] such that it is orthogonal to those before it.
static void complete(double *vt, size_t k, size_t n) {
  double *row = vt + k * n, most = -1;
  size_t best = 0;
  for (size_t j = 0; j < n; j++) {
    double rest = 1;
    for (size_t i = 0; i < k; i++) rest = __builtin_fma(-vt[i * n + j], vt[i * n + j], rest);
    if (rest > most) {
      most = rest;
      best = j;
    }
  }
  for (size_t j = 0; j < n; j++) row[j] = j == best;
  double product;
  for (int pass = 0; pass < 2; pass++)
    for (size_t i = 0; i < k; i++) {
      row_dots(row, vt + i * n, 0, &product, 1, n);
      for (size_t j = 0; j < n; j++) row[j] = __builtin_fma(-product, vt[i * n + j], row[j]);
    }
  row_dots(row, row, 0, &product, 1, n);
  double length = __builtin_sqrt(product);
  for (size_t j = 0; j < n; j++) row[j] = row[j] / length;
}

// From the rotated rows: values, vt [n, n] and the chosen rows of J^T in their order; `values` is
// still scaled.
static bool put_in_order(const one_sided *s, double *values, double *vt, double *chosen) {
  size_t n = s->n;
  size_t *order = calloc(n + 1, sizeof *order);
  double *lengths = linear_memory(n, 1, 0);
  bool had = order && lengths;
  if (had) {
    row_dots(s->x, s->x, n, lengths, n, n);
    for (size_t i = 0; i < n; i++) {
      lengths[i] = __builtin_sqrt(lengths[i]);
      if (lengths[i] < LEAST) lengths[i] = 0;
    }
    linear_descending(lengths, order, n);
    for (size_t k = 0; k < n; k++) {
      values[k] = lengths[order[k]];
      memcpy(chosen + k * n, s->turned + order[k] * n, n * sizeof(double));
      const double *x = s->x + order[k] * n;
      for (size_t j = 0; values[k] > 0 && j < n; j++) vt[k * n + j] = x[j] / values[k];
      if (!(values[k] > 0)) complete(vt, k, n);
    }
  }
  free(order);
  free(lengths);
  return had;
}

// Of a scaled matrix [rows, n], rows >= n: u [rows, n], values, vt [n, n], without signs.
static int64_t decompose(const double *a, double *u, double *values, double *vt, size_t rows,
                         size_t n) {
  one_sided s = {.n = n, .least = 0x1p-52 * __builtin_sqrt((double)n)};
  double *q = linear_memory(rows, n, 0), *chosen = linear_memory(n, n, 0);
  s.x = linear_memory(n, n, 0);
  s.turned = linear_memory(n, n, 0);
  s.moved = calloc(n / 2 + 2, 1);
  int64_t result = CK_LINEAR_NO_MEMORY;
  if (q && chosen && s.x && s.turned && s.moved) result = ck_qr_f64(a, q, s.x, rows, n);
  if (result == CK_LINEAR_DONE) {
    for (size_t i = 0; i < n * n; i++) s.turned[i] = i % n == i / n;
    result = make_orthogonal(&s);
  }
  if (result == CK_LINEAR_DONE && !put_in_order(&s, values, vt, chosen))
    result = CK_LINEAR_NO_MEMORY;
  if (result == CK_LINEAR_DONE) {
    ptrdiff_t step = (ptrdiff_t)n;
    ck_strided_product_f64 product = {
        .a = q, .b = chosen, .c = u, .batches = 1, .rows = rows, .k = n, .columns = n,
        .a_row = step, .a_k = 1, .b_k = 1, .b_column = step, .c_row = step, .c_column = 1};
    ck_multiply_f64(&product);
  }
  free(q);
  free(chosen);
  free(s.x);
  free(s.turned);
  free(s.moved);
  return result;
}

// Signs by the columns of u [rows, count], into the results; each of u, vt may be written transposed.
static void write_signed(const double *u, const double *vt, size_t rows, size_t count,
                         size_t columns, bool exchanged, double *scratch, double *to_u,
                         double *to_vt) {
  // Exchanged, the left vectors are the rows of vt.
  size_t length = exchanged ? columns : rows, other = exchanged ? rows : columns;
  for (size_t k = 0; k < count; k++) {
    for (size_t i = 0; i < length; i++)
      scratch[i] = exchanged ? vt[k * length + i] : u[i * count + k];
    bool down = linear_points_down(scratch, length);
    for (size_t i = 0; i < length; i++)
      to_u[i * count + k] = (down ? -scratch[i] : scratch[i]) + 0.0;
    for (size_t i = 0; i < other; i++) {
      double value = exchanged ? u[i * count + k] : vt[k * columns + i];
      to_vt[k * other + i] = (down ? -value : value) + 0.0;
    }
  }
}

int64_t ck_singular_values_f64(const double *a, double *u, double *values, double *vt, size_t rows,
                               size_t columns) {
  ck_prepare();
  if (rows == 0 || columns == 0) return CK_LINEAR_DONE;
  double largest = linear_largest(a, rows * columns);
  if (largest - largest != 0) return CK_LINEAR_NOT_FINITE;
  double scale = linear_scale(largest);
  bool exchanged = rows < columns;
  size_t tall = exchanged ? columns : rows, n = exchanged ? rows : columns;
  double *scaled = linear_memory(tall, n, tall), *left = linear_memory(tall, n, 0);
  double *right = linear_memory(n, n, 0);
  int64_t result = CK_LINEAR_NO_MEMORY;
  if (scaled && left && right) {
    for (size_t i = 0; i < tall; i++)
      for (size_t k = 0; k < n; k++)
        scaled[i * n + k] = (exchanged ? a[k * tall + i] : a[i * n + k]) / scale;
    result = decompose(scaled, left, values, right, tall, n);
  }
  if (result == CK_LINEAR_DONE) {
    write_signed(left, right, tall, n, n, exchanged, scaled + tall * n, u, vt);
    for (size_t k = 0; k < n; k++) values[k] = values[k] * scale + 0.0;
    if (!linear_finite(values, n)) result = CK_LINEAR_OVERFLOW;
  }
  free(scaled);
  free(left);
  free(right);
  return result;
}
