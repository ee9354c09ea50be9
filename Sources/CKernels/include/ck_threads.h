// The pool of threads beside ckernels.h: who gets how many, and what tests and benchmarks need.
//
// A unit of the `operations` that ck_parallel is given is one f32 operation as a product counts them
// (a fused multiply-add is two). Measured on one core of a Xeon (Sapphire Rapids class) with AVX-512,
// it takes 0.014 to 0.02 ns in a large product, 0.04 to 0.1 in rows and attention, and in one row times
// a matrix 0.03 from a core's cache to 0.18 from memory. CK_ALONE_BELOW units are 6 to 70 microseconds.
#ifndef CK_THREADS_H
#define CK_THREADS_H

#include <stdbool.h>
#include <stddef.h>

/// Work of fewer operations than this is done by the caller alone.
#define CK_ALONE_BELOW 4e5

/// Limits the calling thread to so many shares, less than or as many as ck_shares gives elsewhere; 0
/// for no limit. Returns the limit before. For threads that run beside one another and each call kernels.
int ck_set_thread_shares(int shares);

/// Cuts all work into its shares, however small, also where one thread does all of it: tests then
/// see every piece's bounds. Returns what was set before.
bool ck_set_eager(bool eager);

/// The cores that this process may use: its affinity, or the quota of its control group, rounded up,
/// where that is less.
int ck_cores(void);
/// The quota in cores, rounded up, that stands in control groups (version 2, else 1) mounted at `mount`
/// for a process whose /proc/self/cgroup is the file `membership`; 0 where there is none.
int ck_quota_cores(const char *mount, const char *membership);

/// How many threads the pool has beside its callers.
int ck_workers(void);

#endif
