// Rows and elements by index, and sums by index. Orders: ck_gather.h.
#include "reals.h"
#include "ck_gather.h"

#include "lanes.h"

// Work on [outer, …, inner] is handed out by blocks of columns: item = o (blocks of a row) + block.
enum { COLUMNS = 64 };

typedef struct {
  size_t outer, first, columns;
} column_block;

CK_INLINE size_t column_blocks(size_t inner) { return (inner + COLUMNS - 1) / COLUMNS; }

CK_INLINE column_block block_of(size_t item, size_t inner) {
  size_t blocks = column_blocks(inner), first = item % blocks * COLUMNS;
  return (column_block){item / blocks, first, inner - first < COLUMNS ? inner - first : COLUMNS};
}

#include "reals_f32.h"
#include "gather_body.h"
#include "segments_body.h"
#include "reals_f64.h"
#include "gather_body.h"
#include "segments_body.h"
