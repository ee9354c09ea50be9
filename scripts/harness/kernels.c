// Prints one hash a kernel, of its results for odd sizes and unusual numbers; equal on every machine.
// scripts/check-neon compares them between this machine's reference and an emulated ARM.
//
// A new kernel family adds a function here and its line in main.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ck_threads.h"
#include "ck_training.h"
#include "ckernels.h"

static uint64_t state, hash;

static uint64_t bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static void begin(void) {
  state = 0x9e3779b97f4a7c15u;
  hash = 0xcbf29ce484222325u;
}

static void end(const char *name) { printf("%-24s %016llx\n", name, (unsigned long long)hash); }

static void add(uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; }

// All NaNs count as one.
static void add_f32(const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t pattern;
    memcpy(&pattern, x + i, sizeof pattern);
    add(x[i] != x[i] ? 0x7fc00000u : pattern);
  }
}

static void add_f64(const double *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t pattern;
    memcpy(&pattern, x + i, sizeof pattern);
    add(x[i] != x[i] ? 0x7ff8000000000000u : pattern);
  }
}

// In (-1, 1); if `wild`, also zeros of both signs, subnormals, infinities, NaN and any bit pattern.
static float one_f32(bool wild) {
  static const float odd[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 0x1p-149f, -0x1p-130f};
  if (wild) {
    unsigned choice = (unsigned)(bits() >> 33) % 16;
    if (choice == 0) return odd[(bits() >> 33) % 7];
    if (choice == 1) {
      uint32_t pattern = (uint32_t)bits();
      float any;
      memcpy(&any, &pattern, sizeof any);
      return any;
    }
  }
  return (float)(int32_t)(bits() >> 20) * 0x1p-31f;
}

static float *floats(size_t count, bool wild) {
  float *x = calloc(count + 16, sizeof *x);
  if (!x) exit(2);
  for (size_t i = 0; i < count; i++) x[i] = one_f32(wild);
  return x;
}

static double *doubles(size_t count, bool wild) {
  double *x = calloc(count + 16, sizeof *x);
  if (!x) exit(2);
  for (size_t i = 0; i < count; i++) x[i] = (double)one_f32(wild) * (1.0 + (double)one_f32(false));
  return x;
}

static size_t below(size_t bound) { return (size_t)(bits() >> 33) % bound; }

static void functions(void) {
  for (int function = CK_EXP; function <= CK_LOG1P; function++) {
    begin();
    float *x = floats(5003, true);
    double *w = doubles(5003, true);
    for (size_t i = 0; i < 5003; i += 3) x[i] *= 40, w[i] *= 300;
    float *y = floats(5003, false);
    double *v = doubles(5003, false);
    ck_map_f32(function, x, y, 5003);
    ck_map_f64(function, w, v, 5003);
    add_f32(y, 5003);
    add_f64(v, 5003);
    char name[32];
    snprintf(name, sizeof name, "function %d", function);
    end(name);
    free(x), free(w), free(y), free(v);
  }
  begin();
  double *x = doubles(2000, true);
  for (size_t i = 0; i + 1 < 2000; i++) {
    double results[] = {ck_pow_f64(fabs(x[i]) * 9, x[i + 1] * 40), ck_remainder_f64(x[i], x[i + 1]),
                        ck_floor_f64(x[i] * 1e3)};
    add_f64(results, 3);
  }
  end("pow, remainder, floor");
  free(x);
}

static void products(void) {
  begin();
  for (int round = 0; round < 24; round++) {
    size_t rows = round % 3 == 0 ? 1 : 1 + below(15), k = below(700), columns = 1 + below(140);
    float *x = floats(rows * k, round % 2), *w = floats(k * columns, round % 4 == 3);
    float *panels = floats((columns + 31) / 32 * 32 * k, false), *y = floats(rows * columns, false);
    ck_pack_panels_f32(w, k, columns, 1, k, panels);
    ck_gemm_f32(x, panels, y, rows, k, columns);
    add_f32(y, rows * columns);
    free(x), free(w), free(panels), free(y);
  }
  end("gemm f32");
  begin();
  for (int round = 0; round < 12; round++) {
    size_t rows = 1 + below(9), k = below(90), columns = 1 + below(40);
    double *x = doubles(rows * k, round % 2), *w = doubles(k * columns, false);
    double *panels = doubles((columns + 7) / 8 * 8 * k, false), *y = doubles(rows * columns, false);
    ck_pack_panels_f64(w, k, columns, columns, 1, panels);
    ck_gemm_f64(x, panels, y, rows, k, columns);
    add_f64(y, rows * columns);
    free(x), free(w), free(panels), free(y);
  }
  end("gemm f64");
  begin();
  for (int round = 0; round < 6; round++) {
    size_t rows = 1 + below(300), outputs = 1 + below(20), inputs = 1 + below(70);
    float *dy = floats(rows * outputs, round % 2), *x = floats(rows * inputs, false);
    float *gradient = floats(outputs * inputs, false);
    ck_weight_gradient_f32(dy, x, gradient, rows, outputs, inputs);
    add_f32(gradient, outputs * inputs);
    free(dy), free(x), free(gradient);
  }
  end("weight gradient f32");
}

static void sums(void) {
  begin();
  static const size_t counts[] = {0, 1, 15, 16, 17, 1023, 1024, 1025, 5000, 7171};
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
    size_t count = counts[i];
    float *x = floats(count, i % 3 == 2), *y = floats(count, false);
    double *v = doubles(count, false);
    float narrow[] = {ck_sum_f32(x, count), ck_dot_f32(x, y, count),
                      ck_squared_deviations_f32(x, 0.25f, count)};
    double wide[] = {ck_sum_f64(v, count), ck_dot_f64(v, v, count),
                     ck_squared_deviations_f64(v, 0.25, count)};
    add_f32(narrow, 3);
    add_f64(wide, 3);
    free(x), free(y), free(v);
  }
  end("sums");
}

static void rows(void) {
  begin();
  for (int round = 0; round < 12; round++) {
    size_t count = 1 + below(5), width = 1 + below(1500), total = count * width;
    bool wild = round % 4 == 3;
    float *x = floats(total, wild), *gain = floats(width, false), *y = floats(total, false);
    float *dy = floats(total, false), *dx = floats(total, false), *scratch = floats(width, false);
    int32_t targets[8];
    float factors[8], losses[8];
    for (size_t r = 0; r < count; r++) targets[r] = (int32_t)below(width);
    ck_rms_norm_f32(x, gain, 1e-5f, y, count, width);
    add_f32(y, total);
    ck_softmax_f32(x, y, count, width);
    add_f32(y, total);
    ck_swiglu_f32(x, dy, y, total);
    add_f32(y, total);
    ck_add_f32(x, dy, y, total);
    add_f32(y, total);
    float loss = ck_nll_f32(x, width, width / 2, scratch);
    add_f32(&loss, 1);
    add((uint64_t)ck_argmax_f32(x, width));
    ck_rms_norm_gradient_f32(x, gain, 1e-5f, dy, dx, gain, factors, count, width);
    add_f32(dx, total);
    add_f32(gain, width);
    ck_swiglu_gradient_f32(x, dy, dx, y, dx, total);
    add_f32(y, total);
    add_f32(dx, total);
    if (ck_cross_entropy_gradient_f32(x, targets, 0.125f, losses, count, width)) add(1);
    add_f32(x, total);
    add_f32(losses, count);
    ck_embedding_gradient_f32(dy, targets, y, count, 1);
    add_f32(y, total);
    free(x), free(gain), free(y), free(dy), free(dx), free(scratch);
  }
  end("rows and gradients");
}

static void attention(void) {
  begin();
  static const size_t widths[] = {1, 3, 8, 16, 20, 33};
  for (int round = 0; round < 12; round++) {
    size_t cached = 1 + below(3), heads = cached * (1 + below(3)), width = widths[round % 6];
    size_t count = 1 + below(50), groups = (count + CK_KEY_GROUP - 1) / CK_KEY_GROUP;
    size_t wide = count * heads * width, narrow = count * cached * width;
    float *q = floats(wide, false), *k = floats(narrow, false), *v = floats(narrow, round % 4 == 3);
    float *store = calloc(groups * CK_KEY_GROUP * cached * width, sizeof *store);
    float *out = floats(wide, false), *dout = floats(wide, false), *dq = floats(wide, false);
    float *dk = floats(narrow, false), *dv = floats(narrow, false);
    if (!store) exit(2);
    ck_store_keys_f32(k, store, 0, count, cached, width);
    ck_attention a = {q, store, v, out, 0, count, heads, cached, width, 0.25f, false};
    if (ck_attention_f32(&a)) add_f32(out, wide);
    size_t starts[] = {0, count / 3, count};
    ck_segment_attention s = {q, k, v, out, dout, dq, dk, dv, starts, 2, heads, cached,
                              width, 0.25f, false};
    if (ck_segment_attention_f32(&s)) add_f32(out, wide);
    if (ck_segment_attention_gradient_f32(&s)) {
      add_f32(dq, wide);
      add_f32(dk, narrow);
      add_f32(dv, narrow);
    }
    free(q), free(k), free(v), free(store), free(out), free(dout), free(dq), free(dk), free(dv);
  }
  end("attention and gradients");
}

static void the_rest(void) {
  begin();
  float *cosines = floats(600 * 8, false), *sines = floats(600 * 8, false);
  float *x = floats(600 * 3 * 16, true);
  ck_rotary_tables_f32(10000, 8, 77, 600, cosines, sines);
  add_f32(cosines, 600 * 8);
  add_f32(sines, 600 * 8);
  ck_rotary_f32(x, cosines, sines, 600, 3, 8);
  add_f32(x, 600 * 3 * 16);
  end("rotary");
  free(cosines), free(sines), free(x);
  begin();
  ck_adamw settings = {0.9f, 0.999f, 1.5f, 1.25f, 1e-3f, 1e-8f, 0.1f, 0.5f};
  float *p = floats(777, false), *m = floats(777, false), *v = floats(777, false);
  for (size_t i = 0; i < 777; i++) v[i] = fabsf(v[i]) * (i % 5 ? 1 : 0x1p-120f);
  for (int step = 0; step < 3; step++) {
    float *gradient = floats(777, false);
    ck_adamw_f32(&settings, gradient, p, m, v, 777);
    free(gradient);
  }
  add_f32(p, 777);
  add_f32(m, 777);
  add_f32(v, 777);
  end("adamw");
  free(p), free(m), free(v);
}

int main(void) {
  ck_set_shares(3);
  ck_set_eager(true);
  functions();
  products();
  sums();
  rows();
  attention();
  the_rest();
  return 0;
}
