// Causal attention inside the segments of a packed batch, and its gradients: attention of rows over the
// rows of their own segment up to themselves.
#include <stdlib.h>

#include "ck_attend.h"
#include "ck_training.h"

// Batches of fewer rows would leave lines of a tile empty.
enum { LEAST_WINDOW = 64 };

static bool starts_windows(const ck_segment_attention *a, size_t window) {
  size_t rows = a->starts[a->segments], next = 0;
  for (size_t s = 0; s <= a->segments; s++) {
    if (a->starts[s] > next) return false;
    if (a->starts[s] == next) next += window;
  }
  return next == rows + window;
}

// Into how many windows of equal length the rows can be cut without cutting a segment. Each is computed by
// itself then, so that its keys stay in a core's cache.
static size_t windows_of(const ck_segment_attention *a) {
  size_t rows = a->starts[a->segments], longest = LEAST_WINDOW;
  for (size_t s = 0; s < a->segments; s++) {
    size_t length = a->starts[s + 1] - a->starts[s];
    longest = length > longest ? length : longest;
  }
  for (size_t count = rows / longest; count > 1; count--)
    if (rows % count == 0 && starts_windows(a, rows / count)) return count;
  return 1;
}

static bool run(ck_segment_attention *a, bool (*body)(ck_attend *)) {
  size_t rows = a->starts[a->segments], windows = windows_of(a), window = rows / windows;
  size_t *ranges = malloc((2 * rows + 1) * sizeof *ranges);
  if (!ranges) return false;
  for (size_t s = 0; s < a->segments; s++)
    for (size_t r = a->starts[s]; r < a->starts[s + 1]; r++) {
      size_t before = r / window * window;
      ranges[r] = a->starts[s] - before;
      ranges[rows + r] = r + 1 - before;
    }
  ck_attend call = {0};
  call.batches = windows;
  call.query_rows = call.key_rows = window;
  call.range_batch_stride = window;
  call.heads = a->heads;
  call.cached_heads = a->cached_heads;
  call.width = call.value_width = a->head_width;
  call.scale = (double)a->scale;
  call.begins = ranges;
  call.ends = ranges + rows;
  call.queries = a->queries;
  call.keys = a->keys;
  call.values = a->values;
  call.out = a->out;
  call.out_gradient = a->out_gradient;
  call.query_gradient = a->query_gradient;
  call.key_gradient = a->key_gradient;
  call.value_gradient = a->value_gradient;
  bool done = body(&call);
  free(ranges);
  return done;
}

bool ck_segment_attention_f32(ck_segment_attention *a) { return run(a, ck_attend_f32); }

bool ck_segment_attention_gradient_f32(ck_segment_attention *a) {
  return run(a, ck_attend_gradient_f32);
}
