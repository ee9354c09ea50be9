// The lines that attention computes together, and which keys they see.
//
// A tile is up to 16 consecutive lines of one key head, a line being (query head of its group, row), rows
// running faster. The order of lines is that of the gradients' chains.
#ifndef CKERNELS_ATTEND_TILE_H
#define CKERNELS_ATTEND_TILE_H

#include "ck_attend.h"
#include "functions_f32.h"
#include "functions_f64.h"

enum {
  LINES = 16,
  /// Room behind a list of keys: the last key is repeated there, so that blocks of keys need no rest.
  SPARE = 8,
};

/// What an instance has registers for: keys whose scores are summed side by side, and the lines (or
/// keys) times parts of 16 numbers of an outer product. Nothing here changes a result.
enum registers { FEW, SOME, MANY };

typedef struct {
  size_t batch, cached, first, count;
  /// The keys that any of the lines sees, ascending, and by which: bit l for line first + l.
  size_t *index;
  uint16_t *seen;
  size_t keys;
  /// seen, where all lines see a key.
  uint16_t full;
} attend_tile;

CK_INLINE size_t attend_head(const ck_attend *a, const attend_tile *t, size_t line) {
  return t->cached * (a->heads / a->cached_heads) + (t->first + line) / a->query_rows;
}

CK_INLINE size_t attend_row(const ck_attend *a, const attend_tile *t, size_t line) {
  return (t->first + line) % a->query_rows;
}

/// Where the line begins in [batches][heads][query_rows][key_rows].
CK_INLINE size_t attend_matrix_row(const ck_attend *a, const attend_tile *t, size_t line) {
  size_t head = t->batch * a->heads + attend_head(a, t, line);
  return (head * a->query_rows + attend_row(a, t, line)) * a->key_rows;
}

CK_INLINE size_t attend_bias_row(const ck_attend *a, const attend_tile *t, size_t line) {
  return t->batch * a->bias_batch_stride + attend_head(a, t, line) * a->bias_head_stride +
         attend_row(a, t, line) * a->key_rows;
}

/// Where the line begins in [batches][query_rows][heads][width].
CK_INLINE size_t attend_vector(const ck_attend *a, const attend_tile *t, size_t line, size_t width) {
  size_t row = t->batch * a->query_rows + attend_row(a, t, line);
  return (row * a->heads + attend_head(a, t, line)) * width;
}

/// Lists the keys of a tile whose lines are set.
void attend_list_keys(const ck_attend *a, attend_tile *tile);

#endif
