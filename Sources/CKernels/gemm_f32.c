// f32 matrix products. Each output is ONE chain of fused multiply-adds over k ascending from +0,
// ending with + 0.0, so that -0 never leaves. Blocks of k store and reload the running value, lanes
// and threads run over outputs: none of them changes a bit. One row is the same chain (GEMV).
//
// The right operand stands in panels: [columns / 32][k][32], 32 columns side by side, the missing
// columns of the last panel zero.
#include "lanes.h"

enum { PANEL = CK_PANEL_F32, BLOCK = 512, ROWS = 6 };

void ck_pack_panels_f32(const float *source, size_t k, size_t columns, size_t k_stride,
                        size_t column_stride, float *panels) {
  for (size_t first = 0; first < columns; first += PANEL) {
    size_t width = columns - first < PANEL ? columns - first : PANEL;
    float *panel = panels + first * k;
    for (size_t i = 0; i < k; i++)
      for (size_t j = 0; j < PANEL; j++)
        panel[i * PANEL + j] = j < width ? source[i * k_stride + (first + j) * column_stride] : 0;
  }
}

// `rows` rows (a literal) times 16 columns of a panel over one block of k.
CK_INLINE void tile(int rows, const float *x, size_t x_stride, const float *panel, size_t k, float *y,
                    size_t y_stride, size_t width, bool first, bool last) {
  f32x16 sums[ROWS];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
    sums[r] = first ? lanes_of(0) : lanes_load_part(y + r * y_stride, width);
  for (size_t i = 0; i < k; i++) {
    f32x16 w = lanes_load(panel + i * PANEL);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) sums[r] = lanes_fma(lanes_of(x[r * x_stride + i]), w, sums[r]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) {
    f32x16 sum = last ? sums[r] + lanes_of(0) : sums[r];
    if (width == 16) lanes_store(y + r * y_stride, sum);
    else lanes_store_part(y + r * y_stride, sum, width);
  }
}

// One row times one whole panel or two: more chains at once hide the latency of each.
CK_INLINE void one_row(int panels, const float *x, const float *panel, size_t k, size_t panel_stride,
                       float *y, size_t columns) {
  f32x16 sums[4];
#pragma clang loop unroll(full)
  for (int c = 0; c < 2 * panels; c++) sums[c] = lanes_of(0);
  for (size_t i = 0; i < k; i++) {
    f32x16 value = lanes_of(x[i]);
#pragma clang loop unroll(full)
    for (int c = 0; c < 2 * panels; c++)
      sums[c] = lanes_fma(
          value, lanes_load(panel + (size_t)(c / 2) * panel_stride + i * PANEL + (c & 1) * 16), sums[c]);
  }
#pragma clang loop unroll(full)
  for (int c = 0; c < 2 * panels; c++) {
    size_t start = (size_t)c * 16;
    f32x16 sum = sums[c] + lanes_of(0);
    if (start + 16 <= columns) lanes_store(y + start, sum);
    else if (start < columns) lanes_store_part(y + start, sum, columns - start);
  }
}

typedef struct {
  const float *x;
  const float *panels;
  float *y;
  size_t rows, k, columns;
} product;

CK_INLINE void rows_of_half(const product *p, size_t column, size_t width, size_t start, size_t k,
                            bool first, bool last) {
  size_t panel = column / PANEL * PANEL;
  const float *w = p->panels + panel * p->k + start * PANEL + (column - panel);
  size_t r = 0;
  for (; r + ROWS <= p->rows; r += ROWS)
    tile(ROWS, p->x + r * p->k + start, p->k, w, k, p->y + r * p->columns + column, p->columns, width,
         first, last);
  const float *x = p->x + r * p->k + start;
  float *y = p->y + r * p->columns + column;
  switch (p->rows - r) {
  case 5: tile(5, x, p->k, w, k, y, p->columns, width, first, last); break;
  case 4: tile(4, x, p->k, w, k, y, p->columns, width, first, last); break;
  case 3: tile(3, x, p->k, w, k, y, p->columns, width, first, last); break;
  case 2: tile(2, x, p->k, w, k, y, p->columns, width, first, last); break;
  case 1: tile(1, x, p->k, w, k, y, p->columns, width, first, last); break;
  }
}

CK_INLINE void some_panels_body(const product *p, size_t begin, size_t end) {
  if (p->rows == 1) {
    size_t panel = begin, stride = p->k * PANEL;
    for (; panel + 2 <= end; panel += 2)
      one_row(2, p->x, p->panels + panel * stride, p->k, stride, p->y + panel * PANEL,
              p->columns - panel * PANEL);
    if (panel < end)
      one_row(1, p->x, p->panels + panel * stride, p->k, stride, p->y + panel * PANEL,
              p->columns - panel * PANEL);
    return;
  }
  for (size_t column = begin * PANEL; column < end * PANEL && column < p->columns; column += 16) {
    size_t width = p->columns - column < 16 ? p->columns - column : 16;
    for (size_t start = 0; start < p->k; start += BLOCK) {
      size_t k = p->k - start < BLOCK ? p->k - start : BLOCK;
      rows_of_half(p, column, width, start, k, start == 0, start + k == p->k);
    }
  }
}
CK_VARIANTS_LOCAL(some_panels, (const product *p, size_t begin, size_t end), (p, begin, end))

static void share(void *context, size_t begin, size_t end) { some_panels(context, begin, end); }

void ck_gemm_f32(const float *x, const float *panels, float *y, size_t rows, size_t k,
                 size_t columns) {
  if (k == 0) {
    memset(y, 0, rows * columns * sizeof(float));
    return;
  }
  if (rows == 0 || columns == 0) return;
  product p = {x, panels, y, rows, k, columns};
  double operations = 2.0 * (double)rows * (double)k * (double)columns;
  ck_parallel((columns + PANEL - 1) / PANEL, operations, share, &p);
}
