// Search in a row.
#include "lanes.h"

int64_t ck_argmax_f32(const float *x, size_t count) {
  size_t best = 0;
  bool ordered = count > 0 && x[0] == x[0];
  for (size_t i = 1; i < count; i++) {
    if (x[i] != x[i]) ordered = false;
    if (x[i] > x[best]) best = i;
  }
  return ordered ? (int64_t)best : -1;
}
