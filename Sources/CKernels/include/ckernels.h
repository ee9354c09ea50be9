// The kernels' C interface. Pointers are valid for the stated counts; results never alias inputs
// unless a comment says so. Sizes are checked by the Swift module `Kernels`, the only caller.
//
// The reference instance of every function is its definition (numerics contract, version 1): the
// order of operations is stated where the function is declared, and all instances have the same bits.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Raised when any result's bits change.
#define CK_NUMERICS_VERSION 1

/// "reference" or "avx2": which instance calls go to.
const char *ck_variant_name(void);
/// Forces an instance by name (tests, TESSERA_ISA); false where the machine has it not. NULL: choose again.
bool ck_force_variant(const char *name);

enum ck_function { CK_EXP, CK_LOG, CK_SIN, CK_COS, CK_TANH, CK_EXPM1, CK_LOG1P };

/// y[i] = f(x[i]); x and y may be the same array.
void ck_map_f64(int function, const double *x, double *y, size_t count);

double ck_exp_f64(double x);
double ck_log_f64(double x);
double ck_sin_f64(double x);
double ck_cos_f64(double x);
double ck_tanh_f64(double x);
double ck_expm1_f64(double x);
double ck_log1p_f64(double x);
double ck_pow_f64(double x, double y);
/// x - y * trunc(x / y), exact.
double ck_remainder_f64(double x, double y);
double ck_floor_f64(double x);

#endif
