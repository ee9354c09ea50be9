// Included by fourier.c for each REAL, after its lanes.

bool R(ck_fourier)(const struct R(ck_fourier_tables) *tables,
                           enum ck_fourier_operation operation, const REAL *x, REAL *y, size_t outer,
                           size_t inner) {
  R(fourier_call) call = {.tables = tables, .form = fourier_form_of(operation, tables->n)};
  call.x = x;
  call.y = y;
  call.lines = outer * inner;
  call.inner = inner;
  if (call.lines == 0) return true;
  const R(fourier_smooth) *smooth = &tables->smooth;
  double cost = 4;
  for (size_t pass = 0; pass < smooth->passes; pass++) cost += 4 + 2 * smooth->radix[pass];
  cost *= (double)smooth->n * (tables->chirp ? 2 : 1);
  // Bits do not depend on how many lines go side by side.
  bool alone = call.lines <= FOURIER_FEW || smooth->n > FOURIER_SIDE_BY_SIDE;
  size_t width = sizeof(REAL) == 4 ? 16 : 8;
  size_t groups = alone ? call.lines : (call.lines + width - 1) / width;
  ck_parallel(groups, (alone ? (double)width : 1) * cost * (double)call.lines,
              alone ? FOURIER_ALONE : FOURIER_BESIDE, &call);
  return !call.failed;
}

#undef FOURIER_ALONE
#undef FOURIER_BESIDE
