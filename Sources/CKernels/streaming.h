// Writing past the caches: what is too large to be found in one again need not be read before it is written, and
// leaves what is there.
#ifndef CKERNELS_STREAMING_H
#define CKERNELS_STREAMING_H

#include "lanes.h"

enum {
  /// Outputs of so many bytes in all go past the caches.
  STREAM_BYTES = 24 << 20,
  /// Numbers that are made in a cache before they go on.
  STREAM_BLOCK = 2048,
};

CK_INLINE bool streams(size_t bytes) { return bytes >= STREAM_BYTES; }

/// to = from; both hold numbers of at least 4 bytes. stream_end comes before another thread reads them.
CK_INLINE void stream(void *to, const void *from, size_t bytes) {
  typedef float line __attribute__((ext_vector_type(4)));
  char *out = to;
  const char *in = from;
  size_t head = -(uintptr_t)out & 63;
  if (head > bytes) head = bytes;
  memcpy(out, in, head);
  size_t at = head;
  for (; at + 64 <= bytes; at += 64)
#pragma clang loop unroll(full)
    for (size_t n = 0; n < 64; n += sizeof(line)) {
      line numbers;
      memcpy(&numbers, in + at + n, sizeof numbers);
      __builtin_nontemporal_store(numbers, (line *)(out + at + n));
    }
  memcpy(out + at, in + at, bytes - at);
}

CK_INLINE void stream_end(void) {
#if CK_X86
  __builtin_ia32_sfence();
#endif
}

#endif
