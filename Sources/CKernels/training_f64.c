// f64 twins of training.c: the chains of weight gradients, and AdamW. Orders: ck_training_f64.h.
#include "ck_training_f64.h"

#include "lanes.h"

typedef struct {
  const double *dy, *x;
  double *gradient;
  size_t rows, outputs, inputs;
} outer_product;

// Lanes run over the inputs; a row of the gradient stays in the cache while the batch goes by.
CK_INLINE void wide_outputs_body(const outer_product *p, size_t begin, size_t end) {
  for (size_t o = begin; o < end; o++) {
    double *gradient = p->gradient + o * p->inputs;
    for (size_t r = 0; r < p->rows; r++) {
      double slope = p->dy[r * p->outputs + o];
      const double *x = p->x + r * p->inputs;
      for (size_t i = 0; i < p->inputs; i++)
        gradient[i] = __builtin_fma(slope, x[i], gradient[i]);
    }
    for (size_t i = 0; i < p->inputs; i++) gradient[i] = gradient[i] + 0.0;
  }
}
CK_VARIANTS_LOCAL(wide_outputs, (const outer_product *p, size_t begin, size_t end), (p, begin, end))

static void share_outputs(void *context, size_t begin, size_t end) {
  wide_outputs(context, begin, end);
}

void ck_weight_gradient_f64(const double *dy, const double *x, double *gradient, size_t rows,
                            size_t outputs, size_t inputs) {
  outer_product p = {dy, x, gradient, rows, outputs, inputs};
  ck_parallel(outputs, 4.0 * (double)rows * (double)outputs * (double)inputs, share_outputs, &p);
}

CK_INLINE void ck_adamw_f64_body(const ck_adamw_wide *s, const double *gradient,
                                 double *parameters, double *first, double *second,
                                 size_t count) {
  double keep = 1.0 - s->first_decay, keep_square = 1.0 - s->second_decay;
  for (size_t i = 0; i < count; i++) {
    double g = gradient[i] * s->gradient_scale;
    double m = __builtin_fma(keep, g, s->first_decay * first[i]);
    double v = __builtin_fma(keep_square * g, g, s->second_decay * second[i]);
    m = __builtin_fabs(m) < 0x1p-100 ? 0.0 : m;
    v = v < 0x1p-100 ? 0.0 : v;
    first[i] = m;
    second[i] = v;
    double size = __builtin_sqrt(v * s->second_correction) + s->epsilon;
    double step = __builtin_fma(s->weight_decay, parameters[i], (m * s->first_correction) / size);
    parameters[i] = __builtin_fma(-s->rate, step, parameters[i]);
  }
}
CK_VARIANTS(ck_adamw_f64,
            (const ck_adamw_wide *s, const double *gradient, double *parameters, double *first,
             double *second, size_t count),
            (s, gradient, parameters, first, second, count))
