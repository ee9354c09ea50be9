// Prints one hash a kernel family, of its results for odd sizes and unusual numbers; equal on every machine,
// instance and number of shares. scripts/sanitize runs it under each sanitizer, scripts/check-guards
// between guarded pages, scripts/check-neon on an emulated ARM.
//
//   kernels [plain|end|start] [SHARES] [SEED]
//
// A new kernel family adds a function to a file of kernels/ and its line in main, or in both_reals.h.
#include "harness.h"

#include "ck_activations.h"
#include "ck_attend.h"
#include "ck_blocks.h"
#include "ck_packed.h"
#include "ck_convolution.h"
#include "ck_fourier.h"
#include "ck_gather.h"
#include "ck_linear.h"
#include "ck_nearest.h"
#include "ck_norms.h"
#include "ck_ordering.h"
#include "ck_pooling.h"
#include "ck_products.h"
#include "ck_rotary.h"
#include "ck_scans.h"
#include "ck_softmax.h"
#include "ck_sparse.h"
#include "ck_threads.h"
#include "ck_training.h"
#include "ck_training_f64.h"
#include "ckernels.h"

typedef ck_selective_scan_f32_call selective_call_f32;
typedef ck_selective_scan_f64_call selective_call_f64;

#define REAL float
#define R(name) name##_f32
#define TEXT "f32"
#include "kernels/both_reals.h"
#undef REAL
#undef R
#undef TEXT
#define REAL double
#define R(name) name##_f64
#define TEXT "f64"
#include "kernels/both_reals.h"

#include "kernels/blocks.h"
#include "kernels/halves.h"
#include "kernels/linear.h"
#include "kernels/training.h"

int main(int count, char **arguments) {
  if (count > 1 && strcmp(arguments[1], "end") == 0) placement = AT_END;
  else if (count > 1 && strcmp(arguments[1], "start") == 0) placement = AT_START;
  if (placement != PLAIN) {
    signal(SIGSEGV, fault);
    signal(SIGBUS, fault);
  }
  ck_set_shares(count > 2 ? atoi(arguments[2]) : 3);
  if (count > 3) seed = strtoull(arguments[3], NULL, 10);
  ck_set_eager(true);
  families_f32();
  families_f64();
  blocks();
  halves();
  linear();
  training();
  free(operands);
  return 0;
}
