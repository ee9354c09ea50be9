// RMS norms of rows together with the sums beside them, as a network's residual stream needs them. Orders:
// ck_training.h; the norms' own are those of ck_norms.h.
#include "ck_training.h"
#include "sums.h"

CK_INLINE f32x16 take(const float *from, size_t count) {
  return count == 16 ? lanes_load(from) : lanes_load_part(from, count);
}
CK_INLINE void put(float *to, f32x16 lanes, size_t count) {
  if (count == 16) lanes_store(to, lanes);
  else lanes_store_part(to, lanes, count);
}

/// total becomes fma(a, b, total) in the lanes that have a value.
CK_INLINE void add_products(f32x16 *total, f32x16 a, f32x16 b, size_t count) {
  f32x16 next = lanes_fma(a, b, *total);
  if (count == 16) *total = next;
  else memcpy(total, &next, count * sizeof(float));
}

// As lanes_fold, on registers.
CK_INLINE float folded(f32x16 v) {
  typedef float f32x8 __attribute__((ext_vector_type(8)));
  typedef float f32x4 __attribute__((ext_vector_type(4)));
  f32x8 a = v.lo + v.hi;
  f32x4 b = a.lo + a.hi;
  return (b.x + b.z) + (b.y + b.w);
}

CK_INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

typedef struct {
  const float *gain;
  float epsilon;
  size_t width;
  const float *addend;
  float *x, *y;
} add_norm;

CK_INLINE void add_norm_rows_body(const add_norm *n, size_t begin, size_t end) {
  size_t width = n->width;
  for (size_t r = begin; r < end; r++) {
    float *x = n->x + r * width, *y = n->y + r * width;
    const float *addend = n->addend + r * width;
    tree_float tree;
    tree.blocks = 0;
    float squares = 0;
    for (size_t start = 0; start < width; start += CK_SUM_BLOCK) {
      size_t last = smaller(width, start + CK_SUM_BLOCK);
      f32x16 total = lanes_of(0);
      for (size_t i = start; i < last; i += 16) {
        size_t count = smaller(last - i, 16);
        f32x16 sum = take(x + i, count) + take(addend + i, count);
        put(x + i, sum, count);
        add_products(&total, sum, sum, count);
      }
      squares = folded(total);
      if (width > CK_SUM_BLOCK) tree_float_add(&tree, squares);
    }
    if (width > CK_SUM_BLOCK) squares = tree_float_total(&tree);
    f32x16 factor = lanes_of(1 / __builtin_sqrtf(squares / (float)width + n->epsilon));
    for (size_t i = 0; i < width; i += 16) {
      size_t count = smaller(width - i, 16);
      put(y + i, (take(x + i, count) * factor) * take(n->gain + i, count), count);
    }
  }
}
CK_VARIANTS_LOCAL(add_norm_rows, (const add_norm *n, size_t begin, size_t end), (n, begin, end))

static void share_add_norm(void *context, size_t begin, size_t end) {
  add_norm_rows(context, begin, end);
}

void ck_add_rms_norm_f32(const float *addend, float *x, const float *gain, float epsilon, float *y,
                         size_t rows, size_t width) {
  add_norm n = {gain, epsilon, width, addend, x, y};
  ck_parallel(rows, 6.0 * (double)rows * (double)width, share_add_norm, &n);
}

// `terms` is a literal: how many arrays are added to dy.
CK_INLINE void slope_rows(const ck_rms_slopes *s, int terms, size_t begin, size_t end) {
  size_t width = s->width;
  for (size_t r = begin; r < end; r++) {
    const float *x = s->x + r * width, *residual = s->residual ? s->residual + r * width : NULL;
    float *dy = s->dy + r * width, *dx = s->dx + r * width;
    tree_float square_tree, product_tree;
    square_tree.blocks = product_tree.blocks = 0;
    float squares = 0, products = 0;
    for (size_t start = 0; start < width; start += CK_SUM_BLOCK) {
      size_t last = smaller(width, start + CK_SUM_BLOCK);
      f32x16 square = lanes_of(0), product = lanes_of(0);
      for (size_t i = start; i < last; i += 16) {
        size_t count = smaller(last - i, 16);
        f32x16 d = take(dy + i, count), h = take(x + i, count);
        if (terms > 0) d = d + take(s->terms[0] + r * width + i, count);
        if (terms > 1) d = d + take(s->terms[1] + r * width + i, count);
        if (terms > 0) put(dy + i, d, count);
        add_products(&square, h, h, count);
        add_products(&product, d * take(s->gain + i, count), h, count);
      }
      squares = folded(square);
      products = folded(product);
      if (width > CK_SUM_BLOCK) {
        tree_float_add(&square_tree, squares);
        tree_float_add(&product_tree, products);
      }
    }
    if (width > CK_SUM_BLOCK) {
      squares = tree_float_total(&square_tree);
      products = tree_float_total(&product_tree);
    }
    float factor = 1 / __builtin_sqrtf(squares / (float)width + s->epsilon);
    s->factors[r] = factor;
    f32x16 pull = lanes_of(((products * factor) * (factor * factor)) / (float)width);
    f32x16 factors = lanes_of(factor);
    for (size_t i = 0; i < width; i += 16) {
      size_t count = smaller(width - i, 16);
      f32x16 slope = take(dy + i, count) * take(s->gain + i, count);
      f32x16 result = lanes_fma(-pull, take(x + i, count), factors * slope);
      if (residual) result = result + take(residual + i, count);
      put(dx + i, result, count);
    }
  }
}

CK_INLINE void some_slopes_body(const ck_rms_slopes *s, size_t begin, size_t end) {
  if (s->terms[1]) slope_rows(s, 2, begin, end);
  else if (s->terms[0]) slope_rows(s, 1, begin, end);
  else slope_rows(s, 0, begin, end);
}
CK_VARIANTS_LOCAL(some_slopes, (const ck_rms_slopes *s, size_t begin, size_t end), (s, begin, end))

static void share_slopes(void *context, size_t begin, size_t end) { some_slopes(context, begin, end); }

void ck_rms_slopes_f32(ck_rms_slopes *slopes) {
  ck_parallel(slopes->rows, 10.0 * (double)slopes->rows * (double)slopes->width, share_slopes, slopes);
}
