// Activations over LANES values at a time, LANE_TYPE in type: ck_activations.h states the orders.

enum { R(ABREAST) = 4 };

/// The value, and the slope where it is asked for; `kind` is a literal.
CK_INLINE LANE_TYPE R(activate)(int kind, LANE_TYPE x, LANE_TYPE *slope) {
  LANE_TYPE one = R(act_of)(1), half = R(act_of)((REAL)0.5), b = R(act_bounded)(x), s, t, p;
  switch (kind) {
  case CK_SILU:
    if (!slope) return x / (one + R(act_exp)(-x));
    s = one / (one + R(act_exp)(-x));
    *slope = s * R(act_fma)(x, one - s, one);
    return x * s;
  case CK_GELU:
    p = R(act_fma)(half, R(act_erf)(x * R(act_of)((REAL)0x1.6a09e667f3bcdp-1)), half);
    if (slope)
      *slope = R(act_fma)(
          b, R(act_exp)(-(b * b) * half) * R(act_of)((REAL)0x1.9884533d43651p-2), p);
    return x * p;
  case CK_GELU_TANH: {
    LANE_TYPE c = R(act_of)((REAL)0x1.9884533d43651p-1);
    t = R(act_tanh)(c * R(act_fma)(R(act_of)((REAL)0.044715) * (x * x), x, x));
    p = R(act_fma)(half, t, half);
    if (slope)
      *slope = R(act_fma)((b * half) * R(act_fma)(-t, t, one),
                          c * R(act_fma)(R(act_of)((REAL)0.134145), b * b, one), p);
    return x * p;
  }
  case CK_RELU:
    if (slope) *slope = R(act_above)(x, one);
    return R(act_above)(x, x);
  case CK_SQUARED_RELU:
    t = R(act_above)(x, x);
    if (slope) *slope = t + t;
    return t * t;
  case CK_SIGMOID:
    s = one / (one + R(act_exp)(-x));
    if (slope) *slope = s * (one - s);
    return s;
  case CK_TANH_ACTIVATION:
    t = R(act_tanh)(x);
    if (slope) *slope = R(act_fma)(-t, t, one);
    return t;
  default:
    if (slope) *slope = one / (one + R(act_exp)(-x));
    return R(act_above)(x, x) + R(act_log1p)(R(act_exp)(R(act_negative)(x)));
  }
}

typedef struct {
  int kind;
  const REAL *x, *up, *dy;
  REAL *out, *up_gradient;
  bool streams;
} R(activation);

// What is made of x, up (where it is a gate) and dy; `kind` and `gradient` are literals.
CK_INLINE void R(activation_range)(int kind, bool gradient, const R(activation) *a, size_t begin,
                                   size_t end) {
  bool gated = a->up != NULL;
  size_t i = begin;
  // Some at once: one alone is a long chain of operations that wait for each other.
  for (; !gradient && i + R(ABREAST) * LANES <= end; i += R(ABREAST) * LANES) {
    LANE_TYPE y[R(ABREAST)];
#pragma clang loop unroll(full)
    for (size_t n = 0; n < R(ABREAST); n++)
      y[n] = R(activate)(kind, R(act_load)(a->x + i + n * LANES, LANES), NULL);
#pragma clang loop unroll(full)
    for (size_t n = 0; n < R(ABREAST); n++) {
      size_t at = i + n * LANES;
      R(act_store)(a->out + at, gated ? y[n] * R(act_load)(a->up + at, LANES) : y[n], LANES);
    }
  }
  for (; i < end; i += LANES) {
    size_t count = end - i < LANES ? end - i : LANES;
    LANE_TYPE x = R(act_load)(a->x + i, count), up = x, dy = x, slope;
    if (gated) up = R(act_load)(a->up + i, count);
    if (!gradient) {
      LANE_TYPE y = R(activate)(kind, x, NULL);
      R(act_store)(a->out + i, gated ? y * up : y, count);
      continue;
    }
    dy = R(act_load)(a->dy + i, count);
    LANE_TYPE y = R(activate)(kind, x, &slope);
    R(act_store)(a->out + i, gated ? (dy * up) * slope : dy * slope, count);
    if (gated) R(act_store)(a->up_gradient + i, dy * y, count);
  }
}

// Block by block in a cache, and from there past it. Gradients, which are read at once, do not come here.
CK_INLINE void R(activation_stream)(int kind, const R(activation) *a, size_t begin, size_t end) {
  REAL block[STREAM_BLOCK];
  for (size_t start = begin; start < end; start += STREAM_BLOCK) {
    size_t count = end - start < STREAM_BLOCK ? end - start : STREAM_BLOCK;
    R(activation) part = {.x = a->x + start, .up = a->up ? a->up + start : NULL, .out = block};
    R(activation_range)(kind, false, &part, 0, count);
    stream(a->out + start, block, count * sizeof(REAL));
  }
  stream_end();
}

#define RANGE(kind, gradient)                                             \
  if (!gradient && a->streams) R(activation_stream)(kind, a, begin, end); \
  else R(activation_range)(kind, gradient, a, begin, end);                \
  break
#define OF_KIND(name, gradient)                                                                  \
  CK_INLINE void BODY(name)(const R(activation) *a, size_t begin, size_t end) {                  \
    switch (a->kind) {                                                                           \
    case CK_SILU: RANGE(CK_SILU, gradient);                                                      \
    case CK_GELU: RANGE(CK_GELU, gradient);                                                      \
    case CK_GELU_TANH: RANGE(CK_GELU_TANH, gradient);                                            \
    case CK_RELU: RANGE(CK_RELU, gradient);                                                      \
    case CK_SQUARED_RELU: RANGE(CK_SQUARED_RELU, gradient);                                      \
    case CK_SIGMOID: RANGE(CK_SIGMOID, gradient);                                                \
    case CK_TANH_ACTIVATION: RANGE(CK_TANH_ACTIVATION, gradient);                                \
    case CK_SOFTPLUS: RANGE(CK_SOFTPLUS, gradient);                                              \
    }                                                                                            \
  }                                                                                              \
  CK_VARIANTS_LOCAL(R(name), (const R(activation) *a, size_t begin, size_t end), (a, begin, end)) \
  static void R(name##_share)(void *context, size_t begin, size_t end) {                         \
    R(name)(context, begin, end);                                                                \
  }
OF_KIND(activation_values, false)
OF_KIND(activation_slopes, true)
#undef OF_KIND
#undef RANGE

// Kinds without a function cost about an operation, the others about twenty.
CK_INLINE double R(activation_cost)(int kind, size_t count) {
  return (kind == CK_RELU || kind == CK_SQUARED_RELU ? 2.0 : 20.0) * (double)count;
}

void R(ck_activation)(int kind, const REAL *x, REAL *y, size_t count) {
  R(activation) a = {.kind = kind, .x = x, .out = y, .streams = streams(count * sizeof(REAL))};
  ck_parallel(count, R(activation_cost)(kind, count), R(activation_values_share), &a);
}
void R(ck_activation_gradient)(int kind, const REAL *x, const REAL *dy, REAL *dx, size_t count) {
  R(activation) a = {.kind = kind, .x = x, .dy = dy, .out = dx};
  ck_parallel(count, R(activation_cost)(kind, count), R(activation_slopes_share), &a);
}
void R(ck_gated)(int kind, const REAL *gate, const REAL *up, REAL *y, size_t count) {
  R(activation) a = {.kind = kind, .x = gate, .up = up, .out = y,
                     .streams = streams(count * sizeof(REAL))};
  ck_parallel(count, R(activation_cost)(kind, count), R(activation_values_share), &a);
}
void R(ck_gated_gradient)(int kind, const REAL *gate, const REAL *up, const REAL *dy,
                          REAL *gate_gradient, REAL *up_gradient, size_t count) {
  R(activation) a = {kind, gate, up, dy, gate_gradient, up_gradient, false};
  ck_parallel(count, R(activation_cost)(kind, count), R(activation_slopes_share), &a);
}
