// One round of f32 products for scripts/bench-gemm: prints the median rate in GFLOP/s.
//   gemm peak                          the FMA peak of this core, registers only
//   gemm packed|plain ROWS K COLUMNS   weights packed before, or as they stand
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ck_memory.h"
#include "ck_products.h"
#include "ckernels.h"

enum { LEAST = 5, MOST = 400, WARM = 2 };
static const double SECONDS = 0.4; // of measuring

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static float *numbers(size_t count) {
  float *x = ck_allocate(count * sizeof(float)); // as the program does
  if (!x) exit(1);
  for (size_t i = 0; i < count; i++) x[i] = (float)(i * 2654435761u % 2048) / 1024 - 1;
  return x;
}

#if defined(__x86_64__)
typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef float f32x8 __attribute__((ext_vector_type(8)));
#define CHAINS(name, isa, vector, lanes, chains)                                               \
  __attribute__((target(isa), noinline)) static double name(size_t steps, float *values) {     \
    vector sums[chains], factor = (vector)(values[0]), term = (vector)(values[1]);             \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) sums[i] = (vector)(values[i]); \
    double start = now();                                                                      \
    for (size_t step = 0; step < steps; step++)                                                \
      _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++)                      \
        sums[i] = __builtin_elementwise_fma(factor, term, sums[i]);                            \
    double seconds = now() - start;                                                            \
    _Pragma("clang loop unroll(full)") for (int i = 0; i < chains; i++) values[i] = sums[i][0]; \
    return 2.0 * lanes * chains * (double)steps / seconds / 1e9;                               \
  }
CHAINS(peak_avx512, "avx512f,avx512vl,fma", f32x16, 16, 24)
CHAINS(peak_avx2, "avx2,fma", f32x8, 8, 12)
#endif

static double peak(void) {
#if defined(__x86_64__)
  float values[32] = {0};
  bool wide = strcmp(ck_variant_name(), "avx512") == 0;
  return wide ? peak_avx512(2000000, values) : peak_avx2(4000000, values);
#else
  return 0;
#endif
}

int main(int count, char **arguments) {
  double rates[MOST];
  int rounds = 0;
  if (count == 2 && strcmp(arguments[1], "peak") == 0) {
    for (; rounds < 21; rounds++) rates[rounds] = peak();
  } else if (count == 5) {
    bool packed = strcmp(arguments[1], "packed") == 0;
    size_t rows = strtoul(arguments[2], NULL, 10), k = strtoul(arguments[3], NULL, 10);
    size_t columns = strtoul(arguments[4], NULL, 10);
    float *a = numbers(rows * k), *b = numbers(k * columns), *c = numbers(rows * columns);
    float *panels = numbers((columns + CK_PANEL_F32 - 1) / CK_PANEL_F32 * CK_PANEL_F32 * k);
    ck_pack_panels_f32(b, k, columns, columns, 1, panels);
    ck_strided_product_f32 product = {
        .a = a, .b = b, .c = c, .batches = 1, .rows = rows, .k = k, .columns = columns,
        .a_row = (ptrdiff_t)k, .a_k = 1, .b_k = (ptrdiff_t)columns, .b_column = 1,
        .c_row = (ptrdiff_t)columns, .c_column = 1};
    double begin = now();
    for (int i = -WARM; i < MOST && (rounds < LEAST || now() - begin < SECONDS); i++) {
      double start = now();
      if (packed) ck_gemm_f32(a, panels, c, rows, k, columns);
      else ck_multiply_f32(&product);
      double seconds = now() - start;
      if (i >= 0) rates[rounds++] = 2.0 * (double)rows * (double)k * (double)columns / seconds / 1e9;
    }
  } else {
    return 2;
  }
  qsort(rates, (size_t)rounds, sizeof rates[0], ascending);
  printf("%.2f\n", rates[rounds / 2]);
  return 0;
}
