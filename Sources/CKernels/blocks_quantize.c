// Numbers as quantised blocks. Q8_0, Q4_0, Q4_1, Q5_0 and Q5_1 have the bits of the gguf Python package.
#include "blocks_search.h"

/// Puts an f16 down; false where it is infinite.
static bool put_half(float value, uint8_t *to) {
  uint16_t half = half_narrow(CK_F16, value);
  to[0] = (uint8_t)half;
  to[1] = (uint8_t)(half >> 8);
  return (half & 0x7fff) < 0x7c00;
}

/// 1 / d, and 0 for a d whose inverse is infinite: as f16 that d is 0.
static float inverse_of(float d) {
  float inverse = d == 0 ? 0 : 1 / d;
  return __builtin_fabsf(inverse) <= 0x1.fffffep127f ? inverse : 0;
}

/// Away from zero where it is half way, by the package's own steps.
static int8_t round_away(float value) {
  float size = __builtin_fabsf(value), whole = (float)(int32_t)size;
  float result = whole + (float)(int32_t)(2 * (size - whole));
  return (int8_t)(value < 0 ? -result : result);
}

static bool quantize_q8(const float *x, uint8_t *to) {
  float d = __builtin_fabsf(search_peak(x, 32)) / 127.0f, inverse = inverse_of(d);
  if (!put_half(d, to)) return false;
  for (int i = 0; i < 32; i++) to[2 + i] = (uint8_t)round_away(x[i] * inverse);
  return true;
}

/// Truncated, and not above `most`.
static uint8_t cut(float value, int most) {
  int whole = (int)value;
  return (uint8_t)(whole < 0 ? 0 : whole > most ? most : whole);
}

static void pack_nibbles(const uint8_t *q, uint8_t *to) {
  for (int j = 0; j < 16; j++) to[j] = (uint8_t)((q[j] & 15) | q[j + 16] << 4);
}

static void pack_fives(const uint8_t *q, uint8_t *high, uint8_t *low) {
  memset(high, 0, 4);
  for (int i = 0; i < 32; i++) high[i / 8] |= (uint8_t)((q[i] >> 4) << (i % 8));
  pack_nibbles(q, low);
}

static bool quantize_symmetric(int format, const float *x, uint8_t *to) {
  int levels = format == CK_Q4_0 ? 8 : 16;
  float d = search_peak(x, 32) / (float)-levels, inverse = inverse_of(d);
  if (!put_half(d, to)) return false;
  uint8_t q[32];
  for (int i = 0; i < 32; i++)
    q[i] = cut(x[i] * inverse + ((float)levels + 0.5f), 2 * levels - 1);
  if (format == CK_Q4_0) pack_nibbles(q, to + 2);
  else pack_fives(q, to + 2, to + 6);
  return true;
}

static bool quantize_ranged(int format, const float *x, uint8_t *to) {
  int levels = format == CK_Q4_1 ? 15 : 31;
  float low = x[0], high = x[0];
  for (int i = 1; i < 32; i++) {
    low = x[i] < low ? x[i] : low;
    high = x[i] > high ? x[i] : high;
  }
  float d = (high - low) / (float)levels, inverse = inverse_of(d);
  if (!put_half(d, to) || !put_half(low, to + 2)) return false;
  uint8_t q[32];
  for (int i = 0; i < 32; i++) q[i] = cut((x[i] - low) * inverse + 0.5f, levels);
  if (format == CK_Q4_1) pack_nibbles(q, to + 4);
  else pack_fives(q, to + 4, to + 8);
  return true;
}

static bool quantize_codes(const float *x, uint8_t *to) {
  if (!put_half(search_code_scale(x), to)) return false;
  float d = block_half(to), inverse = inverse_of(d);
  uint8_t q[32];
  for (int i = 0; i < 32; i++) q[i] = (uint8_t)search_code(x[i] * inverse);
  pack_nibbles(q, to + 2);
  return true;
}

// 256 numbers. The scales of the parts are found first, then rounded to integers times an f16, then the
// numbers are rounded to what these stand for.

enum { PARTS = 16 };

static bool quantize_signed(int format, const float *x, uint8_t *to) {
  bool is_q6 = format == CK_Q6_K;
  int levels = is_q6 ? 32 : 4, most = is_q6 ? 128 : 32;
  float scales[PARTS];
  for (int p = 0; p < PARTS; p++) scales[p] = search_scale(x + p * 16, 16, levels);
  float peak = search_peak(scales, PARTS);
  float factor = __builtin_fabsf(peak) < SEARCH_LEAST ? 0 : (float)-most / peak;
  uint8_t *half = to + (is_q6 ? 208 : 108);
  memset(to, 0, block_bytes(format));
  if (!put_half(inverse_of(factor), half)) return false;
  float d = block_half(half);
  for (int p = 0; p < PARTS; p++) {
    int scale = search_nearest(factor * scales[p], -most, most - 1);
    if (is_q6) to[192 + p] = (uint8_t)(int8_t)scale;
    else {
      to[96 + p % 8] |= (uint8_t)(((scale + 32) & 15) << (4 * (p / 8)));
      to[104 + p % 4] |= (uint8_t)((scale + 32) >> 4 << (2 * (p / 4)));
    }
    float inverse = inverse_of(d * (float)scale);
    for (int e = p * 16; e < p * 16 + 16; e++) {
      int q = search_nearest(x[e] * inverse, -levels, levels - 1) + levels;
      int group = e / 128, part = e / 32 % 4, j = e % 32;
      if (is_q6) {
        to[group * 64 + (part & 1) * 32 + j] |= (uint8_t)((q & 15) << (4 * (part >> 1)));
        to[128 + group * 32 + j] |= (uint8_t)(q >> 4 << (2 * part));
      } else {
        to[32 + group * 32 + j] |= (uint8_t)((q & 3) << (2 * part));
        to[j] |= (uint8_t)(q >> 2 << (group * 4 + part));
      }
    }
  }
  return true;
}

/// Six bits of a scale and of a minimum, where unpack_sixes looks for them.
static void pack_six(int p, int scale, int minimum, uint8_t *to) {
  if (p < 4) {
    to[p] |= (uint8_t)scale;
    to[p + 4] |= (uint8_t)minimum;
  } else {
    to[p + 4] |= (uint8_t)((scale & 15) | (minimum & 15) << 4);
    to[p - 4] |= (uint8_t)(scale >> 4 << 6);
    to[p] |= (uint8_t)(minimum >> 4 << 6);
  }
}

static bool quantize_with_minima(int format, const float *x, uint8_t *to) {
  bool is_q2 = format == CK_Q2_K;
  int parts = is_q2 ? 16 : 8, length = 256 / parts, most = is_q2 ? 15 : 63;
  int levels = is_q2 ? 3 : format == CK_Q4_K ? 15 : 31;
  float scales[PARTS], minima[PARTS], largest = 0, deepest = 0;
  for (int p = 0; p < parts; p++) {
    scales[p] = search_range(x + p * length, length, levels, minima + p);
    largest = scales[p] > largest ? scales[p] : largest;
    deepest = minima[p] > deepest ? minima[p] : deepest;
  }
  uint8_t *halves = to + (is_q2 ? 80 : 0);
  memset(to, 0, block_bytes(format));
  if (!put_half(largest / (float)most, halves)) return false;
  if (!put_half(deepest / (float)most, halves + 2)) return false;
  float d = block_half(halves), m = block_half(halves + 2);
  float scale_inverse = inverse_of(d), minimum_inverse = inverse_of(m);
  for (int p = 0; p < parts; p++) {
    int scale = search_nearest(scales[p] * scale_inverse, 0, most);
    int minimum = search_nearest(minima[p] * minimum_inverse, 0, most);
    if (is_q2) to[p] = (uint8_t)(scale | minimum << 4);
    else pack_six(p, scale, minimum, to + 4);
    float inverse = inverse_of(d * (float)scale), offset = m * (float)minimum;
    for (int e = p * length; e < (p + 1) * length; e++) {
      int q = search_nearest((x[e] + offset) * inverse, 0, levels), j = e % 32;
      if (is_q2) to[16 + e / 128 * 32 + j] |= (uint8_t)(q << (2 * (e / 32 % 4)));
      else {
        uint8_t *low = to + (format == CK_Q5_K ? 48 : 16);
        low[e / 64 * 32 + j] |= (uint8_t)((q & 15) << (4 * (e / 32 % 2)));
        if (format == CK_Q5_K) to[16 + j] |= (uint8_t)(q >> 4 << (e / 32));
      }
    }
  }
  return true;
}

static bool quantize_block(int format, const float *x, uint8_t *to) {
  switch (format) {
  case CK_Q8_0: return quantize_q8(x, to);
  case CK_Q4_0:
  case CK_Q5_0: return quantize_symmetric(format, x, to);
  case CK_Q4_1:
  case CK_Q5_1: return quantize_ranged(format, x, to);
  case CK_IQ4_NL: return quantize_codes(x, to);
  case CK_Q3_K:
  case CK_Q6_K: return quantize_signed(format, x, to);
  default: return quantize_with_minima(format, x, to);
  }
}

typedef struct {
  int format;
  const float *x;
  uint8_t *blocks;
  bool failed;
} quantizing;

static void share(void *context, size_t begin, size_t end) {
  quantizing *work = context;
  (void)ck_prepare();
  for (size_t b = begin; b < end; b++) {
    if (quantize_block(work->format, work->x + b * block_length(work->format),
                       work->blocks + b * block_bytes(work->format)))
      continue;
    __atomic_store_n(&work->failed, true, __ATOMIC_RELAXED);
    return;
  }
}

bool ck_quantize_blocks(enum ck_block_format format, const float *x, uint8_t *blocks, size_t count) {
  quantizing work = {format, x, blocks, false};
  // The searches take some 40 passes over a block.
  ck_parallel(count, 400.0 * (double)count * (double)block_length(format), share, &work);
  return !work.failed;
}
