// Norms of rows (RMS, layer, adaptive) and biases of rows: ck_norms.h states the orders.

enum { R(COLUMNS) = 64 };

/// How a row is brought to h = (x - mean) factor; RMS norm has no mean.
typedef struct {
  REAL mean, factor;
} R(row_scale);

CK_INLINE R(row_scale) R(scale_of_row)(const REAL *x, size_t width, REAL epsilon, bool centered) {
  R(row_scale) scale = {0, 0};
  REAL spread;
  if (centered) {
    scale.mean = R(sum)(SUM_PLAIN, x, NULL, 0, width) / (REAL)width;
    spread = R(sum)(SUM_DEVIATIONS, x, NULL, scale.mean, width) / (REAL)width;
  } else {
    spread = R(sum)(SUM_SQUARES, x, NULL, 0, width) / (REAL)width;
  }
  scale.factor = 1 / R(sqrt)(spread + epsilon);
  return scale;
}

// x - 0 is x, but for the sign of no zero: one form for both norms.
CK_INLINE REAL R(scaled)(REAL x, R(row_scale) scale) { return (x - scale.mean) * scale.factor; }

CK_INLINE REAL R(gain_at)(const REAL *gain, REAL offset, size_t i) {
  return offset != 0 ? offset + gain[i] : gain[i];
}

typedef R(ck_row_norm_call) R(row_norm);

CK_INLINE void BODY(norm_rows)(const R(row_norm) *n, size_t begin, size_t end) {
  size_t width = n->width, bytes = width * sizeof(REAL);
  REAL offset = n->gain_offset;
  // Without memory the results go through the caches as others do.
  REAL *row = streams(n->rows * bytes) ? malloc(bytes) : NULL;
  for (size_t r = begin; r < end; r++) {
    const REAL *x = n->x + r * width;
    REAL *y = row ? row : n->out + r * width;
    R(row_scale) scale = R(scale_of_row)(x, width, n->epsilon, n->centered);
    size_t group = r / n->group_rows * width;
    const REAL *gain = n->gain ? n->gain + group : NULL, *bias = n->bias ? n->bias + group : NULL;
    if (gain && bias) {
      for (size_t i = 0; i < width; i++)
        y[i] = R(fma)(R(scaled)(x[i], scale), R(gain_at)(gain, offset, i), bias[i]);
    } else if (gain) {
      for (size_t i = 0; i < width; i++)
        y[i] = R(scaled)(x[i], scale) * R(gain_at)(gain, offset, i);
    } else if (bias) {
      for (size_t i = 0; i < width; i++) y[i] = R(scaled)(x[i], scale) + bias[i];
    } else {
      for (size_t i = 0; i < width; i++) y[i] = R(scaled)(x[i], scale);
    }
    if (row) stream(n->out + r * width, row, bytes);
  }
  if (row) stream_end();
  free(row);
}
CK_VARIANTS_LOCAL(R(norm_rows), (const R(row_norm) *n, size_t begin, size_t end), (n, begin, end))

CK_INLINE void BODY(norm_slopes)(const R(row_norm) *n, size_t begin, size_t end) {
  size_t width = n->width;
  REAL g[CK_SUM_BLOCK], h[CK_SUM_BLOCK];
  for (size_t r = begin; r < end; r++) {
    const REAL *x = n->x + r * width, *dy = n->dy + r * width;
    const REAL *gain = n->gain ? n->gain + r / n->group_rows * width : NULL;
    REAL *dx = n->out + r * width;
    R(row_scale) scale = R(scale_of_row)(x, width, n->epsilon, n->centered);
    n->statistics[r] = scale.factor;
    if (n->centered) n->statistics[n->rows + r] = scale.mean;
    TREE sums, products;
    sums.blocks = products.blocks = 0;
    for (size_t start = 0; start < width; start += CK_SUM_BLOCK) {
      size_t part = width - start < CK_SUM_BLOCK ? width - start : CK_SUM_BLOCK;
      for (size_t i = 0; i < part; i++)
        g[i] = gain ? dy[start + i] * R(gain_at)(gain, n->gain_offset, start + i) : dy[start + i];
      for (size_t i = 0; i < part; i++)
        h[i] = n->centered ? R(scaled)(x[start + i], scale) : x[start + i];
      if (n->centered) TREE_ADD(&sums, R(sum)(SUM_PLAIN, g, NULL, 0, part));
      TREE_ADD(&products, R(sum)(SUM_PRODUCTS, g, h, 0, part));
    }
    REAL a = n->centered ? TREE_TOTAL(&sums) / (REAL)width : 0;
    REAL b = TREE_TOTAL(&products), factor = scale.factor;
    REAL pull = ((b * factor) * (factor * factor)) / (REAL)width;
    b = b / (REAL)width;
    for (size_t i = 0; i < width; i++) {
      REAL slope = gain ? dy[i] * R(gain_at)(gain, n->gain_offset, i) : dy[i];
      dx[i] = n->centered ? factor * R(fma)(-R(scaled)(x[i], scale), b, slope - a)
                          : R(fma)(-pull, x[i], factor * slope);
    }
  }
}
CK_VARIANTS_LOCAL(R(norm_slopes), (const R(row_norm) *n, size_t begin, size_t end), (n, begin, end))

// Gains and biases: columns begin ..< end in blocks, counted over groups.
CK_INLINE void BODY(norm_columns)(const R(row_norm) *n, size_t begin, size_t end) {
  size_t width = n->width, blocks = (width + R(COLUMNS) - 1) / R(COLUMNS);
  for (size_t item = begin; item < end; item++) {
    size_t group = item / blocks, first = item % blocks * R(COLUMNS);
    size_t columns = width - first < R(COLUMNS) ? width - first : R(COLUMNS);
    REAL *gains = n->gain_gradient ? n->gain_gradient + group * width + first : NULL;
    REAL *biases = n->bias_gradient ? n->bias_gradient + group * width + first : NULL;
    for (size_t r = group * n->group_rows; r < (group + 1) * n->group_rows; r++) {
      const REAL *x = n->x + r * width + first, *dy = n->dy + r * width + first;
      if (gains) {
        R(row_scale) scale = {n->centered ? n->statistics[n->rows + r] : 0, n->statistics[r]};
        for (size_t i = 0; i < columns; i++)
          gains[i] = R(fma)(dy[i], R(scaled)(x[i], scale), gains[i]);
      }
      if (biases)
        for (size_t i = 0; i < columns; i++) biases[i] = biases[i] + dy[i];
    }
    if (gains)
      for (size_t i = 0; i < columns; i++) gains[i] = gains[i] + 0;
    if (biases)
      for (size_t i = 0; i < columns; i++) biases[i] = biases[i] + 0;
  }
}
CK_VARIANTS_LOCAL(R(norm_columns), (const R(row_norm) *n, size_t begin, size_t end),
                  (n, begin, end))

static void R(share_norm_rows)(void *context, size_t begin, size_t end) {
  R(norm_rows)(context, begin, end);
}
static void R(share_norm_slopes)(void *context, size_t begin, size_t end) {
  R(norm_slopes)(context, begin, end);
}
static void R(share_norm_columns)(void *context, size_t begin, size_t end) {
  R(norm_columns)(context, begin, end);
}

void R(ck_row_norm)(const R(ck_row_norm_call) *call) {
  R(row_norm) n = *call;
  ck_parallel(n.rows, 4.0 * (double)n.rows * (double)n.width, R(share_norm_rows), &n);
}

bool R(ck_row_norm_gradient)(const R(ck_row_norm_call) *call) {
  R(row_norm) n = *call;
  if (n.rows == 0 || n.width == 0) return true;
  REAL *memory = NULL;
  if (!n.statistics) {
    memory = malloc(2 * n.rows * sizeof(REAL));
    if (!memory) return false;
    n.statistics = memory;
  }
  double operations = 8.0 * (double)n.rows * (double)n.width;
  ck_parallel(n.rows, operations, R(share_norm_slopes), &n);
  if (n.gain_gradient || n.bias_gradient) {
    size_t blocks = (n.width + R(COLUMNS) - 1) / R(COLUMNS);
    ck_parallel(n.rows / n.group_rows * blocks, operations, R(share_norm_columns), &n);
  }
  free(memory);
  return true;
}

// Biases.

CK_INLINE void BODY(ck_add_bias)(const REAL *x, const REAL *bias, REAL *y, size_t rows,
                                 size_t width) {
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < width; i++) y[r * width + i] = x[r * width + i] + bias[i];
}
CK_VARIANTS(R(ck_add_bias),
            (const REAL *x, const REAL *bias, REAL *y, size_t rows, size_t width),
            (x, bias, y, rows, width))

void R(ck_bias_gradient)(const REAL *dy, REAL *gradient, size_t rows, size_t width) {
  if (rows == 0 || width == 0) return;
  R(row_norm) n = {.x = dy, .dy = dy, .bias_gradient = gradient, .rows = rows, .width = width,
                   .group_rows = rows};
  ck_parallel((width + R(COLUMNS) - 1) / R(COLUMNS), 2.0 * (double)rows * (double)width,
              R(share_norm_columns), &n);
}
