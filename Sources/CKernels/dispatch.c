// Which instance runs: chosen once, from the CPU's features and TESSERA_ISA.
#include <stdlib.h>

#include "lanes.h"

#if CK_X86
static const char *const names[] = {"reference", "avx2", "avx512"};
enum { INSTANCES = 3 };
#else
static const char *const names[] = {"neon"}; // which is the reference too
enum { INSTANCES = 1 };
#endif

// -1 unknown, else an instance. Racing first calls compute the same value.
static int chosen = -1;

static bool hardware_has(int instance) {
#if CK_X86
  __builtin_cpu_init();
  bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
              __builtin_cpu_supports("f16c");
  switch (instance) {
  case CK_USE_AVX512:
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  case CK_USE_AVX2: return avx2;
  }
#endif
  return instance == 0;
}

static int named(const char *name) {
  for (int i = 0; i < INSTANCES; i++)
    if (strcmp(name, names[i]) == 0 && hardware_has(i)) return i;
  return -1;
}

static int choose(void) {
  const char *wanted = getenv("TESSERA_ISA");
  int forced = wanted ? named(wanted) : -1;
  if (forced >= 0) return forced;
  int best = INSTANCES - 1;
  while (!hardware_has(best)) best--;
  return best;
}

#if CK_X86
// All exceptions masked, round to nearest, subnormals kept.
static void prepare_cpu(void) {
  unsigned now = __builtin_ia32_stmxcsr();
  if ((now & ~0x3fu) != 0x1f80u) __builtin_ia32_ldmxcsr(0x1f80u);
}
#elif defined(__aarch64__)
static void prepare_cpu(void) {
  uint64_t now;
  __asm__ volatile("mrs %0, fpcr" : "=r"(now));
  if (now != 0) __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)0));
}
#else
static void prepare_cpu(void) {}
#endif

enum ck_instance ck_prepare(void) {
  prepare_cpu();
  int now = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (now < 0) {
    now = choose();
    __atomic_store_n(&chosen, now, __ATOMIC_RELAXED);
  }
  return (enum ck_instance)now;
}

const char *ck_variant_name(void) { return names[ck_prepare()]; }

bool ck_has_variant(const char *name) { return named(name) >= 0; }

bool ck_force_variant(const char *name) {
  int instance = name ? named(name) : choose();
  if (instance < 0) return false;
  __atomic_store_n(&chosen, instance, __ATOMIC_RELAXED);
  return true;
}
