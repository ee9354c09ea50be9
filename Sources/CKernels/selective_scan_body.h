// Included by selective_scan.c for each REAL; CALL is its ck_selective_scan_…_call.

// Items are (sequence, channel).
CK_INLINE void REAL_BODY(some_channels)(const CALL *p, size_t begin, size_t end) {
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
        for (size_t i = 0; i < count; i++) h[s + i] = REAL_FMA(decay[i], h[s + i], u * b[s + i]);
        for (size_t i = 0; i < count; i++) y = REAL_FMA(c[s + i], h[s + i], y);
      }
      y = y + (REAL)0;
      p->y[t * p->channels + channel] = p->d ? REAL_FMA(p->d[channel], x, y) : y;
    }
  }
}
CK_VARIANTS_LOCAL(REAL_NAME(some_channels), (const CALL *p, size_t begin, size_t end),
                  (p, begin, end))

static void REAL_NAME(share_channels)(void *context, size_t begin, size_t end) {
  REAL_NAME(some_channels)(context, begin, end);
}

static double REAL_NAME(scan_size)(const CALL *p) {
  return (double)p->sequences * (double)p->length * (double)p->channels * (double)p->states;
}

void REAL_NAME(ck_selective_scan)(CALL *p) {
  ck_parallel(p->sequences * p->channels, 10 * REAL_NAME(scan_size)(p), REAL_NAME(share_channels),
              p);
}

// A channel of a sequence, place by place, and one of its states.
typedef struct {
  REAL *x, *delta, *u, *dy, *decay, *before, *g, *p, *q;
} REAL_NAME(columns);

enum { REAL_NAME(COLUMNS) = 9 };

static bool REAL_NAME(columns_init)(REAL_NAME(columns) *c, size_t length) {
  // Exponentials are taken 16 at a time, and the last state stands behind the others.
  size_t stride = (length + 31) / 16 * 16;
  REAL *memory = malloc(REAL_NAME(COLUMNS) * stride * sizeof(REAL));
  if (!memory) return false;
  REAL **all[] = {&c->x, &c->delta, &c->u, &c->dy, &c->decay, &c->before, &c->g, &c->p, &c->q};
  for (size_t i = 0; i < REAL_NAME(COLUMNS); i++) *all[i] = memory + i * stride;
  return true;
}

CK_INLINE void REAL_NAME(load_channel)(const REAL_NAME(columns) *k, const CALL *p, size_t sequence,
                                       size_t channel) {
  for (size_t t = 0; t < p->length; t++) {
    size_t at = (sequence * p->length + t) * p->channels + channel;
    k->x[t] = p->x[at];
    k->delta[t] = p->delta[at];
    k->u[t] = k->delta[t] * k->x[t];
    k->dy[t] = p->y_gradient[at];
  }
}

// The states again (`before` place t, and the last one), and back through them: g. The result is the first
// state's gradient.
CK_INLINE REAL REAL_NAME(walk)(const REAL_NAME(columns) *k, const CALL *p, size_t sequence,
                               size_t channel, size_t s) {
  size_t at = (sequence * p->channels + channel) * p->states + s;
  const REAL *b = p->b + sequence * p->length * p->states + s;
  const REAL *c = p->c + sequence * p->length * p->states + s;
  REAL a = p->a[channel * p->states + s];
  for (size_t t = 0; t < p->length; t++) k->decay[t] = k->delta[t] * a;
  for (size_t t = p->length; t % 16 != 0; t++) k->decay[t] = 0;
  for (size_t t = 0; t < p->length; t += 16) REAL_EXP16(k->decay + t);
  k->before[0] = p->state[at];
  for (size_t t = 0; t < p->length; t++)
    k->before[t + 1] = REAL_FMA(k->decay[t], k->before[t], k->u[t] * b[t * p->states]);
  REAL carry = p->last_state_gradient ? p->last_state_gradient[at] : 0;
  for (size_t t = p->length; t-- > 0;) {
    k->g[t] = REAL_FMA(c[t * p->states], k->dy[t], carry);
    carry = k->decay[t] * k->g[t];
  }
  return carry;
}

// The gradients of x, delta, A, D and the first state, channel by channel.
CK_INLINE void REAL_BODY(channels_back)(const CALL *p, const REAL_NAME(columns) *k, size_t begin,
                                        size_t end) {
  for (size_t channel = begin; channel < end; channel++) {
    REAL *da = p->a_gradient + channel * p->states;
    REAL dd = p->d_gradient ? p->d_gradient[channel] : 0, d = p->d ? p->d[channel] : 0;
    for (size_t sequence = 0; sequence < p->sequences; sequence++) {
      REAL_NAME(load_channel)(k, p, sequence, channel);
      for (size_t t = 0; t < p->length; t++) k->p[t] = k->q[t] = 0;
      for (size_t s = 0; s < p->states; s++) {
        REAL carry = REAL_NAME(walk)(k, p, sequence, channel, s);
        if (p->state_gradient)
          p->state_gradient[(sequence * p->channels + channel) * p->states + s] = carry;
        const REAL *b = p->b + sequence * p->length * p->states + s;
        REAL a = p->a[channel * p->states + s];
        for (size_t t = 0; t < p->length; t++) {
          REAL change = k->g[t] * (k->before[t] * k->decay[t]);
          da[s] = REAL_FMA(change, k->delta[t], da[s]);
          k->p[t] = REAL_FMA(change, a, k->p[t]);
          k->q[t] = REAL_FMA(k->g[t], b[t * p->states], k->q[t]);
        }
      }
      for (size_t t = 0; t < p->length; t++) {
        size_t at = (sequence * p->length + t) * p->channels + channel;
        p->delta_gradient[at] = REAL_FMA(k->q[t], k->x[t], k->p[t]);
        p->x_gradient[at] =
            p->d ? REAL_FMA(k->q[t], k->delta[t], d * k->dy[t]) : k->q[t] * k->delta[t];
        dd = REAL_FMA(k->dy[t], k->x[t], dd);
      }
    }
    for (size_t s = 0; s < p->states; s++) da[s] = da[s] + (REAL)0;
    if (p->d_gradient) p->d_gradient[channel] = dd + (REAL)0;
  }
}
CK_VARIANTS_LOCAL(REAL_NAME(channels_back),
                  (const CALL *p, const REAL_NAME(columns) *k, size_t begin, size_t end),
                  (p, k, begin, end))

// The gradients of B and C, (sequence, state) by (sequence, state); walks once more rather than keep g.
CK_INLINE void REAL_BODY(states_back)(const CALL *p, const REAL_NAME(columns) *k, size_t begin,
                                      size_t end) {
  for (size_t item = begin; item < end; item++) {
    size_t sequence = item / p->states, s = item % p->states;
    for (size_t t = 0; t < p->length; t++) k->p[t] = k->q[t] = 0;
    for (size_t channel = 0; channel < p->channels; channel++) {
      REAL_NAME(load_channel)(k, p, sequence, channel);
      (void)REAL_NAME(walk)(k, p, sequence, channel, s);
      for (size_t t = 0; t < p->length; t++) {
        k->p[t] = REAL_FMA(k->g[t], k->u[t], k->p[t]);
        k->q[t] = REAL_FMA(k->dy[t], k->before[t + 1], k->q[t]);
      }
    }
    for (size_t t = 0; t < p->length; t++) {
      size_t at = (sequence * p->length + t) * p->states + s;
      p->b_gradient[at] = k->p[t] + (REAL)0;
      p->c_gradient[at] = k->q[t] + (REAL)0;
    }
  }
}
CK_VARIANTS_LOCAL(REAL_NAME(states_back),
                  (const CALL *p, const REAL_NAME(columns) *k, size_t begin, size_t end),
                  (p, k, begin, end))

CK_INLINE void REAL_NAME(share_back)(CALL *p, bool states, size_t begin, size_t end) {
  REAL_NAME(columns) k;
  if (!REAL_NAME(columns_init)(&k, p->length)) {
    __atomic_store_n(&p->failed, true, __ATOMIC_RELAXED);
    return;
  }
  if (states) REAL_NAME(states_back)(p, &k, begin, end);
  else REAL_NAME(channels_back)(p, &k, begin, end);
  free(k.x);
}
static void REAL_NAME(share_channels_back)(void *context, size_t begin, size_t end) {
  REAL_NAME(share_back)(context, false, begin, end);
}
static void REAL_NAME(share_states_back)(void *context, size_t begin, size_t end) {
  REAL_NAME(share_back)(context, true, begin, end);
}

bool REAL_NAME(ck_selective_scan_gradient)(CALL *p) {
  p->failed = false;
  double operations = 20 * REAL_NAME(scan_size)(p);
  ck_parallel(p->channels, operations, REAL_NAME(share_channels_back), p);
  ck_parallel(p->sequences * p->states, operations, REAL_NAME(share_states_back), p);
  return !p->failed;
}
