// f64 matrix products: the same definition as gemm_f32.c, in panels of 8 columns.
#include "lanes.h"

enum { PANEL = CK_PANEL_F64, ROWS = 4 };

void ck_pack_panels_f64(const double *source, size_t k, size_t columns, size_t k_stride,
                        size_t column_stride, double *panels) {
  for (size_t first = 0; first < columns; first += PANEL) {
    double *panel = panels + first * k;
    for (size_t i = 0; i < k; i++)
      for (size_t j = 0; j < PANEL; j++)
        panel[i * PANEL + j] =
            first + j < columns ? source[i * k_stride + (first + j) * column_stride] : 0;
  }
}

typedef struct {
  const double *x;
  const double *panels;
  double *y;
  size_t rows, k, columns;
} product;

CK_INLINE void tile(int rows, const product *p, size_t row, size_t panel) {
  f64x8 sums[ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) sums[r] = (f64x8)(0.0);
  const double *w = p->panels + panel * PANEL * p->k, *x = p->x + row * p->k;
  for (size_t i = 0; i < p->k; i++) {
    f64x8 lanes;
    memcpy(&lanes, w + i * PANEL, sizeof lanes);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
      sums[r] = __builtin_elementwise_fma((f64x8)(x[r * p->k + i]), lanes, sums[r]);
  }
  size_t column = panel * PANEL, width = p->columns - column < PANEL ? p->columns - column : PANEL;
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    f64x8 sum = sums[r] + (f64x8)(0.0);
    memcpy(p->y + (row + r) * p->columns + column, &sum, width * sizeof(double));
  }
}

CK_INLINE void some_panels_body(const product *p, size_t begin, size_t end) {
  for (size_t panel = begin; panel < end; panel++) {
    size_t row = 0;
    for (; row + ROWS <= p->rows; row += ROWS) tile(ROWS, p, row, panel);
    for (; row < p->rows; row++) tile(1, p, row, panel);
  }
}
CK_VARIANTS_LOCAL(some_panels, (const product *p, size_t begin, size_t end), (p, begin, end))

static void share(void *context, size_t begin, size_t end) { some_panels(context, begin, end); }

void ck_gemm_f64(const double *x, const double *panels, double *y, size_t rows, size_t k,
                 size_t columns) {
  product p = {x, panels, y, rows, k, columns};
  double operations = 4.0 * (double)rows * (double)k * (double)columns;
  ck_parallel((columns + PANEL - 1) / PANEL, operations, share, &p);
}
