// Small products whose operands stay where they are: no packing, no scratch, no threads. Included once by
// gemm_f32.c, after gemm.h; AVX-512 only, where the rest of a row is a masked vector.
//
// A tile is some rows times up to four vectors of columns; its chains are those of every product.
#if CK_X86
#include <immintrin.h>

enum {
  // Operands of so many values at most are used as they are, right ones of so many turned before.
  DIRECT_VALUES = 128 * 128,
  TURNED_VALUES = 96 * 96,
  // The most rows of a tile whose left rows stand side by side.
  NEAR_ROWS = 24,
};

#define SMALL_INLINE                                                          \
  static inline __attribute__((always_inline, min_vector_width(512),          \
                               target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c")))

// `rows` rows times `vectors` vectors (both literals), the last of which has the columns of `rest`. Where `near`
// (a literal) the rows of the left operand stand side by side.
SMALL_INLINE void direct_tile(const product *p, const float *a, const float *b, float *c, __mmask16 rest,
                              const int rows, const int vectors, const bool near) {
  __m512 sums[24][4];
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      sums[r][v] = p->first ? _mm512_setzero_ps()
                            : _mm512_maskz_loadu_ps(v + 1 < vectors ? 0xffff : rest, c + r * p->c_row + v * 16);
  ptrdiff_t row = near ? 1 : p->a_row, a_step = p->a_k, b_step = p->b_k;
  for (size_t i = 0; i < p->k; i++, a += a_step, b += b_step) {
    __m512 w[4];
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++)
      w[v] = v + 1 < vectors ? _mm512_loadu_ps(b + v * 16) : _mm512_maskz_loadu_ps(rest, b + v * 16);
#pragma clang loop unroll(full)
    for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
      for (int v = 0; v < vectors; v++)
        sums[r][v] = _mm512_fmadd_ps(_mm512_set1_ps(a[r * row]), w[v], sums[r][v]);
  }
#pragma clang loop unroll(full)
  for (int r = 0; r < rows; r++)
#pragma clang loop unroll(full)
    for (int v = 0; v < vectors; v++) {
      __m512 sum = p->last ? _mm512_add_ps(sums[r][v], _mm512_setzero_ps()) : sums[r][v];
      _mm512_mask_storeu_ps(c + r * p->c_row + v * 16, v + 1 < vectors ? 0xffff : rest, sum);
    }
}

typedef void direct_body(const product *p, const float *a, const float *b, float *c, __mmask16 rest);
#define DIRECT(rows, vectors, near)                                                                           \
  CK_AVX512 static void direct_##rows##_##vectors##_##near(const product *p, const float *a, const float *b,  \
                                                           float *c, __mmask16 rest) {                        \
    direct_tile(p, a, b, c, rest, rows, vectors, near);                                                       \
  }
#define NAME_OF(rows, vectors, near) direct_##rows##_##vectors##_##near,
#define TO_6(each, vectors, near) each(1, vectors, near) each(2, vectors, near) each(3, vectors, near)        \
    each(4, vectors, near) each(5, vectors, near) each(6, vectors, near)
#define TO_8(each, vectors, near) TO_6(each, vectors, near) each(7, vectors, near) each(8, vectors, near)
#define TO_24(each)                                                                                          \
  TO_8(each, 1, 1) each(9, 1, 1) each(10, 1, 1) each(11, 1, 1) each(12, 1, 1) each(13, 1, 1) each(14, 1, 1)   \
  each(15, 1, 1) each(16, 1, 1) each(17, 1, 1) each(18, 1, 1) each(19, 1, 1) each(20, 1, 1) each(21, 1, 1)    \
  each(22, 1, 1) each(23, 1, 1) each(24, 1, 1)
TO_8(DIRECT, 1, 0) TO_8(DIRECT, 2, 0) TO_8(DIRECT, 3, 0) TO_6(DIRECT, 4, 0) TO_24(DIRECT)
// By vectors less 1 and rows less 1; for left rows side by side by rows less 1.
static direct_body *const direct_tiles[4][8] = {
    {TO_8(NAME_OF, 1, 0)}, {TO_8(NAME_OF, 2, 0)}, {TO_8(NAME_OF, 3, 0)}, {TO_6(NAME_OF, 4, 0)}};
static direct_body *const near_tiles[NEAR_ROWS] = {TO_24(NAME_OF)};
#undef DIRECT
#undef NAME_OF
#undef TO_6
#undef TO_8
#undef TO_24

// Columns as equal stretches of up to four vectors, rows as equal tiles. Where the left rows stand side by side,
// tall tiles of one vector take fewer instructions (as in gemm_instance.h).
CK_AVX512 static void multiply_stretches(const product *p) {
  bool near = p->a_row == 1 && p->rows >= 8;
  size_t vectors = (p->columns + 15) / 16, stretches = near ? vectors : (vectors + 3) / 4;
  for (size_t s = 0; s < stretches; s++) {
    size_t from = vectors * s / stretches, many = vectors * (s + 1) / stretches - from, column = from * 16;
    size_t width = smaller(p->columns - column, many * 16);
    __mmask16 rest = (__mmask16)(0xffff >> (many * 16 - width));
    size_t most = near ? NEAR_ROWS : many == 4 ? 6 : 8, tiles = (p->rows + most - 1) / most;
    direct_body *const *bodies = near ? near_tiles : direct_tiles[many - 1];
    for (size_t t = 0; t < tiles; t++) {
      size_t row = p->rows * t / tiles, rows = p->rows * (t + 1) / tiles - row;
      bodies[rows - 1](p, p->a + (ptrdiff_t)row * p->a_row, (const float *)p->b + column,
                       p->c + (ptrdiff_t)row * p->c_row + (ptrdiff_t)column, rest);
    }
  }
}

// A right operand whose columns stand apart is turned first.
CK_AVX512 static void multiply_turned(const product *p) {
  _Alignas(64) float room[TURNED_VALUES];
  product turned = *p;
  turned.b = room;
  turned.b_k = (ptrdiff_t)((p->columns + 15) / 16 * 16);
  turned.b_column = 1;
  interleave_rows(p->b, p->b_column, p->columns, p->k, room, (size_t)turned.b_k);
  multiply_stretches(&turned);
}

// False, and nothing is done, where the product is not small or its columns of outputs do not stand side by side.
static bool multiply_directly(const product *p) {
  if (p->storage != STRIDED || p->c_column != 1 || p->rows * p->k > DIRECT_VALUES ||
      p->k * p->columns > DIRECT_VALUES || p->rows * p->columns > DIRECT_VALUES)
    return false;
  if (p->b_column == 1) multiply_stretches(p);
  else if (p->b_k == 1 && (p->columns + 15) / 16 * 16 * p->k <= TURNED_VALUES) multiply_turned(p);
  else return false;
  return true;
}
#undef SMALL_INLINE
#define MULTIPLY_DIRECTLY(p) (ck_prepare() == CK_USE_AVX512 && multiply_directly(p))
#else
#define MULTIPLY_DIRECTLY(p) false
#endif
