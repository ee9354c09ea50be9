// Instances of the products of gemm.h, the choice between them, and how work is cut among threads.
#if CK_X86
#define INSTANCE(x) PASTE(x, _avx2)
#define TARGET CK_AVX2
#define ROWS 6
#define BOTH_ROWS 0
#define A_STRIDE 8
#define ROW_PANELS 2
#include "gemm_instance.h"

#define INSTANCE(x) PASTE(x, _avx512)
#define TARGET CK_AVX512
#define ROWS 24
#define BOTH_ROWS 12
#define A_STRIDE 24
#define ROW_PANELS 4
#include "gemm_instance.h"
#else
#define INSTANCE(x) PASTE(x, _plain)
#define TARGET __attribute__((noinline))
#define ROWS 6
#define BOTH_ROWS 0
#define A_STRIDE 8
#define ROW_PANELS 2
#include "gemm_instance.h"
#endif

static const instance reference = {1, 1, multiply_reference, pack_panels, NULL, NULL};

static const instance *best_instance(void) {
#if CK_X86
  switch (ck_prepare()) {
  case CK_USE_AVX512: return &instance_avx512;
  case CK_USE_AVX2: return &instance_avx2;
  case CK_REFERENCE: break;
  }
  return &reference;
#else
  (void)ck_prepare();
  return &instance_plain;
#endif
}

static size_t panels_of(size_t columns) { return (columns + PANEL - 1) / PANEL; }

typedef struct {
  const instance *with;
  const product *product;
  REAL *panels;
} split;

static void share_panels(void *context, size_t begin, size_t end) {
  const split *s = context;
  s->with->multiply(s->product, (part){0, s->product->rows, begin, end});
}

static void share_packing(void *context, size_t begin, size_t end) {
  const split *s = context;
  s->with->pack(s->product, s->panels, begin, end);
}

// A product by several threads: they pack rows of the left operand once for all of them, then take tasks, some
// tiles times some panels, until none is left. A thread whose core does other work as well takes fewer.
typedef struct {
  const instance *with;
  const product *product;
  block rows;            // all that is packed
  size_t blocks, chunks; // into which tiles and panels are cut
  size_t next;           // the next task that nobody has
} tasks;

static void share_tiles(void *context, size_t begin, size_t end) {
  const tasks *t = context;
  block part = t->rows;
  part.a += begin * part.k * t->with->stride;
  part.tile = begin;
  t->with->pack_tiles(t->product, &part, begin, end);
}

// Whoever comes takes tasks, whatever the bounds are.
static void share_tasks(void *context, size_t begin, size_t end) {
  tasks *t = context;
  (void)begin, (void)end;
  size_t panels = panels_of(t->product->columns);
  for (;;) {
    size_t task = __atomic_fetch_add(&t->next, 1, __ATOMIC_RELAXED);
    if (task >= t->blocks * t->chunks) return;
    size_t n = task / t->chunks, m = task % t->chunks;
    block part = t->rows;
    part.tile = t->rows.tiles * n / t->blocks;
    part.tile_end = t->rows.tiles * (n + 1) / t->blocks;
    part.a += part.tile * part.k * t->with->stride;
    t->with->multiply_block(t->product, &part, panels * m / t->chunks, panels * (m + 1) / t->chunks);
  }
}

// How the tasks of packed rows are cut: a block of rows stays in the second cache, and there are some tasks a
// thread, none of them so small that taking it would cost.
static void cut_tasks(tasks *t, size_t shares) {
  const block *rows = &t->rows;
  size_t panels = panels_of(t->product->columns), wanted = 6 * shares;
  size_t most = LARGE_BYTES / (t->with->stride * rows->k * sizeof(REAL));
  t->blocks = (rows->tiles + most - 1) / most;
  if (t->blocks * panels < wanted) t->blocks = smaller(rows->tiles, (wanted + panels - 1) / panels);
  double panel = 2.0 * PANEL * (double)rows->k * (double)rows->rows / (double)t->blocks;
  size_t least = (size_t)(TASK_OPERATIONS / panel) + 1;
  t->chunks = (panels + least - 1) / least;
}

static void multiply_together(const instance *with, const product *p, REAL *memory, size_t shares) {
  size_t k_blocks = k_blocks_of(p), k_most = (p->k + k_blocks - 1) / k_blocks;
  size_t all = (p->rows + with->rows - 1) / with->rows;
  size_t most = SHARED_BYTES / (with->stride * k_most * sizeof(REAL)), groups = (all + most - 1) / most;
  for (size_t n = 0; n < groups; n++)
    for (size_t m = 0; m < k_blocks; m++) {
      size_t row = p->rows * n / groups, rows = p->rows * (n + 1) / groups - row;
      size_t tiles = (rows + with->rows - 1) / with->rows;
      tasks t = {with, p, {memory, row, rows, tiles, 0, tiles, 0, 0, false, false}, 0, 0, 0};
      set_k_block(p, &t.rows, m, k_blocks);
      cut_tasks(&t, shares);
      double values = (double)rows * (double)t.rows.k;
      ck_parallel(tiles, 4 * values, share_tiles, &t);
      ck_parallel(smaller(shares, t.blocks * t.chunks), 2 * values * (double)p->columns, share_tasks, &t);
    }
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
  if (MULTIPLY_DIRECTLY(p)) return;
  const instance *with = best_instance();
  size_t panels = panels_of(p->columns), shares = (size_t)ck_shares();
  REAL *memory = NULL;
  bool together = !alone && shares > 1 && with->multiply_block && !is_one_row(p);
  if (together) memory = take_scratch(FOR_ALL);
  if (memory) {
    multiply_together(with, p, memory, shares);
    give_scratch(FOR_ALL, memory);
  } else if (alone) {
    with->multiply(p, (part){0, p->rows, 0, panels});
  } else {
    split s = {with, p, NULL};
    ck_parallel(panels, operations_of(p), share_panels, &s);
  }
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
  split s = {best_instance(), &p, panels};
  ck_parallel(panels_of(columns), 4.0 * (double)k * (double)columns, share_packing, &s);
}

void NAME(ck_gemm)(const REAL *x, const REAL *panels, REAL *y, size_t rows, size_t k, size_t columns) {
  product p = {x, (ptrdiff_t)k, 1, IN_PANELS, panels, 0, 0, y, (ptrdiff_t)columns, 1,
               rows, k, columns, true, true};
  multiply(&p, false);
}
