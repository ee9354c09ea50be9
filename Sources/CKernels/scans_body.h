// Included by scans.c for each REAL.

typedef struct {
  const REAL *x, *y, *dy, *initial;
  REAL *out, *other, *initial_gradient;
  size_t axis, inner, lines;
} REAL_NAME(scan);

CK_INLINE void REAL_NAME(lines_load)(REAL *lanes, const REAL *from, const scan_lines *l, size_t t) {
  if (l->together)
    memcpy(lanes, from + l->base[0] + t * l->inner, 16 * sizeof(REAL));
  else
    for (size_t i = 0; i < 16; i++)
      lanes[i] = i < l->count ? from[l->base[i] + t * l->inner] : 0;
}

CK_INLINE void REAL_NAME(lines_store)(REAL *to, const REAL *lanes, const scan_lines *l, size_t t) {
  if (l->together)
    memcpy(to + l->base[0] + t * l->inner, lanes, 16 * sizeof(REAL));
  else
    for (size_t i = 0; i < l->count; i++) to[l->base[i] + t * l->inner] = lanes[i];
}

// One step of log-sum-exp: (m, s) takes x in, and `x` becomes m + log s.
CK_INLINE void REAL_NAME(log_sum_step)(REAL *m, REAL *s, REAL *x) {
  REAL e[16];
  for (int i = 0; i < 16; i++) e[i] = x[i] == m[i] ? 0 : x[i] > m[i] ? m[i] - x[i] : x[i] - m[i];
  REAL_EXP16(e);
  for (int i = 0; i < 16; i++) {
    bool above = x[i] > m[i];
    s[i] = above ? REAL_FMA(s[i], e[i], 1) : s[i] + e[i];
    m[i] = above ? x[i] : m[i];
  }
  for (int i = 0; i < 16; i++) x[i] = m[i] + REAL_LOG(s[i]);
}

CK_INLINE void REAL_NAME(forward)(int kind, const REAL_NAME(scan) *p, const scan_lines *l,
                                  size_t first) {
  REAL state[16], sum[16] = {0}, x[16], b[16];
  for (size_t i = 0; i < 16; i++)
    switch (kind) {
    case SCAN_SUM: state[i] = 0; break;
    case SCAN_PRODUCT: state[i] = 1; break;
    case SCAN_LOG_SUM: state[i] = -__builtin_inff(); break;
    default: state[i] = p->initial && i < l->count ? p->initial[first + i] : 0;
    }
  for (size_t t = 0; t < p->axis; t++) {
    REAL_NAME(lines_load)(x, p->x, l, t);
    if (kind == SCAN_LOG_SUM) {
      REAL_NAME(log_sum_step)(state, sum, x);
      REAL_NAME(lines_store)(p->out, x, l, t);
      continue;
    }
    if (kind == SCAN_RECURRENCE) REAL_NAME(lines_load)(b, p->y, l, t);
    for (int i = 0; i < 16; i++)
      state[i] = kind == SCAN_SUM       ? state[i] + x[i]
                 : kind == SCAN_PRODUCT ? state[i] * x[i]
                                        : REAL_FMA(x[i], state[i], b[i]);
    REAL_NAME(lines_store)(p->out, state, l, t);
  }
}

// `carry` is what came back from place t + 1, `next` what it is multiplied by.
CK_INLINE void REAL_NAME(backward)(int kind, const REAL_NAME(scan) *p, const scan_lines *l,
                                   size_t first) {
  REAL carry[16] = {0}, next[16] = {0}, dy[16], x[16], y[16], out[16];
  for (size_t t = p->axis; t-- > 0;) {
    REAL_NAME(lines_load)(dy, p->dy, l, t);
    if (kind == SCAN_SUM) {
      for (int i = 0; i < 16; i++) carry[i] = carry[i] + dy[i];
      REAL_NAME(lines_store)(p->out, carry, l, t);
      continue;
    }
    REAL_NAME(lines_load)(x, p->x, l, t);
    if (kind == SCAN_LOG_SUM) {
      REAL e[16];
      REAL_NAME(lines_load)(y, p->y, l, t);
      bool last = t + 1 == p->axis;
      for (int i = 0; i < 16; i++) e[i] = last || y[i] == next[i] ? 0 : y[i] - next[i];
      REAL_EXP16(e);
      for (int i = 0; i < 16; i++) carry[i] = REAL_FMA(e[i], carry[i], dy[i]);
      for (int i = 0; i < 16; i++) e[i] = x[i] == y[i] ? 0 : x[i] - y[i];
      REAL_EXP16(e);
      for (int i = 0; i < 16; i++) {
        out[i] = y[i] == -__builtin_inff() ? 0 : e[i] * carry[i];
        next[i] = y[i];
      }
      REAL_NAME(lines_store)(p->out, out, l, t);
      continue;
    }
    for (int i = 0; i < 16; i++) carry[i] = REAL_FMA(next[i], carry[i], dy[i]);
    // What the result was before this place.
    if (t > 0) REAL_NAME(lines_load)(y, p->y, l, t - 1);
    for (size_t i = 0; t == 0 && i < 16; i++)
      y[i] = kind == SCAN_PRODUCT ? 1 : p->initial && i < l->count ? p->initial[first + i] : 0;
    for (int i = 0; i < 16; i++) {
      out[i] = y[i] * carry[i];
      next[i] = x[i];
    }
    REAL_NAME(lines_store)(p->out, out, l, t);
    if (kind == SCAN_RECURRENCE) REAL_NAME(lines_store)(p->other, carry, l, t);
  }
  for (size_t i = 0; p->initial_gradient && i < l->count; i++)
    p->initial_gradient[first + i] = p->axis == 0 ? 0 : next[i] * carry[i];
}

// Items are groups of 16 lines.
#define SCAN(direction, kind, name)                                                           \
  CK_INLINE void REAL_BODY(name)(const REAL_NAME(scan) *p, size_t begin, size_t end) {        \
    for (size_t item = begin; item < end; item++) {                                           \
      scan_lines l = lines_from(16 * item, p->lines, p->axis, p->inner);                      \
      REAL_NAME(direction)(kind, p, &l, 16 * item);                                           \
    }                                                                                         \
  }                                                                                           \
  CK_VARIANTS_LOCAL(REAL_NAME(name), (const REAL_NAME(scan) *p, size_t begin, size_t end),    \
                    (p, begin, end))                                                          \
  static void REAL_NAME(share_##name)(void *context, size_t begin, size_t end) {              \
    REAL_NAME(name)(context, begin, end);                                                     \
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

static void REAL_NAME(run_scan)(REAL_NAME(scan) *p, size_t outer, size_t axis, size_t inner,
                                double cost, ck_range_body body) {
  p->axis = axis;
  p->inner = inner;
  p->lines = outer * inner;
  ck_parallel((p->lines + 15) / 16, cost * (double)p->lines * (double)axis, body, p);
}

void REAL_NAME(ck_cumulative_sum)(const REAL *x, REAL *y, size_t outer, size_t axis, size_t inner) {
  REAL_NAME(scan) p = {.x = x, .out = y};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 2, REAL_NAME(share_sums));
}

void REAL_NAME(ck_cumulative_sum_gradient)(const REAL *dy, REAL *dx, size_t outer, size_t axis,
                                           size_t inner) {
  REAL_NAME(scan) p = {.dy = dy, .out = dx};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 2, REAL_NAME(share_sums_back));
}

void REAL_NAME(ck_cumulative_product)(const REAL *x, REAL *y, size_t outer, size_t axis,
                                      size_t inner) {
  REAL_NAME(scan) p = {.x = x, .out = y};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 2, REAL_NAME(share_products));
}

void REAL_NAME(ck_cumulative_product_gradient)(const REAL *x, const REAL *y, const REAL *dy, REAL *dx,
                                               size_t outer, size_t axis, size_t inner) {
  REAL_NAME(scan) p = {.x = x, .y = y, .dy = dy, .out = dx};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 4, REAL_NAME(share_products_back));
}

void REAL_NAME(ck_cumulative_log_sum)(const REAL *x, REAL *y, size_t outer, size_t axis,
                                      size_t inner) {
  REAL_NAME(scan) p = {.x = x, .out = y};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 40, REAL_NAME(share_log_sums));
}

void REAL_NAME(ck_cumulative_log_sum_gradient)(const REAL *x, const REAL *y, const REAL *dy, REAL *dx,
                                               size_t outer, size_t axis, size_t inner) {
  REAL_NAME(scan) p = {.x = x, .y = y, .dy = dy, .out = dx};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 40, REAL_NAME(share_log_sums_back));
}

void REAL_NAME(ck_recurrence)(const REAL *a, const REAL *b, const REAL *initial, REAL *h,
                              size_t outer, size_t axis, size_t inner) {
  REAL_NAME(scan) p = {.x = a, .y = b, .initial = initial, .out = h};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 2, REAL_NAME(share_recurrences));
}

void REAL_NAME(ck_recurrence_gradient)(const REAL *a, const REAL *h, const REAL *initial,
                                       const REAL *dh, REAL *da, REAL *db, REAL *initial_gradient,
                                       size_t outer, size_t axis, size_t inner) {
  REAL_NAME(scan) p = {.x = a, .y = h, .dy = dh, .initial = initial, .out = da, .other = db,
                       .initial_gradient = initial_gradient};
  REAL_NAME(run_scan)(&p, outer, axis, inner, 4, REAL_NAME(share_recurrences_back));
}
