// Included by convolution.c for each REAL: the gradients of weights and biases. Lanes are the weights of one
// output channel as they stand in memory, (channel, ky, kx).

typedef struct {
  const tap_table *table;
  const REAL *x, *dy;
  REAL *gradient;
  size_t batch, groups, inputs, outputs, plane;
  bool finite;
} R(weighing);

/// What 16 weights are multiplied with at some positions.
typedef struct {
  REAL values[GRADIENT_STEPS][16] __attribute__((aligned(64)));
  BITS present[GRADIENT_STEPS][16] __attribute__((aligned(64)));
  size_t steps;
} R(positions);

CK_INLINE void R(pack_positions)(const R(weighing) *p, R(positions) *s,
                                         const REAL *x, size_t first, size_t lanes, size_t start) {
  size_t taps = p->table->taps, row = p->table->tiles * TAP_TILE;
  for (size_t lane = 0; lane < 16; lane++) {
    const int32_t *sources = p->table->sources + (first + lane) % taps * row + start;
    const REAL *plane = x + (first + lane) / taps * p->plane;
    for (size_t i = 0; i < s->steps; i++) {
      bool present = lane < lanes && sources[i] >= 0;
      s->values[i][lane] = present ? plane[sources[i]] : 0;
      s->present[i][lane] = -(BITS)present;
    }
  }
}

CK_INLINE void R(weigh)(const R(positions) *s, const REAL *dy, size_t dy_row,
                                REAL *gradient, size_t row, size_t lanes, int rows, bool masked) {
  WIDE sums[GRADIENT_CHANNELS];
#pragma clang loop unroll(full)
  for (int j = 0; j < rows; j++)
    sums[j] = R(wide_load)(gradient + (size_t)j * row, lanes);
  for (size_t i = 0; i < s->steps; i++) {
    WIDE x = R(wide_load)(s->values[i], 16);
    WIDE_BITS present = 0;
    if (masked) memcpy(&present, s->present[i], sizeof present);
#pragma clang loop unroll(full)
    for (int j = 0; j < rows; j++) {
      WIDE next = __builtin_elementwise_fma((WIDE)(dy[(size_t)j * dy_row + i]), x, sums[j]);
      sums[j] = masked ? (present ? next : sums[j]) : next;
    }
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < rows; j++)
    R(wide_store)(gradient + (size_t)j * row, sums[j], lanes);
}

// Items are (group, 16 weights, block of output channels).
CK_INLINE void BODY(weight_blocks)(const R(weighing) *p, size_t begin, size_t end) {
  size_t row = p->inputs * p->table->taps, positions = p->table->positions;
  size_t blocks = blocks_of(p->outputs, CHANNEL_BLOCK), columns = blocks_of(row, 16);
  R(positions) s;
  for (size_t item = begin; item < end; item++) {
    size_t output = item % blocks * CHANNEL_BLOCK, first = item / blocks % columns * 16;
    size_t group = item / blocks / columns, lanes = smaller(16, row - first);
    size_t channel_end = smaller(p->outputs, output + CHANNEL_BLOCK);
    REAL *gradient = p->gradient + group * p->outputs * row + first;
    for (size_t n = 0; n < p->batch; n++) {
      size_t place = n * p->groups + group;
      const REAL *x = p->x + place * p->inputs * p->plane;
      for (size_t start = 0; start < positions; start += GRADIENT_STEPS) {
        s.steps = smaller(GRADIENT_STEPS, positions - start);
        R(pack_positions)(p, &s, x, first, lanes, start);
        const REAL *dy = p->dy + place * p->outputs * positions + start;
#define WEIGH(rows, masked)                                                           \
  R(weigh)(&s, dy + o * positions, positions, gradient + o * row, row, lanes, \
                   rows, masked)
        size_t o = output;
        for (; p->finite && o + GRADIENT_CHANNELS <= channel_end; o += GRADIENT_CHANNELS)
          WEIGH(GRADIENT_CHANNELS, false);
        for (; p->finite && o < channel_end; o++) WEIGH(1, false);
        for (; o < channel_end; o++) WEIGH(1, true);
#undef WEIGH
      }
    }
    for (size_t o = output; o < channel_end; o++)
      for (size_t i = 0; i < lanes; i++) gradient[o * row + i] = gradient[o * row + i] + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(R(weight_blocks),
                  (const R(weighing) *p, size_t begin, size_t end), (p, begin, end))

static void R(share_weights)(void *context, size_t begin, size_t end) {
  R(weight_blocks)(context, begin, end);
}

bool R(ck_convolve_weights)(const ck_convolution *c, const REAL *x, const REAL *dy,
                                    REAL *weight_gradient) {
  (void)ck_prepare();
  tap_table table;
  size_t weights = c->groups * c->in_channels * c->out_channels * c->kernel_height * c->kernel_width;
  if (weights == 0) return true;
  if (!taps_make(&table, c, false)) return false;
  size_t outputs = c->batch * c->groups * c->out_channels * table.positions;
  R(weighing) p = {&table,         x,
                           dy,             weight_gradient,
                           c->batch,       c->groups,
                           c->in_channels, c->out_channels,
                           c->height * c->width, R(all_finite)(dy, outputs)};
  size_t columns = blocks_of(c->in_channels * table.taps, 16);
  ck_parallel(c->groups * columns * blocks_of(c->out_channels, CHANNEL_BLOCK),
              32.0 * (double)columns * ((double)outputs + 1), R(share_weights), &p);
  free(table.sources);
  return true;
}

typedef struct {
  const REAL *x;
  REAL *gradient;
  size_t batch, channels, positions;
} R(channel_totals);

// Items are blocks of channels, whose chains go side by side.
static void R(share_channels)(void *context, size_t begin, size_t end) {
  const R(channel_totals) *p = context;
  for (size_t item = begin; item < end; item++) {
    size_t first = item * GRADIENT_CHANNELS, count = smaller(GRADIENT_CHANNELS, p->channels - first);
    REAL sums[GRADIENT_CHANNELS] = {0};
    for (size_t j = 0; j < count; j++) sums[j] = p->gradient[first + j];
    for (size_t n = 0; n < p->batch; n++) {
      const REAL *x = p->x + (n * p->channels + first) * p->positions;
      for (size_t i = 0; i < p->positions; i++)
        for (size_t j = 0; j < count; j++) sums[j] = sums[j] + x[j * p->positions + i];
    }
    for (size_t j = 0; j < count; j++) p->gradient[first + j] = sums[j] + (REAL)0;
  }
}

void R(ck_channel_sums)(const REAL *x, REAL *gradient, size_t batch, size_t channels,
                                size_t positions) {
  (void)ck_prepare();
  if (channels == 0) return;
  R(channel_totals) p = {x, gradient, batch, channels, positions};
  ck_parallel(blocks_of(channels, GRADIENT_CHANNELS),
              (double)batch * (double)channels * (double)positions, R(share_channels), &p);
}
