// Which variant runs: chosen once, from the CPU's features and TESSERA_ISA.
#include "variants.h"

#include <stdlib.h>
#include <string.h>

typedef size_t (*scan_function)(
    enum ct_pattern, const uint8_t *, size_t, size_t, uint32_t *, size_t);

typedef size_t (*merge_function)(
    const struct ct_merges *, const int32_t *, size_t, int32_t *, uint8_t *);

typedef void (*last_merges_function)(
    const struct ct_vocabulary *, const int32_t *, size_t, struct ct_parts *);

typedef enum ct_stop (*encode_function)(
    struct ct_cache *, const struct ct_vocabulary *, struct ct_run *);

static const struct {
  const char *name;
  scan_function scan;
  merge_function merge;
  last_merges_function last_merges;
  encode_function encode;
} variants[] = {
    {"portable", ct_scan_portable, ct_merge_portable, ct_last_merges_portable, ct_encode_portable},
#if CT_X86
    {"avx2", ct_scan_avx2, ct_merge_avx2, ct_last_merges_avx2, ct_encode_avx2},
    {"avx512", ct_scan_avx512, ct_merge_avx512, ct_last_merges_avx512, ct_encode_avx512},
#endif
};
enum { VARIANTS = sizeof variants / sizeof *variants };

static bool hardware_has(int variant) {
#if CT_X86
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
              __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("popcnt");
  if (variant == 2)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vbmi2");
  if (variant == 1) return avx2;
#endif
  return variant == 0;
}

// -1 unknown. Racing first calls compute the same value.
static int chosen = -1;

static int named(const char *name) {
  for (int i = 0; i < VARIANTS; i++)
    if (strcmp(name, variants[i].name) == 0 && hardware_has(i)) return i;
  return -1;
}

static int best(void) {
  int variant = VARIANTS - 1;
  while (!hardware_has(variant)) variant--;
  return variant;
}

static int variant(void) {
  int now = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (__builtin_expect(now < 0, 0)) {
    ct_prepare_classes();
    const char *wanted = getenv("TESSERA_ISA");
    now = wanted ? named(wanted) : -1;
    if (now < 0) now = best();
    __atomic_store_n(&chosen, now, __ATOMIC_RELEASE);
  }
  return now;
}

const char *ct_variant_name(void) { return variants[variant()].name; }

bool ct_force_variant(const char *name) {
  ct_prepare_classes();
  int wanted = name ? named(name) : best();
  if (wanted < 0) return false;
  __atomic_store_n(&chosen, wanted, __ATOMIC_RELEASE);
  return true;
}

size_t ct_scan(
    enum ct_pattern pattern, const uint8_t *text, size_t start, size_t count, uint32_t *ends,
    size_t capacity) {
  return variants[variant()].scan(pattern, text, start, count, ends, capacity);
}

size_t ct_merge(
    const struct ct_merges *merges, const int32_t *symbols, size_t count, int32_t *merged,
    uint8_t *spans) {
  return variants[variant()].merge(merges, symbols, count, merged, spans);
}

void ct_last_merges(
    const struct ct_vocabulary *vocabulary, const int32_t *ids, size_t count,
    struct ct_parts *parts) {
  variants[variant()].last_merges(vocabulary, ids, count, parts);
}

enum ct_stop ct_encode(
    struct ct_cache *cache, const struct ct_vocabulary *vocabulary, struct ct_run *run) {
  return variants[variant()].encode(cache, vocabulary, run);
}
