// Included for each REAL: convolutions, pooling, folding, resizing.

/// Windows of a picture; each of a pool has a tap that is not absent.
static ck_convolution R(any_windows)(bool pool) {
  ck_convolution c = {.batch = 1 + below(2), .groups = 1 + below(3), .in_channels = 1 + below(4),
                      .out_channels = 1 + below(7), .height = 1 + below(14), .width = 1 + below(25),
                      .stride_y = 1 + below(3), .stride_x = 1 + below(2),
                      .dilation_y = pool ? 1 : 1 + below(2), .dilation_x = pool ? 1 : 1 + below(3)};
  if (below(4) == 0) c.in_channels = c.out_channels = 1; // depthwise
  if (below(5) == 0) c.height = 1;
  size_t extents[2] = {c.height, c.width}, kernels[2], pads[2], out[2];
  size_t strides[2] = {c.stride_y, c.stride_x}, dilations[2] = {c.dilation_y, c.dilation_x};
  for (int i = 0; i < 2; i++) {
    size_t bottom, span, most = extents[i] == 1 ? 1 : 4;
    do {
      kernels[i] = 1 + below(most);
      span = (kernels[i] - 1) * dilations[i] + 1;
      pads[i] = below(pool ? kernels[i] : span + 1);
      bottom = below(pool ? kernels[i] : span + 1);
    } while (extents[i] + pads[i] + bottom < span);
    out[i] = (extents[i] + pads[i] + bottom - span) / strides[i] + 1;
  }
  c.kernel_height = kernels[0], c.kernel_width = kernels[1];
  c.pad_top = pads[0], c.pad_left = pads[1];
  c.out_height = out[0], c.out_width = out[1];
  return c;
}

static void R(convolutions)(int round) {
  ck_convolution c = R(any_windows)(false);
  size_t inputs = c.groups * c.in_channels, outputs = c.groups * c.out_channels;
  size_t plane = c.height * c.width, positions = c.out_height * c.out_width;
  size_t x_count = c.batch * inputs * plane, y_count = c.batch * outputs * positions;
  size_t taps = outputs * c.in_channels * c.kernel_height * c.kernel_width;
  const REAL *x = R(given)(x_count, round % 2), *weight = R(given)(taps, round % 4 == 3);
  const REAL *dy = R(given)(y_count, round % 5 == 4);
  const REAL *bias = coin() ? R(given)(outputs, false) : NULL;
  const REAL *back_bias = coin() ? R(given)(inputs, false) : NULL;
  REAL *y = R(room)(y_count), *dx = R(room)(x_count), *slopes = R(room)(taps);
  if (R(ck_convolve)(&c, x, weight, bias, y)) R(add)(y, y_count);
  if (R(ck_convolve_back)(&c, dy, weight, back_bias, dx)) R(add)(dx, x_count);
  if (R(ck_convolve_weights)(&c, x, dy, slopes)) R(add)(slopes, taps);
  REAL *sums = R(room)(outputs);
  R(ck_channel_sums)(dy, sums, c.batch, outputs, positions);
  R(add)(sums, outputs);
  release();
}

static void R(windows)(int round) {
  ck_convolution c = R(any_windows)(false), pool = R(any_windows)(true);
  size_t planes = c.batch * c.groups * c.in_channels, plane = c.height * c.width;
  size_t taps = planes * c.kernel_height * c.kernel_width * c.out_height * c.out_width;
  const REAL *x = R(given)(planes * plane, round % 2), *dy = R(given)(taps, round % 4 == 3);
  REAL *y = R(room)(taps), *dx = R(room)(planes * plane);
  if (R(ck_unfold)(&c, x, y)) R(add)(y, taps);
  if (R(ck_fold)(&c, dy, dx)) R(add)(dx, planes * plane);
  planes = pool.batch * pool.groups * pool.in_channels, plane = pool.height * pool.width;
  size_t positions = pool.out_height * pool.out_width;
  x = R(given)(planes * plane, round % 2), dy = R(given)(planes * positions, false);
  y = R(room)(planes * positions), dx = R(room)(planes * plane);
  int32_t *places = room_i32(planes * positions);
  if (R(ck_max_pool)(&pool, x, y, places)) {
    R(add)(y, planes * positions);
    add_i32(places, planes * positions);
    R(ck_scatter_planes)(dy, places, dx, planes, positions, plane);
    R(add)(dx, planes * plane);
  }
  release();
}

static const int32_t *R(spans)(size_t extent, size_t count) {
  int32_t *spans = room(2 * count * sizeof *spans);
  for (size_t i = 0; i < count; i++) {
    spans[2 * i] = (int32_t)below(extent);
    spans[2 * i + 1] = spans[2 * i] + 1 + (int32_t)below(extent - (size_t)spans[2 * i]);
  }
  only_read(spans);
  return spans;
}

static const REAL *R(tap_weights)(size_t count) {
  REAL *weights = R(room)(count);
  for (size_t i = 0; i < count; i++)
    if (below(5) == 0) weights[i] = 0;
  only_read(weights);
  return weights;
}

static void R(averages_and_resizing)(int round) {
  size_t planes = 1 + below(4), height = 1 + below(12), width = 1 + below(20);
  size_t out_height = 1 + below(12), out_width = 1 + below(20);
  size_t x_count = planes * height * width, y_count = planes * out_height * out_width;
  const REAL *x = R(given)(x_count, round % 2), *dy = R(given)(y_count, round % 4 == 3);
  REAL *y = R(room)(y_count), *dx = R(room)(x_count);
  ck_averages a = {planes, height, width, out_height, out_width, R(spans)(height, out_height),
                   R(spans)(width, out_width), coin() ? 6 : 0};
  R(ck_average)(&a, x, y);
  R(ck_average_gradient)(&a, dy, dx);
  R(add)(y, y_count);
  R(add)(dx, x_count);
  size_t row_taps = 1 + below(4), column_taps = round % 3 == 0 ? row_taps : 1 + below(4);
  R(ck_resampling) s = {planes, height, width, out_height, out_width, row_taps, column_taps,
                        indices_below(height, out_height * row_taps),
                        indices_below(width, out_width * column_taps),
                        R(tap_weights)(out_height * row_taps),
                        R(tap_weights)(out_width * column_taps)};
  R(ck_resample)(&s, x, y);
  R(ck_resample_gradient)(&s, dy, dx);
  R(add)(y, y_count);
  R(add)(dx, x_count);
  release();
}

static void R(pictures)(void) {
  begin("convolutions, " TEXT);
  for (int round = 0; round < 40; round++) R(convolutions)(round);
  end();
  begin("folding, largest taps, " TEXT);
  for (int round = 0; round < 24; round++) R(windows)(round);
  end();
  begin("averages and resizing, " TEXT);
  for (int round = 0; round < 24; round++) R(averages_and_resizing)(round);
  end();
}
