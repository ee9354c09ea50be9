// Discrete Fourier transforms. Orders: ck_fourier.h.
#include "reals.h"
#include "ck_fourier.h"

#include <stdlib.h>

#include "functions_f64.h"

// What an operation reads and writes.
typedef struct {
  // Real numbers, or pairs; how many stand in a line.
  bool real_in, real_out;
  size_t length_in, length_out;
  // Bins are followed by their conjugates, not by zeros.
  bool mirrored;
  // re and im change places.
  bool exchanged;
  bool divided;
  // Bins between the first and the last are doubled, those have no second part.
  bool doubled;
} fourier_form;

static fourier_form fourier_form_of(enum ck_fourier_operation operation, size_t n) {
  size_t bins = n / 2 + 1;
  fourier_form form = {.length_in = n, .length_out = n};
  switch (operation) {
  case CK_FOURIER_FORWARD: break;
  case CK_FOURIER_INVERSE: form.exchanged = form.divided = true; break;
  case CK_FOURIER_FORWARD_GRADIENT: form.exchanged = true; break;
  case CK_FOURIER_INVERSE_GRADIENT: form.divided = true; break;
  case CK_FOURIER_REAL_INVERSE_GRADIENT:
    form.divided = form.doubled = true;
    // fallthrough
  case CK_FOURIER_REAL:
    form.real_in = true;
    form.length_out = bins;
    break;
  case CK_FOURIER_REAL_INVERSE:
    form.divided = form.mirrored = true;
    // fallthrough
  case CK_FOURIER_REAL_GRADIENT:
    form.exchanged = form.real_out = true;
    form.length_in = bins;
    break;
  }
  return form;
}

// w_n^k; k < n <= 2^41.
static void fourier_turn(uint64_t k, uint64_t n, double *re, double *im) {
  uint64_t quadrant = 4 * k / n, rest = 4 * k % n;
  double cosine = 0x1.6a09e667f3bcdp-1, sine = cosine;
  if (2 * rest != n) {
    bool above = 2 * rest > n;
    double part = (double)(above ? n - rest : rest), whole = (double)n;
    double high = part / whole, low = f64_fma(-high, whole, part) / whole;
    double angle = high * 0x1.921fb54442d18p+0;
    double angle_low = f64_fma(high, 0x1.921fb54442d18p+0, -angle) +
                       f64_fma(high, 0x1.1a62633145c07p-54, low * 0x1.921fb54442d18p+0);
    double c = f64_cosine_kernel(angle, angle_low), s = f64_sine_kernel(angle, angle_low);
    cosine = above ? s : c;
    sine = above ? c : s;
  }
  switch (quadrant) {
  case 0: *re = cosine, *im = -sine; break;
  case 1: *re = -sine, *im = -cosine; break;
  case 2: *re = -cosine, *im = sine; break;
  default: *re = sine, *im = cosine; break;
  }
}

// Few lines, or lines so long that many side by side would need much memory, go one by one.
enum { FOURIER_FEW = 3, FOURIER_SIDE_BY_SIDE = 1 << 19 };
// Numbers that are taken from a line at once.
enum { FOURIER_BLOCK = 8 };

#include "reals_f64.h"
#include "fourier_tables_body.h"
#define LANES double
#define LANES_COUNT 1
#define LANES_NAME(name) name##_f64x1
#define LANES_BODY(name) name##_f64x1_body
#include "fourier_body.h"
#define LANES f64x8
#define LANES_COUNT 8
#define LANES_NAME(name) name##_f64x8
#define LANES_BODY(name) name##_f64x8_body
#include "fourier_body.h"
#define FOURIER_ALONE fourier_share_f64x1
#define FOURIER_BESIDE fourier_share_f64x8
#include "fourier_run_body.h"

#include "reals_f32.h"
#include "fourier_tables_body.h"
#define LANES float
#define LANES_COUNT 1
#define LANES_NAME(name) name##_f32x1
#define LANES_BODY(name) name##_f32x1_body
#include "fourier_body.h"
#define LANES f32x16
#define LANES_COUNT 16
#define LANES_NAME(name) name##_f32x16
#define LANES_BODY(name) name##_f32x16_body
#include "fourier_body.h"
#define FOURIER_ALONE fourier_share_f32x1
#define FOURIER_BESIDE fourier_share_f32x16
#include "fourier_run_body.h"
