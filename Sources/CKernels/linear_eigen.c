// Eigenvalues and eigenvectors of symmetric matrices by Jacobi's rotations. Orders: ck_linear.h.
#include "linear.h"

static const double LEAST = 0x1p-54;

typedef struct {
  size_t n, count;
  // a and V^T, both [n, n].
  double *a, *vectors;
  // The round's, `count` of them.
  rotation *turns;
} jacobi;

// Items are rotations, whose rows are their own.
CK_INLINE void turn_rows_body(const jacobi *j, size_t begin, size_t end) {
  for (size_t i = begin; i < end; i++) {
    const rotation *turn = &j->turns[i];
    linear_rotate(turn, j->a + turn->p * j->n, j->a + turn->q * j->n, j->n);
    linear_rotate(turn, j->vectors + turn->p * j->n, j->vectors + turn->q * j->n, j->n);
  }
}
CK_VARIANTS_LOCAL(turn_rows, (const jacobi *j, size_t begin, size_t end), (j, begin, end))

// Items are rows of a.
CK_INLINE void turn_columns_body(const jacobi *j, size_t begin, size_t end) {
  for (size_t r = begin; r < end; r++)
    for (size_t i = 0; i < j->count; i++) {
      double *row = j->a + r * j->n;
      linear_rotate(&j->turns[i], row + j->turns[i].p, row + j->turns[i].q, 1);
    }
}
CK_VARIANTS_LOCAL(turn_columns, (const jacobi *j, size_t begin, size_t end), (j, begin, end))

static void share_rows(void *context, size_t begin, size_t end) { turn_rows(context, begin, end); }
static void share_columns(void *context, size_t begin, size_t end) {
  turn_columns(context, begin, end);
}

static void find_turns(jacobi *j, size_t round) {
  j->count = 0;
  for (size_t i = 0; i < linear_rounds(j->n) / 2 + 1; i++) {
    rotation *turn = &j->turns[j->count];
    if (!linear_pair(j->n, round, i, turn)) continue;
    size_t n = j->n, p = turn->p, q = turn->q;
    double upper = j->a[p * n + q], lower = j->a[q * n + p];
    if (!(__builtin_fabs(upper) > LEAST || __builtin_fabs(lower) > LEAST)) continue;
    double g = (upper + lower) / 2;
    turn->first = j->a[p * n + p];
    turn->second = j->a[q * n + q];
    linear_turn(turn, turn->first, turn->second, g);
    turn->first = __builtin_fma(-turn->t, g, turn->first);
    turn->second = __builtin_fma(turn->t, g, turn->second);
    j->count++;
  }
}

static void apply_turns(jacobi *j) {
  double operations = 8 * (double)j->count * (double)j->n;
  ck_parallel(j->count, 2 * operations, share_rows, j);
  ck_parallel(j->n, 4 * operations, share_columns, j);
  for (size_t i = 0; i < j->count; i++) {
    const rotation *turn = &j->turns[i];
    double *p = j->a + turn->p * j->n, *q = j->a + turn->q * j->n;
    p[turn->p] = turn->first;
    q[turn->q] = turn->second;
    p[turn->q] = 0;
    q[turn->p] = 0;
  }
}

static int64_t diagonalise(jacobi *j) {
  for (int sweep = 0; sweep < LINEAR_SWEEPS; sweep++) {
    size_t turned = 0;
    for (size_t round = 0; round < linear_rounds(j->n); round++) {
      find_turns(j, round);
      turned += j->count;
      if (j->count > 0) apply_turns(j);
    }
    if (turned == 0) return CK_LINEAR_DONE;
  }
  return CK_LINEAR_NOT_CONVERGED;
}

static bool jacobi_init(jacobi *j, const double *a, double scale) {
  size_t n = j->n;
  j->a = linear_memory(n, n, 0);
  j->vectors = linear_memory(n, n, n);
  j->turns = calloc(n / 2 + 1, sizeof *j->turns);
  if (!j->a || !j->vectors || !j->turns) return false;
  for (size_t i = 0; i < n; i++)
    for (size_t k = 0; k < n; k++) {
      double value = k <= i ? a[i * n + k] : a[k * n + i];
      j->a[i * n + k] = value / scale;
      j->vectors[i * n + k] = i == k;
    }
  return true;
}

// In descending order, the vectors as columns; `diagonal` [n] and `order` [n] are scratch.
static void write_results(const jacobi *j, double scale, size_t *order, double *values,
                          double *vectors) {
  size_t n = j->n;
  double *diagonal = j->vectors + n * n;
  for (size_t i = 0; i < n; i++) diagonal[i] = j->a[i * n + i];
  linear_descending(diagonal, order, n);
  for (size_t k = 0; k < n; k++) {
    const double *vector = j->vectors + order[k] * n;
    bool down = linear_points_down(vector, n);
    values[k] = diagonal[order[k]] * scale + 0.0;
    for (size_t i = 0; i < n; i++) vectors[i * n + k] = (down ? -vector[i] : vector[i]) + 0.0;
  }
}

int64_t ck_symmetric_eigen_f64(const double *a, double *values, double *vectors, size_t n) {
  ck_prepare();
  if (!linear_lower_finite(a, n)) return CK_LINEAR_NOT_FINITE;
  double largest = 0;
  for (size_t i = 0; i < n; i++) {
    double row = linear_largest(a + i * n, i + 1);
    largest = row > largest ? row : largest;
  }
  double scale = linear_scale(largest);
  jacobi j = {.n = n};
  size_t *order = calloc(n + 1, sizeof *order);
  int64_t result = CK_LINEAR_NO_MEMORY;
  if (jacobi_init(&j, a, scale) && order) {
    result = diagonalise(&j);
    if (result == CK_LINEAR_DONE) {
      write_results(&j, scale, order, values, vectors);
      if (!linear_finite(values, n)) result = CK_LINEAR_OVERFLOW;
    }
  }
  free(j.a);
  free(j.vectors);
  free(j.turns);
  free(order);
  return result;
}
