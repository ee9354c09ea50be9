// Unfolding, folding and the largest of windows. Orders: ck_convolution.h.
#include "reals.h"
#include "ck_convolution.h"

#include "convolution_taps.h"

enum window_result { UNFOLDED, FOLDED, LARGEST };

CK_INLINE size_t planes_of(const ck_convolution *c) {
  return c->batch * c->groups * c->in_channels;
}

#include "reals_f32.h"
#include "convolution_windows_body.h"
#include "reals_f64.h"
#include "convolution_windows_body.h"
