// Tries every f32 against the system's f64 functions (libmvec where there is AVX-512: within 4 ulp of
// f64, so that its own error is nothing here), and every instance against the others, bit for bit.
// narrow [NAME ...] [EVERY]; run by scripts/exhaustive. Ends with 1 above 1.5 ulp or where two bits differ.
#define _GNU_SOURCE
#include <immintrin.h>
#include <math.h>
#include <stdio.h>

#include "ckernels.h"
#include "common.h"

enum { BLOCK = 1 << 14, BLOCKS = 1 << 18, REFERENCE_EVERY = 509, POW = -1 };

static const struct {
  const char *name;
  int function;
  float low, high; // what the time is taken on
} functions[] = {
    {"exp", CK_EXP, -10, 10},     {"log", CK_LOG, 0.01f, 100},  {"log1p", CK_LOG1P, -0.9f, 10},
    {"expm1", CK_EXPM1, -10, 10}, {"sin", CK_SIN, -100, 100},   {"cos", CK_COS, -100, 100},
    {"tanh", CK_TANH, -5, 5},     {"erf", CK_ERF, -3, 3},       {"pow", POW, 0.01f, 10},
    {"lgamma", CK_LGAMMA, -9, 9}, {"digamma", CK_DIGAMMA, -9, 9}};
enum { FUNCTIONS = sizeof functions / sizeof *functions };

static unsigned stride;

typedef struct {
  double ulps;
  float x, y, found;
  double exact;
  uint64_t unequal;
  float unequal_at;
} outcome;

// --- the oracle ---

#ifdef __AVX512F__
#define ORACLE(name)                                                                     \
  __m512d _ZGVeN8v_##name(__m512d);                                                      \
  static void oracle_##name(const float *x, double *e) {                                 \
    for (int i = 0; i < BLOCK; i += 8)                                                   \
      _mm512_storeu_pd(e + i, _ZGVeN8v_##name(_mm512_cvtps_pd(_mm256_loadu_ps(x + i)))); \
  }
__m512d _ZGVeN8vv_pow(__m512d, __m512d);
static void oracle_pow(const float *x, const float *y, double *e) {
  for (int i = 0; i < BLOCK; i += 8)
    _mm512_storeu_pd(e + i, _ZGVeN8vv_pow(_mm512_cvtps_pd(_mm256_loadu_ps(x + i)),
                                          _mm512_cvtps_pd(_mm256_loadu_ps(y + i))));
}
#else
#define ORACLE(name)                                      \
  static void oracle_##name(const float *x, double *e) {  \
    for (int i = 0; i < BLOCK; i++) e[i] = name(x[i]);    \
  }
static void oracle_pow(const float *x, const float *y, double *e) {
  for (int i = 0; i < BLOCK; i++) e[i] = pow(x[i], y[i]);
}
#endif
ORACLE(exp)
ORACLE(log)
ORACLE(log1p)
ORACLE(expm1)
ORACLE(sin)
ORACLE(cos)
ORACLE(tanh)
ORACLE(erf)

/// digamma by the recurrence and its series, in long double; not one step is shared with ours.
static double oracle_digamma(double x) {
  if (x == 0) return signbit(x) ? INFINITY : -INFINITY;
  if (x < 0) {
    if (x == floor(x)) return NAN;
    long double r = (long double)x - nearbyint(x), turn = M_PIl * r, sum;
    // digamma(x) = digamma(1 - x) - pi / tan(pi x)
    sum = -M_PIl * cosl(turn) / sinl(turn);
    long double y = 1 - (long double)x, shift = 0;
    while (y < 20) shift += 1 / y++;
    long double z = 1 / (y * y);
    return (double)(sum - shift + logl(y) - 0.5L / y -
                    z * (1 / 12.0L - z * (1 / 120.0L - z * (1 / 252.0L - z * (1 / 240.0L - z * (1 / 132.0L -
                    z * (691 / 32760.0L - z / 12)))))));
  }
  if (x > 0x1p20) return log(x) - 0.5 / x;
  if (x < 0x1p-35) return -1 / x;
  long double y = x, shift = 0;
  while (y < 20) shift += 1 / y++;
  long double z = 1 / (y * y);
  return (double)(logl(y) - shift - 0.5L / y -
                  z * (1 / 12.0L - z * (1 / 120.0L - z * (1 / 252.0L - z * (1 / 240.0L - z * (1 / 132.0L -
                  z * (691 / 32760.0L - z / 12)))))));
}

static void ask_oracle(int function, const float *x, const float *y, double *e) {
  int sign;
  switch (function) {
  case CK_EXP: oracle_exp(x, e); break;
  case CK_LOG: oracle_log(x, e); break;
  case CK_LOG1P: oracle_log1p(x, e); break;
  case CK_EXPM1: oracle_expm1(x, e); break;
  case CK_SIN: oracle_sin(x, e); break;
  case CK_COS: oracle_cos(x, e); break;
  case CK_TANH: oracle_tanh(x, e); break;
  case CK_ERF: oracle_erf(x, e); break;
  case CK_LGAMMA: for (int i = 0; i < BLOCK; i++) e[i] = lgamma_r(x[i], &sign); break;
  case CK_DIGAMMA: for (int i = 0; i < BLOCK; i++) e[i] = oracle_digamma(x[i]); break;
  case POW: oracle_pow(x, y, e); break;
  }
}

// --- inputs and results ---

static float any_float(uint64_t bits) {
  uint32_t half = (uint32_t)bits;
  float x;
  memcpy(&x, &half, sizeof x);
  return x;
}

/// One argument: the 2^32 bit patterns in order. Two: a grid of kinds, by numbers of a counter.
static void make_inputs(int function, uint32_t block, float *x, float *y) {
  static const float special[] = {0, 1, 2, 3, 0.5f, INFINITY, NAN, 0x1p-149f, 0x1p-126f, 0x1p24f,
                                  0x1.fffffep23f, 0x1.fffffep127f, 1.5f, 0.9999999f, 1.0000001f, 7};
  for (uint32_t i = 0; i < BLOCK; i++) {
    uint64_t index = (uint64_t)block * BLOCK + i;
    if (function != POW) {
      x[i] = any_float(index);
      continue;
    }
    uint64_t a = mixed(2 * index), b = mixed(2 * index + 1);
    double u = (double)(b >> 11) * 0x1p-53;
    x[i] = any_float(a);
    y[i] = any_float(b);
    switch (block % 8) {
    case 0: break; // any two
    case 1:
      x[i] = special[a % 16] * (a >> 8 & 1 ? -1.0f : 1.0f);
      y[i] = special[b % 16] * (b >> 8 & 1 ? -1.0f : 1.0f);
      break;
    case 2: // whole exponents, any sign
      x[i] = (float)((double)(a >> 11) * 0x1p-50 - 4);
      y[i] = (float)((int)(b % 80) - 40);
      break;
    case 3: // near 1
      x[i] = 1 + (float)((double)(int64_t)a * 0x1p-63 * exp2(-(double)(b % 24)));
      y[i] = (float)((u - 0.5) * 300 / log(x[i]));
      break;
    default: // all of the results' range
      x[i] = fabsf(x[i]);
      y[i] = (float)((u - 0.5) * 300 / log2(x[i]));
    }
  }
}

static void compute(int function, const char *instance, const float *x, const float *y, float *found,
                    size_t count) {
  ck_force_variant(instance);
  if (function == POW) ck_power_f32(x, y, found, count);
  else ck_map_f32(function, x, found, count);
}

static uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return x != x ? 0x7fc00000u : bits;
}

/// What lies between found and exact in units of the last place of exact; infinity counts as 2^128.
static inline double ulps_between(float found, double exact) {
  uint64_t bits;
  memcpy(&bits, &exact, sizeof bits);
  uint64_t exponent = bits >> 52 & 0x7ff;
  exponent = exponent < 1023 - 126 ? 1023 - 126 : exponent;
  exponent = exponent > 1023 + 127 ? 1023 + 127 : exponent;
  uint64_t inverse = (2046 + 23 - exponent) << 52;
  double scale;
  memcpy(&scale, &inverse, sizeof scale);
  double a = found, b = exact;
  a = a > 0x1p128 ? 0x1p128 : a < -0x1p128 ? -0x1p128 : a;
  b = b > 0x1p128 ? 0x1p128 : b < -0x1p128 ? -0x1p128 : b;
  uint32_t sign;
  memcpy(&sign, &found, sizeof sign);
  double ulps = __builtin_fabs(a - b) * scale;
  ulps = sign >> 31 != bits >> 63 ? INFINITY : ulps;
  ulps = (a != a) != (b != b) ? INFINITY : ulps;
  return ((a != a) & (b != b)) ? 0 : ulps;
}

static double worst_of(const float *found, const double *exact) {
  double worst[8] = {0};
  for (int i = 0; i < BLOCK; i += 8)
    for (int j = 0; j < 8; j++) {
      double ulps = ulps_between(found[i + j], exact[i + j]);
      worst[j] = ulps > worst[j] ? ulps : worst[j];
    }
  for (int j = 1; j < 8; j++) worst[0] = fmax(worst[0], worst[j]);
  return worst[0];
}

static void compare(const float *x, const float *a, const float *b, size_t count, outcome *o) {
  for (size_t i = 0; i < count; i++)
    if (bits_of(a[i]) != bits_of(b[i])) {
      if (!o->unequal++) o->unequal_at = x[i];
    }
}

static void work(int function, int part, int parts, void *result) {
  outcome *o = result;
  static float x[BLOCK], y[BLOCK], found[BLOCK], other[BLOCK];
  static double exact[BLOCK];
  bool avx512 = ck_has_variant("avx512"), avx2 = ck_has_variant("avx2");
  const char *best = avx512 ? "avx512" : avx2 ? "avx2" : NULL;
  uint32_t blocks = function == POW ? BLOCKS / 16 : BLOCKS;
  for (uint32_t i = (uint32_t)part; i * (uint64_t)stride < blocks; i += (uint32_t)parts) {
    uint32_t block = i * stride + (uint32_t)mixed(i) % stride;
    make_inputs(function, block, x, y);
    compute(function, best, x, y, found, BLOCK);
    if (avx512 && avx2) {
      compute(function, "avx2", x, y, other, BLOCK);
      if (memcmp(found, other, sizeof found)) compare(x, found, other, BLOCK, o);
    }
    // Some of each block by the plain one, which is slow.
    size_t few = BLOCK / REFERENCE_EVERY, first = mixed(block) % (BLOCK - few);
    compute(function, "reference", x + first, y + first, other, few);
    compare(x + first, found + first, other, few, o);
    ask_oracle(function, x, y, exact);
    if (worst_of(found, exact) <= o->ulps) continue;
    for (int i = 0; i < BLOCK; i++) {
      double ulps = ulps_between(found[i], exact[i]);
      if (ulps > o->ulps) *o = (outcome){ulps, x[i], y[i], found[i], exact[i], o->unequal, o->unequal_at};
    }
  }
}

static double nanoseconds(int index, const char *instance) {
  enum { COUNT = 2048 };
  static float x[COUNT], y[COUNT], z[COUNT];
  if (!ck_has_variant(instance)) return NAN;
  for (int i = 0; i < COUNT; i++) {
    float u = (float)(mixed(i) >> 40) * 0x1p-24f;
    x[i] = functions[index].low + u * (functions[index].high - functions[index].low);
    y[i] = 5 * u - 2;
  }
  double best = INFINITY;
  for (int repeat = 0; repeat < 30; repeat++) {
    double start = now();
    compute(functions[index].function, instance, x, y, z, COUNT);
    best = fmin(best, now() - start);
  }
  return best / COUNT * 1e9;
}

int main(int count, char **words) {
  int parts = processes();
  stride = stride_of(count, words);
  outcome *outcomes = shared_memory(64 * sizeof *outcomes);
  if (!outcomes) return 2;
  bool failed = false;
  printf("f32       max ulp  equal  avx512   avx2 ns  where\n");
  for (int f = 0; f < FUNCTIONS; f++) {
    if (!is_wanted(functions[f].name, count, words)) continue;
    memset(outcomes, 0, 64 * sizeof *outcomes);
    double start = now();
    if (!in_parts(parts, work, functions[f].function, outcomes, sizeof *outcomes)) return 2;
    outcome all = outcomes[0];
    for (int p = 1; p < parts; p++) {
      uint64_t unequal = all.unequal + outcomes[p].unequal;
      if (outcomes[p].ulps > all.ulps) all = outcomes[p];
      all.unequal = unequal;
    }
    printf("%-8s %8.4f  %-5s %7.2f %7.2f     ", functions[f].name, all.ulps, all.unequal ? "NO" : "yes",
           nanoseconds(f, "avx512"), nanoseconds(f, "avx2"));
    if (functions[f].function == POW) printf("x = %a, y = %a", all.x, all.y);
    else printf("x = %a", all.x);
    printf(": %a for %a (%.0f s)\n", all.found, all.exact, now() - start);
    fflush(stdout);
    if (all.ulps > 1.5 || all.unequal) failed = true;
  }
  return failed;
}
