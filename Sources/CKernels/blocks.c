// Blocks of quantised weights as f32, and products with 8-bit activations. Orders: ck_blocks.h.
#include "blocks.h"

size_t ck_block_length(enum ck_block_format format) { return block_length(format); }
size_t ck_block_bytes(enum ck_block_format format) { return block_bytes(format); }

CK_INLINE void dequantize(int format, const uint8_t *blocks, float *y, size_t count) {
  size_t length = block_length(format), bytes = block_bytes(format);
  for (size_t b = 0; b < count; b++) {
    unpacked_block block;
    unpack_block(format, blocks + b * bytes, &block);
    for (size_t part = 0; part < length / BLOCK_PART; part++) {
      float scale = block.d * (float)block.scale[part];
      float minimum = block_has_minimum(format) ? block.m * (float)block.minimum[part] : 0;
      for (size_t j = 0; j < BLOCK_PART; j++) {
        float value = scale * (float)block.q[part * BLOCK_PART + j];
        y[b * length + part * BLOCK_PART + j] = block_has_minimum(format) ? value + minimum : value;
      }
    }
  }
}

CK_INLINE void dequantize_any_body(int format, const uint8_t *blocks, float *y, size_t count) {
  BLOCK_DISPATCH(format, dequantize, blocks, y, count)
}
CK_VARIANTS_LOCAL(dequantize_any, (int format, const uint8_t *blocks, float *y, size_t count),
                  (format, blocks, y, count))

void ck_dequantize_blocks(enum ck_block_format format, const uint8_t *blocks, float *y,
                          size_t count) {
  dequantize_any(format, blocks, y, count);
}

CK_INLINE void quantize_32(const float *x, int8_t *q, float *scale, int32_t *sums) {
  // The largest magnitude by its bits: they order as numbers do, with NaNs above infinity.
  uint32_t most = 0;
  for (int i = 0; i < 32; i++) {
    uint32_t bits = bits_of_float(x[i]) & 0x7fffffff;
    most = bits > most ? bits : most;
  }
  float largest = float_of_bits(most);
  sums[0] = sums[1] = 0;
  if (most >= 0x7f800000 || largest < 0x1p-100f) {
    *scale = most >= 0x7f800000 ? float_of_bits(0x7fc00000) : 0;
    memset(q, 0, 32);
    return;
  }
  *scale = largest / 127.0f;
  float factor = 127.0f / largest;
  for (int i = 0; i < 32; i++) {
    // Adding 1.5 * 2^23 leaves the nearest integer, ties to even.
    float rounded = (x[i] * factor + 0x1.8p23f) - 0x1.8p23f;
    q[i] = (int8_t)(int32_t)rounded;
  }
  for (int i = 0; i < 32; i++) sums[i / 16] += q[i];
}

CK_INLINE void activations_body(const float *x, size_t count, int8_t *q, float *scales, int32_t *sums) {
  for (size_t b = 0; b < count / 32; b++)
    quantize_32(x + b * 32, q + b * 32, scales + b, sums + b * 2);
}
CK_VARIANTS_LOCAL(activations,
                  (const float *x, size_t count, int8_t *q, float *scales, int32_t *sums),
                  (x, count, q, scales, sums))

void ck_quantize_activations(const float *x, size_t count, int8_t *q, float *scales, int32_t *sums) {
  activations(x, count, q, scales, sums);
}

/// A block is unpacked once for all rows; the running values stand in y meanwhile.
CK_INLINE void some_outputs(int format, const ck_block_product *p, size_t begin, size_t end) {
  size_t length = block_length(format), blocks = p->inputs / length;
  for (size_t o = begin; o < end; o++) {
    for (size_t r = 0; r < p->rows; r++) p->y[r * p->outputs + o] = 0;
    for (size_t b = 0; b < blocks; b++) {
      unpacked_block block;
      unpack_block(format, p->blocks + (o * blocks + b) * block_bytes(format), &block);
      for (size_t r = 0; r < p->rows; r++) {
        size_t first = r * p->inputs + b * length;
        float *y = p->y + r * p->outputs + o;
        *y = add_block(format, &block, p->q + first, p->scales + first / 32, p->sums + first / 16, *y);
      }
    }
    for (size_t r = 0; r < p->rows; r++) p->y[r * p->outputs + o] += 0.0f;
  }
}

CK_INLINE void any_outputs_body(const ck_block_product *p, size_t begin, size_t end) {
  BLOCK_DISPATCH(p->format, some_outputs, p, begin, end)
}
CK_VARIANTS_LOCAL(any_outputs, (const ck_block_product *p, size_t begin, size_t end), (p, begin, end))

static void share(void *context, size_t begin, size_t end) { any_outputs(context, begin, end); }

void ck_multiply_blocks(const ck_block_product *product) {
  double operations = 2.0 * (double)product->rows * (double)product->inputs * (double)product->outputs;
  ck_parallel(product->outputs, operations, share, (void *)product);
}
