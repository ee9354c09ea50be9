// Linear algebra, f64.

static void add_unless(int64_t outcome, const double *x, size_t count) {
  add((uint64_t)outcome);
  if (outcome == CK_LINEAR_DONE) add_f64(x, count);
}

/// Of rank below its size now and then, or with a number that is not finite.
static const double *any_matrix(size_t rows, size_t columns, int round) {
  double *a = changing_f64(rows * columns, round % 9 == 8);
  if (round % 5 == 4 && columns > 1)
    for (size_t r = 0; r < rows; r++) a[r * columns + 1] = a[r * columns];
  only_read(a);
  return a;
}

static void solvers(int round) {
  size_t n = 1 + below(24), rows = n + below(12), columns = 1 + below(9);
  const double *a = any_matrix(n, n, round), *tall = any_matrix(rows, n, round);
  double *definite = room_f64(n * n), *l = room_f64(n * n);
  for (size_t i = 0; i < n; i++) definite[i * n + i] += round % 6 == 5 ? 0 : 1 + (double)n;
  only_read(definite);
  add_unless(ck_cholesky_f64(definite, l, n), l, n * n);
  double *b = room_f64(n * columns);
  for (int triangle = 0; triangle < 8; triangle++)
    add_unless(ck_solve_triangular_f64(triangle, definite, b, n, columns), b, n * columns);
  const double *wanted = given_f64(rows * columns, false);
  double *x = room_f64(n * columns), *lu = room_f64(n * n);
  add_unless(ck_least_squares_f64(tall, wanted, x, rows, n, columns), x, n * columns);
  int32_t *order = room_i32(n);
  int64_t outcome = ck_lu_f64(a, lu, order, n);
  add_unless(outcome, lu, n * n);
  if (outcome == CK_LINEAR_DONE) add_i32(order, n);
  release();
}

static void decompositions(int round) {
  size_t rows = 1 + below(30), columns = 1 + below(30), least = rows < columns ? rows : columns;
  const double *a = any_matrix(rows, columns, round), *square = any_matrix(rows, rows, round);
  double *q = room_f64(rows * least), *r = room_f64(least * columns);
  int64_t outcome = ck_qr_f64(a, q, r, rows, columns);
  add_unless(outcome, q, rows * least);
  add_unless(outcome, r, least * columns);
  add_unless(ck_qr_f64(a, NULL, r, rows, columns), r, least * columns);
  double *values = room_f64(rows), *vectors = room_f64(rows * rows);
  outcome = ck_symmetric_eigen_f64(square, values, vectors, rows);
  add_unless(outcome, values, rows);
  add_unless(outcome, vectors, rows * rows);
  double *u = room_f64(rows * least), *singular = room_f64(least), *vt = room_f64(least * columns);
  outcome = ck_singular_values_f64(a, u, singular, vt, rows, columns);
  add_unless(outcome, u, rows * least);
  add_unless(outcome, singular, least);
  add_unless(outcome, vt, least * columns);
  release();
}

static void linear(void) {
  begin("triangles and solvers");
  for (int round = 0; round < 20; round++) solvers(round);
  end();
  begin("decompositions");
  for (int round = 0; round < 14; round++) decompositions(round);
  end();
}
