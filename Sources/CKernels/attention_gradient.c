// Causal attention inside the segments of a packed batch, and its gradients: attention of rows over the
// rows of their own segment up to themselves.
#include <stdlib.h>

#include "ck_attend.h"
#include "ck_training.h"

static bool run(ck_segment_attention *a, bool (*body)(ck_attend *)) {
  size_t rows = a->starts[a->segments];
  size_t *ranges = malloc((2 * rows + 1) * sizeof *ranges);
  if (!ranges) return false;
  for (size_t s = 0; s < a->segments; s++)
    for (size_t r = a->starts[s]; r < a->starts[s + 1]; r++) {
      ranges[r] = a->starts[s];
      ranges[rows + r] = r + 1;
    }
  ck_attend call = {0};
  call.batches = 1;
  call.query_rows = call.key_rows = rows;
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
