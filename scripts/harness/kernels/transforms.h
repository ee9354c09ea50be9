// Included for each REAL: Fourier transforms.

static void R(transforms)(void) {
  begin("Fourier transforms, " TEXT);
  static const size_t lengths[] = {1, 2, 3, 4, 5, 7, 8, 12, 30, 45, 47, 49, 53, 64, 97, 106, 231, 256};
  for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
    size_t n = lengths[i], bins = n / 2 + 1;
    R(ck_fourier_tables) *tables = R(ck_fourier_make)(n);
    if (!tables) give_up("no memory");
    for (int operation = CK_FOURIER_FORWARD; operation <= CK_FOURIER_REAL_INVERSE_GRADIENT; operation++) {
      size_t outer = 1 + below(2), inner = 1 + below(i % 2 ? 20 : 3);
      bool real_in = operation == CK_FOURIER_REAL || operation == CK_FOURIER_REAL_INVERSE_GRADIENT;
      bool real_out = operation == CK_FOURIER_REAL_INVERSE || operation == CK_FOURIER_REAL_GRADIENT;
      size_t in = outer * inner * (real_in ? n : real_out ? 2 * bins : 2 * n);
      size_t out = outer * inner * (real_out ? n : real_in ? 2 * bins : 2 * n);
      const REAL *x = R(given)(in, operation % 4 == (int)(i % 4));
      REAL *y = R(room)(out);
      if (R(ck_fourier)(tables, (enum ck_fourier_operation)operation, x, y, outer, inner))
        R(add)(y, out);
      release();
    }
    R(ck_fourier_free)(tables);
  }
  end();
}
