// What the matrix products of both types share. Included once by gemm_f32.c and gemm_f64.c, after
//   REAL, NAME(x)        the type and its suffix
//   LANES, COUNT         a 64-byte vector of it and how many values it has
//   GROUP                how many values 16 bytes hold
// A panel holds the columns of two vectors side by side: [k][PANEL].
#include <stdlib.h>

#include "ck_memory.h"
#include "ck_products.h"
#include "half.h"

enum {
  PANEL = 2 * COUNT,
  // A block of packed rows takes at most this much (of the second cache), or, on the stack, this.
  LARGE_BYTES = 768 * 1024,
  SMALL_BYTES = 96 * 1024,
  // What threads pack together takes at most this.
  SHARED_BYTES = 16 * 1024 * 1024,
  // How much of k a block holds, so that outputs are not stored and loaded again often, ...
  LONG_K = 512,
  // ... and how much of it tiles go through at a time, so that the panel stays in the first cache.
  BLOCK_K = 256,
  // A task of several threads has at least so many operations, some ten microseconds of work.
  TASK_OPERATIONS = 2000000,
  // How far ahead of a tile its packed rows are fetched from the second cache, in bytes.
  TILE_AHEAD = 512,
  // How far ahead of one row its panels are fetched, in bytes: into the second cache, then into the first.
  ROW_FAR_AHEAD = 16384,
  ROW_AHEAD = 1024,
  // Weights of so many bytes come from memory, one panel after the other.
  ROW_STREAM_BYTES = 32 << 20,
};

/// How the right operand is stored.
enum storage { IN_PANELS, IN_F16_PANELS, IN_BF16_PANELS, STRIDED };

typedef struct {
  const REAL *a;
  ptrdiff_t a_row, a_k;
  enum storage storage;
  const void *b;
  ptrdiff_t b_k, b_column; // where it is strided
  REAL *c;
  ptrdiff_t c_row, c_column;
  size_t rows, k, columns;
  // Chains start from +0 rather than go on from c; they end here.
  bool first, last;
} product;

/// One row times packed weights: nothing is packed, the panels are walked through side by side.
CK_INLINE bool is_one_row(const product *p) {
  return p->rows == 1 && p->a_k == 1 && p->c_column == 1 && p->last && p->storage != STRIDED;
}

/// The bytes of a packed value.
#define WIDTH(storage) ((storage) == IN_PANELS ? sizeof(REAL) : sizeof(uint16_t))

/// A rectangle of the outputs: rows, and whole panels of columns.
typedef struct {
  size_t row, row_end, panel, panel_end;
} part;

/// Packed rows of the left operand: some tiles, a stretch of k.
typedef struct {
  REAL *a;
  size_t row, rows, tiles; // of the whole part
  size_t tile, tile_end;   // here
  size_t start, k;
  bool first, last;
} block;

/// An instance of the products: its tile, and what it computes by one thread and in pieces.
typedef struct {
  size_t rows, stride;
  void (*multiply)(const product *, part);
  void (*pack)(const product *, REAL *panels, size_t begin, size_t end);
  void (*pack_tiles)(const product *, const block *, size_t tile, size_t tile_end);
  void (*multiply_block)(const product *, const block *, size_t panel, size_t panel_end);
} instance;

/// The row where tile t starts: their heights are as equal as can be.
CK_INLINE size_t tile_row(const block *b, size_t t) { return b->row + b->rows * t / b->tiles; }

/// In how many blocks k is walked through: long ones, so that the outputs are not stored and loaded often.
CK_INLINE size_t k_blocks_of(const product *p) { return (p->k + LONG_K - 1) / LONG_K; }

CK_INLINE void set_k_block(const product *p, block *b, size_t m, size_t k_blocks) {
  b->start = p->k * m / k_blocks;
  b->k = p->k * (m + 1) / k_blocks - b->start;
  b->first = p->first && m == 0;
  b->last = p->last && m + 1 == k_blocks;
}

// Memory for packed rows. One piece of each size is kept, since new memory costs a fault for every page.
enum scratch { FOR_BLOCK, FOR_ALL, SCRATCHES };
static const size_t scratch_bytes[SCRATCHES] = {LARGE_BYTES, SHARED_BYTES};
static void *spare[SCRATCHES];

static REAL *take_scratch(enum scratch kind) {
  void *found = __atomic_exchange_n(&spare[kind], NULL, __ATOMIC_ACQUIRE);
  return found ? found : ck_allocate(scratch_bytes[kind]);
}

static void give_scratch(enum scratch kind, REAL *memory) {
  free(__atomic_exchange_n(&spare[kind], memory, __ATOMIC_ACQ_REL));
}

CK_INLINE LANES vector_load(const REAL *from) {
  LANES lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}
CK_INLINE void vector_store(REAL *to, LANES lanes) { memcpy(to, &lanes, sizeof lanes); }

CK_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

CK_INLINE size_t width_of_panel(const product *p, size_t panel) {
  return smaller(p->columns - panel * PANEL, PANEL);
}

/// Where k ascending from `start` stands in a panel.
CK_INLINE size_t panel_place(const product *p, size_t panel, size_t start) {
  return (panel * p->k + start) * PANEL;
}

/// to[i * stride + r] = from[r * row_stride + i] for GROUP rows and COUNT values of i.
CK_INLINE void interleave(const REAL *const rows[GROUP], REAL *to, size_t stride) {
  enum { BYTES = 16 };
#define STORE(lanes, lane, i)                                    \
  {                                                              \
    REAL all[COUNT];                                             \
    memcpy(all, &lanes, sizeof all);                             \
    memcpy(to + (i) * stride, all + (lane) * GROUP, BYTES);      \
  }
#if GROUP == 4
  LANES a = vector_load(rows[0]), b = vector_load(rows[1]);
  LANES c = vector_load(rows[2]), d = vector_load(rows[3]);
#define PAIR(x, y, i)                                                                     \
  __builtin_shufflevector(x, y, i, i + 16, i + 1, i + 17, i + 4, i + 20, i + 5, i + 21,   \
                          i + 8, i + 24, i + 9, i + 25, i + 12, i + 28, i + 13, i + 29)
#define QUAD(x, y, i)                                                                     \
  __builtin_shufflevector(x, y, i, i + 1, i + 16, i + 17, i + 4, i + 5, i + 20, i + 21,   \
                          i + 8, i + 9, i + 24, i + 25, i + 12, i + 13, i + 28, i + 29)
  LANES ab = PAIR(a, b, 0), cd = PAIR(c, d, 0), ab2 = PAIR(a, b, 2), cd2 = PAIR(c, d, 2);
  LANES turned[4] = {QUAD(ab, cd, 0), QUAD(ab, cd, 2), QUAD(ab2, cd2, 0), QUAD(ab2, cd2, 2)};
#undef PAIR
#undef QUAD
#else
  LANES a = vector_load(rows[0]), b = vector_load(rows[1]);
  LANES turned[2] = {__builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14),
                     __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15)};
#endif
#pragma clang loop unroll(full)
  for (int lane = 0; lane < COUNT / GROUP; lane++)
#pragma clang loop unroll(full)
    for (int j = 0; j < GROUP; j++) STORE(turned[j], lane, (size_t)(lane * GROUP + j))
#undef STORE
}

/// to[i * stride + r] = from[r * row + i] for `rows` rows and `k` values of i. Rows up to the next multiple of GROUP are written too, with values that nobody reads.
CK_INLINE void interleave_rows(const REAL *from, ptrdiff_t row, size_t rows, size_t k, REAL *to,
                               size_t stride) {
  for (size_t r = 0; r < rows; r += GROUP) {
    const REAL *group[GROUP];
    for (size_t j = 0; j < GROUP; j++)
      group[j] = from + (ptrdiff_t)smaller(r + j, rows - 1) * row;
    size_t i = 0;
    for (; i + COUNT <= k; i += COUNT) {
      interleave(group, to + i * stride + r, stride);
      for (size_t j = 0; j < GROUP; j++) group[j] += COUNT;
    }
    for (size_t rest = 0; i + rest < k; rest++)
      for (size_t j = 0; j < GROUP; j++) to[(i + rest) * stride + r + j] = group[j][rest];
  }
}

/// k rows of one panel of a strided operand; the columns it has not are zero.
CK_INLINE void pack_panel(const REAL *b, ptrdiff_t b_k, ptrdiff_t b_column, size_t k, size_t width,
                          REAL *to) {
  if (b_column == 1 && width == PANEL) {
    for (size_t i = 0; i < k; i++) {
      const REAL *from = b + (ptrdiff_t)i * b_k;
      LANES low = vector_load(from), high = vector_load(from + COUNT);
      vector_store(to + i * PANEL, low);
      vector_store(to + i * PANEL + COUNT, high);
    }
    return;
  }
  size_t done = 0;
  if (b_k == 1) {
    done = width / GROUP * GROUP;
    if (done > 0) interleave_rows(b, b_column, done, k, to, PANEL);
  }
  for (size_t i = 0; i < k; i++)
    for (size_t j = done; j < PANEL; j++)
      to[i * PANEL + j] = j < width ? b[(ptrdiff_t)i * b_k + (ptrdiff_t)j * b_column] : 0;
}

/// The panels from `begin` to `end` of a strided operand.
CK_INLINE void pack_panels(const product *p, REAL *panels, size_t begin, size_t end) {
  // Rows of the source that stand together are read together, and what is written stays in the cache.
  enum { STEP = 64 };
  const REAL *b = p->b;
  for (size_t i = 0; i < p->k; i += STEP)
    for (size_t panel = begin; panel < end; panel++)
      pack_panel(b + (ptrdiff_t)i * p->b_k + (ptrdiff_t)(panel * PANEL) * p->b_column, p->b_k, p->b_column,
                 smaller(p->k - i, STEP), width_of_panel(p, panel), panels + panel_place(p, panel, i));
}

/// Brings `bytes` bytes near; an address that is no memory does no harm.
CK_INLINE void fetch(const char *from, size_t bytes) {
  for (size_t i = 0; i < bytes; i += 64) __builtin_prefetch(from + i, 0, 3);
}

/// The same for a panel's columns in some rows of the outputs, which will be written.
CK_INLINE void fetch_outputs(const REAL *c, ptrdiff_t c_row, int rows) {
  for (int r = 0; r < rows; r++) {
    __builtin_prefetch(c + r * c_row, 1);
    __builtin_prefetch(c + r * c_row + COUNT, 1);
  }
}

/// Element (i, column) of the right operand.
CK_INLINE REAL element(const product *p, size_t i, size_t column) {
  size_t place = panel_place(p, column / PANEL, i) + column % PANEL;
  switch (p->storage) {
  case IN_PANELS: return ((const REAL *)p->b)[place];
  case IN_F16_PANELS: return half_widen(CK_F16, ((const uint16_t *)p->b)[place]);
  case IN_BF16_PANELS: return half_widen(CK_BF16, ((const uint16_t *)p->b)[place]);
  case STRIDED:
    return ((const REAL *)p->b)[(ptrdiff_t)i * p->b_k + (ptrdiff_t)column * p->b_column];
  }
}

/// The definition.
__attribute__((unused)) static void multiply_reference(const product *p, part part) {
  for (size_t r = part.row; r < part.row_end; r++)
    for (size_t j = part.panel * PANEL; j < part.panel_end * PANEL && j < p->columns; j++) {
      REAL *c = p->c + (ptrdiff_t)r * p->c_row + (ptrdiff_t)j * p->c_column;
      REAL chain = p->first ? 0 : *c;
      for (size_t i = 0; i < p->k; i++)
        chain = FMA(p->a[(ptrdiff_t)r * p->a_row + (ptrdiff_t)i * p->a_k], element(p, i, j), chain);
      *c = p->last ? chain + 0 : chain;
    }
}
