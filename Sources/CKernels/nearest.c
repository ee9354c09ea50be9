// Distances and the nearest codes. Orders: ck_nearest.h.
#include "reals.h"
#include "ck_nearest.h"

#include <stdlib.h>

#include "row_results.h"

enum { CODE_LANES = 16, ROW_TILE = 4 };

#include "reals_f32.h"
#include "nearest_body.h"
#include "reals_f64.h"
#include "nearest_body.h"

typedef struct {
  const uint64_t *x, *codes;
  int32_t *y;
  size_t count, words;
} hamming;

CK_INLINE void hamming_rows_body(const hamming *h, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++)
    for (size_t c = 0; c < h->count; c++) {
      const uint64_t *x = h->x + r * h->words, *code = h->codes + c * h->words;
      int64_t sum = 0;
      for (size_t i = 0; i < h->words; i++) sum += __builtin_popcountll(x[i] ^ code[i]);
      h->y[r * h->count + c] = (int32_t)sum;
    }
}
CK_VARIANTS_LOCAL(hamming_rows, (const hamming *h, size_t begin, size_t end), (h, begin, end))

static void share_hamming(void *context, size_t begin, size_t end) {
  hamming_rows(context, begin, end);
}

void ck_hamming_distances(const uint64_t *x, const uint64_t *codes, int32_t *y, size_t rows,
                          size_t count, size_t words) {
  if (count == 0) return;
  hamming h = {x, codes, y, count, words};
  double operations = 2 * (double)rows * (double)count * (double)(words + 1);
  ck_parallel(rows, operations, share_hamming, &h);
}
