// Where the taps of each position of a convolution are read: one table for all planes.
#ifndef CKERNELS_CONVOLUTION_TAPS_H
#define CKERNELS_CONVOLUTION_TAPS_H

#include <stdlib.h>

#include "ck_convolution.h"
#include "lanes.h"

/// Positions are taken by tiles of so many.
enum { TAP_TILE = 32 };

/// What the sources of a tile are for one tap.
enum tap_kind { TAPS_ABSENT, TAPS_TOGETHER, TAPS_MIXED };

typedef struct {
  size_t taps, positions, tiles;
  /// [taps][tiles * TAP_TILE]: the place in the source's plane, or -1 where the tap is absent.
  int32_t *sources;
  /// [taps][tiles]
  uint8_t *kinds;
} tap_table;

CK_INLINE const int32_t *taps_of(const tap_table *t, size_t tap, size_t tile) {
  return t->sources + (tap * t->tiles + tile) * TAP_TILE;
}

/// Where `tap` of the position `at` is along one axis of `limit` places, or -1; `back`: which output
/// has its tap there.
CK_INLINE ptrdiff_t tap_along(size_t at, size_t tap, size_t stride, size_t pad, size_t dilation,
                              size_t limit, bool back) {
  ptrdiff_t i;
  if (back) {
    i = (ptrdiff_t)(at + pad) - (ptrdiff_t)(tap * dilation);
    if (i < 0 || (size_t)i % stride != 0) return -1;
    i = (ptrdiff_t)((size_t)i / stride);
  } else {
    i = (ptrdiff_t)(at * stride + tap * dilation) - (ptrdiff_t)pad;
  }
  return i < 0 || (size_t)i >= limit ? -1 : i;
}

CK_INLINE uint8_t tap_kind_of(const int32_t *sources) {
  bool together = sources[0] >= 0, absent = true;
  for (int i = 0; i < TAP_TILE; i++) {
    together = together && sources[i] == sources[0] + i;
    absent = absent && sources[i] < 0;
  }
  return absent ? TAPS_ABSENT : together ? TAPS_TOGETHER : TAPS_MIXED;
}

/// The table of the outputs' taps in the input, or, `back`, of the input's places in the outputs. Its
/// memory is freed by free(sources).
static inline bool taps_make(tap_table *t, const ck_convolution *c, bool back) {
  size_t height = back ? c->height : c->out_height, width = back ? c->width : c->out_width;
  size_t limit_y = back ? c->out_height : c->height, limit_x = back ? c->out_width : c->width;
  t->taps = c->kernel_height * c->kernel_width;
  t->positions = height * width;
  t->tiles = (t->positions + TAP_TILE - 1) / TAP_TILE;
  size_t row = t->tiles * TAP_TILE, bytes, count;
  if (__builtin_mul_overflow(t->taps, row, &count) || __builtin_add_overflow(count, width, &count) ||
      __builtin_mul_overflow(count, 2 * sizeof(int32_t), &bytes))
    return false;
  t->sources = malloc(count * sizeof(int32_t) + t->taps * t->tiles + 1);
  if (t->sources == NULL) return false;
  int32_t *across = t->sources + t->taps * row;
  t->kinds = (uint8_t *)(across + width);
  for (size_t tap = 0; tap < t->taps; tap++) {
    size_t ky = tap / c->kernel_width, kx = tap % c->kernel_width;
    for (size_t x = 0; x < width; x++)
      across[x] =
          (int32_t)tap_along(x, kx, c->stride_x, c->pad_left, c->dilation_x, limit_x, back);
    int32_t *to = t->sources + tap * row;
    for (size_t y = 0; y < height; y++, to += width) {
      ptrdiff_t from = tap_along(y, ky, c->stride_y, c->pad_top, c->dilation_y, limit_y, back);
      int32_t start = (int32_t)(from * (ptrdiff_t)limit_x);
      for (size_t x = 0; x < width; x++) to[x] = from < 0 || across[x] < 0 ? -1 : start + across[x];
    }
    for (size_t p = t->positions; p < row; p++) t->sources[tap * row + p] = -1;
    for (size_t tile = 0; tile < t->tiles; tile++)
      t->kinds[tap * t->tiles + tile] = tap_kind_of(taps_of(t, tap, tile));
  }
  return true;
}

#endif
