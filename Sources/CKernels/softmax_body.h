// Softmax, log-softmax, logsumexp, sparsemax and cross-entropy: ck_softmax.h states the orders.

CK_INLINE void R(row_softmax)(const REAL *x, REAL temperature, REAL *y, size_t rows, size_t width) {
  REAL sums[ROWS_TOGETHER];
  for (size_t j = 0; j < rows; j++) {
    REAL maximum = R(row_maximum)(x + j * width, width) / temperature;
    R(row_exp)(x + j * width, temperature, maximum, y + j * width, width);
  }
  R(row_chains)(false, y, y, rows, width, sums);
  for (size_t j = 0; j < rows; j++) {
    REAL factor = 1 / sums[j];
    for (size_t i = 0; i < width; i++) y[j * width + i] = y[j * width + i] * factor;
  }
}

// The sum of exp(x / temperature - maximum), by sums.h.
CK_INLINE REAL R(row_exp_sum)(const REAL *x, REAL temperature, REAL maximum, size_t count) {
  REAL block[CK_SUM_BLOCK];
  TREE tree;
  tree.blocks = 0;
  for (size_t start = 0; start < count; start += CK_SUM_BLOCK) {
    size_t part = count - start < CK_SUM_BLOCK ? count - start : CK_SUM_BLOCK;
    R(row_exp)(x + start, temperature, maximum, block, part);
    TREE_ADD(&tree, R(sum)(SUM_PLAIN, block, NULL, 0, part));
  }
  return TREE_TOTAL(&tree);
}

typedef struct {
  const REAL *x, *dy;
  REAL *out;
  REAL temperature;
  size_t width;
  const REAL *totals;
} R(row_call);

CK_INLINE void BODY(softmax_rows)(const R(row_call) *c, size_t begin, size_t end) {
  size_t width = c->width, rows = R(rows_together)(width);
  for (size_t r = begin; r < end; r += rows) {
    if (end - r < rows) rows = 1;
    R(row_softmax)(c->x + r * width, c->temperature, c->out + r * width, rows, width);
  }
}

CK_INLINE void BODY(softmax_gradient_rows)(const R(row_call) *c, size_t begin, size_t end) {
  REAL means[ROWS_TOGETHER];
  size_t width = c->width, rows = R(rows_together)(width);
  for (size_t r = begin; r < end; r += rows) {
    if (end - r < rows) rows = 1;
    size_t start = r * width;
    R(row_chains)(true, c->x + start, c->dy + start, rows, width, means);
    for (size_t j = 0; j < rows; j++, start += width)
      for (size_t i = start; i < start + width; i++)
        c->out[i] = (c->x[i] * (c->dy[i] - means[j])) / c->temperature;
  }
}

CK_INLINE void BODY(log_softmax_rows)(const R(row_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *x = c->x + r * c->width;
    REAL *y = c->out + r * c->width;
    REAL maximum = R(row_maximum)(x, c->width) / c->temperature;
    REAL total = R(log)(R(row_exp_sum)(x, c->temperature, maximum, c->width));
    for (size_t i = 0; i < c->width; i++) y[i] = (x[i] / c->temperature - maximum) - total;
  }
}

CK_INLINE void BODY(log_softmax_gradient_rows)(const R(row_call) *c, size_t begin, size_t end) {
  REAL block[256];
  for (size_t r = begin; r < end; r++) {
    const REAL *y = c->x + r * c->width, *dy = c->dy + r * c->width;
    REAL *dx = c->out + r * c->width;
    REAL sum = R(sum)(SUM_PLAIN, dy, NULL, 0, c->width);
    for (size_t start = 0; start < c->width; start += 256) {
      size_t part = c->width - start < 256 ? c->width - start : 256;
      R(row_exp)(y + start, 1, 0, block, part);
      for (size_t i = 0; i < part; i++)
        dx[start + i] = R(fma)(-block[i], sum, dy[start + i]) / c->temperature;
    }
  }
}

CK_INLINE void BODY(logsumexp_rows)(const R(row_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *x = c->x + r * c->width;
    REAL maximum = R(row_maximum)(x, c->width), result = maximum;
    if (maximum - maximum == 0) {
      result = maximum + R(log)(R(row_exp_sum)(x, 1, maximum, c->width));
    } else {
      for (size_t i = 0; i < c->width; i++) result = x[i] != x[i] ? x[i] : result;
    }
    c->out[r] = result;
  }
}

CK_INLINE void BODY(logsumexp_gradient_rows)(const R(row_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *x = c->x + r * c->width;
    REAL *dx = c->out + r * c->width, total = c->totals[r], slope = c->dy[r];
    if (total == (REAL)-__builtin_inf()) {
      for (size_t i = 0; i < c->width; i++) dx[i] = 0;
      continue;
    }
    R(row_exp)(x, 1, total, dx, c->width);
    for (size_t i = 0; i < c->width; i++) dx[i] = dx[i] * slope;
  }
}

CK_INLINE void BODY(sparsemax_rows)(const R(row_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *x = c->x + r * c->width;
    REAL *y = c->out + r * c->width;
    REAL maximum = R(row_maximum)(x, c->width) / c->temperature;
    // No point of the simplex is nearest to a NaN or to infinity.
    bool ordered = maximum - maximum == 0;
    for (size_t i = 0; i < c->width; i++) ordered &= x[i] == x[i];
    for (size_t i = 0; i < c->width; i++) y[i] = x[i] / c->temperature - maximum;
    REAL threshold = -1;
    while (ordered) {
      REAL sum = 0;
      size_t count = 0;
      // Adding 0 for the others changes no sum.
      for (size_t i = 0; i < c->width; i++) {
        sum = sum + (y[i] > threshold ? y[i] : 0);
        count += y[i] > threshold;
      }
      REAL next = (sum - 1) / (REAL)count;
      if (!(next > threshold)) break;
      threshold = next;
    }
    for (size_t i = 0; i < c->width; i++) {
      REAL share = y[i] > threshold ? y[i] - threshold : 0;
      y[i] = ordered ? share : (REAL)__builtin_nan("");
    }
  }
}

CK_INLINE void BODY(sparsemax_gradient_rows)(const R(row_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    const REAL *p = c->x + r * c->width, *dy = c->dy + r * c->width;
    REAL *dx = c->out + r * c->width, sum = 0;
    size_t count = 0;
    for (size_t i = 0; i < c->width; i++)
      if (!(p[i] <= 0)) {
        sum = sum + dy[i];
        count++;
      }
    REAL mean = sum / (REAL)count;
    // A NaN among the shares goes on into the gradient.
    for (size_t i = 0; i < c->width; i++)
      dx[i] = p[i] > 0 ? (dy[i] - mean) / c->temperature : p[i] * 0;
  }
}

#define ROW_KERNEL(name)                                                                       \
  CK_VARIANTS_LOCAL(R(name##_rows), (const R(row_call) *c, size_t begin, size_t end),          \
                    (c, begin, end))                                                           \
  static void R(name##_share)(void *context, size_t begin, size_t end) {                       \
    R(name##_rows)(context, begin, end);                                                       \
  }
ROW_KERNEL(softmax)
ROW_KERNEL(softmax_gradient)
ROW_KERNEL(log_softmax)
ROW_KERNEL(log_softmax_gradient)
ROW_KERNEL(logsumexp)
ROW_KERNEL(logsumexp_gradient)
ROW_KERNEL(sparsemax)
ROW_KERNEL(sparsemax_gradient)
#undef ROW_KERNEL

// By what numbers cost: exponentials in f64 are not yet taken 16 at a time.
#define RUN(name, cost, ...)                                                                    \
  R(row_call) call = {__VA_ARGS__};                                                             \
  ck_parallel(rows, (double)sizeof(REAL) * cost * (double)rows * (double)width, R(name##_share), \
              &call)

void R(ck_softmax_at)(const REAL *x, REAL temperature, REAL *y, size_t rows, size_t width) {
  RUN(softmax, 5, x, NULL, y, temperature, width, NULL);
}
void R(ck_softmax_gradient)(const REAL *p, const REAL *dy, REAL temperature, REAL *dx, size_t rows,
                            size_t width) {
  RUN(softmax_gradient, 2, p, dy, dx, temperature, width, NULL);
}
void R(ck_log_softmax)(const REAL *x, REAL temperature, REAL *y, size_t rows, size_t width) {
  RUN(log_softmax, 5, x, NULL, y, temperature, width, NULL);
}
void R(ck_log_softmax_gradient)(const REAL *y, const REAL *dy, REAL temperature, REAL *dx,
                                size_t rows, size_t width) {
  RUN(log_softmax_gradient, 5, y, dy, dx, temperature, width, NULL);
}
void R(ck_logsumexp)(const REAL *x, REAL *y, size_t rows, size_t width) {
  RUN(logsumexp, 5, x, NULL, y, 1, width, NULL);
}
void R(ck_logsumexp_gradient)(const REAL *x, const REAL *y, const REAL *dy, REAL *dx, size_t rows,
                              size_t width) {
  RUN(logsumexp_gradient, 5, x, dy, dx, 1, width, y);
}
void R(ck_sparsemax)(const REAL *x, REAL temperature, REAL *y, size_t rows, size_t width) {
  RUN(sparsemax, 10, x, NULL, y, temperature, width, NULL);
}
void R(ck_sparsemax_gradient)(const REAL *p, const REAL *dy, REAL temperature, REAL *dx,
                              size_t rows, size_t width) {
  RUN(sparsemax_gradient, 3, p, dy, dx, temperature, width, NULL);
}
#undef RUN

// Cross-entropy.

CK_INLINE REAL R(row_nll)(const REAL *x, size_t width, size_t target, REAL smoothing) {
  REAL maximum = R(row_maximum)(x, width);
  REAL total = R(log)(R(row_exp_sum)(x, 1, maximum, width));
  REAL loss = (maximum - x[target]) + total;
  if (smoothing > 0) {
    REAL all = (maximum - R(sum)(SUM_PLAIN, x, NULL, 0, width) / (REAL)width) + total;
    loss = R(fma)(smoothing, all, (1 - smoothing) * loss);
  }
  return loss;
}

CK_INLINE void BODY(token_loss_rows)(const R(ck_token_loss_call) *c, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++) {
    if (c->targets[r] == c->ignored) {
      c->out[r] = 0;
      continue;
    }
    REAL loss = R(row_nll)(c->logits + r * c->width, c->width, (size_t)c->targets[r], c->smoothing);
    c->out[r] = c->weights ? loss * c->weights[r] : loss;
  }
}
CK_VARIANTS_LOCAL(R(token_loss_rows), (const R(ck_token_loss_call) *c, size_t begin, size_t end),
                  (c, begin, end))

CK_INLINE void BODY(token_slope_rows)(const R(ck_token_loss_call) *c, size_t begin, size_t end) {
  size_t width = c->width;
  for (size_t r = begin; r < end; r++) {
    REAL *dx = c->out + r * width;
    if (c->targets[r] == c->ignored) {
      for (size_t i = 0; i < width; i++) dx[i] = 0;
      continue;
    }
    size_t target = (size_t)c->targets[r];
    R(row_softmax)(c->logits + r * width, 1, dx, 1, width);
    if (c->smoothing > 0) {
      REAL even = c->smoothing / (REAL)width;
      for (size_t i = 0; i < width; i++) dx[i] = dx[i] - even;
    }
    dx[target] = dx[target] - (1 - c->smoothing);
    REAL slope = c->weights ? c->cotangents[r] * c->weights[r] : c->cotangents[r];
    for (size_t i = 0; i < width; i++) dx[i] = dx[i] * slope;
  }
}
CK_VARIANTS_LOCAL(R(token_slope_rows), (const R(ck_token_loss_call) *c, size_t begin, size_t end),
                  (c, begin, end))

static void R(token_loss_share)(void *context, size_t begin, size_t end) {
  R(token_loss_rows)(context, begin, end);
}
static void R(token_slope_share)(void *context, size_t begin, size_t end) {
  R(token_slope_rows)(context, begin, end);
}

void R(ck_token_loss)(const R(ck_token_loss_call) *call) {
  R(ck_token_loss_call) copy = *call;
  ck_parallel(copy.rows, (double)sizeof(REAL) * 5 * (double)copy.rows * (double)copy.width,
              R(token_loss_share), &copy);
}
void R(ck_token_loss_gradient)(const R(ck_token_loss_call) *call) {
  R(ck_token_loss_call) copy = *call;
  ck_parallel(copy.rows, (double)sizeof(REAL) * 5 * (double)copy.rows * (double)copy.width,
              R(token_slope_share), &copy);
}
