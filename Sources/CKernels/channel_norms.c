// Group, batch and global response norms. Orders: ck_norms.h; bodies: channel_norms_body.h.
#include <stdlib.h>

#include "ck_norms.h"
#include "reals.h"

#include "reals_f32.h"
#include "channel_norms_body.h"

#include "reals_f64.h"
#include "channel_norms_body.h"
