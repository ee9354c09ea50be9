// Attention of any queries over any keys: memory, instances and threads. Orders: ck_attend.h.
#include <stdlib.h>

#include "attend_tile.h"

// The tiles of one key head.
CK_INLINE size_t attend_tiles(const ck_attend *a) {
  return (a->heads / a->cached_heads * a->query_rows + LINES - 1) / LINES;
}

// Whether a head's keys (or values) are copied: for many lines, which then find them side by side, and
// where they do not consist of whole registers.
CK_INLINE bool attend_copies(const ck_attend *a, size_t width) {
  return attend_tiles(a) > 1 || width % 16 != 0;
}

CK_INLINE f32x16 tanh_f32(f32x16 x) { return lanes_tanh(x); }
CK_INLINE f32x16 exp_f32(f32x16 x) { return lanes_exp(x); }

typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef int64_t i64x16 __attribute__((ext_vector_type(16)));

CK_INLINE f64x16 tanh_f64(f64x16 x) {
  double lanes[16];
  memcpy(lanes, &x, sizeof x);
#pragma clang loop unroll(disable)
  for (int lane = 0; lane < 16; lane++) lanes[lane] = f64_tanh(lanes[lane]);
  memcpy(&x, lanes, sizeof x);
  return x;
}
CK_INLINE f64x16 exp_f64(f64x16 x) {
  double lanes[16];
  memcpy(lanes, &x, sizeof x);
#pragma clang loop unroll(disable)
  for (int lane = 0; lane < 16; lane++) lanes[lane] = f64_exp(lanes[lane]);
  memcpy(&x, lanes, sizeof x);
  return x;
}

#define REAL float
#define LANES f32x16
#define INTS i32x16
#define INTEGER int32_t
#define NAME(x) x##_f32
#include "attend_products_body.h"
#include "attend_body.h"
#undef REAL
#undef LANES
#undef INTS
#undef INTEGER
#undef NAME

#define REAL double
#define LANES f64x16
#define INTS i64x16
#define INTEGER int64_t
#define NAME(x) x##_f64
#include "attend_products_body.h"
#include "attend_body.h"
#undef REAL
#undef LANES
#undef INTS
#undef INTEGER
#undef NAME

// As CK_VARIANTS_LOCAL, each instance with the registers it has.
#define PARAMETERS(scratch) (const ck_attend *a, scratch *m, size_t begin, size_t end)
#if CK_X86
#define ATTEND_VARIANTS(name, scratch, avx2, avx512)                                              \
  __attribute__((noinline)) static void name##_reference PARAMETERS(scratch) {                    \
    name(a, m, begin, end, FEW);                                                                  \
  }                                                                                               \
  CK_AVX2 static void name##_avx2 PARAMETERS(scratch) { name(a, m, begin, end, avx2); }           \
  CK_AVX512 static void name##_avx512 PARAMETERS(scratch) { name(a, m, begin, end, avx512); }     \
  static void name##_any PARAMETERS(scratch) {                                                    \
    switch (ck_prepare()) {                                                                       \
    case CK_USE_AVX512: name##_avx512(a, m, begin, end); break;                                   \
    case CK_USE_AVX2: name##_avx2(a, m, begin, end); break;                                       \
    case CK_REFERENCE: name##_reference(a, m, begin, end); break;                                 \
    }                                                                                             \
  }
#else
#define ATTEND_VARIANTS(name, scratch, avx2, avx512)       \
  static void name##_any PARAMETERS(scratch) {             \
    (void)ck_prepare();                                    \
    name(a, m, begin, end, FEW);                           \
  }
#endif
ATTEND_VARIANTS(forward_tiles_f32, attend_scratch_f32, SOME, MANY)
ATTEND_VARIANTS(forward_tiles_f64, attend_scratch_f64, FEW, SOME)
ATTEND_VARIANTS(backward_heads_f32, attend_scratch_f32, SOME, MANY)
ATTEND_VARIANTS(backward_heads_f64, attend_scratch_f64, FEW, SOME)

// One call's share of threads: units from `first` on.
typedef struct {
  ck_attend *call;
  size_t first;
  bool backward;
} work;

static size_t whole(size_t width) { return (width + 15) / 16 * 16; }

// `memory` and `list` are to be freed; they are NULL where memory could not be had.
#define DEFINE_SHARE(type, suffix)                                                              \
  static bool take_memory_##suffix(const ck_attend *a, bool backward,                           \
                                   attend_scratch_##suffix *m, type **memory, char **list) {    \
    size_t keys = a->key_rows, width = whole(a->width), value_width = whole(a->value_width);    \
    size_t wider = width > value_width ? width : value_width;                                   \
    size_t tile = (keys + SPARE) * LINES, paged = (keys + LINES - 1) / LINES * LINES;           \
    /* Pages pay where several tiles read them. */                                              \
    bool turns = attend_tiles(a) > 1, key_pages = turns && !a->given;                           \
    bool value_pages = turns && backward && a->out_gradient;                                    \
    size_t parts[] = {tile, backward ? tile : 0, a->cap != 0 ? tile : 0, width * LINES,         \
                      value_width * LINES, width * LINES, value_width * LINES, wider * LINES,   \
                      attend_copies(a, a->width) ? keys * width : 0,                            \
                      attend_copies(a, a->value_width) ? keys * value_width : 0,                \
                      backward ? keys * width : 0, backward ? keys * value_width : 0,           \
                      key_pages ? paged * width : 0, value_pages ? paged * value_width : 0};    \
    type **places[] = {&m->p, &m->slopes, &m->bent, &m->turned_queries, &m->turned_cotangents,  \
                       &m->query_rows, &m->cotangent_rows, &m->result, &m->key_room,            \
                       &m->value_room, &m->key_sums, &m->value_sums, &m->key_pages,             \
                       &m->value_pages};                                                        \
    size_t count = 0;                                                                           \
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) count += parts[i];                \
    *memory = aligned_alloc(64, count * sizeof(type));                                          \
    *list = malloc((keys + SPARE) * (sizeof(size_t) + sizeof(uint16_t)));                       \
    if (!*memory || !*list) return false;                                                       \
    type *next = *memory;                                                                       \
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {                                 \
      *places[i] = next;                                                                        \
      next += parts[i];                                                                         \
    }                                                                                           \
    if (!key_pages) m->key_pages = NULL;                                                        \
    if (!value_pages) m->value_pages = NULL;                                                    \
    m->tile.index = (size_t *)(void *)*list;                                                    \
    m->tile.seen = (uint16_t *)(m->tile.index + keys + SPARE);                                  \
    m->held = SIZE_MAX;                                                                         \
    return true;                                                                                \
  }                                                                                             \
  static void share_##suffix(void *context, size_t begin, size_t end) {                         \
    work *w = context;                                                                          \
    attend_scratch_##suffix scratch = {0};                                                      \
    type *memory;                                                                               \
    char *list;                                                                                 \
    if (!take_memory_##suffix(w->call, w->backward, &scratch, &memory, &list))                  \
      __atomic_store_n(&w->call->failed, true, __ATOMIC_RELAXED);                               \
    else if (w->backward)                                                                       \
      backward_heads_##suffix##_any(w->call, &scratch, w->first + begin, w->first + end);       \
    else                                                                                        \
      forward_tiles_##suffix##_any(w->call, &scratch, begin, end);                              \
    free(memory);                                                                               \
    free(list);                                                                                 \
  }
DEFINE_SHARE(float, f32)
DEFINE_SHARE(double, f64)

static double operations(const ck_attend *a, size_t units, double per_pair) {
  size_t lines = a->heads / a->cached_heads * a->query_rows;
  return per_pair * (double)units * (double)lines * (double)a->key_rows *
         (double)(a->width + a->value_width);
}

static bool forward(ck_attend *a, ck_range_body share) {
  a->failed = false;
  size_t units = a->batches * a->cached_heads;
  work w = {a, 0, false};
  ck_parallel(units * attend_tiles(a), operations(a, units, 2), share, &w);
  return !a->failed;
}

static bool backward(ck_attend *a, ck_range_body share, size_t size) {
  a->failed = false;
  size_t units = a->batches * a->cached_heads;
  if (a->bias_gradient) {
    size_t heads = a->bias_batch_stride ? a->batches : 1;
    if (a->bias_head_stride) heads *= a->heads;
    memset(a->bias_gradient, 0, heads * a->query_rows * a->key_rows * size);
  }
  if (a->bias_gradient && !a->bias_head_stride && a->cached_heads > 1) {
    // All heads add to one bias: they take turns.
    work w = {a, 0, true};
    share(&w, 0, units);
  } else if (a->bias_gradient && !a->bias_batch_stride) {
    for (size_t batch = 0; batch < a->batches; batch++) {
      work w = {a, batch * a->cached_heads, true};
      ck_parallel(a->cached_heads, operations(a, a->cached_heads, 5), share, &w);
    }
  } else {
    work w = {a, 0, true};
    ck_parallel(units, operations(a, units, 5), share, &w);
  }
  return !a->failed;
}

bool ck_attend_f32(ck_attend *call) { return forward(call, share_f32); }
bool ck_attend_f64(ck_attend *call) { return forward(call, share_f64); }
bool ck_attend_gradient_f32(ck_attend *call) { return backward(call, share_f32, sizeof(float)); }
bool ck_attend_gradient_f64(ck_attend *call) { return backward(call, share_f64, sizeof(double)); }
