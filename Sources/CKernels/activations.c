// Activations and gates. Orders: ck_activations.h; bodies: activations_body.h.
#include "activations.h"

#include "ck_activations.h"
#include "ck_training.h"
#include "streaming.h"

#define LANES 16
#define LANE_TYPE f32x16
#include "reals_f32.h"
#include "activations_body.h"
#undef LANES
#undef LANE_TYPE

#define LANES 1
#define LANE_TYPE double
#include "reals_f64.h"
#include "activations_body.h"

void ck_swiglu_f32(const float *gate, const float *up, float *y, size_t count) {
  ck_gated_f32(CK_SILU, gate, up, y, count);
}

void ck_swiglu_gradient_f32(const float *gate, const float *up, const float *dy,
                            float *gate_gradient, float *up_gradient, size_t count) {
  ck_gated_gradient_f32(CK_SILU, gate, up, dy, gate_gradient, up_gradient, count);
}
