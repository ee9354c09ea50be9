// Attention of any queries over any keys: forward and backward, f32 and f64.
//
// Line = (head, row). It sees the keys k with begin <= k < end whose mask bit is set; all other keys are
// absent: no bit of them is used, so masks, ranges, windows and removed keys agree.
//
// Forward, for each line over its visible keys ascending:
//   s = ((one chain of fused multiply-adds over the width, from +0, + 0.0) scale);
//   with a cap: s = cap tanh(s / cap); with a bias: s = s + bias;
//   e = exp(s - max); the denominator is one chain of adds; p = e (1 / denominator), rounded;
//   out = one chain of fused multiply-adds over the keys of p and values from +0, + 0.0.
// max passes over NaN; exp and tanh are those of ck_map. With `given`, p is read from there.
//
// Backward: p as above, and
//   dp = one chain over the value width of out_gradient and values from +0, + 0.0 (+0 without out_gradient);
//        with a probability_gradient: dp = dp + it;
//   d = the chain over keys of p dp; g = p (dp - d); bias_gradient adds g over batches, then heads that
//        share the bias, ascending, from +0;
//   with a cap: g = g fma(-t, t, 1), t = tanh(s / cap); ds = g scale;
//   query_gradient = chains over keys of ds and keys;
//   key_gradient, value_gradient = chains over the group's query heads ascending, then rows ascending, of
//        ds and queries, p and out_gradient. Each chain starts at +0 and ends with + 0.0.
#ifndef CK_ATTEND_H
#define CK_ATTEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// One call. Numbers are float or double, as the function says; results overwrite what their arrays hold.
typedef struct {
  size_t batches, query_rows, key_rows;
  /// Query heads that stand together share a key head.
  size_t heads, cached_heads, width, value_width;
  double scale;
  /// 0: none.
  double cap;

  /// [batches or 1][query_rows], at most key_rows; NULL: every line sees every key.
  const size_t *begins, *ends;
  /// query_rows, or 0 where all batches share the ranges.
  size_t range_batch_stride;
  /// Bit k % 64 of word k / 64 of each row of mask_words; NULL: none. Strides count words, 0: shared.
  const uint64_t *mask;
  size_t mask_words, mask_batch_stride, mask_head_stride;
  /// [batches or 1][heads or 1][query_rows][key_rows], or NULL. Strides count numbers, 0: shared.
  const void *bias;
  size_t bias_batch_stride, bias_head_stride;

  /// [batches][query_rows][heads][width], [batches][key_rows][cached_heads][width]
  const void *queries, *keys;
  /// [batches][key_rows][cached_heads][value_width]; NULL where neither out nor out_gradient is.
  const void *values;
  /// Probabilities to use in place of the computed ones, [batches][heads][query_rows][key_rows], or NULL.
  const void *given;

  /// [batches][query_rows][heads][value_width], or NULL.
  void *out;
  /// [batches][heads][query_rows][key_rows], or NULL; what a line does not see is 0, in scores -infinity.
  void *probabilities, *scores;

  /// As out and probabilities, or NULL.
  const void *out_gradient, *probability_gradient;
  /// As what they are the gradients of; NULL where not wanted. With `given` all but given_gradient and
  /// value_gradient are NULL.
  void *query_gradient, *key_gradient, *value_gradient, *bias_gradient, *given_gradient;

  bool failed;
} ck_attend;

/// False if memory could not be had.
bool ck_attend_f32(ck_attend *call);
bool ck_attend_f64(ck_attend *call);
bool ck_attend_gradient_f32(ck_attend *call);
bool ck_attend_gradient_f64(ck_attend *call);

/// Finds the first line that sees no key: its batch, head and row. False if there is none.
bool ck_attend_find_empty(const ck_attend *call, size_t place[3]);

#endif
