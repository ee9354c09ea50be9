// 16-bit weights: conversions and panels.
#include "half.h"

void ck_widen_half(enum ck_half kind, const uint16_t *x, float *y, size_t count) {
  for (size_t i = 0; i < count; i++) y[i] = half_widen(kind, x[i]);
}

void ck_narrow_half(enum ck_half kind, const float *x, uint16_t *y, size_t count) {
  (void)ck_prepare();
  for (size_t i = 0; i < count; i++) y[i] = half_narrow(kind, x[i]);
}

enum { PANEL = CK_PANEL_F32, STEP = 64 };

typedef struct {
  const uint16_t *halves;
  const float *values; // where there are no halves
  enum ck_half kind;
  size_t k, columns, k_stride, column_stride;
  uint16_t *panels;
} packing;

// Rows of the source that stand together are read together.
static void pack(void *context, size_t begin, size_t end) {
  const packing *p = context;
  (void)ck_prepare();
  for (size_t start = 0; start < p->k; start += STEP)
    for (size_t panel = begin; panel < end; panel++)
      for (size_t i = start; i < p->k && i < start + STEP; i++) {
        uint16_t *to = p->panels + (panel * p->k + i) * PANEL;
        for (size_t j = 0; j < PANEL; j++) {
          size_t column = panel * PANEL + j, place = i * p->k_stride + column * p->column_stride;
          if (column >= p->columns) to[j] = 0;
          else to[j] = p->halves ? p->halves[place] : half_narrow(p->kind, p->values[place]);
        }
      }
}

static void pack_all(packing *p) {
  ck_parallel((p->columns + PANEL - 1) / PANEL, 8.0 * (double)p->k * (double)p->columns, pack, p);
}

void ck_pack_panels_half(const uint16_t *source, size_t k, size_t columns, size_t k_stride,
                         size_t column_stride, uint16_t *panels) {
  packing p = {source, NULL, CK_F16, k, columns, k_stride, column_stride, panels};
  pack_all(&p);
}

void ck_pack_narrow_panels(enum ck_half kind, const float *source, size_t k, size_t columns,
                           size_t k_stride, size_t column_stride, uint16_t *panels) {
  packing p = {NULL, source, kind, k, columns, k_stride, column_stride, panels};
  pack_all(&p);
}
