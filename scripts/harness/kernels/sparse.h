// Included for each REAL: sparse and log-semiring products, distances and nearest codes.

static void R(sparse_products)(int round) {
  size_t rows = 1 + below(20), height = 1 + below(20), width = 1 + below(150);
  size_t *starts = room((rows + 1) * sizeof *starts);
  starts[0] = 0;
  for (size_t r = 0; r < rows; r++) starts[r + 1] = starts[r] + below(12);
  only_read(starts);
  size_t entries = starts[rows];
  const int32_t *columns = indices_below(height, entries);
  const REAL *values = R(given)(entries, round % 4 == 3);
  const REAL *dense = R(given)(height * width, round % 2), *dy = R(given)(rows * width, false);
  REAL *y = R(room)(rows * width), *slopes = R(room)(entries), *sums = R(room)(height * width);
  R(ck_sparse_product)(starts, columns, values, dense, y, rows, width);
  R(add)(y, rows * width);
  R(ck_sparse_values_gradient)(starts, columns, dense, dy, slopes, rows, width);
  R(add)(slopes, entries);
  R(ck_sparse_dense_gradient)(starts, columns, values, dy, sums, rows, height, width);
  R(add)(sums, height * width);
  release();
}

static void R(log_products)(int round) {
  size_t rows = 1 + below(12), inner = below(40), columns = 1 + below(40);
  const REAL *a = R(given)(rows * inner, round % 3 == 2);
  const REAL *b = R(given)(inner * columns, round % 4 == 3);
  const REAL *dy = R(given)(rows * columns, false);
  REAL *y = R(room)(rows * columns), *da = R(room)(rows * inner), *db = R(room)(inner * columns);
  R(ck_log_product)(a, b, y, rows, inner, columns);
  R(ck_log_product_gradient)(a, b, y, dy, da, db, rows, inner, columns);
  R(add)(y, rows * columns);
  R(add)(da, rows * inner);
  R(add)(db, inner * columns);
  release();
}

static void R(nearest_codes)(int round) {
  size_t rows = 1 + below(12), count = 1 + below(round % 3 ? 60 : 400), width = 1 + below(50);
  int kind = round % 3;
  const REAL *x = R(given)(rows * width, round % 6 == 5), *codes = R(given)(count * width, false);
  const REAL *dy = R(given)(rows * count, false);
  REAL *y = R(room)(rows * count), *dx = R(room)(rows * width), *sums = R(room)(count * width);
  if (R(ck_distances)(kind, x, codes, y, rows, count, width)) R(add)(y, rows * count);
  size_t n = 1 + below(round % 2 ? count : 1);
  REAL *values = R(room)(rows * n);
  int32_t *indices = room_i32(rows * n);
  int64_t outcome = R(ck_nearest)(kind, x, codes, coin() ? values : NULL, indices, n, rows, count, width);
  add((uint64_t)outcome);
  if (outcome == CK_ORDERED) {
    R(add)(values, rows * n);
    add_i32(indices, rows * n);
  }
  R(ck_squared_distances_gradient)(x, codes, dy, dx, sums, rows, count, width);
  R(add)(dx, rows * width);
  R(add)(sums, count * width);
  release();
}

static void R(sparse)(void) {
  begin("sparse products, " TEXT);
  for (int round = 0; round < 16; round++) R(sparse_products)(round);
  end();
  begin("log products, " TEXT);
  for (int round = 0; round < 16; round++) R(log_products)(round);
  end();
  begin("nearest codes, " TEXT);
  for (int round = 0; round < 18; round++) R(nearest_codes)(round);
  end();
}
