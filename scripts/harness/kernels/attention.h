// Included for each REAL: attention of every visibility, forward and backward.

/// Ranges of keys, each with at least one.
static void R(see_ranges)(ck_attend *a, bool shared) {
  size_t count = (shared ? 1 : a->batches) * a->query_rows;
  size_t *begins = room(count * sizeof *begins), *ends = room(count * sizeof *ends);
  for (size_t i = 0; i < count; i++) {
    begins[i] = below(a->key_rows);
    ends[i] = begins[i] + 1 + below(a->key_rows - begins[i]);
  }
  only_read(begins);
  only_read(ends);
  a->begins = begins;
  a->ends = ends;
  a->range_batch_stride = shared ? 0 : a->query_rows;
}

/// Bits of which every row has one inside of its range.
static void R(see_masked)(ck_attend *a, bool by_batch, bool by_head) {
  size_t row = a->query_rows, words = (a->key_rows + 63) / 64;
  size_t matrices = (by_batch ? a->batches : 1) * (by_head ? a->heads : 1);
  uint64_t *mask = room(matrices * row * words * sizeof *mask);
  for (size_t i = 0; i < matrices * row * words; i++) mask[i] = coin() ? bits() & bits() : bits();
  for (size_t batch = 0; batch < a->batches; batch++)
    for (size_t i = 0; i < matrices; i++)
      for (size_t r = 0; r < row; r++) {
        size_t key = a->begins ? a->begins[batch * a->range_batch_stride + r] : below(a->key_rows);
        mask[(i * row + r) * words + key / 64] |= (uint64_t)1 << key % 64;
      }
  only_read(mask);
  a->mask = mask;
  a->mask_words = words;
  a->mask_head_stride = by_head ? row * words : 0;
  a->mask_batch_stride = by_batch ? (by_head ? a->heads : 1) * row * words : 0;
}

static void R(attend_once)(int round) {
  static const size_t widths[] = {1, 3, 8, 16, 20, 33};
  bool wild = round % 4 == 3;
  ck_attend a = {.batches = 1 + below(2), .query_rows = 1 + below(40), .key_rows = 1 + below(150),
                 .cached_heads = 1 + below(3), .width = widths[round % 6],
                 .value_width = widths[below(6)], .scale = 0.25, .cap = round % 5 == 2 ? 3.5 : 0};
  a.heads = a.cached_heads * (1 + below(3));
  size_t lines = a.batches * a.heads * a.query_rows, pairs = lines * a.key_rows;
  size_t wide = lines * a.width, out_wide = lines * a.value_width;
  size_t narrow = a.batches * a.key_rows * a.cached_heads * a.width;
  size_t values = a.batches * a.key_rows * a.cached_heads * a.value_width, biased = 0;
  if (round % 3) R(see_ranges)(&a, coin());
  if (round % 2) R(see_masked)(&a, coin(), coin());
  if (round % 4 > 1) {
    bool by_batch = coin(), by_head = coin();
    size_t matrix = a.query_rows * a.key_rows;
    a.bias_head_stride = by_head ? matrix : 0;
    a.bias_batch_stride = by_batch ? (by_head ? a.heads : 1) * matrix : 0;
    biased = (by_batch ? a.batches : 1) * (by_head ? a.heads : 1) * matrix;
    a.bias = R(given)(biased, false);
  }
  a.queries = R(given)(wide, wild);
  a.keys = R(given)(narrow, false);
  a.values = R(given)(values, wild);
  a.out = R(room)(out_wide);
  a.probabilities = R(room)(pairs);
  a.scores = R(room)(pairs);
  size_t place[3];
  if (ck_attend_find_empty(&a, place)) give_up("a line without keys");
  if (R(ck_attend)(&a)) add(1);
  R(add)(a.out, out_wide);
  R(add)(a.probabilities, pairs);
  R(add)(a.scores, pairs);

  a.out_gradient = R(given)(out_wide, false);
  a.probability_gradient = coin() ? R(given)(pairs, false) : NULL;
  a.value_gradient = R(room)(values);
  bool computed = round % 6 != 5;
  if (computed) {
    a.query_gradient = R(room)(wide);
    a.key_gradient = R(room)(narrow);
    a.bias_gradient = biased ? R(room)(biased) : NULL;
  } else {
    a.given = R(given)(pairs, false);
    a.given_gradient = R(room)(pairs);
    if (R(ck_attend)(&a)) R(add)(a.out, out_wide);
  }
  if (R(ck_attend_gradient)(&a)) add(1);
  R(add)(a.value_gradient, values);
  if (computed) {
    R(add)(a.query_gradient, wide);
    R(add)(a.key_gradient, narrow);
    if (biased) R(add)(a.bias_gradient, biased);
  } else {
    R(add)(a.given_gradient, pairs);
  }
  release();
}

static void R(attention)(void) {
  begin("attention, " TEXT);
  for (int round = 0; round < 24; round++) R(attend_once)(round);
  end();
}
