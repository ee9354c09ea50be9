// Quantised weights: blocks as f32, f32 as blocks, products with 8-bit activations.

static void blocks(void) {
  begin("quantised weights");
  for (int round = 0; round < 33; round++) {
    enum ck_block_format format = (enum ck_block_format)(round % 11);
    size_t length = ck_block_length(format), width = 1 + below(length == 32 ? 6 : 2);
    size_t rows = round % 3 == 0 ? 1 : 1 + below(9), outputs = 1 + below(20), count = width * outputs;
    size_t inputs = width * length, size = count * ck_block_bytes(format);
    uint8_t *weights = room(size);
    for (size_t i = 0; i < size; i++) weights[i] = (uint8_t)(bits() >> 20);
    only_read(weights);
    float *wide = room_f32(count * length);
    ck_dequantize_blocks(format, weights, wide, count);
    add_f32(wide, count * length);

    const float *x = given_f32(rows * inputs, round % 2);
    int8_t *q = room(rows * inputs);
    float *scales = room_f32(rows * inputs / 32), *y = room_f32(rows * outputs);
    int32_t *sums = room_i32(rows * inputs / 16);
    ck_quantize_activations(x, rows * inputs, q, scales, sums);
    add_f32(scales, rows * inputs / 32);
    add_i32(sums, rows * inputs / 16);
    only_read(q);
    ck_block_product product = {format, weights, q, scales, sums, y, rows, inputs, outputs};
    ck_multiply_blocks(&product);
    add_f32(y, rows * outputs);

    // Packed: the same bits again, twice at once, the second added to what is there.
    size_t groups = (outputs + CK_PACKED_ROWS - 1) / CK_PACKED_ROWS;
    uint8_t *packed = aligned_room(groups * ck_packed_group_bytes(format, inputs), CK_PACKED_LINE);
    ck_pack_blocks(format, weights, inputs, outputs, packed);
    only_read(packed);
    uint8_t *again = room(size);
    ck_unpack_rows(format, packed, inputs, 0, outputs, again);
    for (size_t i = 0; i < size; i++) add(again[i]);
    float *sum = room_f32(rows * outputs), *one = room_f32(rows * outputs);
    for (size_t i = 0; i < rows * outputs; i++) sum[i] = 1;
    ck_quantized_rows quantized = {q, scales, sums, rows, inputs};
    ck_packed_product products[] = {{format, packed, outputs, one, outputs, false},
                                    {format, packed, outputs, sum, outputs, true}};
    ck_multiply_packed(&quantized, products, 2);
    add_f32(one, rows * outputs);
    add_f32(sum, rows * outputs);

    const float *finite = given_f32(count * length, false);
    uint8_t *made = room(size);
    if (ck_quantize_blocks(format, finite, made, count))
      for (size_t i = 0; i < size; i++) add(made[i]);
    release();
  }
  end();
}
