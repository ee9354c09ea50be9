// Included for each REAL: softmax and its relatives, norms, rotary positions, with gradients.

static void R(token_losses)(const REAL *x, size_t rows, size_t width, REAL *y) {
  R(ck_token_loss_call) call = {.logits = x, .rows = rows, .width = width, .ignored = -1};
  int32_t *targets = room(rows * sizeof *targets);
  for (size_t r = 0; r < rows; r++) targets[r] = (int32_t)below(width + 1) - 1;
  only_read(targets);
  call.targets = targets;
  call.weights = coin() ? R(given)(rows, false) : NULL;
  call.cotangents = R(given)(rows, false);
  call.smoothing = coin() ? (REAL)0.125 : 0;
  call.out = R(room)(rows);
  R(ck_token_loss)(&call);
  R(add)(call.out, rows);
  call.out = y;
  R(ck_token_loss_gradient)(&call);
  R(add)(y, rows * width);
}

static void R(softmaxes)(void) {
  begin("softmax family, " TEXT);
  for (int round = 0; round < 14; round++) {
    size_t rows = 1 + below(5), width = 1 + below(round % 2 ? 1500 : 40), total = rows * width;
    const REAL *x = R(given)(total, round % 4 == 3), *dy = R(given)(total, round % 5 == 4);
    const REAL *slopes = R(given)(rows, false);
    REAL *y = R(room)(total), *dx = R(room)(total), *sums = R(room)(rows);
    REAL temperature = round % 3 == 0 ? 1 : (REAL)0.7;
    R(ck_softmax_at)(x, temperature, y, rows, width);
    R(ck_softmax_gradient)(y, dy, temperature, dx, rows, width);
    R(add)(y, total);
    R(add)(dx, total);
    R(ck_log_softmax)(x, temperature, y, rows, width);
    R(ck_log_softmax_gradient)(y, dy, temperature, dx, rows, width);
    R(add)(y, total);
    R(add)(dx, total);
    R(ck_logsumexp)(x, sums, rows, width);
    R(ck_logsumexp_gradient)(x, sums, slopes, dx, rows, width);
    R(add)(sums, rows);
    R(add)(dx, total);
    R(ck_sparsemax)(x, temperature, y, rows, width);
    R(ck_sparsemax_gradient)(y, dy, temperature, dx, rows, width);
    R(add)(y, total);
    R(add)(dx, total);
    R(token_losses)(x, rows, width, y);
    release();
  }
  end();
}

static void R(row_norms)(int round) {
  size_t group_rows = 1 + below(3), groups = 1 + below(3), rows = groups * group_rows;
  size_t width = 1 + below(round % 2 ? 1100 : 40), total = rows * width;
  bool wild = round % 4 == 3;
  R(ck_row_norm_call) call = {
      .x = R(given)(total, wild),
      .gain = round % 3 ? R(given)(groups * width, false) : NULL,
      .bias = coin() ? R(given)(groups * width, false) : NULL,
      .dy = R(given)(total, false), .out = R(room)(total), .epsilon = (REAL)1e-5,
      .gain_offset = coin() ? 1 : 0, .rows = rows, .width = width, .group_rows = group_rows,
      .centered = coin()};
  R(ck_row_norm)(&call);
  R(add)(call.out, total);
  if (call.gain) call.gain_gradient = R(room)(groups * width);
  if (call.bias) call.bias_gradient = R(room)(groups * width);
  if (coin()) call.statistics = R(room)(rows * (call.centered ? 2 : 1));
  if (R(ck_row_norm_gradient)(&call)) add(1);
  R(add)(call.out, total);
  if (call.gain) R(add)(call.gain_gradient, groups * width);
  if (call.bias) R(add)(call.bias_gradient, groups * width);
  const REAL *bias = R(given)(width, wild);
  R(ck_add_bias)(call.x, bias, call.out, rows, width);
  R(add)(call.out, total);
  REAL *slopes = R(room)(width);
  R(ck_bias_gradient)(call.dy, slopes, rows, width);
  R(add)(slopes, width);
}

static void R(channel_norms)(int round) {
  size_t groups = round % 3 == 0 ? 0 : 1 + below(3), channels = (groups ? groups : 1) * (1 + below(5));
  size_t batch = 1 + below(3), positions = 1 + below(round % 2 ? 1100 : 20);
  size_t total = batch * channels * positions, kept = groups ? batch * groups : channels;
  R(ck_channel_norm_call) call = {
      .x = R(given)(total, round % 4 == 3), .dy = R(given)(total, false),
      .gain = round % 5 ? R(given)(channels, false) : NULL,
      .bias = coin() ? R(given)(channels, false) : NULL, .out = R(room)(total),
      .means = R(room)(kept), .variances = R(room)(kept), .epsilon = (REAL)1e-5, .batch = batch,
      .channels = channels, .positions = positions, .groups = groups,
      .fixed = groups == 0 && coin()};
  for (size_t i = 0; i < kept; i++) call.variances[i] = (REAL)fabs((double)call.variances[i]);
  R(ck_channel_norm)(&call);
  R(add)(call.out, total);
  R(add)(call.means, kept);
  R(add)(call.variances, kept);
  call.gain_gradient = coin() ? R(room)(channels) : NULL;
  call.bias_gradient = coin() ? R(room)(channels) : NULL;
  R(ck_channel_norm_gradient)(&call);
  R(add)(call.out, total);
  if (call.gain_gradient) R(add)(call.gain_gradient, channels);
  if (call.bias_gradient) R(add)(call.bias_gradient, channels);
}

static void R(response_norms)(int round) {
  size_t batch = 1 + below(3), positions = 1 + below(40), channels = 1 + below(50);
  size_t total = batch * positions * channels;
  R(ck_response_norm_call) call = {
      .x = R(given)(total, round % 4 == 3), .dy = R(given)(total, false),
      .gain = R(given)(channels, false), .bias = R(given)(channels, false),
      .out = R(room)(total), .epsilon = (REAL)1e-6, .batch = batch, .positions = positions,
      .channels = channels};
  if (R(ck_response_norm)(&call)) R(add)(call.out, total);
  call.gain_gradient = coin() ? R(room)(channels) : NULL;
  call.bias_gradient = coin() ? R(room)(channels) : NULL;
  if (R(ck_response_norm_gradient)(&call)) R(add)(call.out, total);
  if (call.gain_gradient) R(add)(call.gain_gradient, channels);
  if (call.bias_gradient) R(add)(call.bias_gradient, channels);
}

static void R(norms)(void) {
  begin("norms, " TEXT);
  for (int round = 0; round < 20; round++) {
    R(row_norms)(round);
    release();
    R(channel_norms)(round);
    release();
    R(response_norms)(round);
    release();
  }
  end();
}

static void R(rotary)(void) {
  begin("rotary, " TEXT);
  for (int round = 0; round < 10; round++) {
    size_t rows = 1 + below(70), heads = 1 + below(4), pairs = 1 + below(20), axes = 1 + below(2);
    size_t first = below(5), width = first + 2 * pairs + below(4), total = rows * heads * width;
    double *frequencies = room_f64(pairs);
    for (size_t i = 0; i < pairs; i++) frequencies[i] = exp2(-(double)below(20));
    only_read(frequencies);
    REAL *cosines = R(room)(rows * pairs), *sines = R(room)(rows * pairs);
    const int32_t *whole = coin() ? indices_below(5000, rows * axes) : NULL;
    R(ck_rotary_angles)(frequencies, pairs, whole, whole ? NULL : given_f32(rows * axes, false), rows,
                        axes > 1 ? indices_below(axes, pairs) : NULL, axes, 1.25, cosines, sines);
    R(add)(cosines, rows * pairs);
    R(add)(sines, rows * pairs);
    R(ck_rotary_call) call = {
        .x = R(given)(total, round % 2), .y = R(room)(total), .cosines = cosines, .sines = sines,
        .rows = rows, .heads = heads, .head_width = width, .pairs = pairs, .first = first,
        .interleaved = coin(), .backward = coin()};
    R(ck_rotary_turn)(&call);
    R(add)(call.y, total);
    release();
  }
  end();
}
