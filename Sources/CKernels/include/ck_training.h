// What training needs beside the forward kernels: gradients and the optimizer's step.
//
// Gradients with regard to parameters are chains over rows (batch, position) ascending that go on from
// what the buffer holds, and end with + 0.0; work is split over outputs only.
#ifndef CK_TRAINING_H
#define CK_TRAINING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// gradient [outputs, inputs] += the sum over rows of dy [rows, outputs] times x [rows, inputs]: each
/// element is one chain of fused multiply-adds, rows ascending.
void ck_weight_gradient_f32(const float *dy, const float *x, float *gradient, size_t rows,
                            size_t outputs, size_t inputs);

/// The gradients of ck_rms_norm_f32: dx = factor g - x (dot(g, x) factor^3 / width), g = dy gain,
/// gain_gradient += the chain over rows of dy (x factor). `factors` holds `rows` values of scratch.
void ck_rms_norm_gradient_f32(const float *x, const float *gain, float epsilon, const float *dy,
                              float *dx, float *gain_gradient, float *factors, size_t rows,
                              size_t width);

/// The gain's part of it: gradient += the chain over rows of dy (x factors[row]), and + 0.0.
void ck_rms_gain_gradient_f32(const float *x, const float *dy, const float *factors,
                              float *gradient, size_t rows, size_t width);

/// The gradients of ck_swiglu_f32: with s = 1 / (1 + exp(-gate)), up: dy gate s; gate:
/// dy up (s (1 + gate (1 - s))). The results may replace `gate` and `up`.
void ck_swiglu_gradient_f32(const float *gate, const float *up, const float *dy,
                            float *gate_gradient, float *up_gradient, size_t count);

/// Row by row: losses[r] = -log softmax(logits[r])[targets[r]], and the logits become their gradient,
/// (softmax - 1 at the target) scale, by ck_token_loss_f32 and its gradient in one pass. Targets are inside the width.
void ck_cross_entropy_gradient_f32(float *logits, const int32_t *targets, float scale, float *losses,
                                   size_t rows, size_t width);

/// gradient[ids[r]] += dy[r], rows ascending. Ids are inside the table.
void ck_embedding_gradient_f32(const float *dy, const int32_t *ids, float *gradient, size_t rows,
                               size_t width);

typedef struct {
  float first_decay, second_decay;
  /// 1 / (1 - decay^step)
  float first_correction, second_correction;
  float rate, epsilon, weight_decay;
  /// What gradients are multiplied by first (clipping).
  float gradient_scale;
} ck_adamw;
/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2, moments below 2^-100 becoming 0;
/// p -= rate (m c1 / (sqrt(v c2) + epsilon) + decay p).
void ck_adamw_f32(const ck_adamw *settings, const float *gradient, float *parameters, float *first,
                  float *second, size_t count);

typedef struct {
  /// [rows, heads, head_width], turned by their positions.
  const float *queries;
  /// [rows, cached_heads, head_width]
  const float *keys, *values;
  /// [rows, heads, head_width]: the result, or the gradient of it.
  float *out;
  const float *out_gradient;
  float *query_gradient, *key_gradient, *value_gradient;
  /// Segment s has the rows starts[s] ..< starts[s + 1], which see one another only.
  const size_t *starts;
  size_t segments, heads, cached_heads, head_width;
  float scale;
} ck_segment_attention;
/// Causal attention inside segments: out, by ck_attend_f32. False if memory could not be had.
bool ck_segment_attention_f32(ck_segment_attention *attention);
/// The gradients of it. Probabilities p are computed again, in the same order. For a row: dp = one chain over
/// the head's width of out_gradient and values; d = the chain over keys of p dp; ds = (p (dp - d)) scale;
/// query_gradient = chains over keys; key_gradient and value_gradient = chains over the group's query heads
/// ascending, then rows ascending, each ending with + 0.0.
bool ck_segment_attention_gradient_f32(ck_segment_attention *attention);

#endif
