// Included by fourier.c for each REAL and number of lines side by side, one in each lane of LANES.
// A complex number of the lines is two LANES, re and im.

CK_INLINE LANES LANES_NAME(fourier_fma)(LANES a, LANES b, LANES c) {
  return __builtin_elementwise_fma(a, b, c);
}

// to = (re, im) w
CK_INLINE void LANES_NAME(fourier_turned)(LANES *to, LANES re, LANES im, const REAL *w) {
  LANES w_re = (LANES)(w[0]), w_im = (LANES)(w[1]);
  to[0] = LANES_NAME(fourier_fma)(re, w_re, -(im * w_im));
  to[1] = LANES_NAME(fourier_fma)(re, w_im, im * w_re);
}

// As fourier_turned, or without a product.
CK_INLINE void LANES_NAME(fourier_put)(bool turned, LANES *to, LANES re, LANES im, const REAL *w) {
  if (turned) {
    LANES_NAME(fourier_turned)(to, re, im, w);
  } else {
    to[0] = re;
    to[1] = im;
  }
}

// The butterflies of places q of one j; `turned` is a literal, j > 0. Steps are in LANES, w's in REALs.
CK_INLINE void LANES_NAME(fourier_2)(bool turned, const LANES *x, LANES *y, size_t gap, size_t s,
                                     const REAL *w, size_t turn) {
  for (size_t q = 0; q < s; q++, x += 2, y += 2) {
    LANES a_re = x[0], a_im = x[1], b_re = x[gap], b_im = x[gap + 1];
    y[0] = a_re + b_re;
    y[1] = a_im + b_im;
    LANES_NAME(fourier_put)(turned, y + 2 * s, a_re - b_re, a_im - b_im, w + turn);
  }
}

CK_INLINE void LANES_NAME(fourier_4)(bool turned, const LANES *x, LANES *y, size_t gap, size_t s,
                                     const REAL *w, size_t turn) {
  for (size_t q = 0; q < s; q++, x += 2, y += 2) {
    LANES e_re = x[0] + x[2 * gap], e_im = x[1] + x[2 * gap + 1];
    LANES f_re = x[0] - x[2 * gap], f_im = x[1] - x[2 * gap + 1];
    LANES g_re = x[gap] + x[3 * gap], g_im = x[gap + 1] + x[3 * gap + 1];
    LANES h_re = x[gap] - x[3 * gap], h_im = x[gap + 1] - x[3 * gap + 1];
    y[0] = e_re + g_re;
    y[1] = e_im + g_im;
    LANES_NAME(fourier_put)(turned, y + 2 * s, f_re + h_im, f_im - h_re, w + turn);
    LANES_NAME(fourier_put)(turned, y + 4 * s, e_re - g_re, e_im - g_im, w + 2 * turn);
    LANES_NAME(fourier_put)(turned, y + 6 * s, f_re - h_im, f_im + h_re, w + 3 * turn);
  }
}

// `roots` are w_p^r.
CK_INLINE void LANES_NAME(fourier_odd)(size_t p, const REAL *roots, bool turned, const LANES *x,
                                       LANES *y, size_t gap, size_t s, const REAL *w, size_t turn) {
  size_t half = (p - 1) / 2;
  for (size_t q = 0; q < s; q++, x += 2, y += 2) {
    LANES sum[CK_FOURIER_PRIME + 1], difference[CK_FOURIER_PRIME + 1];
    LANES a_re = x[0], a_im = x[1], all_re = a_re, all_im = a_im;
    for (size_t r = 1; r <= half; r++) {
      const LANES *one = x + r * gap, *other = x + (p - r) * gap;
      sum[2 * r] = one[0] + other[0];
      sum[2 * r + 1] = one[1] + other[1];
      difference[2 * r] = one[0] - other[0];
      difference[2 * r + 1] = one[1] - other[1];
      all_re += sum[2 * r];
      all_im += sum[2 * r + 1];
    }
    y[0] = all_re;
    y[1] = all_im;
    for (size_t k = 1; k <= half; k++) {
      LANES t_re = a_re, t_im = a_im, u_re = (LANES)(0), u_im = (LANES)(0);
      for (size_t r = 1, root = k; r <= half; r++) {
        LANES cosine = (LANES)(roots[2 * root]), sine = (LANES)(roots[2 * root + 1]);
        t_re = LANES_NAME(fourier_fma)(cosine, sum[2 * r], t_re);
        t_im = LANES_NAME(fourier_fma)(cosine, sum[2 * r + 1], t_im);
        u_re = LANES_NAME(fourier_fma)(sine, difference[2 * r], u_re);
        u_im = LANES_NAME(fourier_fma)(sine, difference[2 * r + 1], u_im);
        root = root + k >= p ? root + k - p : root + k;
      }
      LANES_NAME(fourier_put)(turned, y + 2 * k * s, t_re - u_im, t_im + u_re, w + k * turn);
      LANES_NAME(fourier_put)(turned, y + 2 * (p - k) * s, t_re + u_im, t_im - u_re,
                              w + (p - k) * turn);
    }
  }
}

// One pass; `p` is a literal but for large primes.
CK_INLINE void LANES_NAME(fourier_pass)(size_t p, const R(fourier_smooth) *smooth,
                                        const LANES *x, LANES *y, size_t m, size_t s) {
  const REAL *w = smooth->turns;
  REAL roots[2 * CK_FOURIER_PRIME];
  for (size_t r = 0; r < p; r++) {
    roots[2 * r] = w[2 * r * (smooth->n / p)];
    roots[2 * r + 1] = w[2 * r * (smooth->n / p) + 1];
  }
  for (size_t j = 0; j < m; j++) {
    const LANES *from = x + 2 * s * j;
    LANES *to = y + 2 * s * p * j;
    size_t gap = 2 * s * m, turn = 2 * j * s;
    if (p == 2 && j == 0) LANES_NAME(fourier_2)(false, from, to, gap, s, w, turn);
    else if (p == 2) LANES_NAME(fourier_2)(true, from, to, gap, s, w, turn);
    else if (p == 4 && j == 0) LANES_NAME(fourier_4)(false, from, to, gap, s, w, turn);
    else if (p == 4) LANES_NAME(fourier_4)(true, from, to, gap, s, w, turn);
    else LANES_NAME(fourier_odd)(p, roots, j != 0, from, to, gap, s, w, turn);
  }
}

// The sums with -i of x; x and y are both written, and where the sums are is returned.
CK_INLINE LANES *LANES_NAME(fourier_transform)(const R(fourier_smooth) *smooth, LANES *x,
                                               LANES *y) {
  size_t m = smooth->n, s = 1;
  for (size_t pass = 0; pass < smooth->passes; pass++) {
    size_t p = smooth->radix[pass];
    m /= p;
    switch (p) {
    case 2: LANES_NAME(fourier_pass)(2, smooth, x, y, m, s); break;
    case 3: LANES_NAME(fourier_pass)(3, smooth, x, y, m, s); break;
    case 4: LANES_NAME(fourier_pass)(4, smooth, x, y, m, s); break;
    case 5: LANES_NAME(fourier_pass)(5, smooth, x, y, m, s); break;
    default: LANES_NAME(fourier_pass)(p, smooth, x, y, m, s);
    }
    s *= p;
    LANES *results = y;
    y = x;
    x = results;
  }
  return x;
}

// z_j, and +0 up to M.
CK_INLINE void LANES_NAME(fourier_chirp)(const struct R(ck_fourier_tables) *tables, LANES *x) {
  size_t n = tables->n;
  for (size_t j = 0; j < n; j++)
    LANES_NAME(fourier_turned)(x + 2 * j, x[2 * j], x[2 * j + 1], tables->chirp + 2 * j);
  for (size_t i = 2 * n; i < 2 * tables->smooth.n; i++) x[i] = (LANES)(0);
}

// `count` numbers of z, re and im changing places before or after their products with w.
CK_INLINE void LANES_NAME(fourier_products)(bool before, LANES *z, size_t count, const REAL *w) {
  for (size_t k = 0; k < count; k++) {
    LANES product[2];
    LANES_NAME(fourier_turned)(product, z[2 * k + before], z[2 * k + !before], w + 2 * k);
    z[2 * k] = product[!before];
    z[2 * k + 1] = product[before];
  }
}

// Where line `first + lane` starts in an array of lines of `length` numbers.
CK_INLINE size_t LANES_NAME(fourier_start)(const R(fourier_call) *call, size_t line,
                                           size_t length, size_t parts) {
  return (line / call->inner * length * call->inner + line % call->inner) * parts;
}

// Lines from `first` on become lanes; lanes beyond `count` are +0.
CK_INLINE void LANES_NAME(fourier_read)(const R(fourier_call) *call, size_t first,
                                        size_t count, LANES *x) {
  const fourier_form *form = &call->form;
  size_t n = call->tables->n, length = form->length_in, parts = form->real_in ? 1 : 2;
  size_t re = form->exchanged ? LANES_COUNT : 0, im = LANES_COUNT - re, step = call->inner * parts;
  if (count < LANES_COUNT || form->real_in || length < n)
    for (size_t i = 0; i < 2 * n; i++) x[i] = (LANES)(0);
  for (size_t block = 0; block < length; block += FOURIER_BLOCK) {
    size_t numbers = length - block < FOURIER_BLOCK ? length - block : FOURIER_BLOCK;
    for (size_t lane = 0; lane < count; lane++) {
      const REAL *from = call->x + LANES_NAME(fourier_start)(call, first + lane, length, parts);
      REAL *to = (REAL *)(x + 2 * block) + lane;
      from += block * step;
      if (form->real_in)
        for (size_t j = 0; j < numbers; j++, from += step, to += 2 * LANES_COUNT) to[re] = from[0];
      else
        for (size_t j = 0; j < numbers; j++, from += step, to += 2 * LANES_COUNT) {
          to[re] = from[0];
          to[im] = from[1];
        }
    }
  }
  if (!form->mirrored) return;
  re /= LANES_COUNT;
  im /= LANES_COUNT;
  x[im] = (LANES)(0);
  if (n % 2 == 0) x[n + im] = (LANES)(0);
  for (size_t j = length; j < n; j++) {
    x[2 * j + re] = x[2 * (n - j) + re];
    x[2 * j + im] = -x[2 * (n - j) + im];
  }
}

CK_INLINE void LANES_NAME(fourier_write)(const R(fourier_call) *call, size_t first,
                                         size_t count, LANES *sums) {
  const fourier_form *form = &call->form;
  size_t n = call->tables->n, length = form->length_out, parts = form->real_out ? 1 : 2;
  size_t re = form->exchanged ? LANES_COUNT : 0, im = LANES_COUNT - re, step = call->inner * parts;
  if (form->divided)
    for (size_t i = 0; i < 2 * length; i++) sums[i] /= (LANES)((REAL)n);
  if (form->doubled) {
    for (size_t i = 2; i < 2 * length; i++)
      if (i / 2 * 2 != n) sums[i] *= (LANES)(2);
    sums[1] = (LANES)(0);
    if (n % 2 == 0) sums[n + 1] = (LANES)(0);
  }
  for (size_t block = 0; block < length; block += FOURIER_BLOCK) {
    size_t numbers = length - block < FOURIER_BLOCK ? length - block : FOURIER_BLOCK;
    for (size_t lane = 0; lane < count; lane++) {
      REAL *to = call->y + LANES_NAME(fourier_start)(call, first + lane, length, parts);
      const REAL *from = (const REAL *)(sums + 2 * block) + lane;
      to += block * step;
      if (form->real_out)
        for (size_t k = 0; k < numbers; k++, from += 2 * LANES_COUNT, to += step) to[0] = from[re];
      else
        for (size_t k = 0; k < numbers; k++, from += 2 * LANES_COUNT, to += step) {
          to[0] = from[re];
          to[1] = from[im];
        }
    }
  }
}

// Groups of lines; `x` and `y` have room for the transform.
CK_INLINE void LANES_BODY(fourier_groups)(const R(fourier_call) *call, LANES *x,
                                               LANES *y, size_t begin, size_t end) {
  const struct R(ck_fourier_tables) *tables = call->tables;
  for (size_t group = begin; group < end; group++) {
    size_t first = group * LANES_COUNT;
    size_t count = call->lines - first < LANES_COUNT ? call->lines - first : LANES_COUNT;
    LANES_NAME(fourier_read)(call, first, count, x);
    if (tables->chirp) LANES_NAME(fourier_chirp)(tables, x);
    LANES *sums = x;
    for (size_t round = 0; round < (tables->chirp ? 2 : 1); round++) {
      sums = LANES_NAME(fourier_transform)(&tables->smooth, sums, sums == x ? y : x);
      if (!tables->chirp) continue;
      bool last = round == 1;
      LANES_NAME(fourier_products)(last, sums, last ? tables->n : tables->smooth.n,
                                   last ? tables->chirp : tables->spectrum);
    }
    LANES_NAME(fourier_write)(call, first, count, sums);
  }
}
CK_VARIANTS_LOCAL(LANES_NAME(fourier_groups),
                  (const R(fourier_call) *call, LANES *x, LANES *y, size_t begin, size_t end),
                  (call, x, y, begin, end))

static void LANES_NAME(fourier_share)(void *context, size_t begin, size_t end) {
  R(fourier_call) *call = context;
  size_t count = 2 * call->tables->smooth.n, bytes = 2 * count * sizeof(LANES);
  LANES *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
  if (memory) LANES_NAME(fourier_groups)(call, memory, memory + count, begin, end);
  else __atomic_store_n(&call->failed, true, __ATOMIC_RELAXED);
  free(memory);
}

#undef LANES
#undef LANES_COUNT
#undef LANES_NAME
#undef LANES_BODY
