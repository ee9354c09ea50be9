// Convolution forward, backward and transposed. Orders: ck_convolution.h.
//
// Taps are packed for a tile of positions and a stretch of the chain, and all output channels of a block go on
// with them; y holds the running values in between. Absent taps are packed as 0, which changes no bit
// where what they are multiplied with is finite (a -0 on the way becomes +0 at the end anyway); where it is not,
// lanes keep their value instead.
#include "reals.h"
#include "ck_convolution.h"

#include "ck_threads.h"
#include "convolution_taps.h"
#include "wide.h"

enum {
  // Packed steps of a chain.
  CHAIN_STEPS = 64,
  // Output channels that share what is packed ...
  CHANNEL_BLOCK = 64,
  // ... and those that go side by side: of tiles, and of the weights' gradient.
  TILE_CHANNELS = 4,
  GRADIENT_CHANNELS = 8,
  // Positions of the weights' gradient that are packed.
  GRADIENT_STEPS = 128,
};

CK_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }
CK_INLINE size_t blocks_of(size_t count, size_t size) { return (count + size - 1) / size; }

#define WIDE f32x16
#define WIDE_BITS i32x16
#define BITS int32_t
#include "reals_f32.h"
#include "convolution_body.h"
#include "convolution_gradient_body.h"
#undef WIDE
#undef WIDE_BITS
#undef BITS
#define WIDE f64x16
#define WIDE_BITS i64x16
#define BITS int64_t
#include "reals_f64.h"
#include "convolution_body.h"
#include "convolution_gradient_body.h"
