// Rotary positions: ck_rotary.h states the orders.

CK_INLINE void R(turn_head)(const REAL *x, REAL *y, const REAL *c, const REAL *s, size_t pairs,
                            size_t second, size_t step, bool backward) {
  // Heads are narrow: eight pairs are the least that vectors are used for.
  typedef REAL eight __attribute__((ext_vector_type(8)));
  size_t i = 0;
  for (; step == 1 && i + 8 <= pairs; i += 8) {
    eight a, b, cosine, sine;
    memcpy(&a, x + i, sizeof a);
    memcpy(&b, x + i + second, sizeof b);
    memcpy(&cosine, c + i, sizeof cosine);
    memcpy(&sine, s + i, sizeof sine);
    if (backward) sine = -sine;
    eight first = __builtin_elementwise_fma(-b, sine, a * cosine);
    eight other = __builtin_elementwise_fma(a, sine, b * cosine);
    memcpy(y + i, &first, sizeof first);
    memcpy(y + i + second, &other, sizeof other);
  }
  for (; i < pairs; i++) {
    REAL a = x[i * step], b = x[i * step + second], sine = backward ? -s[i] : s[i];
    y[i * step] = R(fma)(-b, sine, a * c[i]);
    y[i * step + second] = R(fma)(a, sine, b * c[i]);
  }
}

CK_INLINE void BODY(turn_rows)(const R(ck_rotary_call) *t, size_t begin, size_t end) {
  size_t pairs = t->pairs;
  for (size_t r = begin; r < end; r++) {
    const REAL *c = t->cosines + r * pairs, *s = t->sines + r * pairs;
    for (size_t h = 0; h < t->heads; h++) {
      size_t place = (r * t->heads + h) * t->head_width;
      const REAL *x = t->x + place;
      REAL *y = t->y + place;
      if (x != y) {
        for (size_t i = 0; i < t->first; i++) y[i] = x[i];
        for (size_t i = t->first + 2 * pairs; i < t->head_width; i++) y[i] = x[i];
      }
      if (t->interleaved)
        R(turn_head)(x + t->first, y + t->first, c, s, pairs, 1, 2, t->backward);
      else R(turn_head)(x + t->first, y + t->first, c, s, pairs, pairs, 1, t->backward);
    }
  }
}
CK_VARIANTS_LOCAL(R(turn_rows), (const R(ck_rotary_call) *t, size_t begin, size_t end),
                  (t, begin, end))

static void R(share_turn_rows)(void *context, size_t begin, size_t end) {
  R(turn_rows)(context, begin, end);
}

void R(ck_rotary_turn)(const R(ck_rotary_call) *call) {
  R(ck_rotary_call) copy = *call;
  ck_parallel(copy.rows, 3.0 * (double)copy.rows * (double)copy.heads * (double)copy.head_width,
              R(share_turn_rows), &copy);
}

void R(ck_rotary_angles)(const double *frequencies, size_t pairs, const int32_t *whole,
                         const float *real, size_t rows, const int32_t *axes, size_t axis_count,
                         double factor, REAL *cosines, REAL *sines) {
  (void)ck_prepare();
  for (size_t r = 0; r < rows; r++)
    for (size_t i = 0; i < pairs; i++) {
      size_t at = r * axis_count + (axes ? (size_t)axes[i] : 0);
      double angle = (whole ? (double)whole[at] : (double)real[at]) * frequencies[i];
      cosines[r * pairs + i] = (REAL)(f64_cos(angle) * factor);
      sines[r * pairs + i] = (REAL)(f64_sin(angle) * factor);
    }
}
