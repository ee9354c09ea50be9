// Included for each REAL: order along rows, picks by index, segments.

/// Few different values, so that there are ties, with both zeros; without a NaN.
static const REAL *R(ties)(size_t count) {
  static const REAL values[] = {0, -0.0, 1, -1, 0.5, INFINITY, -INFINITY, (REAL)0x1p-149};
  REAL *x = R(room)(count);
  for (size_t i = 0; i < count; i++) x[i] = values[below(8)];
  only_read(x);
  return x;
}

static void R(orders)(int round) {
  // Some rows are long enough for the radix sort; some have a NaN, of which only the row's number counts.
  size_t rows = 1 + below(4), width = 1 + below(round % 5 == 0 ? 4000 : 200), total = rows * width;
  size_t k = round % 3 == 0 ? width : 1 + below(width);
  const REAL *x = round % 3 == 1 ? R(ties)(total) : R(given)(total, round % 7 == 6);
  REAL *values = R(room)(rows * k), *chosen = R(room)(rows);
  int32_t *indices = room_i32(rows * k), *places = room_i32(rows);
  bool largest = coin();
  int64_t outcome = R(ck_top)(x, largest, values, indices, k, rows, width);
  add((uint64_t)outcome);
  if (outcome == CK_ORDERED) {
    R(add)(values, rows * k);
    add_i32(indices, rows * k);
  }
  if (R(ck_top)(x, !largest, NULL, indices, k, rows, width) == CK_ORDERED)
    add_i32(indices, rows * k);
  outcome = R(ck_kth)(x, largest, chosen, places, k, rows, width);
  add((uint64_t)outcome);
  if (outcome == CK_ORDERED) {
    R(add)(chosen, rows);
    add_i32(places, rows);
  }
  size_t words = (width + 63) / 64;
  bool shared = coin();
  uint64_t *mask = room((shared ? 1 : rows) * words * sizeof *mask);
  for (size_t i = 0; i < (shared ? 1 : rows) * words; i++) mask[i] = bits();
  only_read(mask);
  REAL *y = R(room)(total);
  R(ck_mask)(x, mask, shared, -INFINITY, y, rows, width);
  R(add)(y, total);
  uint64_t *fixed = room(total * sizeof *fixed);
  add(R(ck_fixed_weights)(x, fixed, total));
  for (size_t i = 0; i < total; i++) add(fixed[i]);
  release();
}

static void R(picks)(int round) {
  size_t outer = 1 + below(3), axis = 1 + below(20), count = below(30), inner = 1 + below(70);
  size_t narrow = outer * axis * inner, picked = outer * count * inner;
  const REAL *x = R(given)(narrow, round % 2), *dy = R(given)(picked, round % 4 == 3);
  const int32_t *ids = indices_below(axis, count), *each = indices_below(axis, picked);
  REAL *y = R(room)(picked), *sums = R(room)(narrow);
  R(ck_select)(x, ids, y, outer, axis, count, inner);
  R(add)(y, picked);
  R(ck_select_gradient)(dy, ids, sums, outer, axis, count, inner);
  R(add)(sums, narrow);
  R(ck_gather)(x, each, y, outer, axis, count, inner);
  R(add)(y, picked);
  R(ck_scatter_add)(dy, each, sums, outer, axis, count, inner);
  R(add)(sums, narrow);
  R(ck_scatter)(dy, each, sums, outer, axis, count, inner);
  R(add)(sums, narrow);
  R(ck_scatter_gradient)(sums, each, y, outer, axis, count, inner);
  R(add)(sums, narrow);
  R(add)(y, picked);
  release();
}

static void R(segment_rows)(int round) {
  size_t rows = below(60), segments = 1 + below(8), width = 1 + below(200);
  const REAL *x = R(given)(rows * width, round % 2), *dy = R(given)(segments * width, false);
  const int32_t *ids = indices_below(segments, rows);
  int32_t *counts = room_i32(segments);
  memset(counts, 0, segments * sizeof *counts);
  for (size_t r = 0; r < rows; r++) counts[ids[r]]++;
  only_read(counts);
  REAL *y = R(room)(segments * width), *dx = R(room)(rows * width);
  int32_t *winners = room_i32(segments * width);
  const int32_t *divisors = coin() ? counts : NULL;
  R(ck_segment_sum)(x, ids, divisors, -1, y, rows, segments, width);
  R(ck_segment_sum_gradient)(dy, ids, divisors, dx, rows, width);
  R(add)(y, segments * width);
  R(add)(dx, rows * width);
  R(ck_segment_max)(x, ids, -2, y, winners, rows, segments, width);
  R(ck_segment_max_gradient)(dy, ids, winners, dx, rows, width);
  R(add)(y, segments * width);
  add_i32(winners, segments * width);
  R(add)(dx, rows * width);
  release();
}

static void R(indexing)(void) {
  begin("order, " TEXT);
  for (int round = 0; round < 24; round++) R(orders)(round);
  end();
  begin("gather and scatter, " TEXT);
  for (int round = 0; round < 16; round++) R(picks)(round);
  end();
  begin("segments, " TEXT);
  for (int round = 0; round < 16; round++) R(segment_rows)(round);
  end();
}
