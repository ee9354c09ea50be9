// LU with partial pivoting. Orders: ck_linear.h.
#include "linear.h"

typedef struct {
  double *lu;
  size_t n, k;
} elimination;

// Items are the rows below row k.
CK_INLINE void eliminate_rows_body(const elimination *e, size_t begin, size_t end) {
  const double *restrict pivot = e->lu + e->k * e->n;
  for (size_t i = e->k + 1 + begin; i < e->k + 1 + end; i++) {
    double *restrict row = e->lu + i * e->n;
    row[e->k] = row[e->k] / pivot[e->k] + 0.0;
    double factor = -row[e->k];
    for (size_t j = e->k + 1; j < e->n; j++) row[j] = __builtin_fma(factor, pivot[j], row[j]);
  }
}
CK_VARIANTS_LOCAL(eliminate_rows, (const elimination *e, size_t begin, size_t end), (e, begin, end))

static void share_elimination(void *context, size_t begin, size_t end) {
  eliminate_rows(context, begin, end);
}

static void swap_rows(double *a, double *b, size_t count) {
  for (size_t i = 0; i < count; i++) {
    double kept = a[i];
    a[i] = b[i];
    b[i] = kept;
  }
}

int64_t ck_lu_f64(const double *a, double *lu, int32_t *order, size_t n) {
  ck_prepare();
  if (!linear_finite(a, n * n)) return CK_LINEAR_NOT_FINITE;
  if (n > 0) memmove(lu, a, n * n * sizeof(double));
  for (size_t i = 0; i < n; i++) order[i] = (int32_t)i;
  for (size_t k = 0; k < n; k++) {
    size_t best = k;
    for (size_t i = k + 1; i < n; i++)
      if (__builtin_fabs(lu[i * n + k]) > __builtin_fabs(lu[best * n + k])) best = i;
    if (!linear_finite(lu + best * n + k, 1)) return CK_LINEAR_OVERFLOW;
    if (lu[best * n + k] == 0) return (int64_t)k;
    if (best != k) {
      swap_rows(lu + best * n, lu + k * n, n);
      int32_t kept = order[best];
      order[best] = order[k];
      order[k] = kept;
    }
    elimination e = {lu, n, k};
    size_t rows = n - k - 1;
    ck_parallel(rows, 4 * (double)rows * (double)rows, share_elimination, &e);
  }
  for (size_t i = 0; i < n * n; i++) lu[i] = lu[i] + 0.0;
  return linear_finite(lu, n * n) ? CK_LINEAR_DONE : CK_LINEAR_OVERFLOW;
}
