// Included for each REAL: running results along an axis, and the selective scan.

static void R(run_scans)(int round) {
  size_t outer = 1 + below(3), axis = below(60), inner = 1 + below(round % 2 ? 70 : 5);
  size_t count = outer * axis * inner, lines = outer * inner;
  const REAL *x = R(given)(count, round % 4 == 3), *dy = R(given)(count, round % 5 == 4);
  REAL *y = R(room)(count), *dx = R(room)(count), *db = R(room)(count);
  R(ck_cumulative_sum)(x, y, outer, axis, inner);
  R(ck_cumulative_sum_gradient)(dy, dx, outer, axis, inner);
  R(add)(y, count);
  R(add)(dx, count);
  R(ck_cumulative_product)(x, y, outer, axis, inner);
  R(ck_cumulative_product_gradient)(x, y, dy, dx, outer, axis, inner);
  R(add)(y, count);
  R(add)(dx, count);
  R(ck_cumulative_log_sum)(x, y, outer, axis, inner);
  R(ck_cumulative_log_sum_gradient)(x, y, dy, dx, outer, axis, inner);
  R(add)(y, count);
  R(add)(dx, count);
  const REAL *b = R(given)(count, false), *initial = coin() ? R(given)(lines, false) : NULL;
  REAL *slope = coin() ? R(room)(lines) : NULL;
  R(ck_recurrence)(x, b, initial, y, outer, axis, inner);
  R(ck_recurrence_gradient)(x, y, initial, dy, dx, db, slope, outer, axis, inner);
  R(add)(y, count);
  R(add)(dx, count);
  R(add)(db, count);
  if (slope) R(add)(slope, lines);
  release();
}

static void R(run_selective_scan)(int round) {
  size_t sequences = 1 + below(2), length = 1 + below(30), channels = 1 + below(20);
  size_t states = 1 + below(35), places = sequences * length;
  bool wild = round % 4 == 3;
  R(selective_call) scan = {
      .x = R(given)(places * channels, wild), .delta = R(given)(places * channels, false),
      .a = R(given)(channels * states, false), .b = R(given)(places * states, false),
      .c = R(given)(places * states, wild), .d = coin() ? R(given)(channels, false) : NULL,
      .sequences = sequences, .length = length, .channels = channels, .states = states};
  size_t kept = sequences * channels * states;
  scan.state = R(room)(kept);
  scan.y = R(room)(places * channels);
  R(ck_selective_scan)(&scan);
  R(add)(scan.state, kept);
  R(add)(scan.y, places * channels);

  scan.state = (REAL *)R(given)(kept, false);
  scan.y_gradient = R(given)(places * channels, false);
  scan.last_state_gradient = coin() ? R(given)(kept, false) : NULL;
  scan.x_gradient = R(room)(places * channels);
  scan.delta_gradient = R(room)(places * channels);
  scan.a_gradient = R(room)(channels * states);
  scan.b_gradient = R(room)(places * states);
  scan.c_gradient = R(room)(places * states);
  scan.d_gradient = scan.d ? R(room)(channels) : NULL;
  scan.state_gradient = coin() ? R(room)(kept) : NULL;
  if (R(ck_selective_scan_gradient)(&scan)) add(1);
  R(add)(scan.x_gradient, places * channels);
  R(add)(scan.delta_gradient, places * channels);
  R(add)(scan.a_gradient, channels * states);
  R(add)(scan.b_gradient, places * states);
  R(add)(scan.c_gradient, places * states);
  if (scan.d_gradient) R(add)(scan.d_gradient, channels);
  if (scan.state_gradient) R(add)(scan.state_gradient, kept);
  release();
}

static void R(scans)(void) {
  begin("scans, " TEXT);
  for (int round = 0; round < 16; round++) R(run_scans)(round);
  end();
  begin("selective scans, " TEXT);
  for (int round = 0; round < 10; round++) R(run_selective_scan)(round);
  end();
}
