// Compares the f64 functions with MPFR's at 110 bits on a million points each, and the instances
// with each other, bit for bit. wide [NAME ...] [EVERY]; run by scripts/exhaustive.
// Ends with 1 above the bound that functions_f64*.h state or where two bits differ.
#define _GNU_SOURCE
#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>

#include "ckernels.h"
#include "common.h"

enum { POINTS = 1000000, BLOCK = 1000, BITS = 110, POW = -1, ANY = 1, POSITIVE = 2, NEGATIVE = 4 };

static int mpfr_log_gamma(mpfr_t y, const mpfr_t x, mpfr_rnd_t round) {
  int sign;
  return mpfr_lgamma(y, &sign, x, round);
}

static const struct {
  const char *name;
  int function;
  double bound;
  double low, high; // half of the points are here, evenly; the others are any of the signs' bits
  int signs;
  int (*exact)(mpfr_t, const mpfr_t, mpfr_rnd_t);
} functions[] = {
    {"exp", CK_EXP, 1, -745, 710, ANY, mpfr_exp},
    {"log", CK_LOG, 1, 0.2, 5, POSITIVE, mpfr_log},
    {"log1p", CK_LOG1P, 2, -0.9, 2, ANY, mpfr_log1p},
    {"expm1", CK_EXPM1, 3, -2, 2, ANY, mpfr_expm1},
    {"sin", CK_SIN, 1, -400, 400, ANY, mpfr_sin},
    {"cos", CK_COS, 1, -400, 400, ANY, mpfr_cos},
    {"tanh", CK_TANH, 3, -3, 3, ANY, mpfr_tanh},
    {"erf", CK_ERF, 1, -6, 6, ANY, mpfr_erf},
    {"pow", POW, 1, 0, 0, ANY, NULL},
    {"lgamma+", CK_LGAMMA, 3, 0, 10, POSITIVE, mpfr_log_gamma},
    {"lgamma-", CK_LGAMMA, 5, -12, 0, NEGATIVE, mpfr_log_gamma},
    {"digamma+", CK_DIGAMMA, 3, 0, 10, POSITIVE, mpfr_digamma},
    {"digamma-", CK_DIGAMMA, 4, -12, 0, NEGATIVE, mpfr_digamma}};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static unsigned stride;

typedef struct {
  double ulps, x, y, found, exact;
  uint64_t unequal;
} outcome;

static double from_bits(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x != x ? 0x7ff8000000000000ull : bits;
}

static void make_inputs(int index, uint64_t block, double *x, double *y) {
  for (uint64_t i = 0; i < BLOCK; i++) {
    uint64_t a = mixed(2 * (block * BLOCK + i)), b = mixed(2 * (block * BLOCK + i) + 1);
    double u = (double)(a >> 11) * 0x1p-53, v = (double)(b >> 11) * 0x1p-53;
    x[i] = y[i] = from_bits(a);
    if (functions[index].function == POW) {
      // All of the results' range; a third near 1.
      x[i] = i % 3 ? fabs(x[i]) : 1 + (u - 0.5) * exp2(-(double)(b % 40));
      y[i] = (v - 0.5) * 2140 / log2(x[i]);
      continue;
    }
    if (i % 2) x[i] = functions[index].low + u * (functions[index].high - functions[index].low);
    if (functions[index].signs == POSITIVE) x[i] = fabs(x[i]);
    // Beyond 2^51 there are only poles.
    if (functions[index].signs == NEGATIVE && !(i % 2)) x[i] = -exp2((u - 0.5) * 100) * (1 + v);
  }
}

static void compute(int function, const char *instance, const double *x, const double *y,
                    double *found) {
  ck_force_variant(instance);
  if (function == POW) ck_power_f64(x, y, found, BLOCK);
  else ck_map_f64(function, x, found, BLOCK);
}

/// The unit that errors are counted in: the last place of the result, but on the negative axis of the
/// gamma functions that of the largest term of the reflection.
static double unit_of(int index, double x, double exact) {
  double size = fabs(exact);
  if (functions[index].signs == NEGATIVE) {
    double r = x - nearbyint(x), sine = fabs(sin(M_PI * r));
    if (functions[index].function == CK_DIGAMMA)
      size = fmax(size, fmax(fabs(log(-x)), M_PI / tan(M_PI * fabs(r))));
    else size = fmax(size, fmax(fmax(fabs(lgamma(-x)), log(M_PI)), fabs(log(-x * sine))));
  }
  int exponent;
  frexp(size, &exponent);
  return exponent < -1021 ? 0x1p-1074 : ldexp(1, exponent - 53);
}

static void judge(int index, double x, double y, double found, mpfr_t a, mpfr_t b, outcome *o) {
  mpfr_set_d(a, x, MPFR_RNDN);
  if (functions[index].function == POW) {
    mpfr_set_d(b, y, MPFR_RNDN);
    mpfr_pow(b, a, b, MPFR_RNDN);
  } else {
    functions[index].exact(b, a, MPFR_RNDN);
  }
  double exact = mpfr_get_d(b, MPFR_RNDN), ulps;
  if (exact != exact || found != found) {
    ulps = (exact != exact) == (found != found) ? 0 : INFINITY;
  } else if (isinf(exact) || isinf(found)) {
    bool at_the_end = fabs(exact) == DBL_MAX || fabs(found) == DBL_MAX;
    ulps = exact == found ? 0 : at_the_end ? 1 : INFINITY;
  } else {
    mpfr_sub_d(b, b, found, MPFR_RNDN);
    ulps = fabs(mpfr_get_d(b, MPFR_RNDN)) / unit_of(index, x, exact);
  }
  if (ulps > o->ulps) *o = (outcome){ulps, x, y, found, exact, o->unequal};
}

static void work(int index, int part, int parts, void *result) {
  static double x[BLOCK], y[BLOCK], found[BLOCK], other[BLOCK];
  static const char *const instances[] = {"reference", "avx2", "avx512"};
  outcome *o = result;
  mpfr_t a, b;
  mpfr_init2(a, BITS);
  mpfr_init2(b, BITS);
  for (int block = part; block < POINTS / BLOCK / (int)stride; block += parts) {
    make_inputs(index, (uint64_t)block, x, y);
    compute(functions[index].function, "reference", x, y, found);
    for (int i = 1; i < 3; i++) {
      if (!ck_has_variant(instances[i])) continue;
      compute(functions[index].function, instances[i], x, y, other);
      for (int j = 0; j < BLOCK; j++)
        if (bits_of(found[j]) != bits_of(other[j])) o->unequal++;
    }
    for (int i = 0; i < BLOCK; i++) judge(index, x[i], y[i], found[i], a, b, o);
  }
  mpfr_clear(a);
  mpfr_clear(b);
}

static double nanoseconds(int index) {
  static double x[BLOCK], y[BLOCK], z[BLOCK];
  make_inputs(index, 0, x, y);
  double best = INFINITY;
  for (int repeat = 0; repeat < 30; repeat++) {
    ck_force_variant(NULL);
    double start = now();
    if (functions[index].function == POW) ck_power_f64(x, y, z, BLOCK);
    else ck_map_f64(functions[index].function, x, z, BLOCK);
    best = fmin(best, now() - start);
  }
  return best / BLOCK * 1e9;
}

int main(int count, char **words) {
  int parts = processes();
  stride = stride_of(count, words);
  outcome *outcomes = shared_memory(64 * sizeof *outcomes);
  if (!outcomes) return 2;
  bool failed = false;
  printf("f64       max ulp  bound  equal      ns  where\n");
  for (int f = 0; f < FUNCTIONS; f++) {
    if (!is_wanted(functions[f].name, count, words)) continue;
    memset(outcomes, 0, 64 * sizeof *outcomes);
    double start = now();
    if (!in_parts(parts, work, f, outcomes, sizeof *outcomes)) return 2;
    outcome all = outcomes[0];
    for (int p = 1; p < parts; p++) {
      uint64_t unequal = all.unequal + outcomes[p].unequal;
      if (outcomes[p].ulps > all.ulps) all = outcomes[p];
      all.unequal = unequal;
    }
    printf("%-8s %8.4f  %5g  %-5s %7.2f  x = %a", functions[f].name, all.ulps, functions[f].bound,
           all.unequal ? "NO" : "yes", nanoseconds(f), all.x);
    if (functions[f].function == POW) printf(", y = %a", all.y);
    printf(": %a for %a (%.0f s)\n", all.found, all.exact, now() - start);
    fflush(stdout);
    if (all.ulps > functions[f].bound || all.unequal) failed = true;
  }
  return failed;
}
