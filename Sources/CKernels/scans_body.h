// Included by scans.c for each REAL.

typedef struct {
  const REAL *x, *y, *dy, *initial;
  REAL *out, *other, *initial_gradient;
  size_t axis, inner, lines, lanes;
} R(scan);

// `width`, a literal, is the number of lanes; those without a line hold 0.
CK_INLINE void R(lines_load)(size_t width, REAL *lanes, const REAL *from,
                                     const scan_lines *l, size_t t) {
  if (l->count == width && l->together) {
    memcpy(lanes, from + l->base[0] + t * l->inner, width * sizeof(REAL));
    return;
  }
  for (size_t i = 0; i < width; i++)
    lanes[i] = i < l->count ? from[l->base[i] + t * l->inner] : 0;
}

CK_INLINE void R(lines_store)(size_t width, REAL *to, const REAL *lanes,
                                      const scan_lines *l, size_t t) {
  if (l->count == width && l->together)
    memcpy(to + l->base[0] + t * l->inner, lanes, width * sizeof(REAL));
  else
    for (size_t i = 0; i < l->count; i++) to[l->base[i] + t * l->inner] = lanes[i];
}

CK_INLINE void R(lanes_exp)(size_t width, REAL *lanes) {
  for (size_t i = 0; i + 16 <= width; i += 16) REAL_EXP16(lanes + i);
}

// One step of log-sum-exp: (m, s) takes x in, and `x` becomes m + log s.
CK_INLINE void R(log_sum_step)(size_t width, REAL *m, REAL *s, REAL *x) {
  REAL e[64];
  for (size_t i = 0; i < width; i++) e[i] = x[i] == m[i] ? 0 : x[i] > m[i] ? m[i] - x[i] : x[i] - m[i];
  R(lanes_exp)(width, e);
  for (size_t i = 0; i < width; i++) {
    bool above = x[i] > m[i];
    s[i] = above ? R(fma)(s[i], e[i], 1) : s[i] + e[i];
    m[i] = above ? x[i] : m[i];
  }
  for (size_t i = 0; i < width; i++) x[i] = m[i] + R(log)(s[i]);
}

CK_INLINE void R(forward)(int kind, size_t width, const R(scan) *p,
                                  const scan_lines *l) {
  REAL state[64], sum[64] = {0}, x[64], b[64];
  for (size_t i = 0; i < width; i++)
    switch (kind) {
    case SCAN_SUM: state[i] = 0; break;
    case SCAN_PRODUCT: state[i] = 1; break;
    case SCAN_LOG_SUM: state[i] = -__builtin_inff(); break;
    default: state[i] = p->initial && i < l->count ? p->initial[l->first + i] : 0;
    }
  for (size_t t = 0; t < p->axis; t++) {
    R(lines_load)(width, x, p->x, l, t);
    if (kind == SCAN_LOG_SUM) {
      R(log_sum_step)(width, state, sum, x);
      R(lines_store)(width, p->out, x, l, t);
      continue;
    }
    if (kind == SCAN_RECURRENCE) R(lines_load)(width, b, p->y, l, t);
    for (size_t i = 0; i < width; i++)
      state[i] = kind == SCAN_SUM       ? state[i] + x[i]
                 : kind == SCAN_PRODUCT ? state[i] * x[i]
                                        : R(fma)(x[i], state[i], b[i]);
    R(lines_store)(width, p->out, state, l, t);
  }
}

// `carry` is what came back from place t + 1, `next` what it is multiplied by.
CK_INLINE void R(backward)(int kind, size_t width, const R(scan) *p,
                                   const scan_lines *l) {
  REAL carry[64] = {0}, next[64] = {0}, dy[64], x[64], y[64], out[64];
  for (size_t t = p->axis; t-- > 0;) {
    R(lines_load)(width, dy, p->dy, l, t);
    if (kind == SCAN_SUM) {
      for (size_t i = 0; i < width; i++) carry[i] = carry[i] + dy[i];
      R(lines_store)(width, p->out, carry, l, t);
      continue;
    }
    R(lines_load)(width, x, p->x, l, t);
    if (kind == SCAN_LOG_SUM) {
      REAL e[64];
      R(lines_load)(width, y, p->y, l, t);
      bool last = t + 1 == p->axis;
      for (size_t i = 0; i < width; i++) e[i] = last || y[i] == next[i] ? 0 : y[i] - next[i];
      R(lanes_exp)(width, e);
      for (size_t i = 0; i < width; i++) carry[i] = R(fma)(e[i], carry[i], dy[i]);
      for (size_t i = 0; i < width; i++) e[i] = x[i] == y[i] ? 0 : x[i] - y[i];
      R(lanes_exp)(width, e);
      for (size_t i = 0; i < width; i++) {
        out[i] = y[i] == -__builtin_inff() ? 0 : e[i] * carry[i];
        next[i] = y[i];
      }
      R(lines_store)(width, p->out, out, l, t);
      continue;
    }
    for (size_t i = 0; i < width; i++) carry[i] = R(fma)(next[i], carry[i], dy[i]);
    // What the result was before this place.
    if (t > 0) R(lines_load)(width, y, p->y, l, t - 1);
    for (size_t i = 0; t == 0 && i < width; i++)
      y[i] = kind == SCAN_PRODUCT ? 1 : p->initial && i < l->count ? p->initial[l->first + i] : 0;
    for (size_t i = 0; i < width; i++) {
      out[i] = y[i] * carry[i];
      next[i] = x[i];
    }
    R(lines_store)(width, p->out, out, l, t);
    if (kind == SCAN_RECURRENCE) R(lines_store)(width, p->other, carry, l, t);
  }
  for (size_t i = 0; p->initial_gradient && i < l->count; i++)
    p->initial_gradient[l->first + i] = p->axis == 0 ? 0 : next[i] * carry[i];
}

// Items are groups of lines.
#define SCAN(direction, kind, name)                                                           \
  CK_INLINE void BODY(name)(const R(scan) *p, size_t begin, size_t end) {        \
    for (size_t item = begin; item < end; item++) {                                           \
      scan_lines l = scan_item(item, p->lanes, p->lines, p->axis, p->inner);                  \
      if (p->lanes == 64) R(direction)(kind, 64, p, &l);                              \
      else if (p->lanes == 16) R(direction)(kind, 16, p, &l);                         \
      else R(direction)(kind, 4, p, &l);                                              \
    }                                                                                         \
  }                                                                                           \
  CK_VARIANTS_LOCAL(R(name), (const R(scan) *p, size_t begin, size_t end),    \
                    (p, begin, end))                                                          \
  static void R(share_##name)(void *context, size_t begin, size_t end) {              \
    R(name)(context, begin, end);                                                     \
  }
SCAN(forward, SCAN_SUM, sums)
SCAN(backward, SCAN_SUM, sums_back)
SCAN(forward, SCAN_PRODUCT, products)
SCAN(backward, SCAN_PRODUCT, products_back)
SCAN(forward, SCAN_LOG_SUM, log_sums)
SCAN(backward, SCAN_LOG_SUM, log_sums_back)
SCAN(forward, SCAN_RECURRENCE, recurrences)
SCAN(backward, SCAN_RECURRENCE, recurrences_back)
#undef SCAN

static void R(run_scan)(R(scan) *p, size_t outer, size_t axis, size_t inner,
                                double cost, ck_range_body body) {
  if (axis == 0 && !p->initial_gradient) return;
  p->axis = axis;
  p->inner = inner;
  p->lines = outer * inner;
  p->lanes = lanes_for(cost >= EXPONENTIALS, inner);
  ck_parallel(scan_items(p->lanes, outer, inner), cost * (double)p->lines * (double)axis, body, p);
}

void R(ck_cumulative_sum)(const REAL *x, REAL *y, size_t outer, size_t axis, size_t inner) {
  R(scan) p = {.x = x, .out = y};
  R(run_scan)(&p, outer, axis, inner, 2, R(share_sums));
}

void R(ck_cumulative_sum_gradient)(const REAL *dy, REAL *dx, size_t outer, size_t axis,
                                           size_t inner) {
  R(scan) p = {.dy = dy, .out = dx};
  R(run_scan)(&p, outer, axis, inner, 2, R(share_sums_back));
}

void R(ck_cumulative_product)(const REAL *x, REAL *y, size_t outer, size_t axis,
                                      size_t inner) {
  R(scan) p = {.x = x, .out = y};
  R(run_scan)(&p, outer, axis, inner, 2, R(share_products));
}

void R(ck_cumulative_product_gradient)(const REAL *x, const REAL *y, const REAL *dy, REAL *dx,
                                               size_t outer, size_t axis, size_t inner) {
  R(scan) p = {.x = x, .y = y, .dy = dy, .out = dx};
  R(run_scan)(&p, outer, axis, inner, 4, R(share_products_back));
}

void R(ck_cumulative_log_sum)(const REAL *x, REAL *y, size_t outer, size_t axis,
                                      size_t inner) {
  R(scan) p = {.x = x, .out = y};
  R(run_scan)(&p, outer, axis, inner, EXPONENTIALS, R(share_log_sums));
}

void R(ck_cumulative_log_sum_gradient)(const REAL *x, const REAL *y, const REAL *dy, REAL *dx,
                                               size_t outer, size_t axis, size_t inner) {
  R(scan) p = {.x = x, .y = y, .dy = dy, .out = dx};
  R(run_scan)(&p, outer, axis, inner, EXPONENTIALS, R(share_log_sums_back));
}

void R(ck_recurrence)(const REAL *a, const REAL *b, const REAL *initial, REAL *h,
                              size_t outer, size_t axis, size_t inner) {
  R(scan) p = {.x = a, .y = b, .initial = initial, .out = h};
  R(run_scan)(&p, outer, axis, inner, 2, R(share_recurrences));
}

void R(ck_recurrence_gradient)(const REAL *a, const REAL *h, const REAL *initial,
                                       const REAL *dh, REAL *da, REAL *db, REAL *initial_gradient,
                                       size_t outer, size_t axis, size_t inner) {
  R(scan) p = {.x = a, .y = h, .dy = dh, .initial = initial, .out = da, .other = db,
                       .initial_gradient = initial_gradient};
  R(run_scan)(&p, outer, axis, inner, 4, R(share_recurrences_back));
}
