// What every kernel file starts from: how one body becomes several variants with the same bits.
//
// A kernel's body is written once as an always-inlined function over 16 lanes. It is instantiated
// plainly (the reference, whose fused multiply-adds may be library calls; on ARM the compiler makes NEON of
// it) and again for AVX2 with FMA and for AVX-512. All perform the same IEEE operations in the same
// order: vector lanes run over outputs only.
#ifndef CKERNELS_LANES_H
#define CKERNELS_LANES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "ckernels.h"

#pragma STDC FP_CONTRACT OFF
// Functions over lanes are always inlined, so that no calling convention is involved.
#pragma clang diagnostic ignored "-Wpsabi"

#define CK_INLINE static inline __attribute__((always_inline))

#if defined(__x86_64__)
#define CK_X86 1
#define CK_AVX2 __attribute__((target("avx2,fma,f16c"), noinline))
#define CK_AVX512                                                             \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c"), \
                 min_vector_width(512), noinline))
#else
#define CK_X86 0
#endif

/// 16 lanes of f32: one 512-bit register, two of 256, four of 128, or an array.
typedef float f32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));

CK_INLINE f32x16 lanes_of(float value) { return (f32x16)(value); }

CK_INLINE f32x16 lanes_load(const float *from) {
  f32x16 lanes;
  memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

CK_INLINE void lanes_store(float *to, f32x16 lanes) { memcpy(to, &lanes, sizeof lanes); }

CK_INLINE f32x16 lanes_fma(f32x16 a, f32x16 b, f32x16 c) {
  return __builtin_elementwise_fma(a, b, c);
}

/// The lanes are chosen where `condition` is all ones.
CK_INLINE f32x16 lanes_select(i32x16 condition, f32x16 yes, f32x16 no) {
  i32x16 y, n, mixed;
  memcpy(&y, &yes, sizeof y);
  memcpy(&n, &no, sizeof n);
  mixed = (condition & y) | (~condition & n);
  f32x16 result;
  memcpy(&result, &mixed, sizeof result);
  return result;
}

/// Keeps a loop's pointer in a register of its own: numbers at constant distances from it can then be operands of
/// multiplications, which cost no instruction to load; with an index added they would.
#define CK_KEEP(pointer) __asm__("" : "+r"(pointer))

typedef double f64x8 __attribute__((ext_vector_type(8)));

/// `count` values (at most 16), the other lanes +0.
CK_INLINE f32x16 lanes_load_part(const float *from, size_t count) {
  f32x16 lanes = lanes_of(0);
  memcpy(&lanes, from, count * sizeof(float));
  return lanes;
}

CK_INLINE void lanes_store_part(float *to, f32x16 lanes, size_t count) {
  memcpy(to, &lanes, count * sizeof(float));
}

/// The instances of a kernel. On ARM there is one, compiled for NEON, which is the reference too.
enum ck_instance { CK_REFERENCE, CK_USE_AVX2, CK_USE_AVX512 };

/// Puts rounding to nearest and subnormals in order, which a foreign library may have changed, and
/// tells which instance calls go to. Every public kernel starts here.
enum ck_instance ck_prepare(void);

/// Defines `name` from `name##_body`: every instance and the choice between them.
#if CK_X86
#define CK_VARIANTS_AS(linkage, name, parameters, arguments)                                   \
  __attribute__((noinline)) static void name##_reference parameters { name##_body arguments; } \
  CK_AVX2 static void name##_avx2 parameters { name##_body arguments; }                        \
  CK_AVX512 static void name##_avx512 parameters { name##_body arguments; }                    \
  linkage void name parameters {                                                               \
    switch (ck_prepare()) {                                                                    \
    case CK_USE_AVX512: name##_avx512 arguments; break;                                        \
    case CK_USE_AVX2: name##_avx2 arguments; break;                                            \
    case CK_REFERENCE: name##_reference arguments; break;                                      \
    }                                                                                          \
  }
#else
#define CK_VARIANTS_AS(linkage, name, parameters, arguments) \
  linkage void name parameters {                             \
    (void)ck_prepare();                                      \
    name##_body arguments;                                   \
  }
#endif
#define CK_VARIANTS(name, parameters, arguments) CK_VARIANTS_AS(, name, parameters, arguments)
#define CK_VARIANTS_LOCAL(name, parameters, arguments) \
  CK_VARIANTS_AS(static, name, parameters, arguments)

#endif
