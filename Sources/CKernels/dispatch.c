// Which variant runs: chosen once, from the CPU's features and TESSERA_ISA.
#include <stdlib.h>

#include "lanes.h"

// -1 unknown, 0 reference, 1 AVX2 with FMA. Racing first calls compute the same value.
static int chosen = -1;

static bool hardware_has_avx2(void) {
#if CK_HAS_AVX2
  __builtin_cpu_init();
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
#else
  return false;
#endif
}

static int choose(void) {
  const char *forced = getenv("TESSERA_ISA");
  if (forced && strcmp(forced, "reference") == 0) return 0;
  return hardware_has_avx2() ? 1 : 0;
}

#if defined(__x86_64__)
// All exceptions masked, round to nearest, subnormals kept.
static void prepare_cpu(void) {
  unsigned now = __builtin_ia32_stmxcsr();
  if ((now & ~0x3fu) != 0x1f80u) __builtin_ia32_ldmxcsr(0x1f80u);
}
#else
static void prepare_cpu(void) {}
#endif

bool ck_uses_avx2(void) {
  prepare_cpu();
  int now = __atomic_load_n(&chosen, __ATOMIC_RELAXED);
  if (now < 0) {
    now = choose();
    __atomic_store_n(&chosen, now, __ATOMIC_RELAXED);
  }
  return now == 1;
}

const char *ck_variant_name(void) { return ck_uses_avx2() ? "avx2" : "reference"; }

bool ck_force_variant(const char *name) {
  if (name == NULL) {
    __atomic_store_n(&chosen, choose(), __ATOMIC_RELAXED);
    return true;
  }
  if (strcmp(name, "reference") == 0) {
    __atomic_store_n(&chosen, 0, __ATOMIC_RELAXED);
    return true;
  }
  if (strcmp(name, "avx2") == 0 && hardware_has_avx2()) {
    __atomic_store_n(&chosen, 1, __ATOMIC_RELAXED);
    return true;
  }
  return false;
}
