// What has no twin of the other width: 16-bit weights, whole numbers, cached attention, one row's results.

static uint16_t *room_u16(size_t count) {
  uint16_t *x = room(count * sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = (uint16_t)bits();
  return x;
}

static void half_products(void) {
  begin("16-bit weights");
  for (int round = 0; round < 20; round++) {
    enum ck_half kind = round % 2 ? CK_F16 : CK_BF16;
    size_t rows = round % 3 == 0 ? 1 : 1 + below(12), k = below(round % 4 ? 70 : 400);
    size_t columns = 1 + below(100), weights = k * columns;
    uint16_t *any = room_u16(weights);
    only_read(any);
    float *wide = room_f32(weights);
    ck_widen_half(kind, any, wide, weights);
    add_f32(wide, weights);
    const float *exact = given_f32(weights, round % 5 == 4), *x = given_f32(rows * k, round % 2);
    uint16_t *narrow = room_u16(weights);
    ck_narrow_half(kind, exact, narrow, weights);
    for (size_t i = 0; i < weights; i++)
      if (exact[i] == exact[i]) add(narrow[i]); // a NaN's other bits are free
    size_t packed = (columns + CK_PANEL_F32 - 1) / CK_PANEL_F32 * CK_PANEL_F32 * k;
    uint16_t *panels = room_u16(packed);
    float *y = room_f32(rows * columns);
    bool across = coin();
    ck_pack_panels_half(narrow, k, columns, across ? 1 : columns, across ? k : 1, panels);
    ck_gemm_half(kind, x, panels, y, rows, k, columns);
    add_f32(y, rows * columns);
    ck_pack_narrow_panels(kind, exact, k, columns, across ? 1 : columns, across ? k : 1, panels);
    ck_gemm_half(kind, x, panels, y, rows, k, columns);
    add_f32(y, rows * columns);
    release();
  }
  end();
}

static void whole_numbers(void) {
  begin("whole numbers");
  for (int round = 0; round < 16; round++) {
    size_t rows = 1 + below(4), width = 1 + below(round % 4 ? 150 : 3000);
    size_t k = round % 2 ? width : 1 + below(width);
    const int32_t *x = coin() ? indices_below(9, rows * width) : room_i32(rows * width);
    int32_t *values = room_i32(rows * k), *indices = room_i32(rows * k), *chosen = room_i32(rows);
    if (ck_top_i32(x, coin(), values, indices, k, rows, width) == CK_ORDERED) {
      add_i32(values, rows * k);
      add_i32(indices, rows * k);
    }
    if (ck_kth_i32(x, coin(), chosen, NULL, k, rows, width) == CK_ORDERED) add_i32(chosen, rows);
    size_t count = 1 + below(40), words = below(9);
    uint64_t *codes = room((rows + count) * words * sizeof *codes);
    for (size_t i = 0; i < (rows + count) * words; i++) codes[i] = bits();
    only_read(codes);
    int32_t *distances = room_i32(rows * count);
    ck_hamming_distances(codes + count * words, codes, distances, rows, count, words);
    add_i32(distances, rows * count);
    release();
  }
  end();
}

static void one_row(void) {
  begin("single rows");
  for (int round = 0; round < 12; round++) {
    size_t rows = 1 + below(4), width = 1 + below(1500), total = rows * width;
    const float *x = given_f32(total, round % 4 == 3), *gain = given_f32(width, false);
    const float *other = given_f32(total, round % 3 == 2);
    float *y = room_f32(total);
    ck_rms_norm_f32(x, gain, 1e-5f, y, rows, width);
    add_f32(y, total);
    ck_softmax_f32(x, y, rows, width);
    add_f32(y, total);
    ck_swiglu_f32(x, other, y, total);
    add_f32(y, total);
    ck_add_f32(x, other, y, total);
    add_f32(y, total);
    float loss = ck_nll_f32(x, width, width / 2);
    add_f32(&loss, 1);
    add((uint64_t)ck_argmax_f32(x, width));
    release();
  }
  double numbers[600];
  for (size_t i = 0; i < 600; i++) numbers[i] = one_f64(true) * (i % 3 ? 40 : 1);
  for (size_t i = 0; i + 1 < 600; i++) {
    double results[] = {ck_pow_f64(fabs(numbers[i]), numbers[i + 1]),
                        ck_remainder_f64(numbers[i], numbers[i + 1]), ck_floor_f64(numbers[i]),
                        ck_lgamma_f64(numbers[i]), ck_digamma_f64(numbers[i])};
    add_f64(results, 5);
  }
  end();
}

static void cached_attention(void) {
  begin("cached attention");
  static const size_t widths[] = {1, 3, 8, 16, 20, 33, 64, 70};
  for (int round = 0; round < 16; round++) {
    size_t cached = 1 + below(3), heads = cached * (1 + below(3)), width = widths[round % 8];
    size_t first = below(30), rows = 1 + below(30), positions = first + rows;
    size_t groups = (positions + CK_KEY_GROUP - 1) / CK_KEY_GROUP, page = 2 * CK_KEY_GROUP * width;
    const float *q = given_f32(rows * heads * width, false);
    const float *k = given_f32(positions * cached * width, false);
    const float *v = given_f32(positions * cached * width, round % 4 == 3);
    float *store = room_f32(cached * groups * page);
    float *out = room_f32(rows * heads * width);
    const float *pages[3 * 4];
    const float *const *heads_pages[3];
    size_t firsts[3];
    for (size_t h = 0; h < cached; h++) {
      heads_pages[h] = pages + 4 * h;
      firsts[h] = first;
      for (size_t g = 0; g < groups; g++) pages[4 * h + g] = store + (h * groups + g) * page;
      for (size_t i = 0; i < positions; i++)
        ck_store_entry_f32(k + (i * cached + h) * width, v + (i * cached + h) * width,
                           store + (h * groups + i / CK_KEY_GROUP) * page, i % CK_KEY_GROUP, width);
    }
    size_t begins[3 * 30];
    for (size_t i = 0; i < cached * rows; i++) begins[i] = below(first + i % rows + 1);
    ck_attention a = {q, heads_pages, firsts, round % 2 ? begins : NULL, out, rows, heads, cached, width, 0.25f, false};
    if (ck_attention_f32(&a)) add_f32(out, rows * heads * width);
    release();
  }
  end();
}

static void halves(void) {
  half_products();
  whole_numbers();
  one_row();
  cached_attention();
}
