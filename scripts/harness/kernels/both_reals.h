// Included by kernels.c for each REAL: the families that exist for f32 and f64.
#include "attention.h"
#include "functions.h"
#include "indexing.h"
#include "pictures.h"
#include "products.h"
#include "rows.h"
#include "scans.h"
#include "sparse.h"
#include "transforms.h"

static void R(families)(void) {
  R(functions)();
  R(activations)();
  R(sums)();
  R(products)();
  R(softmaxes)();
  R(norms)();
  R(rotary)();
  R(attention)();
  R(indexing)();
  R(scans)();
  R(sparse)();
  R(pictures)();
  R(transforms)();
}
