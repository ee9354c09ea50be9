// Included by nearest.c for each REAL.

typedef REAL R(code_lanes) __attribute__((ext_vector_type(CODE_LANES)));

typedef struct {
  int kind;
  const REAL *x, *codes, *dy;
  // [ceil(count / 16)][width][16], those beyond the last 0; and the lengths of the codes.
  REAL *panels, *lengths;
  REAL *y, *code_gradient;
  // For the nearest: what is kept of a row's distances.
  REAL *values;
  int32_t *indices;
  size_t n, rows, count, width;
  int64_t result;
} R(distances);

CK_INLINE size_t R(panel_count)(const R(distances) *p) {
  return (p->count + CODE_LANES - 1) / CODE_LANES;
}

// The chains of `rows` (a literal) rows of x with the 16 codes of a panel.
CK_INLINE void R(distance_tile)(int rows, bool squared, const REAL *x, const REAL *panel,
                                        size_t width, R(code_lanes) * sums) {
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++) sums[r] = (R(code_lanes))(0);
  for (size_t i = 0; i < width; i++) {
    R(code_lanes) code;
    memcpy(&code, panel + i * CODE_LANES, sizeof code);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++) {
      R(code_lanes) a = (R(code_lanes))(x[(size_t)r * width + i]);
      R(code_lanes) d = a - code;
      sums[r] = squared ? __builtin_elementwise_fma(d, d, sums[r])
                        : __builtin_elementwise_fma(a, code, sums[r]);
    }
  }
}

CK_INLINE REAL R(length_of)(const REAL *x, size_t stride, size_t width) {
  REAL sum = 0;
  for (size_t i = 0; i < width; i++) sum = R(fma)(x[i * stride], x[i * stride], sum);
  return R(sqrt)(sum + (REAL)0);
}

// The distances of `rows` (a literal) rows from `first` on to all codes; to [rows, count].
CK_INLINE void R(distance_rows)(int rows, const R(distances) *p, size_t first,
                                        REAL *to) {
  const REAL *x = p->x + first * p->width;
  R(code_lanes) sums[ROW_TILE];
  REAL lengths[ROW_TILE] = {0};
  for (int r = 0; p->kind == CK_DISTANCE_COSINE && r < rows; r++)
    lengths[r] = R(length_of)(x + (size_t)r * p->width, 1, p->width);
  for (size_t c = 0; c < p->count; c += CODE_LANES) {
    const REAL *panel = p->panels + c * p->width;
    if (p->kind == CK_DISTANCE_SQUARED)
      R(distance_tile)(rows, true, x, panel, p->width, sums);
    else
      R(distance_tile)(rows, false, x, panel, p->width, sums);
    size_t codes = p->count - c < CODE_LANES ? p->count - c : CODE_LANES;
    for (int r = 0; r < rows; r++) {
      R(code_lanes) sum = sums[r] + (R(code_lanes))(0);
      REAL *y = to + (size_t)r * p->count + c;
      memcpy(y, &sum, codes * sizeof(REAL));
      for (size_t j = 0; p->kind == CK_DISTANCE_COSINE && j < codes; j++) {
        REAL divisor = lengths[r] * p->lengths[c + j];
        y[j] = divisor == 0 ? 0 : y[j] / divisor;
      }
    }
  }
}

// Rows first ..< last, at most ROW_TILE of them.
CK_INLINE void BODY(some_distances)(const R(distances) *p, size_t first, size_t last,
                                         REAL *to) {
  if (last - first == ROW_TILE) R(distance_rows)(ROW_TILE, p, first, to);
  else
    for (size_t r = first; r < last; r++)
      R(distance_rows)(1, p, r, to + (r - first) * p->count);
}
CK_VARIANTS_LOCAL(R(some_distances),
                  (const R(distances) *p, size_t first, size_t last, REAL *to),
                  (p, first, last, to))

CK_INLINE void BODY(pack_codes)(R(distances) *p, size_t begin, size_t end) {
  for (size_t block = begin; block < end; block++)
    for (size_t j = 0; j < CODE_LANES; j++) {
      size_t c = block * CODE_LANES + j;
      const REAL *code = p->codes + c * p->width;
      for (size_t i = 0; i < p->width; i++)
        p->panels[(block * p->width + i) * CODE_LANES + j] = c < p->count ? code[i] : 0;
      if (p->kind == CK_DISTANCE_COSINE && c < p->count)
        p->lengths[c] = R(length_of)(code, 1, p->width);
    }
}
CK_VARIANTS_LOCAL(R(pack_codes), (R(distances) * p, size_t begin, size_t end),
                  (p, begin, end))

static bool R(distances_init)(R(distances) *p) {
  size_t panels = R(panel_count)(p), values = panels * CODE_LANES * p->width;
  p->panels = malloc((values + p->count) * sizeof(REAL));
  if (!p->panels) return false;
  p->lengths = p->panels + values;
  R(pack_codes)(p, 0, panels);
  return true;
}

// Items are tiles of rows.
static void R(share_distances)(void *context, size_t begin, size_t end) {
  const R(distances) *p = context;
  for (size_t first = begin * ROW_TILE; first < p->rows && first < end * ROW_TILE;
       first += ROW_TILE) {
    size_t last = p->rows - first < ROW_TILE ? p->rows : first + ROW_TILE;
    R(some_distances)(p, first, last, p->y + first * p->count);
  }
}

// The nearest alone; -1 for a NaN.
CK_INLINE int64_t R(nearest_of)(const REAL *y, bool largest, size_t count) {
  size_t best = 0;
  bool ordered = true;
  for (size_t c = 0; c < count; c++) {
    ordered &= y[c] == y[c];
    if (largest ? y[c] > y[best] : y[c] < y[best]) best = c;
  }
  return ordered ? (int64_t)best : -1;
}

// The first n of a row's distances, as ck_top gives them.
static int64_t R(keep_nearest)(const R(distances) *p, const REAL *y, size_t row) {
  bool largest = p->kind != CK_DISTANCE_SQUARED;
  REAL *values = p->values ? p->values + row * p->n : NULL;
  int32_t *indices = p->indices ? p->indices + row * p->n : NULL;
  if (p->n > 1) return R(ck_top)(y, largest, values, indices, p->n, 1, p->count);
  int64_t best = R(nearest_of)(y, largest, p->count);
  if (best < 0) return 0;
  if (values) *values = y[best];
  if (indices) *indices = (int32_t)best;
  return CK_ORDERED;
}

static void R(share_nearest)(void *context, size_t begin, size_t end) {
  R(distances) *p = context;
  REAL *y = malloc(ROW_TILE * p->count * sizeof(REAL));
  if (!y) {
    lower_result(&p->result, CK_NO_MEMORY);
    return;
  }
  for (size_t first = begin * ROW_TILE; first < p->rows && first < end * ROW_TILE;
       first += ROW_TILE) {
    size_t last = p->rows - first < ROW_TILE ? p->rows : first + ROW_TILE;
    R(some_distances)(p, first, last, y);
    for (size_t r = first; r < last; r++) {
      int64_t found = R(keep_nearest)(p, y + (r - first) * p->count, r);
      if (found != CK_ORDERED) lower_result(&p->result, found == 0 ? (int64_t)r : found);
    }
  }
  free(y);
}

static bool R(run_distances)(R(distances) *p, ck_range_body body) {
  if (p->rows == 0 || p->count == 0) return true;
  if (!R(distances_init)(p)) return false;
  double operations = 3 * (double)p->rows * (double)p->count * (double)(p->width + 1);
  ck_parallel((p->rows + ROW_TILE - 1) / ROW_TILE, operations, body, p);
  free(p->panels);
  return true;
}

bool R(ck_distances)(int kind, const REAL *x, const REAL *codes, REAL *y, size_t rows,
                             size_t count, size_t width) {
  R(distances)
  p = {.kind = kind, .x = x, .codes = codes, .y = y, .rows = rows, .count = count, .width = width};
  return R(run_distances)(&p, R(share_distances));
}

int64_t R(ck_nearest)(int kind, const REAL *x, const REAL *codes, REAL *values,
                              int32_t *indices, size_t n, size_t rows, size_t count, size_t width) {
  R(distances)
  p = {.kind = kind, .x = x, .codes = codes, .values = values, .indices = indices, .n = n,
       .rows = rows, .count = count, .width = width, .result = INT64_MAX};
  if (!R(run_distances)(&p, R(share_nearest))) return CK_NO_MEMORY;
  return p.result == INT64_MAX ? CK_ORDERED : p.result;
}

// Items are rows of x.
CK_INLINE void BODY(points_back)(const R(distances) *p, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *x = p->x + r * p->width;
    REAL *dx = p->y + r * p->width;
    for (size_t i = 0; i < p->width; i++) dx[i] = 0;
    for (size_t c = 0; c < p->count; c++) {
      const REAL *code = p->codes + c * p->width, dy = p->dy[r * p->count + c];
      for (size_t i = 0; i < p->width; i++) dx[i] = R(fma)(dy, x[i] - code[i], dx[i]);
    }
    for (size_t i = 0; i < p->width; i++) dx[i] = 2 * dx[i] + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(R(points_back), (const R(distances) *p, size_t begin, size_t end),
                  (p, begin, end))

// Items are codes.
CK_INLINE void BODY(codes_back)(const R(distances) *p, size_t begin, size_t end) {
  for (size_t c = begin; c < end; c++) {
    const REAL *code = p->codes + c * p->width;
    REAL *gradient = p->code_gradient + c * p->width;
    for (size_t r = 0; r < p->rows; r++) {
      const REAL *x = p->x + r * p->width, dy = -2 * p->dy[r * p->count + c];
      for (size_t i = 0; i < p->width; i++)
        gradient[i] = R(fma)(dy, x[i] - code[i], gradient[i]);
    }
    for (size_t i = 0; i < p->width; i++) gradient[i] = gradient[i] + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(R(codes_back), (const R(distances) *p, size_t begin, size_t end),
                  (p, begin, end))

static void R(share_points_back)(void *context, size_t begin, size_t end) {
  R(points_back)(context, begin, end);
}
static void R(share_codes_back)(void *context, size_t begin, size_t end) {
  R(codes_back)(context, begin, end);
}

void R(ck_squared_distances_gradient)(const REAL *x, const REAL *codes, const REAL *dy,
                                              REAL *dx, REAL *code_gradient, size_t rows,
                                              size_t count, size_t width) {
  R(distances)
  p = {.x = x, .codes = codes, .dy = dy, .y = dx, .code_gradient = code_gradient, .rows = rows,
       .count = count, .width = width};
  if (width == 0) return;
  double operations = 3 * (double)rows * (double)count * (double)width;
  ck_parallel(rows, operations, R(share_points_back), &p);
  ck_parallel(count, operations, R(share_codes_back), &p);
}
