// Included by pooling.c for each REAL.

typedef struct {
  const R(ck_resampling) *s;
  const REAL *from;
  REAL *to;
} R(resampling);

// Items are rows of outputs.
CK_INLINE void BODY(resample_rows)(const R(resampling) *p, size_t begin, size_t end) {
  const R(ck_resampling) *s = p->s;
  bool copies = s->row_taps == 1 && s->column_taps == 1;
  for (size_t item = begin; item < end; item++) {
    const REAL *x = p->from + item / s->out_height * s->height * s->width;
    size_t row = item % s->out_height * s->row_taps;
    REAL *y = p->to + item * s->out_width;
    for (size_t ox = 0; ox < s->out_width; ox++) {
      const int32_t *columns = s->column_places + ox * s->column_taps;
      const REAL *weights = s->column_weights + ox * s->column_taps;
      REAL sum = 0;
      for (size_t i = row; i < row + s->row_taps; i++) {
        const REAL *from = x + (size_t)s->row_places[i] * s->width;
        if (copies) {
          sum = from[columns[0]];
          continue;
        }
        if (s->row_weights[i] == 0) continue;
        REAL across = 0;
        for (size_t j = 0; j < s->column_taps; j++)
          if (weights[j] != 0) across = R(fma)(weights[j], from[columns[j]], across);
        sum = R(fma)(s->row_weights[i], across, sum);
      }
      y[ox] = copies ? sum : sum + (REAL)0;
    }
  }
}
CK_VARIANTS_LOCAL(R(resample_rows),
                  (const R(resampling) *p, size_t begin, size_t end), (p, begin, end))

// Items are planes.
CK_INLINE void BODY(resample_back)(const R(resampling) *p, size_t begin, size_t end) {
  const R(ck_resampling) *s = p->s;
  bool copies = s->row_taps == 1 && s->column_taps == 1;
  size_t plane = s->height * s->width;
  for (size_t item = begin; item < end; item++) {
    const REAL *dy = p->from + item * s->out_height * s->out_width;
    REAL *dx = p->to + item * plane;
    for (size_t i = 0; i < plane; i++) dx[i] = 0;
    for (size_t oy = 0; oy < s->out_height; oy++)
      for (size_t ox = 0; ox < s->out_width; ox++, dy++)
        for (size_t i = oy * s->row_taps; i < (oy + 1) * s->row_taps; i++) {
          if (!copies && s->row_weights[i] == 0) continue;
          REAL part = copies ? *dy : s->row_weights[i] * *dy;
          REAL *row = dx + (size_t)s->row_places[i] * s->width;
          for (size_t j = ox * s->column_taps; j < (ox + 1) * s->column_taps; j++) {
            REAL *element = row + s->column_places[j];
            if (copies)
              *element = *element + part;
            else if (s->column_weights[j] != 0)
              *element = R(fma)(s->column_weights[j], part, *element);
          }
        }
    for (size_t i = 0; i < plane; i++) dx[i] = dx[i] + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(R(resample_back),
                  (const R(resampling) *p, size_t begin, size_t end), (p, begin, end))

static void R(share_resample)(void *context, size_t begin, size_t end) {
  R(resample_rows)(context, begin, end);
}
static void R(share_resample_back)(void *context, size_t begin, size_t end) {
  R(resample_back)(context, begin, end);
}

CK_INLINE double R(resample_work)(const R(ck_resampling) *s) {
  return 8.0 * (double)s->planes * (double)s->out_height * (double)s->out_width *
             (double)s->row_taps * (double)s->column_taps +
         (double)s->planes * (double)s->height * (double)s->width;
}

void R(ck_resample)(const R(ck_resampling) *s, const REAL *x, REAL *y) {
  (void)ck_prepare();
  if (s->planes * s->out_height * s->out_width == 0) return;
  R(resampling) p = {s, x, y};
  ck_parallel(s->planes * s->out_height, R(resample_work)(s), R(share_resample), &p);
}

void R(ck_resample_gradient)(const R(ck_resampling) *s, const REAL *dy, REAL *dx) {
  (void)ck_prepare();
  if (s->planes * s->height * s->width == 0) return;
  R(resampling) p = {s, dy, dx};
  ck_parallel(s->planes, R(resample_work)(s), R(share_resample_back), &p);
}
