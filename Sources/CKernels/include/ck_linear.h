// Linear algebra in f64, row-major. No result of LAPACK or libm is in it.
//
// `chain` is one chain of fused multiply-adds; `dot` a sum of products by sums.h. Results never hold -0.
// Threads and lanes have whole outputs. Results never alias inputs unless a comment says so.
// Every function answers with one of these, or with an index (>= 0) where its comment says so; then and
// after an error the results are undefined.
#ifndef CK_LINEAR_H
#define CK_LINEAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  CK_LINEAR_DONE = -1,
  CK_LINEAR_NO_MEMORY = -2,
  /// An infinity or a NaN in what is read.
  CK_LINEAR_NOT_FINITE = -3,
  /// One in the results, of finite numbers.
  CK_LINEAR_OVERFLOW = -4,
  CK_LINEAR_NOT_CONVERGED = -5
};

/// The lower L [n, n], its upper part 0, with A = L L^T; a [n, n] is read below and on its diagonal; l may be a.
///   L_ij = (chain on from a_ij over k = 0 ..< j ascending of fma(-L_ik, L_jk, .)) / L_jj,
///   L_jj = sqrt(the same chain).
/// Returns the first j whose chain is not positive.
int64_t ck_cholesky_f64(const double *a, double *l, size_t n);

enum { CK_TRIANGLE_LOWER = 1, CK_TRIANGLE_TRANSPOSED = 2, CK_TRIANGLE_UNIT = 4 };
/// x [n, columns] with T x = b or T^T x = b, in place of b; of t [n, n] only the named triangle is read, with
/// UNIT not its diagonal, which is 1 then.
///   x_i = (chain on from b_i of fma(-T_ik, x_k, .)) / T_ii, k in the order in which the x are found:
///   ascending where T or T^T, whichever is solved, is lower, else descending.
/// Returns the lowest i where T_ii is 0.
int64_t ck_solve_triangular_f64(int triangle, const double *t, double *b, size_t n, size_t columns);

/// The thin QR of a [rows, columns], K = min(rows, columns): q [rows, K], or NULL, and r [K, columns], upper, its
/// diagonal >= 0. Householder's reflections H_k = 1 - tau v v^T, k ascending; at step k the column k from row
/// k on, times 2^-e so that its largest magnitude is in [1, 2), is x; s = chain from +0 over x_1 ... of squares.
///   s = 0: H_k = 1.  Else mu = sqrt(fma(x_0, x_0, s)), beta = x_0 > 0 ? -mu : mu, tau = (beta - x_0) / beta,
///   v_0 = 1, v_i = x_i / (x_0 - beta); r_kk = beta 2^e.
///   A column c right of k: w = tau (chain from +0 over i ascending of fma(v_i, c_i, .)), c_i = fma(-v_i, w, c_i).
/// q: the same on the first K columns of 1, k descending. At last row k of r and column k of q are negated
/// where r_kk < 0.
int64_t ck_qr_f64(const double *a, double *q, double *r, size_t rows, size_t columns);

/// x [columns, count] that makes |a x - b| least; a [rows, columns], rows >= columns, b [rows, count]: the
/// reflections of ck_qr_f64 applied to b, then its triangle solved as above.
/// Returns the first column j that depends on those before it: |r_jj| <= rows 2^-52 |column j of r|
/// (2^e sqrt(chain of its squares over rows ascending, scaled as above)).
int64_t ck_least_squares_f64(const double *a, const double *b, double *x, size_t rows,
                             size_t columns, size_t count);

/// a [n, n] = V diag(values) V^T, of which the lower triangle is read; values [n] descending (equal ones in the
/// order of their places on the diagonal); vectors [n, n], column k belonging to value k, its element of
/// largest magnitude (lowest index) positive.
///
/// Jacobi's rotations on a times 2^-e (largest magnitude in [1, 2)). A sweep has N - 1 rounds, N = n or n + 1, even;
/// round r has the pairs (r, N - 1), ((r + i) mod (N - 1), (r - i) mod (N - 1)), i = 1 ..< N / 2; a pair is
/// p < q < n, others are left out. Of all pairs of a round with |a_pq| or |a_qp| > 2^-54 first the
/// rotations are found: g = (a_pq + a_qp) / 2, z = (a_qq - a_pp) / (2 g), t = 1 / (|z| + sqrt(fma(z, z, 1))),
/// negated where z < 0, cos = 1 / sqrt(fma(t, t, 1)), sin = t cos; then rows p, q of a and V^T go to
///   x' = fma(-sin, y, cos x), y' = fma(sin, x, cos y),
/// then columns p, q of a; then a_pp = fma(-t, g, a_pp), a_qq = fma(t, g, a_qq) of the values before, and a_pq =
/// a_qp = 0. Sweeps end with one that rotates nothing; after 64, NOT_CONVERGED.
int64_t ck_symmetric_eigen_f64(const double *a, double *values, double *vectors, size_t n);

/// a [rows, columns] = U diag(values) V^T, K = min(rows, columns): u [rows, K], values [K] descending,
/// vt [K, columns]; the element of largest magnitude (lowest index) in each column of U is positive.
///
/// Where rows < columns, U and V of the transposed. Else a times 2^-e (largest magnitude in [1, 2)) = Q R, and the
/// rows of R are made orthogonal by rotations in the rounds above: xx, yy, xy are dots; a pair is rotated where
/// |xy| > 2^-52 sqrt(columns) sqrt(xx) sqrt(yy) and neither xx nor yy is below 2^-900; z = (yy - xx) / (2 xy), t, cos, sin, x', y' as above, of R and
/// of J^T, which starts as 1. Values are sqrt(xx), below 2^-450 0; rows of V^T x / value; U = Q J, chains over
/// ascending from +0. For values that are 0, rows of V^T are made, each of the unit vector whose rest
/// 1 - (the squares of its component in those before) is largest (lowest index): twice, from all before
/// ascending, x = fma(-dot, row, x); then x / sqrt(xx). Sweeps end as above.
int64_t ck_singular_values_f64(const double *a, double *u, double *values, double *vt, size_t rows,
                               size_t columns);

/// P A = L U: lu [n, n] holds U and below it L, whose diagonal is 1; row i of P A is row order[i] of a; lu may
/// be a. The pivot is the largest magnitude of the column (lowest row); l_ik = a_ik / u_kk, a_ij =
/// fma(-l_ik, u_kj, a_ij), k ascending. Returns the first k whose pivot is 0.
int64_t ck_lu_f64(const double *a, double *lu, int32_t *order, size_t n);

#endif
