// One instance of the matrix products of gemm.h: register tiles, packing of rows, blocks. Included after
//   INSTANCE(x), TARGET  the suffix and the attribute of its functions
//   ROWS                 the most rows of a tile
//   BOTH_ROWS            up to so many rows a tile takes both vectors of a panel, more take one after the other
//   A_STRIDE             the rows of a packed tile of the left operand (ROWS or a little more)
//   ROW_PANELS           the panels that one row walks through together

// `rows` rows of a packed tile times `vectors` (both literals) of a panel, over one block of k. Nothing
// may be called in here: the sums would be spilled in the loop. Many rows and one vector take the fewest
// instructions, since each factor is a multiplication's operand in memory; few rows have too few chains for that.
CK_INLINE void INSTANCE(tile)(int rows, int vectors, const REAL *a, const REAL *b, size_t k, REAL *c,
                              ptrdiff_t c_row, bool first, bool last) {
  LANES sums[ROWS][2];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sums[r][v] = first ? (LANES)(0) : vector_load(c + r * c_row + v * COUNT);
#pragma clang loop unroll_count(2)
  for (size_t i = 0; i < k; i++, a += A_STRIDE, b += PANEL) {
    LANES w[2];
    __builtin_prefetch((const char *)a + TILE_AHEAD, 0, 3);
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) w[v] = vector_load(b + v * COUNT);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sums[r][v] = __builtin_elementwise_fma((LANES)(a[r]), w[v], sums[r][v]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      vector_store(c + r * c_row + v * COUNT, last ? sums[r][v] + (LANES)(0) : sums[r][v]);
}

#define TILE_PARAMETERS \
  const REAL *a, const REAL *b, size_t k, REAL *c, ptrdiff_t c_row, bool first, bool last
#define TILE(rows)                                                 \
  TARGET static void INSTANCE(tile_##rows)(TILE_PARAMETERS) {      \
    INSTANCE(tile)(rows, rows <= BOTH_ROWS ? 2 : 1, a, b, k, c, c_row, first, last);          \
  }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)
#if ROWS == 24
TILE(7) TILE(8) TILE(9) TILE(10) TILE(11) TILE(12) TILE(13) TILE(14) TILE(15)
TILE(16) TILE(17) TILE(18) TILE(19) TILE(20) TILE(21) TILE(22) TILE(23) TILE(24)
#endif
static void (*const INSTANCE(tiles)[])(TILE_PARAMETERS) = {
    NULL,
    INSTANCE(tile_1), INSTANCE(tile_2), INSTANCE(tile_3),
    INSTANCE(tile_4), INSTANCE(tile_5), INSTANCE(tile_6),
#if ROWS == 24
    INSTANCE(tile_7), INSTANCE(tile_8), INSTANCE(tile_9),
    INSTANCE(tile_10), INSTANCE(tile_11), INSTANCE(tile_12),
    INSTANCE(tile_13), INSTANCE(tile_14), INSTANCE(tile_15),
    INSTANCE(tile_16), INSTANCE(tile_17), INSTANCE(tile_18),
    INSTANCE(tile_19), INSTANCE(tile_20), INSTANCE(tile_21),
    INSTANCE(tile_22), INSTANCE(tile_23), INSTANCE(tile_24),
#endif
};
#undef TILE

// One row times some panels (a literal), all of k: the sums of each.
CK_INLINE void INSTANCE(row)(int panels, int storage, const REAL *a, const void *b, size_t k,
                             REAL *sums) {
  (void)storage; // where there are no halves
  LANES all[ROW_PANELS][2];
#pragma clang loop unroll(full)
  for (int n = 0; n < panels; n++)
#pragma clang loop unroll(full)
    for (int v = 0; v < 2; v++) all[n][v] = vector_load(sums + n * PANEL + v * COUNT);
  for (size_t i = 0; i < k; i++) {
    LANES value = (LANES)(a[i]);
#pragma clang loop unroll(full)
    for (int n = 0; n < panels; n++)
#pragma clang loop unroll(full)
      for (int v = 0; v < 2; v++) {
        size_t place = ((size_t)n * k + i) * PANEL + (size_t)v * COUNT;
        if (storage == IN_PANELS || v == 0) {
          const char *from = (const char *)b + place * WIDTH(storage);
          __builtin_prefetch(from + ROW_FAR_AHEAD, 0, 2);
          __builtin_prefetch(from + ROW_AHEAD, 0, 3);
        }
        all[n][v] = __builtin_elementwise_fma(value, WIDEN(storage, b, place), all[n][v]);
      }
  }
#pragma clang loop unroll(full)
  for (int n = 0; n < panels; n++)
#pragma clang loop unroll(full)
    for (int v = 0; v < 2; v++) vector_store(sums + n * PANEL + v * COUNT, all[n][v] + (LANES)(0));
}

#define ROW_PARAMETERS const REAL *a, const void *b, size_t k, REAL *sums
#define ROW(name, panels, storage) \
  TARGET static void INSTANCE(name)(ROW_PARAMETERS) { INSTANCE(row)(panels, storage, a, b, k, sums); }
ROW(row_many, ROW_PANELS, IN_PANELS)
ROW(row_one, 1, IN_PANELS)
#if HALVES
ROW(row_many_f16, ROW_PANELS, IN_F16_PANELS)
ROW(row_one_f16, 1, IN_F16_PANELS)
ROW(row_many_bf16, ROW_PANELS, IN_BF16_PANELS)
ROW(row_one_bf16, 1, IN_BF16_PANELS)
#endif
static void (*const INSTANCE(rows)[][2])(ROW_PARAMETERS) = {
    {INSTANCE(row_one), INSTANCE(row_many)},
#if HALVES
    {INSTANCE(row_one_f16), INSTANCE(row_many_f16)},
    {INSTANCE(row_one_bf16), INSTANCE(row_many_bf16)},
#endif
};
#undef ROW

// The one row of a product whose right operand is packed.
TARGET static void INSTANCE(multiply_row)(const product *p, size_t begin, size_t end) {
  _Alignas(64) REAL sums[ROW_PANELS * PANEL];
  // Where memory is what a row waits for, one stream of it is read faster than several.
  bool abreast = p->k * p->columns * WIDTH(p->storage) < ROW_STREAM_BYTES;
  for (size_t panel = begin; panel < end;) {
    bool many = abreast && end - panel >= ROW_PANELS;
    size_t panels = many ? ROW_PANELS : 1, column = panel * PANEL;
    size_t width = smaller(p->columns - column, panels * PANEL);
    const char *b = (const char *)p->b + panel_place(p, panel, 0) * WIDTH(p->storage);
    memset(sums, 0, sizeof sums);
    if (!p->first) memcpy(sums, p->c + column, width * sizeof(REAL));
    INSTANCE(rows)[p->storage][many](p->a, b, p->k, sums);
    memcpy(p->c + column, sums, width * sizeof(REAL));
    panel += panels;
  }
}

// One tile's rows side by side: to[i][A_STRIDE].
CK_INLINE void INSTANCE(pack_tile)(const product *p, size_t row, size_t rows, size_t start, size_t k,
                                   REAL *to) {
  const REAL *a = p->a + (ptrdiff_t)row * p->a_row + (ptrdiff_t)start * p->a_k;
  if (p->a_k == 1) {
    interleave_rows(a, p->a_row, rows, k, to, A_STRIDE);
  } else if (p->a_row == 1 && p->rows - row >= A_STRIDE) {
    // The rows of the next tile come along; nobody reads them.
    for (size_t i = 0; i < k; i++)
      memcpy(to + i * A_STRIDE, a + (ptrdiff_t)i * p->a_k, A_STRIDE * sizeof(REAL));
  } else {
    for (size_t i = 0; i < k; i++)
      for (size_t r = 0; r < rows; r++)
        to[i * A_STRIDE + r] = a[(ptrdiff_t)r * p->a_row + (ptrdiff_t)i * p->a_k];
  }
}

// `rows` rows of a packed tile times one panel, whose columns may be fewer or stand apart in c.
CK_INLINE void INSTANCE(some_rows)(const product *p, size_t rows, const REAL *a, const REAL *b, size_t k,
                                   REAL *c, size_t width, bool first, bool last) {
  int step = rows <= BOTH_ROWS ? 2 : 1;
  if (width == PANEL && p->c_column == 1) {
    for (int v = 0; v < 2; v += step)
      INSTANCE(tiles)[rows](a, b + v * COUNT, k, c + v * COUNT, p->c_row, first, last);
    return;
  }
  _Alignas(64) REAL edge[ROWS * PANEL];
  memset(edge, 0, sizeof edge);
  for (size_t r = 0; r < rows && !first; r++)
    for (size_t j = 0; j < width; j++)
      edge[r * PANEL + j] = c[(ptrdiff_t)r * p->c_row + (ptrdiff_t)j * p->c_column];
  for (int v = 0; v < 2; v += step)
    INSTANCE(tiles)[rows](a, b + v * COUNT, k, edge + v * COUNT, PANEL, first, last);
  for (size_t r = 0; r < rows; r++)
    for (size_t j = 0; j < width; j++)
      c[(ptrdiff_t)r * p->c_row + (ptrdiff_t)j * p->c_column] = edge[r * PANEL + j];
}

// A block of k of a panel as the tiles read it: in place, or made in `room`.
CK_INLINE const REAL *INSTANCE(panel)(const product *p, size_t panel, size_t start, size_t k,
                                      REAL *room) {
  size_t place = panel_place(p, panel, start);
  if (p->storage == IN_PANELS) return (const REAL *)p->b + place;
  if (p->storage == STRIDED) {
    const REAL *b = (const REAL *)p->b + (ptrdiff_t)start * p->b_k;
    b += (ptrdiff_t)(panel * PANEL) * p->b_column;
    pack_panel(b, p->b_k, p->b_column, k, width_of_panel(p, panel), room);
  } else if (p->storage == IN_F16_PANELS) {
    for (size_t i = 0; i < k * PANEL; i += COUNT)
      vector_store(room + i, WIDEN(IN_F16_PANELS, p->b, place + i));
  } else {
    for (size_t i = 0; i < k * PANEL; i += COUNT)
      vector_store(room + i, WIDEN(IN_BF16_PANELS, p->b, place + i));
  }
  return room;
}

// The packed rows of a block times one panel, BLOCK_K of k at a time, so that this much of the panel and
// the panel's outputs stay in the first cache.
CK_INLINE void INSTANCE(block_panel)(const product *p, const block *b, size_t panel, REAL *room) {
  size_t tiles = b->tile_end - b->tile, width = width_of_panel(p, panel);
  size_t steps = (b->k + BLOCK_K - 1) / BLOCK_K;
  for (size_t step = 0; step < steps; step++) {
    size_t start = b->k * step / steps, k = b->k * (step + 1) / steps - start;
    const REAL *w = INSTANCE(panel)(p, panel, b->start + start, k, room);
    // What the next step reads comes while this one computes, a slice a tile. Where that would be much
    // for a tile, as there are few, it comes as fast by itself.
    size_t slice = (k * PANEL * sizeof(REAL) / tiles + 63) / 64 * 64;
    if (p->storage != IN_PANELS || slice > 4096) slice = 0;
    const REAL *ahead = w + k * PANEL;
    if (step + 1 == steps) ahead = (const REAL *)p->b + panel_place(p, panel + 1, b->start);
    for (size_t t = b->tile; t < b->tile_end; t++) {
      size_t row = tile_row(b, t), height = tile_row(b, t + 1) - row;
      REAL *c = p->c + (ptrdiff_t)row * p->c_row + (ptrdiff_t)(panel * PANEL) * p->c_column;
      if (step == 0) fetch_outputs(c + (ptrdiff_t)height * p->c_row, p->c_row, ROWS);
      fetch((const char *)ahead + (t - b->tile) * slice, slice);
      const REAL *a = b->a + ((t - b->tile) * b->k + start) * A_STRIDE;
      INSTANCE(some_rows)(p, height, a, w, k, c, width, b->first && step == 0,
                          b->last && step + 1 == steps);
    }
  }
}

// Packs tiles of a block.
TARGET static void INSTANCE(pack_tiles)(const product *p, const block *b, size_t tile, size_t tile_end) {
  for (size_t t = tile; t < tile_end; t++)
    INSTANCE(pack_tile)(p, tile_row(b, t), tile_row(b, t + 1) - tile_row(b, t), b->start, b->k,
                        b->a + (t - b->tile) * b->k * A_STRIDE);
}

// A packed block times some panels.
TARGET static void INSTANCE(multiply_block)(const product *p, const block *b, size_t panel,
                                            size_t panel_end) {
  _Alignas(64) REAL room[BLOCK_K * PANEL];
  for (; panel < panel_end; panel++) INSTANCE(block_panel)(p, b, panel, room);
}

// A part of the outputs by one thread: blocks of rows, each packed just before it is used, times all panels.
// Tiles are of nearly equal height, so that no small one is left over.
TARGET static void INSTANCE(multiply)(const product *p, part part) {
  if (is_one_row(p)) {
    INSTANCE(multiply_row)(p, part.panel, part.panel_end);
    return;
  }
  _Alignas(64) REAL small[SMALL_BYTES / sizeof(REAL)];
  _Static_assert(SMALL_BYTES / sizeof(REAL) >= A_STRIDE * LONG_K, "a tile fits");
  size_t rows = part.row_end - part.row, tiles = (rows + ROWS - 1) / ROWS;
  REAL *large = NULL;
  size_t values = SMALL_BYTES / sizeof(REAL);
  if (tiles * A_STRIDE * p->k > values) {
    // Without it blocks are smaller.
    large = take_scratch(FOR_BLOCK);
    if (large) values = LARGE_BYTES / sizeof(REAL);
  }
  size_t k_blocks = k_blocks_of(p), k_most = (p->k + k_blocks - 1) / k_blocks;
  size_t most = values / (A_STRIDE * k_most), blocks = (tiles + most - 1) / most;
  for (size_t n = 0; n < blocks; n++)
    for (size_t m = 0; m < k_blocks; m++) {
      block b = {large ? large : small, part.row, rows, tiles, tiles * n / blocks,
                 tiles * (n + 1) / blocks, 0, 0, false, false};
      set_k_block(p, &b, m, k_blocks);
      INSTANCE(pack_tiles)(p, &b, b.tile, b.tile_end);
      INSTANCE(multiply_block)(p, &b, part.panel, part.panel_end);
    }
  if (large) give_scratch(FOR_BLOCK, large);
}

TARGET static void INSTANCE(pack)(const product *p, REAL *panels, size_t begin, size_t end) {
  pack_panels(p, panels, begin, end);
}
static const instance INSTANCE(instance) = {ROWS, A_STRIDE, INSTANCE(multiply), INSTANCE(pack),
                                            INSTANCE(pack_tiles), INSTANCE(multiply_block)};
#undef INSTANCE
#undef TARGET
#undef ROWS
#undef BOTH_ROWS
#undef A_STRIDE
#undef ROW_PANELS
#undef TILE_PARAMETERS
#undef ROW_PARAMETERS
