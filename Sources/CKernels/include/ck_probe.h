// What the machine can do at this minute: peaks that kernels' rates are compared with.
//
// Every measurement runs on ck_shares() shares at once, several times in `seconds`, and gives the best.
// Nothing here computes anything that is used.
#ifndef CK_PROBE_H
#define CK_PROBE_H

#include <stddef.h>

/// A clock that only goes forward, in seconds.
double ck_seconds(void);

/// f32 fused multiply-adds in registers by the instance that calls go to, 1e9 operations a second;
/// a multiply-add is two. The reference without such an instruction multiplies and adds.
double ck_probe_fma_f32(double seconds);
/// Products of 8-bit integers summed in 32 bits, in registers, 1e9 operations a second: by vpdpbusd,
/// vpmaddubsw or sdot where the instance may use them.
double ck_probe_dot_i8(double seconds);
/// Reading `bytes` in all, again and again, 1e9 bytes a second; 0 if memory could not be had.
double ck_probe_read(size_t bytes, double seconds);
/// Copying `bytes` in all by memcpy, 1e9 bytes copied a second (each is read and written).
double ck_probe_copy(size_t bytes, double seconds);

/// Bytes of the cache of a level (2 for one core's, 3), 0 where the system does not tell.
size_t ck_cache_bytes(int level);
/// Bytes of memory.
size_t ck_memory_bytes(void);

#endif
