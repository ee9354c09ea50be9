// The f64 twins of ck_training.h's products and optimizer, in the same order of operations.
#ifndef CK_TRAINING_F64_H
#define CK_TRAINING_F64_H

#include <stddef.h>

/// gradient [outputs, inputs] += the sum over rows of dy [rows, outputs] times x [rows, inputs]: each
/// element is one chain of fused multiply-adds, rows ascending, that goes on from the buffer and ends
/// with + 0.0.
void ck_weight_gradient_f64(const double *dy, const double *x, double *gradient, size_t rows,
                            size_t outputs, size_t inputs);

typedef struct {
  double first_decay, second_decay;
  /// 1 / (1 - decay^step)
  double first_correction, second_correction;
  double rate, epsilon, weight_decay;
  /// What gradients are multiplied by first (clipping).
  double gradient_scale;
} ck_adamw_wide;
/// As ck_adamw_f32.
void ck_adamw_f64(const ck_adamw_wide *settings, const double *gradient, double *parameters,
                  double *first, double *second, size_t count);

#endif
