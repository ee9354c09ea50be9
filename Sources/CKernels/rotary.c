// Rotary positions. Orders: ck_rotary.h; bodies: rotary_body.h.
#include "ck_rotary.h"

#include "reals.h"

#include "reals_f32.h"
#include "rotary_body.h"

#include "reals_f64.h"
#include "rotary_body.h"
