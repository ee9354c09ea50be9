// The kernels' C interface. Pointers are valid for the stated counts; results never alias inputs
// unless a comment says so. Sizes are checked by the Swift module `Kernels`, the only caller.
//
// The reference instance of every function is its definition (numerics contract, version 2): the
// order of operations is stated where the function is declared, and all instances have the same bits.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Raised when any result's bits change.
#define CK_NUMERICS_VERSION 2

/// "reference", "avx2", "avx512" or "neon": which instance calls go to.
const char *ck_variant_name(void);
bool ck_has_variant(const char *name);
/// Forces an instance by name (tests, TESSERA_ISA); false where the machine has it not. NULL: choose again.
bool ck_force_variant(const char *name);

enum ck_function {
  CK_EXP, CK_LOG, CK_SIN, CK_COS, CK_TANH, CK_EXPM1, CK_LOG1P, CK_ERF, CK_LGAMMA, CK_DIGAMMA
};

/// y[i] = f(x[i]); x and y may be the same array. An unknown function leaves y alone.
void ck_map_f64(int function, const double *x, double *y, size_t count);

double ck_exp_f64(double x);
double ck_log_f64(double x);
double ck_sin_f64(double x);
double ck_cos_f64(double x);
double ck_tanh_f64(double x);
double ck_expm1_f64(double x);
double ck_log1p_f64(double x);
double ck_erf_f64(double x);
/// log |gamma(x)|; +infinity at 0 and the negative integers.
double ck_lgamma_f64(double x);
/// The derivative of lgamma; NaN at the negative integers.
double ck_digamma_f64(double x);
double ck_pow_f64(double x, double y);
/// z[i] = x[i] to the power of y[i]; z may be one of them.
void ck_power_f64(const double *x, const double *y, double *z, size_t count);
/// x - y * trunc(x / y), exact.
double ck_remainder_f64(double x, double y);
double ck_floor_f64(double x);

/// As ck_map_f64. exp, tanh and erf stay in f32 (1.1, 1.4 and 1.1 ulp); the others go through f64
/// and are rounded once.
void ck_map_f32(int function, const float *x, float *y, size_t count);
/// As ck_power_f64, through f64 and rounded once.
void ck_power_f32(const float *x, const float *y, float *z, size_t count);
/// y = gate / (1 + exp(-gate)) * up; y may be one of them.
void ck_swiglu_f32(const float *gate, const float *up, float *y, size_t count);
/// y = a + b; y may be one of them.
void ck_add_f32(const float *a, const float *b, float *y, size_t count);

// Sums by logical index: blocks of 1,024, 16 lanes in a block, block values in a balanced tree (sums.h).
float ck_sum_f32(const float *x, size_t count);
float ck_dot_f32(const float *x, const float *y, size_t count);
/// The sum of (x - center)^2.
float ck_squared_deviations_f32(const float *x, float center, size_t count);
double ck_sum_f64(const double *x, size_t count);
double ck_dot_f64(const double *x, const double *y, size_t count);
double ck_squared_deviations_f64(const double *x, double center, size_t count);

// Matrix products: y [rows, columns] = x [rows, k] times the panels of a [k, columns] operand. Each
// output is one chain of fused multiply-adds over k ascending from +0, and + 0.0.
enum { CK_PANEL_F32 = 32, CK_PANEL_F64 = 16 };
/// Makes the panels [ceil(columns / 32)][k][32] of an operand of any strides; a weight [out, in] is
/// taken as k_stride = 1, column_stride = in.
void ck_pack_panels_f32(const float *source, size_t k, size_t columns, size_t k_stride,
                        size_t column_stride, float *panels);
void ck_gemm_f32(const float *x, const float *panels, float *y, size_t rows, size_t k,
                 size_t columns);
void ck_pack_panels_f64(const double *source, size_t k, size_t columns, size_t k_stride,
                        size_t column_stride, double *panels);
void ck_gemm_f64(const double *x, const double *panels, double *y, size_t rows, size_t k,
                 size_t columns);

/// y = (x (1 / sqrt(mean of x^2 + epsilon))) gain, row by row; y may be x.
void ck_rms_norm_f32(const float *x, const float *gain, float epsilon, float *y, size_t rows,
                     size_t width);
/// e = exp(x - max), sum as one ascending chain of adds, p = e (1 / sum); y may be x.
void ck_softmax_f32(const float *x, float *y, size_t rows, size_t width);
/// -log softmax(x)[target] = (max - x[target]) + log(sum of exp(x - max)).
float ck_nll_f32(const float *x, size_t width, size_t target);
/// The lowest index of the largest value; -1 where there is a NaN or nothing.
int64_t ck_argmax_f32(const float *x, size_t count);

/// Keys and values are cached in pages of 16 entries of one key head: keys [width][16], then values
/// [16][width].
enum { CK_KEY_GROUP = 16 };
/// Writes one key and value as entry `place` (below 16) of a page.
void ck_store_entry_f32(const float *key, const float *value, float *page, size_t place, size_t width);
/// Reads them again; key and value may each be NULL.
void ck_load_entry_f32(const float *page, size_t place, size_t width, float *key, float *value);

typedef struct {
  /// [rows, heads, head_width]
  const float *queries;
  /// For each cached head its pages; row r sees the entries begins[r] ... first + r.
  const float *const *const *pages;
  /// [cached_heads]: the entries before the first row's own.
  const size_t *first;
  /// [cached_heads][rows], each at most first + r; NULL: all rows see from entry 0 on.
  const size_t *begins;
  /// [rows, heads, head_width]
  float *out;
  size_t rows, heads, cached_heads, head_width;
  float scale;
  bool failed;
} ck_attention;
/// False if memory for the scores could not be had.
bool ck_attention_f32(ck_attention *attention);

// Threads. The number of shares (TESSERA_THREADS, 1 by default) never changes a result.
typedef void (*ck_range_body)(void *context, size_t begin, size_t end);
int ck_shares(void);
void ck_set_shares(int shares);
/// Calls body on pieces of 0 ..< count, on several threads where `operations` makes it worth while.
void ck_parallel(size_t count, double operations, ck_range_body body, void *context);

#endif
