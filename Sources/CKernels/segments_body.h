// Included by gather.c for each REAL: sums, means and maxima by segment.

typedef struct {
  const REAL *x;
  const int32_t *ids, *counts;
  REAL empty;
  REAL *y;
  int32_t *winners;
  size_t rows, segments, width;
} R(segments);

static void R(share_sums)(void *context, size_t begin, size_t end) {
  const R(segments) *s = context;
  for (size_t item = begin; item < end; item++) {
    column_block b = block_of(item, s->width);
    for (size_t g = 0; g < s->segments; g++)
      for (size_t i = 0; i < b.columns; i++) s->y[g * s->width + b.first + i] = 0;
    for (size_t r = 0; r < s->rows; r++) {
      const REAL *x = s->x + r * s->width + b.first;
      REAL *y = s->y + (size_t)s->ids[r] * s->width + b.first;
      for (size_t i = 0; i < b.columns; i++) y[i] = y[i] + x[i];
    }
    for (size_t g = 0; s->counts && g < s->segments; g++) {
      REAL *y = s->y + g * s->width + b.first, count = (REAL)s->counts[g];
      for (size_t i = 0; i < b.columns; i++) y[i] = s->counts[g] == 0 ? s->empty : y[i] / count;
    }
  }
}

static void R(share_maxima)(void *context, size_t begin, size_t end) {
  const R(segments) *s = context;
  for (size_t item = begin; item < end; item++) {
    column_block b = block_of(item, s->width);
    for (size_t g = 0; g < s->segments; g++)
      for (size_t i = 0; i < b.columns; i++) {
        s->y[g * s->width + b.first + i] = s->empty;
        s->winners[g * s->width + b.first + i] = -1;
      }
    for (size_t r = 0; r < s->rows; r++) {
      const REAL *x = s->x + r * s->width + b.first;
      size_t to = (size_t)s->ids[r] * s->width + b.first;
      REAL *y = s->y + to;
      int32_t *winners = s->winners + to;
      for (size_t i = 0; i < b.columns; i++) {
        // A NaN beats all but a NaN.
        bool wins = winners[i] < 0 || x[i] > y[i] || (x[i] != x[i] && y[i] == y[i]);
        y[i] = wins ? x[i] : y[i];
        winners[i] = wins ? (int32_t)r : winners[i];
      }
    }
  }
}

static void R(share_rows_back)(void *context, size_t begin, size_t end) {
  const R(segments) *s = context;
  for (size_t r = begin; r < end; r++) {
    size_t g = (size_t)s->ids[r];
    const REAL *dy = s->x + g * s->width;
    REAL *dx = s->y + r * s->width;
    if (s->winners) {
      const int32_t *winners = s->winners + g * s->width;
      for (size_t i = 0; i < s->width; i++) dx[i] = winners[i] == (int32_t)r ? dy[i] : 0;
    } else {
      REAL count = s->counts ? (REAL)s->counts[g] : 1;
      for (size_t i = 0; i < s->width; i++) dx[i] = dy[i] / count;
    }
  }
}

static void R(run_segments)(R(segments) *s, size_t items, ck_range_body body) {
  (void)ck_prepare();
  double elements = (double)(s->rows + s->segments) * (double)s->width;
  ck_parallel(items, 2 * elements, body, s);
}

void R(ck_segment_sum)(const REAL *x, const int32_t *ids, const int32_t *counts, REAL empty,
                               REAL *y, size_t rows, size_t segments, size_t width) {
  R(segments) s = {x, ids, counts, empty, y, NULL, rows, segments, width};
  R(run_segments)(&s, column_blocks(width), R(share_sums));
}

void R(ck_segment_sum_gradient)(const REAL *dy, const int32_t *ids, const int32_t *counts,
                                        REAL *dx, size_t rows, size_t width) {
  R(segments) s = {dy, ids, counts, 0, dx, NULL, rows, 0, width};
  R(run_segments)(&s, rows, R(share_rows_back));
}

void R(ck_segment_max)(const REAL *x, const int32_t *ids, REAL empty, REAL *y,
                               int32_t *winners, size_t rows, size_t segments, size_t width) {
  R(segments) s = {x, ids, NULL, empty, y, winners, rows, segments, width};
  R(run_segments)(&s, column_blocks(width), R(share_maxima));
}

void R(ck_segment_max_gradient)(const REAL *dy, const int32_t *ids, const int32_t *winners,
                                        REAL *dx, size_t rows, size_t width) {
  R(segments) s = {dy, ids, NULL, 0, dx, (int32_t *)winners, rows, 0, width};
  R(run_segments)(&s, rows, R(share_rows_back));
}
