// Included by pooling.c for each REAL. Items are planes, for gradients, or rows of outputs. A few adds an
// element: there is one instance.

typedef struct {
  const REAL *dy;
  const int32_t *places;
  REAL *dx;
  size_t positions, plane;
} R(scattering);

static void R(share_scatter)(void *context, size_t begin, size_t end) {
  const R(scattering) *p = context;
  for (size_t item = begin; item < end; item++) {
    const REAL *dy = p->dy + item * p->positions;
    const int32_t *places = p->places + item * p->positions;
    REAL *dx = p->dx + item * p->plane;
    for (size_t i = 0; i < p->plane; i++) dx[i] = 0;
    for (size_t i = 0; i < p->positions; i++) dx[places[i]] = dx[places[i]] + dy[i];
  }
}

void R(ck_scatter_planes)(const REAL *dy, const int32_t *places, REAL *dx, size_t planes,
                                  size_t positions, size_t plane) {
  (void)ck_prepare();
  if (planes == 0 || plane == 0) return;
  R(scattering) p = {dy, places, dx, positions, plane};
  ck_parallel(planes, 4.0 * (double)planes * ((double)positions + (double)plane),
              R(share_scatter), &p);
}

typedef struct {
  const ck_averages *a;
  const REAL *from;
  REAL *to;
} R(averaging);

CK_INLINE REAL R(divisor)(const ck_averages *a, const int32_t *rows,
                                  const int32_t *columns) {
  size_t count = (size_t)(rows[1] - rows[0]) * (size_t)(columns[1] - columns[0]);
  return (REAL)(a->divisor > 0 ? a->divisor : count);
}

static void R(share_average)(void *context, size_t begin, size_t end) {
  const R(averaging) *p = context;
  const ck_averages *a = p->a;
  for (size_t item = begin; item < end; item++) {
    const REAL *x = p->from + item / a->out_height * a->height * a->width;
    const int32_t *rows = a->rows + item % a->out_height * 2;
    REAL *y = p->to + item * a->out_width;
    for (size_t ox = 0; ox < a->out_width; ox++) {
      const int32_t *columns = a->columns + ox * 2;
      REAL sum = 0;
      for (int32_t iy = rows[0]; iy < rows[1]; iy++)
        for (int32_t ix = columns[0]; ix < columns[1]; ix++)
          sum = sum + x[(size_t)iy * a->width + (size_t)ix];
      y[ox] = sum / R(divisor)(a, rows, columns);
    }
  }
}

static void R(share_average_gradient)(void *context, size_t begin, size_t end) {
  const R(averaging) *p = context;
  const ck_averages *a = p->a;
  for (size_t item = begin; item < end; item++) {
    const REAL *dy = p->from + item * a->out_height * a->out_width;
    REAL *dx = p->to + item * a->height * a->width;
    for (size_t i = 0; i < a->height * a->width; i++) dx[i] = 0;
    for (size_t oy = 0; oy < a->out_height; oy++)
      for (size_t ox = 0; ox < a->out_width; ox++) {
        const int32_t *rows = a->rows + oy * 2, *columns = a->columns + ox * 2;
        REAL part = dy[oy * a->out_width + ox] / R(divisor)(a, rows, columns);
        for (int32_t iy = rows[0]; iy < rows[1]; iy++)
          for (int32_t ix = columns[0]; ix < columns[1]; ix++) {
            REAL *element = dx + (size_t)iy * a->width + (size_t)ix;
            *element = *element + part;
          }
      }
  }
}

/// The work of all planes, where windows overlap little.
CK_INLINE double R(average_work)(const ck_averages *a) {
  return 8.0 * (double)a->planes *
         ((double)a->height * (double)a->width + (double)a->out_height * (double)a->out_width);
}

void R(ck_average)(const ck_averages *a, const REAL *x, REAL *y) {
  (void)ck_prepare();
  if (a->planes * a->out_height * a->out_width == 0) return;
  R(averaging) p = {a, x, y};
  ck_parallel(a->planes * a->out_height, R(average_work)(a), R(share_average), &p);
}

void R(ck_average_gradient)(const ck_averages *a, const REAL *dy, REAL *dx) {
  (void)ck_prepare();
  if (a->planes * a->height * a->width == 0) return;
  R(averaging) p = {a, dy, dx};
  ck_parallel(a->planes, R(average_work)(a), R(share_average_gradient), &p);
}
