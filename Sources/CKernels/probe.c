// The machine's peaks. Each loop is a leaf function, so that its accumulators stay in registers.
#define _GNU_SOURCE
#include "ck_probe.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "ck_threads.h"
#include "lanes.h"

#if CK_X86
#include <immintrin.h>
#elif defined(__ARM_FEATURE_DOTPROD)
#include <arm_neon.h>
#endif

double ck_seconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

// A loop: does `rounds` rounds on its share and gives something that depends on all of it.
typedef float (*loop)(const void *data, size_t bytes, size_t rounds);

typedef struct {
  loop body;
  char *data;
  size_t bytes, rounds;
  float *results;
} task;

enum { SHARES = 64, STEPS = 64 };

static void run_share(void *context, size_t begin, size_t end) {
  const task *t = context;
  for (size_t i = begin; i < end; i++)
    t->results[i] = t->body(t->data ? t->data + i * t->bytes : NULL, t->bytes, t->rounds);
}

// The best rate, in rounds of all shares a second: rounds are doubled until one run takes an eighth of
// the time.
static double best_rate(loop body, char *data, size_t bytes, double seconds) {
  float results[SHARES];
  size_t shares = (size_t)ck_shares();
  if (shares > SHARES) shares = SHARES;
  task t = {body, data, bytes, 1, results};
  double best = 0, until = ck_seconds() + seconds;
  bool eager = ck_set_eager(true); // the pool's caution has no place here
  for (;;) {
    double start = ck_seconds();
    ck_parallel(shares, 1e18, run_share, &t);
    double end = ck_seconds(), taken = end - start > 1e-9 ? end - start : 1e-9;
    double rate = (double)shares * (double)t.rounds / taken;
    if (rate > best) best = rate;
    if (end >= until) break;
    if (taken < seconds / 16) t.rounds *= 2;
  }
  ck_set_eager(eager);
  return best;
}

// Keeps the compiler from knowing a value.
#define HIDE(value) __asm__ volatile("" : "+r"(value))

// `chains` (a literal) independent chains of 16 lanes.
CK_INLINE float chains_of(int chains, size_t rounds) {
  f32x16 sums[12];
  int bits = 0x3f7fffff; // just below 1, where nothing overflows
  HIDE(bits);
  float number;
  memcpy(&number, &bits, sizeof number);
  f32x16 factor = lanes_of(number);
#pragma clang loop unroll(full)
  for (int c = 0; c < chains; c++) sums[c] = lanes_of((float)c);
  for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(disable)
    for (int step = 0; step < STEPS; step++)
#pragma clang loop unroll(full)
      for (int c = 0; c < chains; c++) sums[c] = lanes_fma(sums[c], factor, factor);
  f32x16 all = sums[0];
#pragma clang loop unroll(full)
  for (int c = 1; c < chains; c++) all = all + sums[c];
  return all[0] + all[15];
}

// Chains of each instance: enough to hide the latency, few enough for its registers.
#if CK_X86
// Multiplies and adds apart, as many chains as 16 registers of four lanes hold.
CK_INLINE float plain_chains(size_t rounds) {
  f32x16 sums[3] = {lanes_of(0), lanes_of(1), lanes_of(2)};
  int bits = 0x3f7fffff;
  HIDE(bits);
  float number;
  memcpy(&number, &bits, sizeof number);
  f32x16 factor = lanes_of(number);
  for (size_t round = 0; round < rounds; round++)
#pragma clang loop unroll(disable)
    for (int step = 0; step < STEPS; step++)
#pragma clang loop unroll(full)
      for (int c = 0; c < 3; c++) sums[c] = sums[c] * factor + factor;
  f32x16 all = sums[0] + sums[1] + sums[2];
  return all[0] + all[15];
}

enum { WIDE_CHAINS = 12, AVX2_CHAINS = 6, PLAIN_CHAINS = 3 };
CK_AVX512 static float fma_avx512(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  return chains_of(WIDE_CHAINS, rounds);
}
CK_AVX2 static float fma_avx2(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  return chains_of(AVX2_CHAINS, rounds);
}
__attribute__((noinline)) static float fma_plain(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  return plain_chains(rounds);
}
#else
enum { NEON_CHAINS = 6 };
__attribute__((noinline)) static float fma_plain(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  return chains_of(NEON_CHAINS, rounds);
}
#endif

double ck_probe_fma_f32(double seconds) {
  loop body = fma_plain;
#if CK_X86
  int chains = PLAIN_CHAINS;
  switch (ck_prepare()) {
  case CK_USE_AVX512: body = fma_avx512, chains = WIDE_CHAINS; break;
  case CK_USE_AVX2: body = fma_avx2, chains = AVX2_CHAINS; break;
  case CK_REFERENCE: break;
  }
#else
  int chains = NEON_CHAINS;
#endif
  return best_rate(body, NULL, 0, seconds) * STEPS * chains * 32 * 1e-9;
}

enum { DOT_CHAINS = 10 };

#if CK_X86
#define CHAINED(T, zero, one, body)                                       \
  T sums[DOT_CHAINS], x = one;                                            \
  for (int c = 0; c < DOT_CHAINS; c++) sums[c] = zero;                    \
  for (size_t round = 0; round < rounds; round++)                         \
    _Pragma("clang loop unroll(disable)") for (int s = 0; s < STEPS; s++) \
        _Pragma("clang loop unroll(full)") for (int c = 0; c < DOT_CHAINS; c++) body

__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni"), min_vector_width(512),
               noinline)) static float
dot_vnni(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  CHAINED(__m512i, _mm512_setzero_si512(), _mm512_set1_epi8(1), {
    sums[c] = _mm512_dpbusd_epi32(sums[c], x, x);
    __asm__ volatile("" : "+v"(sums[c]));
  })
  __m512i all = sums[0];
  for (int c = 1; c < DOT_CHAINS; c++) all = _mm512_add_epi32(all, sums[c]);
  return (float)_mm512_reduce_add_epi32(all);
}

CK_AVX2 static float dot_avx2(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  __m256i ones = _mm256_set1_epi16(1);
  __asm__ volatile("" : "+x"(ones));
  CHAINED(__m256i, _mm256_setzero_si256(), _mm256_set1_epi8(1), {
    __asm__ volatile("" : "+x"(x)); // so that the product is made every time
    sums[c] = _mm256_add_epi32(sums[c], _mm256_madd_epi16(_mm256_maddubs_epi16(x, x), ones));
  })
  __m256i all = sums[0];
  for (int c = 1; c < DOT_CHAINS; c++) all = _mm256_add_epi32(all, sums[c]);
  return (float)_mm256_extract_epi32(all, 0);
}
#endif

#if defined(__ARM_FEATURE_DOTPROD)
__attribute__((noinline)) static float dot_plain(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  int32x4_t sums[DOT_CHAINS];
  int8x16_t x = vdupq_n_s8(1);
  for (int c = 0; c < DOT_CHAINS; c++) sums[c] = vdupq_n_s32(0);
  for (size_t step = 0; step < rounds * STEPS; step++)
    for (int c = 0; c < DOT_CHAINS; c++) {
      sums[c] = vdotq_s32(sums[c], x, x);
      __asm__ volatile("" : "+w"(sums[c]));
    }
  int32x4_t all = sums[0];
  for (int c = 1; c < DOT_CHAINS; c++) all = vaddq_s32(all, sums[c]);
  return (float)vaddvq_s32(all);
}
enum { PLAIN_BYTES = 16 };
#else
// What the compiler makes of it for any machine: 16 products widened, then added.
__attribute__((noinline)) static float dot_plain(const void *data, size_t bytes, size_t rounds) {
  (void)data, (void)bytes;
  int8_t x[16];
  memset(x, 1, sizeof x);
  int32_t sums[16] = {0};
  for (size_t step = 0; step < rounds * STEPS * DOT_CHAINS; step++) {
    __asm__ volatile("" : "+m"(x));
    for (int i = 0; i < 16; i++) sums[i] += (int16_t)(x[i] * x[i]);
  }
  int32_t all = 0;
  for (int i = 0; i < 16; i++) all += sums[i];
  return (float)all;
}
enum { PLAIN_BYTES = 16 };
#endif

double ck_probe_dot_i8(double seconds) {
  loop body = dot_plain;
  int bytes = PLAIN_BYTES;
#if CK_X86
  enum ck_instance instance = ck_prepare();
  if (instance == CK_USE_AVX512 && __builtin_cpu_supports("avx512vnni"))
    body = dot_vnni, bytes = 64;
  else if (instance != CK_REFERENCE) body = dot_avx2, bytes = 32;
#endif
  return best_rate(body, NULL, 0, seconds) * STEPS * DOT_CHAINS * bytes * 2 * 1e-9;
}

// All lines of a stretch that is a multiple of 512 bytes.
CK_INLINE void read_all_body(const void *data, size_t bytes, size_t rounds, float *out) {
  u32x16 sums[8] = {0};
  for (size_t round = 0; round < rounds; round++)
    for (const char *at = data; at < (const char *)data + bytes; at += 512)
#pragma clang loop unroll(full)
      for (int c = 0; c < 8; c++) {
        u32x16 line;
        memcpy(&line, at + c * 64, sizeof line);
        sums[c] = sums[c] ^ line;
      }
  u32x16 all = sums[0];
  for (int c = 1; c < 8; c++) all = all ^ sums[c];
  *out = (float)(all[0] ^ all[15]);
}
CK_VARIANTS_LOCAL(read_all, (const void *data, size_t bytes, size_t rounds, float *out),
                  (data, bytes, rounds, out))

static float read_loop(const void *data, size_t bytes, size_t rounds) {
  float out;
  read_all(data, bytes, rounds, &out);
  return out;
}

// The first half of the stretch to the second.
static float copy_loop(const void *data, size_t bytes, size_t rounds) {
  char *from = (char *)data, *to = from + bytes / 2;
  for (size_t round = 0; round < rounds; round++) {
    memcpy(to, from, bytes / 2);
    __asm__ volatile("" : : "r"(to) : "memory");
  }
  return (float)to[0];
}

// Pages that are there: untouched ones would all be one page of zeros.
static void fill(void *context, size_t begin, size_t end) {
  memset((char *)context + begin, 1, end - begin);
}

static double memory_rate(loop body, size_t bytes, double seconds) {
  size_t shares = (size_t)ck_shares(), each = bytes / shares / 1024 * 1024;
  void *data;
  if (each == 0 || posix_memalign(&data, 1 << 21, each * shares) != 0) return 0;
  madvise(data, each * shares, MADV_HUGEPAGE); // the memory's rate, not that of address translation
  ck_parallel(each * shares, (double)bytes, fill, data);
  double rate = best_rate(body, data, each, seconds);
  free(data);
  return rate * (double)each * 1e-9;
}

double ck_probe_read(size_t bytes, double seconds) { return memory_rate(read_loop, bytes, seconds); }

double ck_probe_copy(size_t bytes, double seconds) {
  if (bytes > SIZE_MAX / 2) return 0;
  return memory_rate(copy_loop, bytes * 2, seconds) / 2;
}

size_t ck_cache_bytes(int level) {
  long bytes = sysconf(level == 2 ? _SC_LEVEL2_CACHE_SIZE : _SC_LEVEL3_CACHE_SIZE);
  return bytes > 0 ? (size_t)bytes : 0;
}

size_t ck_memory_bytes(void) {
  long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
  return pages > 0 && size > 0 ? (size_t)pages * (size_t)size : 0;
}
