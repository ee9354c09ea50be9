// Averages over windows, gradients of pools, and resizing. Orders: ck_pooling.h.
#include "reals.h"
#include "ck_pooling.h"

#include "lanes.h"

#include "reals_f32.h"
#include "pooling_body.h"
#include "resampling_body.h"
#include "reals_f64.h"
#include "pooling_body.h"
#include "resampling_body.h"
