// Discrete Fourier transforms of lines: the axis n of [outer, n, inner]. Complex numbers are pairs (re, im),
// so complex arrays are [outer, n, inner, 2]; half spectra ("bins") are [outer, n / 2 + 1, inner, 2].
//
// Every line is transformed by itself in this order, whatever stands beside it; vector lanes run over lines.
//
// Turns: w_n^k = (cos, -sin)(2 pi k / n). With 4 k = q n + r, r' = r, or n - r where 2 r > n (then cos and sin
// change places); the angle is pi/2 r' / n in two f64 parts, in [0, pi/4], by the kernels of functions_f64.h;
// sqrt 1/2 for both where 2 r = n; q turns by right angles, so that all symmetries are exact. f32: rounded once.
//
// n whose prime factors are all at most CK_FOURIER_PRIME: n = 4 4 .. 2 3 3 .. 5 .. (fours first, then primes
// ascending), Stockham's passes, decimation in frequency. A pass of radix p turns x [p][m][s] into y [m][p][s];
// s is 1 at first and p s afterwards, and p m s = n. For a place (j, q), a_r = x[r][j][q] and
// y[j][k][q] = b_k w_n^(j k s), without a product where j k = 0, where b is, all of (re, im) alike:
//   p = 2: b_0 = a_0 + a_1; b_1 = a_0 - a_1.
//   p = 4: e = a_0 + a_2, f = a_0 - a_2, g = a_1 + a_3, h = a_1 - a_3; b_0 = e + g, b_2 = e - g,
//          b_1 = (f.re + h.im, f.im - h.re), b_3 = (f.re - h.im, f.im + h.re).
//   p odd: s_r = a_r + a_(p-r), d_r = a_r - a_(p-r) for r = 1 .. (p-1)/2; b_0 = a_0 + s_1 + s_2 ..; for
//          k = 1 .. (p-1)/2: t = the chain over r ascending from a_0 of fma(cos, s_r, t), u = that from +0 of
//          fma(-sin, d_r, u), of w_p^(r k); b_k = (t.re - u.im, t.im + u.re), b_(p-k) = (t.re + u.im, t.im - u.re).
// A product with w: re = fma(x.re, w.re, -(x.im w.im)), im = fma(x.re, w.im, x.im w.re).
//
// Other n (Bluestein, IEEE Trans. Audio 18, 1970): c_j = w_2n^(j^2 mod 2n), M the least power of two >= 2n - 1.
// S = (transform of length M of conj c, placed around 0) / M, in f64, rounded once. z_j = x_j c_j, +0 up to M;
// Z = transform of z; Z S; its sum with +i as below; times c_k. Products as above.
//
// Sums with +i (inverse) are the same with re and im changing places in what is read and in what is written.
// Divisions are by n, as the last operation.
#ifndef CK_FOURIER_H
#define CK_FOURIER_H

#include <stdbool.h>
#include <stddef.h>

/// Larger prime factors make a transform go by Bluestein's way.
#define CK_FOURIER_PRIME 47
/// The largest length.
#define CK_FOURIER_LONGEST ((size_t)1 << 40)

enum ck_fourier_operation {
  /// Complex to complex: y_k = sum over j of x_j e^(-2 pi i j k / n).
  CK_FOURIER_FORWARD,
  /// y_j = the sum with +i over n.
  CK_FOURIER_INVERSE,
  /// dx = the sum of dy with +i.
  CK_FOURIER_FORWARD_GRADIENT,
  /// dx = the sum of dy with -i, over n.
  CK_FOURIER_INVERSE_GRADIENT,
  /// Real to bins: the forward transform of (x, +0), its first n / 2 + 1 numbers.
  CK_FOURIER_REAL,
  /// Bins to real: the first parts of the inverse of the bins followed by their conjugates, n / 2 + 1 .. n - 1 from
  /// n - k. The second parts of bin 0, and of bin n / 2 where n is even, count as +0.
  CK_FOURIER_REAL_INVERSE,
  /// Bins to real: the first parts of the sum with +i of the bins followed by +0.
  CK_FOURIER_REAL_GRADIENT,
  /// Real to bins: as CK_FOURIER_REAL over n, then times 2, but bins 0 and (n even) n / 2 times 1, their second
  /// parts being +0.
  CK_FOURIER_REAL_INVERSE_GRADIENT,
};

/// The tables for a length, not changed once made: any number of threads may use them.
typedef struct ck_fourier_tables_f32 ck_fourier_tables_f32;
typedef struct ck_fourier_tables_f64 ck_fourier_tables_f64;

/// NULL if n is 0 or above CK_FOURIER_LONGEST, or memory could not be had.
ck_fourier_tables_f32 *ck_fourier_make_f32(size_t n);
ck_fourier_tables_f64 *ck_fourier_make_f64(size_t n);
/// NULL is nothing to free.
void ck_fourier_free_f32(ck_fourier_tables_f32 *tables);
void ck_fourier_free_f64(ck_fourier_tables_f64 *tables);

/// An operation on all lines; y may be x where both are complex. False if memory could not be had; y is then not complete.
bool ck_fourier_f32(const ck_fourier_tables_f32 *tables, enum ck_fourier_operation operation,
                    const float *x, float *y, size_t outer, size_t inner);
bool ck_fourier_f64(const ck_fourier_tables_f64 *tables, enum ck_fourier_operation operation,
                    const double *x, double *y, size_t outer, size_t inner);

#endif
