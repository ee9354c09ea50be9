// The selective scan of Mamba and its gradients. Orders: ck_scans.h.
#include <stdlib.h>

#include "reals.h"
#include "ck_scans.h"
#include "functions_f32.h"
#include "functions_f64.h"

enum { STATE_BLOCK = 8 }; // states that gradients take side by side

#include "reals_f32.h"
#define CALL ck_selective_scan_f32_call
#include "selective_scan_body.h"
#undef CALL
#include "reals_f64.h"
#define CALL ck_selective_scan_f64_call
#include "selective_scan_body.h"
