// Included for each REAL: elementary functions, activations, sums.

static void R(functions)(void) {
  begin("functions, " TEXT);
  for (int function = CK_EXP; function <= CK_DIGAMMA; function++) {
    size_t count = 1500 + below(40);
    REAL *x = R(changing)(count, true), *y = R(room)(count);
    for (size_t i = 0; i < count; i += 3) x[i] *= (REAL)(sizeof(REAL) == 4 ? 40 : 300);
    R(ck_map)(function, x, y, count);
    R(add)(y, count);
    R(ck_map)(function, x, x, count);
    R(add)(x, count);
    release();
  }
  end();
  begin("powers, " TEXT);
  size_t count = 2003;
  REAL *x = R(changing)(count, true), *y = R(changing)(count, true), *z = R(room)(count);
  for (size_t i = 0; i < count; i += 2) x[i] = (REAL)fabs((double)x[i]) * 9, y[i] *= 40;
  R(ck_power)(x, y, z, count);
  R(add)(z, count);
  end();
}

static void R(activations)(void) {
  begin("activations, " TEXT);
  for (int kind = CK_SILU; kind <= CK_SOFTPLUS; kind++) {
    size_t count = 1 + below(700);
    REAL *x = R(changing)(count, true);
    const REAL *up = R(given)(count, kind % 2), *dy = R(given)(count, kind % 3 == 0);
    REAL *y = R(room)(count), *dx = R(room)(count), *dup = R(room)(count);
    for (size_t i = 0; i < count; i += 2) x[i] *= 80;
    R(ck_activation)(kind, x, y, count);
    R(ck_activation_gradient)(kind, x, dy, dx, count);
    R(add)(y, count);
    R(add)(dx, count);
    R(ck_gated)(kind, x, up, y, count);
    R(ck_gated_gradient)(kind, x, up, dy, dx, dup, count);
    R(add)(y, count);
    R(add)(dx, count);
    R(add)(dup, count);
    release();
  }
  end();
}

static void R(sums)(void) {
  begin("sums, " TEXT);
  static const size_t counts[] = {0, 1, 15, 16, 17, 1023, 1024, 1025, 5000, 7171};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    size_t count = counts[i];
    const REAL *x = R(given)(count, i % 3 == 2), *y = R(given)(count, false);
    REAL results[] = {R(ck_sum)(x, count), R(ck_dot)(x, y, count),
                      R(ck_squared_deviations)(x, (REAL)0.25, count)};
    R(add)(results, 3);
    release();
  }
  end();
}
