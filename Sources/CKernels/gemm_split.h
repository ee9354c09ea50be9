// Instances of the products of gemm.h, the choice between them, and how work is cut among threads.
#if CK_X86
#define INSTANCE(x) PASTE(x, _avx2)
#define TARGET CK_AVX2
#define ROWS 6
#define VECTORS 1
#define A_STRIDE 8
#define ROW_PANELS 2
#include "gemm_instance.h"

#define INSTANCE(x) PASTE(x, _avx512)
#define TARGET CK_AVX512
#define ROWS 12
#define VECTORS 2
#define A_STRIDE 12
#define ROW_PANELS 4
#include "gemm_instance.h"
#else
#define INSTANCE(x) PASTE(x, _plain)
#define TARGET __attribute__((noinline))
#define ROWS 6
#define VECTORS 1
#define A_STRIDE 8
#define ROW_PANELS 2
#include "gemm_instance.h"
#endif

static void multiply_part(const product *p, part part) {
#if CK_X86
  switch (ck_prepare()) {
  case CK_USE_AVX512: multiply_avx512(p, part); break;
  case CK_USE_AVX2: multiply_avx2(p, part); break;
  case CK_REFERENCE: multiply_reference(p, part); break;
  }
#else
  (void)ck_prepare();
  multiply_plain(p, part);
#endif
}

static void pack_part(const product *p, REAL *panels, size_t begin, size_t end) {
#if CK_X86
  switch (ck_prepare()) {
  case CK_USE_AVX512: pack_avx512(p, panels, begin, end); break;
  case CK_USE_AVX2: pack_avx2(p, panels, begin, end); break;
  case CK_REFERENCE: pack_panels(p, panels, begin, end); break;
  }
#else
  pack_plain(p, panels, begin, end);
#endif
}

static size_t panels_of(size_t columns) { return (columns + PANEL - 1) / PANEL; }

typedef struct {
  const product *product;
  REAL *panels;
} split;

static void share_rows(void *context, size_t begin, size_t end) {
  const product *p = ((const split *)context)->product;
  multiply_part(p, (part){begin, end, 0, panels_of(p->columns)});
}

static void share_panels(void *context, size_t begin, size_t end) {
  const product *p = ((const split *)context)->product;
  multiply_part(p, (part){0, p->rows, begin, end});
}

static void share_packing(void *context, size_t begin, size_t end) {
  const split *s = context;
  pack_part(s->product, s->panels, begin, end);
}

// What each output without a term is.
static void clear(const product *p) {
  for (size_t r = 0; p->first && r < p->rows; r++)
    for (size_t j = 0; j < p->columns; j++)
      p->c[(ptrdiff_t)r * p->c_row + (ptrdiff_t)j * p->c_column] = 0;
}

static double operations_of(const product *p) {
  return 2.0 * (double)p->rows * (double)p->k * (double)p->columns;
}

static void multiply(const product *p, bool alone) {
  if (p->rows == 0 || p->columns == 0) return;
  if (p->k == 0) {
    clear(p);
    return;
  }
  size_t panels = panels_of(p->columns), shares = (size_t)ck_shares();
  split s = {p, NULL};
  if (alone || shares == 1) {
    multiply_part(p, (part){0, p->rows, 0, panels});
    return;
  }
  // A share of the panels packs all rows again, a share of the rows reads all panels again: cut the longer
  // side, but leave every share whole tiles.
  bool by_rows = p->rows >= 24 * shares && (p->rows >= p->columns || panels < 2 * shares);
  by_rows |= panels < shares && p->rows > 1;
  if (by_rows) ck_parallel(p->rows, operations_of(p), share_rows, &s);
  else ck_parallel(panels, operations_of(p), share_panels, &s);
}

typedef struct {
  const STRIDED_PRODUCT *all;
  bool alone;
} batch;

static void share_batches(void *context, size_t begin, size_t end) {
  const batch *b = context;
  const STRIDED_PRODUCT *all = b->all;
  for (size_t n = begin; n < end; n++) {
    ptrdiff_t i = (ptrdiff_t)n;
    product p = {all->a + i * all->a_batch, all->a_row, all->a_k, STRIDED, all->b + i * all->b_batch,
                 all->b_k, all->b_column, all->c + i * all->c_batch, all->c_row, all->c_column,
                 all->rows, all->k, all->columns, !all->accumulates, true};
    multiply(&p, b->alone);
  }
}

void NAME(ck_multiply)(const STRIDED_PRODUCT *all) {
  size_t shares = (size_t)ck_shares();
  double operations = 2.0 * (double)all->rows * (double)all->k * (double)all->columns;
  // Batches are cut among threads where there are many, or where one is too small to be cut.
  bool together = all->batches >= 4 * shares || (all->batches >= shares && operations < 4e6);
  batch b = {all, together};
  if (together) ck_parallel(all->batches, operations * (double)all->batches, share_batches, &b);
  else share_batches(&b, 0, all->batches);
}

void NAME(ck_pack_panels)(const REAL *source, size_t k, size_t columns, size_t k_stride,
                          size_t column_stride, REAL *panels) {
  product p = {.storage = STRIDED, .b = source, .b_k = (ptrdiff_t)k_stride,
               .b_column = (ptrdiff_t)column_stride, .k = k, .columns = columns};
  split s = {&p, panels};
  ck_parallel(panels_of(columns), 4.0 * (double)k * (double)columns, share_packing, &s);
}

void NAME(ck_gemm)(const REAL *x, const REAL *panels, REAL *y, size_t rows, size_t k, size_t columns) {
  product p = {x, (ptrdiff_t)k, 1, IN_PANELS, panels, 0, 0, y, (ptrdiff_t)columns, 1,
               rows, k, columns, true, true};
  multiply(&p, false);
}
