// Included by convolution_windows.c for each REAL. Items are (plane, tile of positions).

typedef struct {
  const tap_table *table;
  const REAL *x;
  REAL *y;
  int32_t *places;
  size_t plane;  // of x: one of its planes, or of its planes of taps
} R(windows);

CK_INLINE size_t R(tile_positions)(const tap_table *t, size_t tile) {
  size_t rest = t->positions - tile * TAP_TILE;
  return rest < TAP_TILE ? rest : TAP_TILE;
}

static void R(share_unfold)(void *context, size_t begin, size_t end) {
  const R(windows) *p = context;
  const tap_table *t = p->table;
  for (size_t item = begin; item < end; item++) {
    size_t plane = item / t->tiles, tile = item % t->tiles;
    size_t count = R(tile_positions)(t, tile);
    const REAL *x = p->x + plane * p->plane;
    REAL *y = p->y + plane * t->taps * t->positions + tile * TAP_TILE;
    for (size_t tap = 0; tap < t->taps; tap++, y += t->positions) {
      const int32_t *sources = taps_of(t, tap, tile);
      for (size_t i = 0; i < count; i++) y[i] = sources[i] < 0 ? 0 : x[sources[i]];
    }
  }
}

static void R(share_fold)(void *context, size_t begin, size_t end) {
  const R(windows) *p = context;
  const tap_table *t = p->table;
  for (size_t item = begin; item < end; item++) {
    size_t plane = item / t->tiles, tile = item % t->tiles;
    size_t count = R(tile_positions)(t, tile);
    REAL sums[TAP_TILE] = {0};
    for (size_t tap = 0; tap < t->taps; tap++) {
      const int32_t *sources = taps_of(t, tap, tile);
      const REAL *x = p->x + (plane * t->taps + tap) * p->plane;
      for (size_t i = 0; i < count; i++)
        if (sources[i] >= 0) sums[i] = sums[i] + x[sources[i]];
    }
    memcpy(p->y + plane * t->positions + tile * TAP_TILE, sums, count * sizeof(REAL));
  }
}

static void R(share_largest)(void *context, size_t begin, size_t end) {
  const R(windows) *p = context;
  const tap_table *t = p->table;
  for (size_t item = begin; item < end; item++) {
    size_t plane = item / t->tiles, tile = item % t->tiles;
    size_t count = R(tile_positions)(t, tile), first = plane * t->positions + tile * TAP_TILE;
    const REAL *x = p->x + plane * p->plane;
    REAL *y = p->y + first;
    int32_t *places = p->places + first;
    for (size_t i = 0; i < count; i++) places[i] = -1;
    for (size_t tap = 0; tap < t->taps; tap++) {
      const int32_t *sources = taps_of(t, tap, tile);
      for (size_t i = 0; i < count; i++) {
        if (sources[i] < 0) continue;
        REAL value = x[sources[i]];
        // A NaN is kept: nothing is larger, and only what is not NaN gives way to one.
        if (places[i] < 0 || value > y[i] || (value != value && y[i] == y[i])) {
          y[i] = value;
          places[i] = sources[i];
        }
      }
    }
  }
}

// Copies, adds and comparisons are bound by memory, so there is one instance.
static bool R(run_windows)(const ck_convolution *c, const REAL *x, REAL *y,
                                   int32_t *places, enum window_result result) {
  (void)ck_prepare();
  tap_table table;
  bool back = result == FOLDED;
  size_t positions = back ? c->height * c->width : c->out_height * c->out_width;
  if (planes_of(c) * positions == 0) return true;
  if (!taps_make(&table, c, back)) return false;
  size_t plane = back ? c->out_height * c->out_width : c->height * c->width;
  R(windows) p = {&table, x, y, places, plane};
  size_t items = planes_of(c) * table.tiles;
  ck_parallel(items, 4.0 * TAP_TILE * (double)items * (double)table.taps,
              result == UNFOLDED ? R(share_unfold)
              : back             ? R(share_fold)
                                 : R(share_largest),
              &p);
  free(table.sources);
  return true;
}

bool R(ck_unfold)(const ck_convolution *c, const REAL *x, REAL *y) {
  return R(run_windows)(c, x, y, NULL, UNFOLDED);
}

bool R(ck_fold)(const ck_convolution *c, const REAL *y, REAL *x) {
  return R(run_windows)(c, y, x, NULL, FOLDED);
}

bool R(ck_max_pool)(const ck_convolution *c, const REAL *x, REAL *y, int32_t *places) {
  return R(run_windows)(c, x, y, places, LARGEST);
}
