// What row kernels report when threads share the rows: the lowest of what any row reports.
#ifndef CKERNELS_ROW_RESULTS_H
#define CKERNELS_ROW_RESULTS_H

#include "ck_ordering.h"
#include "lanes.h"

CK_INLINE void lower_result(int64_t *result, int64_t to) {
  int64_t now = __atomic_load_n(result, __ATOMIC_RELAXED);
  while (to < now && !__atomic_compare_exchange_n(result, &now, to, true, __ATOMIC_RELAXED,
                                                  __ATOMIC_RELAXED)) {
  }
}

#endif
