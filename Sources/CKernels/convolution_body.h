// Included by convolution.c for each REAL: outputs, and gradients of inputs by the same gather.

CK_INLINE WIDE R(wide_load)(const REAL *from, size_t count) {
  WIDE lanes = (WIDE)((REAL)0);
  if (count >= 16)
    memcpy(&lanes, from, sizeof lanes);
  else
    memcpy(&lanes, from, count * sizeof(REAL));
  return lanes;
}

CK_INLINE void R(wide_store)(REAL *to, WIDE lanes, size_t count) {
  if (count >= 16)
    memcpy(to, &lanes, sizeof lanes);
  else
    memcpy(to, &lanes, count * sizeof(REAL));
}

CK_INLINE bool R(all_finite)(const REAL *x, size_t count) {
  bool finite = true;
  for (size_t i = 0; i < count; i++) finite = finite & (x[i] - x[i] == 0);
  return finite;
}

typedef struct {
  const tap_table *table;
  const REAL *x, *weight, *bias;
  REAL *y;
  // `inputs` channels of a group are summed up for each of its `outputs`.
  size_t groups, inputs, outputs, plane;
  size_t weight_group, weight_output, weight_input;
  bool finite;
} R(gathering);

/// A stretch of the chains of one tile.
typedef struct {
  REAL values[CHAIN_STEPS][TAP_TILE] __attribute__((aligned(64)));
  const int32_t *sources[CHAIN_STEPS];
  size_t weights[CHAIN_STEPS];
  size_t steps, count; // of the chain, of positions
  bool first, last;
} R(stretch);

CK_INLINE void R(pack_stretch)(const R(gathering) *p, R(stretch) *s,
                                       const REAL *x, size_t tile, size_t start) {
  size_t tap = start / p->inputs, input = start % p->inputs;
  for (size_t k = 0; k < s->steps; k++) {
    const int32_t *sources = taps_of(p->table, tap, tile);
    const REAL *plane = x + input * p->plane;
    REAL *to = s->values[k];
    switch (p->table->kinds[tap * p->table->tiles + tile]) {
    case TAPS_ABSENT: memset(to, 0, sizeof s->values[k]); break;
    case TAPS_TOGETHER: memcpy(to, plane + sources[0], sizeof s->values[k]); break;
    default:
      for (size_t i = 0; i < TAP_TILE; i++) {
        REAL value = plane[sources[i] < 0 ? 0 : sources[i]];
        to[i] = sources[i] < 0 ? 0 : value;
      }
    }
    s->sources[k] = sources;
    s->weights[k] = input * p->weight_input + tap;
    if (++input == p->inputs) {
      input = 0;
      tap++;
    }
  }
}

/// `rows` output channels, whose weights are `output` apart, go on; a constant, as `masked`.
CK_INLINE void R(go_on)(const R(stretch) *s, const REAL *weight, size_t output,
                                const REAL *bias, REAL *y, size_t positions, int rows,
                                bool masked) {
  WIDE low[TILE_CHANNELS], high[TILE_CHANNELS];
  size_t rest = s->count > 16 ? s->count - 16 : 0;
#pragma clang loop unroll(full)
  for (int j = 0; j < rows; j++) {
    low[j] = high[j] = (WIDE)((REAL)0);
    if (s->first) continue;
    low[j] = R(wide_load)(y + (size_t)j * positions, s->count);
    if (rest > 0) high[j] = R(wide_load)(y + (size_t)j * positions + 16, rest);
  }
  for (size_t k = 0; k < s->steps; k++) {
    WIDE a = R(wide_load)(s->values[k], 16), b = R(wide_load)(s->values[k] + 16, 16);
    WIDE_BITS in_a = 0, in_b = 0;
    if (masked)
      for (int i = 0; i < 16; i++) {
        in_a[i] = -(BITS)(s->sources[k][i] >= 0);
        in_b[i] = -(BITS)(s->sources[k][i + 16] >= 0);
      }
#pragma clang loop unroll(full)
    for (int j = 0; j < rows; j++) {
      WIDE w = (WIDE)(weight[(size_t)j * output + s->weights[k]]);
      WIDE next_low = __builtin_elementwise_fma(a, w, low[j]);
      WIDE next_high = __builtin_elementwise_fma(b, w, high[j]);
      low[j] = masked ? (in_a ? next_low : low[j]) : next_low;
      high[j] = masked ? (in_b ? next_high : high[j]) : next_high;
    }
  }
#pragma clang loop unroll(full)
  for (int j = 0; j < rows; j++) {
    if (s->last) {
      low[j] = low[j] + (WIDE)((REAL)0);
      high[j] = high[j] + (WIDE)((REAL)0);
      if (bias != NULL) {
        low[j] = low[j] + (WIDE)(bias[j]);
        high[j] = high[j] + (WIDE)(bias[j]);
      }
    }
    R(wide_store)(y + (size_t)j * positions, low[j], s->count);
    if (rest > 0) R(wide_store)(y + (size_t)j * positions + 16, high[j], rest);
  }
}

// Items are (batch, group, tile, block of output channels).
CK_INLINE void BODY(gather_tiles)(const R(gathering) *p, size_t begin, size_t end) {
  size_t blocks = blocks_of(p->outputs, CHANNEL_BLOCK), positions = p->table->positions;
  size_t chain = p->table->taps * p->inputs;
  R(stretch) s;
  for (size_t item = begin; item < end; item++) {
    size_t output = item % blocks * CHANNEL_BLOCK, tile = item / blocks % p->table->tiles;
    size_t place = item / blocks / p->table->tiles, group = place % p->groups;
    size_t channel_end = smaller(p->outputs, output + CHANNEL_BLOCK);
    const REAL *weight = p->weight + group * p->weight_group;
    const REAL *bias = p->bias != NULL ? p->bias + group * p->outputs : NULL;
    REAL *y = p->y + place * p->outputs * positions + tile * TAP_TILE;
    s.count = smaller(TAP_TILE, positions - tile * TAP_TILE);
    size_t start = 0;
    do {
      s.steps = smaller(CHAIN_STEPS, chain - start);
      s.first = start == 0;
      s.last = start + s.steps == chain;
      if (s.steps > 0)
        R(pack_stretch)(p, &s, p->x + place * p->inputs * p->plane, tile, start);
#define GO_ON(rows, masked)                                                                     \
  R(go_on)(&s, weight + o * p->weight_output, p->weight_output,                         \
                   bias != NULL ? bias + o : NULL, y + o * positions, positions, rows, masked)
      size_t o = output;
      for (; p->finite && o + TILE_CHANNELS <= channel_end; o += TILE_CHANNELS)
        GO_ON(TILE_CHANNELS, false);
      for (; p->finite && o < channel_end; o++) GO_ON(1, false);
      for (; o < channel_end; o++) GO_ON(1, true);
#undef GO_ON
      start += s.steps;
    } while (start < chain);
  }
}
CK_VARIANTS_LOCAL(R(gather_tiles),
                  (const R(gathering) *p, size_t begin, size_t end), (p, begin, end))

static void R(share_tiles)(void *context, size_t begin, size_t end) {
  R(gather_tiles)(context, begin, end);
}

static bool R(gather)(const ck_convolution *c, R(gathering) *p, bool back) {
  tap_table table;
  size_t positions = back ? c->height * c->width : c->out_height * c->out_width;
  if (c->batch * c->groups * p->outputs * positions == 0) return true;
  if (!taps_make(&table, c, back)) return false;
  p->table = &table;
  p->groups = c->groups;
  p->weight_group = p->inputs * p->outputs * table.taps;
  p->finite = R(all_finite)(p->weight, p->groups * p->weight_group);
  size_t tiles = c->batch * c->groups * table.tiles;
  double steps = (double)table.taps * (double)p->inputs + 4;
  ck_parallel(tiles * blocks_of(p->outputs, CHANNEL_BLOCK),
              2.0 * TAP_TILE * (double)tiles * (double)p->outputs * steps,
              R(share_tiles), p);
  free(table.sources);
  return true;
}

bool R(ck_convolve)(const ck_convolution *c, const REAL *x, const REAL *weight,
                            const REAL *bias, REAL *y) {
  (void)ck_prepare();
  size_t taps = c->kernel_height * c->kernel_width;
  R(gathering) p = {.x = x, .weight = weight, .bias = bias, .y = y};
  p.inputs = c->in_channels;
  p.outputs = c->out_channels;
  p.plane = c->height * c->width;
  p.weight_output = c->in_channels * taps;
  p.weight_input = taps;
  return R(gather)(c, &p, false);
}

bool R(ck_convolve_back)(const ck_convolution *c, const REAL *dy, const REAL *weight,
                                 const REAL *bias, REAL *dx) {
  (void)ck_prepare();
  size_t taps = c->kernel_height * c->kernel_width;
  R(gathering) p = {.x = dy, .weight = weight, .bias = bias, .y = dx};
  p.inputs = c->out_channels;
  p.outputs = c->in_channels;
  p.plane = c->out_height * c->out_width;
  p.weight_output = taps;
  p.weight_input = c->in_channels * taps;
  return R(gather)(c, &p, true);
}
