// Gradients with regard to parameters, and the optimizer's step.

static void parameter_gradients(int round) {
  size_t rows = 1 + below(300), outputs = 1 + below(40), inputs = 1 + below(70);
  const float *dy = given_f32(rows * outputs, round % 2), *x = given_f32(rows * inputs, false);
  float *gradient = room_f32(outputs * inputs);
  ck_weight_gradient_f32(dy, x, gradient, rows, outputs, inputs);
  add_f32(gradient, outputs * inputs);
  const double *wide_dy = given_f64(rows * outputs, round % 2), *wide_x = given_f64(rows * inputs, false);
  double *wide = room_f64(outputs * inputs);
  ck_weight_gradient_f64(wide_dy, wide_x, wide, rows, outputs, inputs);
  add_f64(wide, outputs * inputs);

  const float *gain = given_f32(outputs, false), *up = given_f32(rows * outputs, false);
  float *dx = room_f32(rows * outputs), *gains = room_f32(outputs), *factors = room_f32(rows);
  float *other = room_f32(rows * outputs), *losses = room_f32(rows);
  ck_rms_norm_gradient_f32(up, gain, 1e-5f, dy, dx, gains, factors, rows, outputs);
  add_f32(dx, rows * outputs);
  add_f32(gains, outputs);
  ck_swiglu_gradient_f32(up, up, dy, dx, other, rows * outputs);
  add_f32(dx, rows * outputs);
  add_f32(other, rows * outputs);
  const int32_t *targets = indices_below(outputs, rows);
  ck_cross_entropy_gradient_f32(other, targets, 0.125f, losses, rows, outputs);
  add_f32(other, rows * outputs);
  add_f32(losses, rows);
  ck_embedding_gradient_f32(x, indices_below(outputs, rows), gradient, rows, inputs);
  add_f32(gradient, outputs * inputs);
  release();
}

static void segment_attention(int round) {
  static const size_t widths[] = {1, 3, 8, 16, 20, 33};
  size_t cached = 1 + below(3), heads = cached * (1 + below(3)), width = widths[round % 6];
  size_t rows = 1 + below(60), wide = rows * heads * width, narrow = rows * cached * width;
  size_t *starts = room(4 * sizeof *starts);
  starts[0] = 0, starts[1] = rows / 3, starts[2] = rows / 2, starts[3] = rows;
  only_read(starts);
  const float *q = given_f32(wide, false), *k = given_f32(narrow, false);
  const float *v = given_f32(narrow, round % 4 == 3), *dout = given_f32(wide, false);
  float *out = room_f32(wide), *dq = room_f32(wide), *dk = room_f32(narrow), *dv = room_f32(narrow);
  ck_segment_attention s = {q, k, v, out, dout, dq, dk, dv, starts, 3, heads, cached, width, 0.25f};
  if (ck_segment_attention_f32(&s)) add_f32(out, wide);
  if (ck_segment_attention_gradient_f32(&s)) {
    add_f32(dq, wide);
    add_f32(dk, narrow);
    add_f32(dv, narrow);
  }
  release();
}

static void adamw(void) {
  size_t count = 777;
  ck_adamw settings = {0.9f, 0.999f, 1.5f, 1.25f, 1e-3f, 1e-8f, 0.1f, 0.5f};
  ck_adamw_wide wide = {0.9, 0.999, 1.5, 1.25, 1e-3, 1e-8, 0.1, 0.5};
  float *p = room_f32(count), *m = room_f32(count), *v = room_f32(count);
  double *wide_p = room_f64(count), *wide_m = room_f64(count), *wide_v = room_f64(count);
  for (size_t i = 0; i < count; i++) {
    v[i] = fabsf(v[i]) * (i % 5 ? 1 : 0x1p-120f);
    wide_v[i] = fabs(wide_v[i]) * (i % 5 ? 1 : 0x1p-120);
  }
  for (int step = 0; step < 3; step++) {
    ck_adamw_f32(&settings, given_f32(count, false), p, m, v, count);
    ck_adamw_f64(&wide, given_f64(count, false), wide_p, wide_m, wide_v, count);
  }
  add_f32(p, count);
  add_f32(m, count);
  add_f32(v, count);
  add_f64(wide_p, count);
  add_f64(wide_m, count);
  add_f64(wide_v, count);
}

static void training(void) {
  begin("parameter gradients");
  for (int round = 0; round < 10; round++) parameter_gradients(round);
  end();
  begin("attention in segments");
  for (int round = 0; round < 12; round++) segment_attention(round);
  end();
  begin("adamw");
  adamw();
  end();
}
