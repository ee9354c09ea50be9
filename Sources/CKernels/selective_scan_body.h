// Included by selective_scan.c for each REAL; CALL is its ck_selective_scan_…_call.

// Items are (sequence, channel).
CK_INLINE void BODY(some_channels)(const CALL *p, size_t begin, size_t end) {
  for (size_t item = begin; item < end; item++) {
    size_t sequence = item / p->channels, channel = item % p->channels;
    const REAL *a = p->a + channel * p->states;
    REAL *h = p->state + item * p->states;
    for (size_t t = sequence * p->length; t < (sequence + 1) * p->length; t++) {
      const REAL *b = p->b + t * p->states, *c = p->c + t * p->states;
      REAL x = p->x[t * p->channels + channel], delta = p->delta[t * p->channels + channel];
      REAL u = delta * x, y = 0;
      for (size_t s = 0; s < p->states; s += 16) {
        size_t count = p->states - s < 16 ? p->states - s : 16;
        REAL decay[16] = {0};
        for (size_t i = 0; i < count; i++) decay[i] = delta * a[s + i];
        REAL_EXP16(decay);
        for (size_t i = 0; i < count; i++) h[s + i] = R(fma)(decay[i], h[s + i], u * b[s + i]);
        for (size_t i = 0; i < count; i++) y = R(fma)(c[s + i], h[s + i], y);
      }
      y = y + (REAL)0;
      p->y[t * p->channels + channel] = p->d ? R(fma)(p->d[channel], x, y) : y;
    }
  }
}
CK_VARIANTS_LOCAL(R(some_channels), (const CALL *p, size_t begin, size_t end),
                  (p, begin, end))

static void R(share_channels)(void *context, size_t begin, size_t end) {
  R(some_channels)(context, begin, end);
}

static double R(scan_size)(const CALL *p) {
  return (double)p->sequences * (double)p->length * (double)p->channels * (double)p->states;
}

void R(ck_selective_scan)(CALL *p) {
  ck_parallel(p->sequences * p->channels, 10 * R(scan_size)(p), R(share_channels),
              p);
}

// A channel of a sequence, place by place; and of a block of its states, [place][STATE_BLOCK], what they decay
// by, what they were before each place (and after the last), and their gradients.
typedef struct {
  REAL *x, *delta, *u, *dy, *p, *q;
  REAL *decay, *before, *g;
} R(columns);

static bool R(columns_init)(R(columns) *c, size_t length, size_t more) {
  // Exponentials are taken 16 at a time, and the last states stand behind the others.
  size_t places = length + 2, block = places * STATE_BLOCK;
  if (places > SIZE_MAX / sizeof(REAL) / (4 + 2 * more + 3 * STATE_BLOCK)) return false;
  REAL *memory = malloc((places * (4 + 2 * more) + 3 * block) * sizeof(REAL));
  if (!memory) return false;
  REAL **columns[] = {&c->x, &c->delta, &c->u, &c->dy};
  for (size_t i = 0; i < 4; i++) *columns[i] = memory + i * places;
  c->p = memory + 4 * places;
  c->q = c->p + more * places;
  c->decay = c->q + more * places;
  c->before = c->decay + block;
  c->g = c->before + block;
  return true;
}

CK_INLINE void R(load_channel)(const R(columns) *k, const CALL *p, size_t sequence,
                                       size_t channel) {
  for (size_t t = 0; t < p->length; t++) {
    size_t at = (sequence * p->length + t) * p->channels + channel;
    k->x[t] = p->x[at];
    k->delta[t] = p->delta[at];
    k->u[t] = k->delta[t] * k->x[t];
    k->dy[t] = p->y_gradient[at];
  }
}

// `count` values, the lanes behind them 0.
CK_INLINE void R(load_states)(REAL *lanes, const REAL *from, size_t count) {
  for (size_t i = 0; i < STATE_BLOCK; i++) lanes[i] = i < count ? from[i] : 0;
}

// The states s ..< s + count again, and back through them; `carry` becomes the first states' gradient.
CK_INLINE void R(walk)(const R(columns) *k, const CALL *p, size_t sequence,
                               size_t channel, size_t s, size_t count, REAL *carry) {
  size_t at = (sequence * p->channels + channel) * p->states + s;
  const REAL *b = p->b + sequence * p->length * p->states + s;
  const REAL *c = p->c + sequence * p->length * p->states + s;
  REAL a[STATE_BLOCK], lanes[STATE_BLOCK];
  R(load_states)(a, p->a + channel * p->states + s, count);
  for (size_t t = 0; t < p->length; t++)
    for (size_t i = 0; i < STATE_BLOCK; i++) k->decay[t * STATE_BLOCK + i] = k->delta[t] * a[i];
  for (size_t i = 0; i < STATE_BLOCK; i++) k->decay[p->length * STATE_BLOCK + i] = 0;
  for (size_t i = 0; i < p->length * STATE_BLOCK; i += 16) REAL_EXP16(k->decay + i);
  R(load_states)(k->before, p->state + at, count);
  for (size_t t = 0; t < p->length; t++) {
    const REAL *decay = k->decay + t * STATE_BLOCK;
    REAL *before = k->before + t * STATE_BLOCK;
    R(load_states)(lanes, b + t * p->states, count);
    for (size_t i = 0; i < STATE_BLOCK; i++)
      before[STATE_BLOCK + i] = R(fma)(decay[i], before[i], k->u[t] * lanes[i]);
  }
  for (size_t i = 0; i < STATE_BLOCK; i++)
    carry[i] = p->last_state_gradient && i < count ? p->last_state_gradient[at + i] : 0;
  for (size_t t = p->length; t-- > 0;) {
    R(load_states)(lanes, c + t * p->states, count);
    for (size_t i = 0; i < STATE_BLOCK; i++) {
      REAL g = R(fma)(lanes[i], k->dy[t], carry[i]);
      k->g[t * STATE_BLOCK + i] = g;
      carry[i] = k->decay[t * STATE_BLOCK + i] * g;
    }
  }
}

// What a block of states adds to the gradients of its channel: A's, and the chains p and q.
CK_INLINE void R(block_back)(const R(columns) *k, const CALL *p, size_t sequence,
                                     size_t channel, size_t s, size_t count) {
  const REAL *b = p->b + sequence * p->length * p->states + s;
  REAL a[STATE_BLOCK], da[STATE_BLOCK];
  R(load_states)(a, p->a + channel * p->states + s, count);
  R(load_states)(da, p->a_gradient + channel * p->states + s, count);
  for (size_t t = 0; t < p->length; t++) {
    const REAL *g = k->g + t * STATE_BLOCK, *decay = k->decay + t * STATE_BLOCK;
    const REAL *before = k->before + t * STATE_BLOCK;
    REAL change[STATE_BLOCK], sum = k->p[t], other = k->q[t];
    for (size_t i = 0; i < STATE_BLOCK; i++) {
      change[i] = g[i] * (before[i] * decay[i]);
      da[i] = R(fma)(change[i], k->delta[t], da[i]);
    }
    for (size_t i = 0; i < count; i++) {
      sum = R(fma)(change[i], a[i], sum);
      other = R(fma)(g[i], b[t * p->states + i], other);
    }
    k->p[t] = sum;
    k->q[t] = other;
  }
  for (size_t i = 0; i < count; i++) p->a_gradient[channel * p->states + s + i] = da[i];
}

// The gradients of x, delta, A, D and the first state, channel by channel.
CK_INLINE void BODY(channels_back)(const CALL *p, const R(columns) *k, size_t begin,
                                        size_t end) {
  for (size_t channel = begin; channel < end; channel++) {
    REAL *da = p->a_gradient + channel * p->states;
    REAL dd = p->d_gradient ? p->d_gradient[channel] : 0, d = p->d ? p->d[channel] : 0;
    for (size_t sequence = 0; sequence < p->sequences; sequence++) {
      R(load_channel)(k, p, sequence, channel);
      for (size_t t = 0; t < p->length; t++) k->p[t] = k->q[t] = 0;
      for (size_t s = 0; s < p->states; s += STATE_BLOCK) {
        size_t count = p->states - s < STATE_BLOCK ? p->states - s : STATE_BLOCK;
        REAL carry[STATE_BLOCK];
        R(walk)(k, p, sequence, channel, s, count, carry);
        R(block_back)(k, p, sequence, channel, s, count);
        for (size_t i = 0; p->state_gradient && i < count; i++)
          p->state_gradient[(sequence * p->channels + channel) * p->states + s + i] = carry[i];
      }
      for (size_t t = 0; t < p->length; t++) {
        size_t at = (sequence * p->length + t) * p->channels + channel;
        p->delta_gradient[at] = R(fma)(k->q[t], k->x[t], k->p[t]);
        p->x_gradient[at] =
            p->d ? R(fma)(k->q[t], k->delta[t], d * k->dy[t]) : k->q[t] * k->delta[t];
        dd = R(fma)(k->dy[t], k->x[t], dd);
      }
    }
    for (size_t s = 0; s < p->states; s++) da[s] = da[s] + (REAL)0;
    if (p->d_gradient) p->d_gradient[channel] = dd + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(R(channels_back),
                  (const CALL *p, const R(columns) *k, size_t begin, size_t end),
                  (p, k, begin, end))

// The gradients of B and C; items are a sequence's blocks of states. Walks once more rather than keep g of
// all channels.
CK_INLINE void BODY(states_back)(const CALL *p, const R(columns) *k, size_t begin,
                                      size_t end) {
  size_t blocks = (p->states + STATE_BLOCK - 1) / STATE_BLOCK;
  for (size_t item = begin; item < end; item++) {
    size_t sequence = item / blocks, s = item % blocks * STATE_BLOCK;
    size_t count = p->states - s < STATE_BLOCK ? p->states - s : STATE_BLOCK;
    for (size_t i = 0; i < p->length * STATE_BLOCK; i++) k->p[i] = k->q[i] = 0;
    for (size_t channel = 0; channel < p->channels; channel++) {
      REAL carry[STATE_BLOCK];
      R(load_channel)(k, p, sequence, channel);
      R(walk)(k, p, sequence, channel, s, count, carry);
      for (size_t t = 0; t < p->length; t++)
        for (size_t i = 0; i < STATE_BLOCK; i++) {
          size_t at = t * STATE_BLOCK + i;
          k->p[at] = R(fma)(k->g[at], k->u[t], k->p[at]);
          k->q[at] = R(fma)(k->dy[t], k->before[at + STATE_BLOCK], k->q[at]);
        }
    }
    for (size_t t = 0; t < p->length; t++)
      for (size_t i = 0; i < count; i++) {
        size_t at = (sequence * p->length + t) * p->states + s + i;
        p->b_gradient[at] = k->p[t * STATE_BLOCK + i] + (REAL)0;
        p->c_gradient[at] = k->q[t * STATE_BLOCK + i] + (REAL)0;
      }
  }
}
CK_VARIANTS_LOCAL(R(states_back),
                  (const CALL *p, const R(columns) *k, size_t begin, size_t end),
                  (p, k, begin, end))

CK_INLINE void R(share_back)(CALL *p, bool states, size_t begin, size_t end) {
  R(columns) k;
  if (!R(columns_init)(&k, p->length, states ? STATE_BLOCK : 1)) {
    __atomic_store_n(&p->failed, true, __ATOMIC_RELAXED);
    return;
  }
  if (states) R(states_back)(p, &k, begin, end);
  else R(channels_back)(p, &k, begin, end);
  free(k.x);
}
static void R(share_channels_back)(void *context, size_t begin, size_t end) {
  R(share_back)(context, false, begin, end);
}
static void R(share_states_back)(void *context, size_t begin, size_t end) {
  R(share_back)(context, true, begin, end);
}

bool R(ck_selective_scan_gradient)(CALL *p) {
  p->failed = false;
  double operations = 20 * R(scan_size)(p);
  ck_parallel(p->channels, operations, R(share_channels_back), p);
  size_t blocks = (p->states + STATE_BLOCK - 1) / STATE_BLOCK;
  ck_parallel(p->sequences * blocks, operations, R(share_states_back), p);
  return !p->failed;
}
