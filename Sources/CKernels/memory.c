#define _GNU_SOURCE
#include "ck_memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { LINE = 64, LARGE_PAGE = 2 << 20 };

void *ck_allocate(size_t bytes) {
  size_t alignment = bytes >= 2 * (size_t)LARGE_PAGE ? LARGE_PAGE : LINE;
  if (bytes > SIZE_MAX - alignment) return NULL;
  size_t whole = (bytes + LINE - 1) / LINE * LINE;
  void *memory = aligned_alloc(alignment, whole > 0 ? whole : LINE);
#ifdef __linux__
  // A wish: without large pages everything is as right.
  if (memory && alignment == LARGE_PAGE) madvise(memory, whole / LARGE_PAGE * LARGE_PAGE, MADV_HUGEPAGE);
#endif
  return memory;
}
