// Included by fourier.c for each REAL: what is known of a length beforehand.

// A length whose prime factors are small.
typedef struct {
  size_t n;
  size_t passes;
  unsigned char radix[48];
  // w_n^k, pairs
  REAL *turns;
} R(fourier_smooth);

struct R(ck_fourier_tables) {
  size_t n;
  // Of n, or of the power of two that Bluestein's way takes.
  R(fourier_smooth) smooth;
  // c [n] and S [smooth.n], or NULL
  REAL *chirp, *spectrum;
};

// Room for pairs, of which there are at most 2^42.
static REAL *R(fourier_pairs)(size_t count) { return malloc(2 * count * sizeof(REAL)); }

static void R(fourier_round)(REAL *pair, double re, double im) {
  pair[0] = (REAL)re;
  pair[1] = (REAL)im;
}

static bool R(fourier_smooth_make)(R(fourier_smooth) *p, size_t n) {
  size_t rest = n;
  p->n = n;
  for (; rest % 4 == 0; rest /= 4) p->radix[p->passes++] = 4;
  for (size_t prime = 2; prime <= CK_FOURIER_PRIME; prime++)
    for (; rest % prime == 0; rest /= prime) p->radix[p->passes++] = (unsigned char)prime;
  if (rest != 1) return true;
  p->turns = R(fourier_pairs)(n);
  if (!p->turns) return false;
  for (size_t k = 0; k < n; k++) {
    double re, im;
    fourier_turn(k, n, &re, &im);
    R(fourier_round)(p->turns + 2 * k, re, im);
  }
  return true;
}

// c, and S by the tables of f64.
static bool R(fourier_bluestein_make)(struct R(ck_fourier_tables) *tables) {
  size_t n = tables->n, m = 1, square = 0;
  while (m < 2 * n - 1) m *= 2;
  tables->smooth = (R(fourier_smooth)){0};
  if (!R(fourier_smooth_make)(&tables->smooth, m)) return false;
  tables->chirp = R(fourier_pairs)(n);
  tables->spectrum = R(fourier_pairs)(m);
  ck_fourier_tables_f64 *wide = ck_fourier_make_f64(m);
  double *around = calloc(2 * m, sizeof(double)), *sums = malloc(2 * m * sizeof(double));
  bool had = tables->chirp && tables->spectrum && wide && around && sums;
  for (size_t j = 0; had && j < n; j++) {
    double re, im;
    fourier_turn(square, 2 * n, &re, &im);
    R(fourier_round)(tables->chirp + 2 * j, re, im);
    size_t back = j == 0 ? 0 : m - j;
    around[2 * j] = around[2 * back] = re;
    around[2 * j + 1] = around[2 * back + 1] = -im;
    square = (square + 2 * j + 1) % (2 * n);
  }
  had = had && ck_fourier_f64(wide, CK_FOURIER_FORWARD, around, sums, 1, 1);
  for (size_t k = 0; had && k < m; k++)
    R(fourier_round)(tables->spectrum + 2 * k, sums[2 * k] / (double)m,
                             sums[2 * k + 1] / (double)m);
  ck_fourier_free_f64(wide);
  free(around);
  free(sums);
  return had;
}

void R(ck_fourier_free)(struct R(ck_fourier_tables) *tables) {
  if (!tables) return;
  free(tables->smooth.turns);
  free(tables->chirp);
  free(tables->spectrum);
  free(tables);
}

struct R(ck_fourier_tables) *R(ck_fourier_make)(size_t n) {
  (void)ck_prepare();
  if (n == 0 || n > CK_FOURIER_LONGEST) return NULL;
  struct R(ck_fourier_tables) *tables = calloc(1, sizeof *tables);
  if (!tables) return NULL;
  tables->n = n;
  bool made = R(fourier_smooth_make)(&tables->smooth, n);
  if (made && !tables->smooth.turns) made = R(fourier_bluestein_make)(tables);
  if (made) return tables;
  R(ck_fourier_free)(tables);
  return NULL;
}

// An operation on lines.
typedef struct {
  const struct R(ck_fourier_tables) *tables;
  fourier_form form;
  const REAL *x;
  REAL *y;
  size_t lines, inner;
  bool failed;
} R(fourier_call);
