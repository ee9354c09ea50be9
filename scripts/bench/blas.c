// One product by an OpenBLAS for scripts/bench-kernels, called as C calls it: prints the median seconds of a call.
//   blas LIBRARY PREFIX SUFFIX ROWS K COLUMNS TURNED SECONDS
// TURNED: the right operand is a weight, [columns, k]. A suffix means integers of 64 bits.
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 100000, ROW_MAJOR = 101, PLAIN = 111, TURNED = 112 };

typedef void gemm_64(int, int, int, long, long, long, float, const float *, long, const float *, long, float, float *, long);
typedef void gemm_32(int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *, int);
typedef void gemv_64(int, int, long, long, float, const float *, long, const float *, long, float, float *, long);
typedef void gemv_32(int, int, int, int, float, const float *, int, const float *, int, float, float *, int);

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
  float *x = aligned_alloc(64, (count * sizeof(float) + 63) / 64 * 64);
  if (!x) exit(1);
  for (size_t i = 0; i < count; i++) x[i] = (float)(i * 2654435761u % 2048) / 1024 - 1;
  return x;
}

static long rows, k, columns;
static int turned, is_64;
static void *gemm, *gemv;
static float *a, *b, *c;

static void multiply(void) {
  long step = turned ? k : columns, high = turned ? columns : k, wide = turned ? k : columns;
  int b_kind = turned ? TURNED : PLAIN, v_kind = turned ? PLAIN : TURNED;
  if (rows == 1 && is_64)
    ((gemv_64 *)gemv)(ROW_MAJOR, v_kind, high, wide, 1, b, wide, a, 1, 0, c, 1);
  else if (rows == 1)
    ((gemv_32 *)gemv)(ROW_MAJOR, v_kind, (int)high, (int)wide, 1, b, (int)wide, a, 1, 0, c, 1);
  else if (is_64)
    ((gemm_64 *)gemm)(ROW_MAJOR, PLAIN, b_kind, rows, columns, k, 1, a, k, b, step, 0, c, columns);
  else
    ((gemm_32 *)gemm)(ROW_MAJOR, PLAIN, b_kind, (int)rows, (int)columns, (int)k, 1, a, (int)k, b, (int)step, 0, c,
                      (int)columns);
}

int main(int count, char **arguments) {
  if (count != 9) return 2;
  char name[64];
  void *library = dlopen(arguments[1], RTLD_NOW);
  if (!library) return 1;
  snprintf(name, sizeof name, "%scblas_sgemm%s", arguments[2], arguments[3]);
  gemm = dlsym(library, name);
  snprintf(name, sizeof name, "%scblas_sgemv%s", arguments[2], arguments[3]);
  gemv = dlsym(library, name);
  if (!gemm || !gemv) return 1;
  is_64 = arguments[3][0] != 0;
  rows = atol(arguments[4]), k = atol(arguments[5]), columns = atol(arguments[6]);
  turned = atoi(arguments[7]);
  a = numbers((size_t)(rows * k)), b = numbers((size_t)(k * columns)), c = numbers((size_t)(rows * columns));
  multiply();
  static double times[MOST];
  int runs = 0, together = 1;
  double end = now() + atof(arguments[8]);
  while (runs < 3 || (now() < end && runs < MOST)) {
    double start = now();
    for (int i = 0; i < together; i++) multiply();
    double taken = now() - start;
    if (taken < 2e-5 && together < 1 << 20) together *= 2;
    else times[runs++] = taken / together;
  }
  qsort(times, (size_t)runs, sizeof times[0], ascending);
  printf("%.9g\n", times[runs / 2]);
  return 0;
}
