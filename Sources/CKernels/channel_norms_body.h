// Group, batch and global response norms: ck_norms.h states the orders.

typedef R(ck_channel_norm_call) R(channel_norm);

/// The values that share a mean, in logical order: `runs` stretches of `positions` values, each of one
/// channel. Group norm: the channels of a group; batch norm: one channel's rows.
typedef struct {
  size_t runs, first_channel, channel_step, start, stride, positions;
} R(value_set);

CK_INLINE R(value_set) R(set_of)(const R(channel_norm) *n, size_t s) {
  R(value_set) set = {.positions = n->positions};
  if (n->groups == 0) {
    set.runs = n->batch;
    set.first_channel = s;
    set.start = s * n->positions;
    set.stride = n->channels * n->positions;
  } else {
    set.runs = n->channels / n->groups;
    set.first_channel = s % n->groups * set.runs;
    set.channel_step = 1;
    set.start = (s / n->groups * n->channels + set.first_channel) * n->positions;
    set.stride = n->positions;
  }
  return set;
}

// to = the values first ..< first + count of the set, times their channel's gain where there is one.
CK_INLINE void R(gather)(const R(value_set) *set, const REAL *x, const REAL *gain, size_t first,
                         size_t count, REAL *to) {
  for (size_t done = 0; done < count;) {
    size_t run = (first + done) / set->positions, at = (first + done) % set->positions;
    size_t part = set->positions - at < count - done ? set->positions - at : count - done;
    const REAL *from = x + set->start + run * set->stride + at;
    if (gain) {
      REAL factor = gain[set->first_channel + run * set->channel_step];
      for (size_t i = 0; i < part; i++) to[done + i] = from[i] * factor;
    } else {
      for (size_t i = 0; i < part; i++) to[done + i] = from[i];
    }
    done += part;
  }
}

CK_INLINE REAL R(set_sum)(const R(value_set) *set, const REAL *x, int kind, REAL shift) {
  REAL block[CK_SUM_BLOCK];
  TREE tree;
  tree.blocks = 0;
  size_t count = set->runs * set->positions;
  for (size_t start = 0; start < count; start += CK_SUM_BLOCK) {
    size_t part = count - start < CK_SUM_BLOCK ? count - start : CK_SUM_BLOCK;
    R(gather)(set, x, NULL, start, part, block);
    TREE_ADD(&tree, R(sum)(kind, block, NULL, shift, part));
  }
  return TREE_TOTAL(&tree);
}

CK_INLINE REAL R(norm_factor)(REAL variance, REAL epsilon) {
  return 1 / R(sqrt)(variance + epsilon);
}

CK_INLINE void BODY(channel_rows)(const R(channel_norm) *n, size_t begin, size_t end) {
  for (size_t s = begin; s < end; s++) {
    R(value_set) set = R(set_of)(n, s);
    REAL count = (REAL)(set.runs * set.positions);
    if (!n->fixed) {
      n->means[s] = R(set_sum)(&set, n->x, SUM_PLAIN, 0) / count;
      n->variances[s] = R(set_sum)(&set, n->x, SUM_DEVIATIONS, n->means[s]) / count;
    }
    REAL mean = n->means[s], factor = R(norm_factor)(n->variances[s], n->epsilon);
    for (size_t run = 0; run < set.runs; run++) {
      size_t place = set.start + run * set.stride;
      size_t channel = set.first_channel + run * set.channel_step;
      const REAL *x = n->x + place;
      REAL *y = n->out + place;
      for (size_t i = 0; i < set.positions; i++) y[i] = (x[i] - mean) * factor;
      if (n->gain && n->bias) {
        REAL gain = n->gain[channel], bias = n->bias[channel];
        for (size_t i = 0; i < set.positions; i++) y[i] = R(fma)(y[i], gain, bias);
      } else if (n->gain) {
        for (size_t i = 0; i < set.positions; i++) y[i] = y[i] * n->gain[channel];
      } else if (n->bias) {
        for (size_t i = 0; i < set.positions; i++) y[i] = y[i] + n->bias[channel];
      }
    }
  }
}
CK_VARIANTS_LOCAL(R(channel_rows), (const R(channel_norm) *n, size_t begin, size_t end),
                  (n, begin, end))

CK_INLINE void BODY(channel_slopes)(const R(channel_norm) *n, size_t begin, size_t end) {
  REAL g[CK_SUM_BLOCK], h[CK_SUM_BLOCK];
  for (size_t s = begin; s < end; s++) {
    R(value_set) set = R(set_of)(n, s);
    size_t count = set.runs * set.positions;
    REAL mean = n->means[s], factor = R(norm_factor)(n->variances[s], n->epsilon);
    TREE sums, products;
    sums.blocks = products.blocks = 0;
    for (size_t start = 0; start < count && !n->fixed; start += CK_SUM_BLOCK) {
      size_t part = count - start < CK_SUM_BLOCK ? count - start : CK_SUM_BLOCK;
      R(gather)(&set, n->dy, n->gain, start, part, g);
      R(gather)(&set, n->x, NULL, start, part, h);
      for (size_t i = 0; i < part; i++) h[i] = (h[i] - mean) * factor;
      TREE_ADD(&sums, R(sum)(SUM_PLAIN, g, NULL, 0, part));
      TREE_ADD(&products, R(sum)(SUM_PRODUCTS, g, h, 0, part));
    }
    REAL a = TREE_TOTAL(&sums) / (REAL)count, b = TREE_TOTAL(&products) / (REAL)count;
    for (size_t run = 0; run < set.runs; run++) {
      size_t place = set.start + run * set.stride;
      const REAL *gain = n->gain ? n->gain + set.first_channel + run * set.channel_step : NULL;
      const REAL *x = n->x + place, *dy = n->dy + place;
      REAL *dx = n->out + place;
      for (size_t i = 0; i < set.positions; i++) {
        REAL slope = gain ? dy[i] * *gain : dy[i];
        dx[i] = n->fixed ? slope * factor
                         : factor * R(fma)(-((x[i] - mean) * factor), b, slope - a);
      }
    }
  }
}
CK_VARIANTS_LOCAL(R(channel_slopes), (const R(channel_norm) *n, size_t begin, size_t end),
                  (n, begin, end))

CK_INLINE void BODY(channel_parameters)(const R(channel_norm) *n, size_t begin, size_t end) {
  for (size_t c = begin; c < end; c++) {
    REAL gain = n->gain_gradient ? n->gain_gradient[c] : 0;
    REAL bias = n->bias_gradient ? n->bias_gradient[c] : 0;
    for (size_t b = 0; b < n->batch; b++) {
      size_t s = n->groups ? b * n->groups + c / (n->channels / n->groups) : c;
      REAL mean = n->means[s], factor = R(norm_factor)(n->variances[s], n->epsilon);
      size_t place = (b * n->channels + c) * n->positions;
      for (size_t i = 0; i < n->positions; i++) {
        gain = R(fma)(n->dy[place + i], (n->x[place + i] - mean) * factor, gain);
        bias = bias + n->dy[place + i];
      }
    }
    if (n->gain_gradient) n->gain_gradient[c] = gain + 0;
    if (n->bias_gradient) n->bias_gradient[c] = bias + 0;
  }
}
CK_VARIANTS_LOCAL(R(channel_parameters), (const R(channel_norm) *n, size_t begin, size_t end),
                  (n, begin, end))

static void R(share_channel_rows)(void *context, size_t begin, size_t end) {
  R(channel_rows)(context, begin, end);
}
static void R(share_channel_slopes)(void *context, size_t begin, size_t end) {
  R(channel_slopes)(context, begin, end);
}
static void R(share_channel_parameters)(void *context, size_t begin, size_t end) {
  R(channel_parameters)(context, begin, end);
}

void R(ck_channel_norm)(const R(ck_channel_norm_call) *call) {
  R(channel_norm) n = *call;
  double values = (double)n.batch * (double)n.channels * (double)n.positions;
  if (values == 0) return;
  ck_parallel(n.groups ? n.batch * n.groups : n.channels, 6 * values, R(share_channel_rows), &n);
}

void R(ck_channel_norm_gradient)(const R(ck_channel_norm_call) *call) {
  R(channel_norm) n = *call;
  double values = (double)n.batch * (double)n.channels * (double)n.positions;
  if (values == 0) return;
  ck_parallel(n.groups ? n.batch * n.groups : n.channels, 10 * values, R(share_channel_slopes), &n);
  if (n.gain_gradient || n.bias_gradient)
    ck_parallel(n.channels, 8 * values, R(share_channel_parameters), &n);
}

// Global response norm.

typedef struct {
  const R(ck_response_norm_call) *call;
  /// [batch, channels]: n, the normed sizes; and three rows a batch entry for the gradient.
  REAL *normed, *scratch;
} R(response);

// The sum over positions of x y (or x x) of a channel, by sums.h.
CK_INLINE REAL R(channel_dot)(const REAL *x, const REAL *y, size_t positions, size_t channels) {
  REAL a[CK_SUM_BLOCK], b[CK_SUM_BLOCK];
  TREE tree;
  tree.blocks = 0;
  for (size_t start = 0; start < positions; start += CK_SUM_BLOCK) {
    size_t part = positions - start < CK_SUM_BLOCK ? positions - start : CK_SUM_BLOCK;
    for (size_t i = 0; i < part; i++) a[i] = x[(start + i) * channels];
    for (size_t i = 0; i < part; i++) b[i] = y[(start + i) * channels];
    TREE_ADD(&tree, R(sum)(SUM_PRODUCTS, a, b, 0, part));
  }
  return TREE_TOTAL(&tree);
}

// sizes and normed become those of a batch entry; the result is D.
CK_INLINE REAL R(response_sizes)(const R(ck_response_norm_call) *c, const REAL *x, REAL *sizes,
                                 REAL *normed) {
  for (size_t i = 0; i < c->channels; i++)
    sizes[i] = R(sqrt)(R(channel_dot)(x + i, x + i, c->positions, c->channels));
  REAL mean = R(sum)(SUM_PLAIN, sizes, NULL, 0, c->channels) / (REAL)c->channels;
  REAL divisor = mean + c->epsilon;
  for (size_t i = 0; i < c->channels; i++) normed[i] = sizes[i] / divisor;
  return divisor;
}

CK_INLINE void BODY(response_rows)(const R(response) *r, size_t begin, size_t end) {
  const R(ck_response_norm_call) *c = r->call;
  for (size_t b = begin; b < end; b++) {
    size_t entry = b * c->positions * c->channels;
    REAL *normed = r->normed + b * c->channels;
    R(response_sizes)(c, c->x + entry, r->scratch + 3 * b * c->channels, normed);
    for (size_t p = 0; p < c->positions; p++) {
      const REAL *x = c->x + entry + p * c->channels;
      REAL *y = c->out + entry + p * c->channels;
      for (size_t i = 0; i < c->channels; i++)
        y[i] = R(fma)(c->gain[i], x[i] * normed[i], c->bias[i]) + x[i];
    }
  }
}
CK_VARIANTS_LOCAL(R(response_rows), (const R(response) *r, size_t begin, size_t end),
                  (r, begin, end))

CK_INLINE void BODY(response_slopes)(const R(response) *r, size_t begin, size_t end) {
  const R(ck_response_norm_call) *c = r->call;
  size_t channels = c->channels;
  for (size_t b = begin; b < end; b++) {
    size_t entry = b * c->positions * channels;
    REAL *normed = r->normed + b * channels, *sizes = r->scratch + 3 * b * channels;
    REAL *slopes = sizes + channels, *pulls = slopes + channels;
    REAL divisor = R(response_sizes)(c, c->x + entry, sizes, normed);
    for (size_t i = 0; i < channels; i++)
      slopes[i] =
          c->gain[i] * R(channel_dot)(c->dy + entry + i, c->x + entry + i, c->positions, channels);
    REAL dot = R(sum)(SUM_PRODUCTS, slopes, sizes, 0, channels);
    REAL pull = (dot / (divisor * divisor)) / (REAL)channels;
    for (size_t i = 0; i < channels; i++)
      pulls[i] = sizes[i] == 0 ? 0 : (slopes[i] / divisor - pull) / sizes[i];
    for (size_t p = 0; p < c->positions; p++) {
      size_t place = entry + p * channels;
      for (size_t i = 0; i < channels; i++)
        c->out[place + i] = R(fma)(c->dy[place + i], R(fma)(c->gain[i], normed[i], 1),
                                   c->x[place + i] * pulls[i]);
    }
  }
}
CK_VARIANTS_LOCAL(R(response_slopes), (const R(response) *r, size_t begin, size_t end),
                  (r, begin, end))

CK_INLINE void BODY(response_parameters)(const R(response) *r, size_t begin, size_t end) {
  const R(ck_response_norm_call) *c = r->call;
  for (size_t b = 0; b < c->batch; b++)
    for (size_t p = 0; p < c->positions; p++) {
      size_t place = (b * c->positions + p) * c->channels;
      const REAL *x = c->x + place, *dy = c->dy + place, *normed = r->normed + b * c->channels;
      if (c->gain_gradient)
        for (size_t i = begin; i < end; i++)
          c->gain_gradient[i] = R(fma)(dy[i], x[i] * normed[i], c->gain_gradient[i]);
      if (c->bias_gradient)
        for (size_t i = begin; i < end; i++) c->bias_gradient[i] = c->bias_gradient[i] + dy[i];
    }
  for (size_t i = begin; i < end; i++) {
    if (c->gain_gradient) c->gain_gradient[i] = c->gain_gradient[i] + 0;
    if (c->bias_gradient) c->bias_gradient[i] = c->bias_gradient[i] + 0;
  }
}
CK_VARIANTS_LOCAL(R(response_parameters), (const R(response) *r, size_t begin, size_t end),
                  (r, begin, end))

static void R(share_response_rows)(void *context, size_t begin, size_t end) {
  R(response_rows)(context, begin, end);
}
static void R(share_response_slopes)(void *context, size_t begin, size_t end) {
  R(response_slopes)(context, begin, end);
}
static void R(share_response_parameters)(void *context, size_t begin, size_t end) {
  R(response_parameters)(context, begin, end);
}

static bool R(respond)(const R(ck_response_norm_call) *call, bool gradient) {
  double values = (double)call->batch * (double)call->channels * (double)call->positions;
  if (values == 0) return true;
  size_t count = call->batch * call->channels;
  REAL *memory = malloc(4 * count * sizeof(REAL));
  if (!memory) return false;
  R(response) r = {call, memory, memory + count};
  if (gradient) {
    ck_parallel(call->batch, 20 * values, R(share_response_slopes), &r);
    ck_parallel(call->channels, 4 * values, R(share_response_parameters), &r);
  } else {
    ck_parallel(call->batch, 10 * values, R(share_response_rows), &r);
  }
  free(memory);
  return true;
}

bool R(ck_response_norm)(const R(ck_response_norm_call) *call) { return R(respond)(call, false); }
bool R(ck_response_norm_gradient)(const R(ck_response_norm_call) *call) {
  return R(respond)(call, true);
}
