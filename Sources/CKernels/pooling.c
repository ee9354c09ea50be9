// Averages over windows, gradients of pools, and resizing. Orders: ck_pooling.h.
#include "ck_pooling.h"

#include "lanes.h"

#include "real_is_f32.h"
#include "pooling_body.h"
#include "resampling_body.h"
#include "real_is_f64.h"
#include "pooling_body.h"
#include "resampling_body.h"
