// Products of 8-bit activations with packed weights: the definition, the choice of an instance, and how work is
// cut. The order: ck_blocks.h; the layout: ck_packed.h.
#include <stdlib.h>

#include "ck_memory.h"
#include "packed.h"

enum {
  // The activations of a block of rows take about so many bytes of the second cache.
  TILE_BYTES = 384 * 1024,
  // So much of activations is laid out for tiles at a time.
  SHARED_BYTES = 16 * 1024 * 1024,
  // From so many rows on they are laid out for tiles.
  TILES_FROM = 5,
};

/// A block of one row again, then its chains.
CK_INLINE void rows_any_of(int format, const ck_quantized_rows *x, size_t first, size_t rows,
                           const ck_packed_product *p, size_t begin, size_t end) {
  size_t length = block_length(format), blocks = x->inputs / length, most = packed_unit_blocks(format);
  for (size_t o = begin * GROUP; o < end * GROUP && o < p->outputs; o++) {
    float totals[PACKED_FEW] = {0};
    const uint8_t *unit = p->packed + o / GROUP * packed_group_bytes(format, x->inputs);
    for (size_t b = 0; b < blocks; b++) {
      uint8_t bytes[BLOCK_MOST];
      unpacked_block block;
      packed_block(format, unit, b % most, o % GROUP, bytes);
      unpack_block(format, bytes, &block);
      for (size_t r = 0; r < rows; r++) {
        size_t at = (first + r) * x->inputs + b * length;
        totals[r] = add_block(format, &block, x->q + at, x->scales + at / 32, x->sums + at / 16, totals[r]);
      }
      if (b % most == most - 1) unit += packed_unit_bytes(format, most);
    }
    for (size_t r = 0; r < rows; r++) {
      float *y = p->y + (first + r) * p->y_row + o, total = totals[r] + 0.0f;
      *y = p->adds ? *y + total : total;
    }
  }
}

static void rows_any(const ck_quantized_rows *x, size_t first, size_t rows, const ck_packed_product *p,
                     size_t begin, size_t end) {
  BLOCK_DISPATCH(p->format, rows_any_of, x, first, rows, p, begin, end)
}

#define SOME_ROWS(count)                                                                            \
  static void rows_##count(const ck_quantized_rows *x, size_t row, const ck_packed_product *p,      \
                           size_t begin, size_t end) {                                              \
    rows_any(x, row, count, p, begin, end);                                                         \
  }
SOME_ROWS(1)
SOME_ROWS(2)
SOME_ROWS(3)
SOME_ROWS(4)
#undef SOME_ROWS

static const packed_instance reference = {{rows_1, rows_2, rows_3, rows_4}, NULL, NULL};

static const packed_instance *best_instance(void) {
  enum ck_instance instance = ck_prepare();
#if CK_X86
  if (instance == CK_USE_AVX512 && __builtin_cpu_supports("avx512vnni")) return &packed_vnni;
  if (instance != CK_REFERENCE) return &packed_avx2;
#endif
  (void)instance;
  return &reference;
}

/// All rows times some groups, a few at a time while a group is near.
static void walk_rows(const packed_instance *with, const ck_quantized_rows *x, const ck_packed_product *p,
                      size_t begin, size_t end) {
  if (x->rows == 0) return;
  if (x->rows <= PACKED_FEW) {
    with->few[x->rows - 1](x, 0, p, begin, end);
    return;
  }
  for (size_t g = begin; g < end; g++)
    for (size_t r = 0; r < x->rows; r += PACKED_FEW) {
      size_t left = x->rows - r;
      with->few[(left < PACKED_FEW ? left : PACKED_FEW) - 1](x, r, p, g, g + 1);
    }
}

/// The lines of weights of a group.
static size_t group_lines(const ck_packed_product *p, size_t inputs) {
  return packed_group_bytes(p->format, inputs) / LINE;
}

size_t ck_packed_span(const ck_packed_product *products, size_t count, size_t inputs) {
  size_t span = 0;
  for (size_t i = 0; i < count; i++)
    span += packed_groups(products[i].outputs) * group_lines(&products[i], inputs);
  return span;
}

typedef struct {
  const packed_instance *with;
  const ck_quantized_rows *x;
  const ck_packed_product *products;
  size_t count;
  // Where rows are laid out for tiles:
  const packed_tile_block *blocks;
  size_t block_count, span;
} task;

/// The groups whose first line is in a piece of the span: of `block`, or of all rows where it is NULL.
static void multiply_piece(const task *t, const packed_tile_block *block, size_t begin, size_t end) {
  for (size_t i = 0; i < t->count && end > 0; i++) {
    const ck_packed_product *p = &t->products[i];
    size_t groups = packed_groups(p->outputs), lines = group_lines(p, t->x->inputs), all = groups * lines;
    if (begin < all) {
      size_t first = (begin + lines - 1) / lines, last = end < all ? (end + lines - 1) / lines : groups;
      if (first < last) {
        if (block) t->with->tiles(t->x, block, p, first, last);
        else walk_rows(t->with, t->x, p, first, last);
      }
    }
    begin = begin > all ? begin - all : 0;
    end = end > all ? end - all : 0;
  }
}

void ck_multiply_packed_span(const ck_quantized_rows *x, const ck_packed_product *products, size_t count,
                             size_t begin, size_t end) {
  task t = {best_instance(), x, products, count, NULL, 0, 0};
  multiply_piece(&t, NULL, begin, end);
}

static void share_piece(void *context, size_t begin, size_t end) { multiply_piece(context, NULL, begin, end); }

/// Pieces of all blocks of rows, one after the other.
static void share_tiles(void *context, size_t begin, size_t end) {
  const task *t = context;
  for (size_t b = begin / t->span; b < t->block_count && b * t->span < end; b++) {
    size_t first = b * t->span, from = begin > first ? begin - first : 0;
    multiply_piece(t, &t->blocks[b], from, end - first < t->span ? end - first : t->span);
  }
}

typedef struct {
  const packed_instance *with;
  const ck_quantized_rows *x;
  const packed_tile_block *block;
} layout_task;

static void share_layout(void *context, size_t begin, size_t end) {
  const layout_task *t = context;
  t->with->pack_rows(t->x, t->block, begin, end);
}

// One piece of scratch is kept, since new memory costs a fault for every page.
static void *spare;

static void *take_scratch(void) {
  void *found = __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQUIRE);
  return found ? found : ck_allocate(SHARED_BYTES);
}

static void give_scratch(void *memory) { free(__atomic_exchange_n(&spare, memory, __ATOMIC_ACQ_REL)); }

enum { BLOCKS = 64 };

/// The rows as blocks of nearly equal height, as many at a time as the scratch holds. False where one does not
/// fit.
static bool multiply_tiles(task *t, double operations, uint8_t *scratch) {
  size_t chunks = t->x->inputs / 32, each = chunks * (32 + sizeof(packed_tile_heads));
  size_t most = TILE_BYTES / each / PACKED_TILE_STEP * PACKED_TILE_STEP;
  if (most > PACKED_TILE_ROWS) most = PACKED_TILE_ROWS;
  if (most < 4 * PACKED_TILE_STEP) most = 4 * PACKED_TILE_STEP;
  if (most * each > SHARED_BYTES) return false;
  size_t all = (t->x->rows + most - 1) / most;
  packed_tile_block blocks[BLOCKS];
  t->blocks = blocks;
  for (size_t done = 0; done < all;) {
    size_t used = 0, count = 0;
    for (; done < all && count < BLOCKS; done++, count++) {
      size_t row = t->x->rows * done / all, rows = t->x->rows * (done + 1) / all - row;
      size_t padded = (rows + PACKED_TILE_STEP - 1) / PACKED_TILE_STEP * PACKED_TILE_STEP;
      if (used + padded * each > SHARED_BYTES) break;
      packed_tile_heads *heads = (packed_tile_heads *)(scratch + used + padded * chunks * 32);
      blocks[count] = (packed_tile_block){scratch + used, heads, row, rows, padded};
      used += padded * each;
      layout_task l = {t->with, t->x, &blocks[count]};
      ck_parallel(chunks, (double)(padded * chunks * 32), share_layout, &l);
    }
    t->block_count = count;
    ck_parallel(t->span * count, operations, share_tiles, t);
  }
  return true;
}

void ck_multiply_packed(const ck_quantized_rows *x, const ck_packed_product *products, size_t count) {
  task t = {best_instance(), x, products, count, NULL, 0, ck_packed_span(products, count, x->inputs)};
  double outputs = 0;
  for (size_t i = 0; i < count; i++) outputs += (double)products[i].outputs;
  if (outputs == 0 || x->rows == 0) return;
  // Bytes are multiplied several times as fast as f32.
  double operations = 2.0 * (double)x->rows * (double)x->inputs * outputs;
  if (t.with->tiles && x->rows >= TILES_FROM) {
    void *scratch = take_scratch();
    bool done = scratch && multiply_tiles(&t, operations / 4, scratch);
    if (scratch) give_scratch(scratch);
    if (done) return;
  }
  ck_parallel(t.span, operations, share_piece, &t);
}
