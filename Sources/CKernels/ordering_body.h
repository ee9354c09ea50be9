// Included by ordering.c for each type: REAL, R, KEY (an unsigned integer of its size),
// KEY_OF(x) (ascending as x is; x is no NaN), IS_NAN(x).

typedef struct {
  const REAL *x;
  REAL *values;
  int32_t *indices;
  size_t k, width;
  bool descending, last_only;
  int64_t result;
} R(order);

// Entries of a row, in order of the indices they had unless sorted, and room to sort them.
typedef struct {
  KEY *keys, *other_keys;
  int32_t *indices, *other_indices;
  size_t count;
} R(entries);

static bool R(entries_init)(R(entries) *e, size_t capacity) {
  e->count = 0;
  e->keys = malloc(capacity * (2 * sizeof(KEY) + 2 * sizeof(int32_t)));
  if (!e->keys) return false;
  e->other_keys = e->keys + capacity;
  e->indices = (int32_t *)(e->other_keys + capacity);
  e->other_indices = e->indices + capacity;
  return true;
}

// Stable, keys ascending: by insertion if there are few, else from the lowest digit to the highest.
static void R(entries_sort)(R(entries) *e) {
  if (e->count <= FEW) {
    for (size_t i = 1; i < e->count; i++) {
      KEY key = e->keys[i];
      int32_t index = e->indices[i];
      size_t at = i;
      for (; at > 0 && e->keys[at - 1] > key; at--) {
        e->keys[at] = e->keys[at - 1];
        e->indices[at] = e->indices[at - 1];
      }
      e->keys[at] = key;
      e->indices[at] = index;
    }
    return;
  }
  KEY *keys = e->keys, *other_keys = e->other_keys;
  int32_t *indices = e->indices, *other_indices = e->other_indices;
  unsigned digit_bits = e->count < MANY ? FEW_DIGIT_BITS : DIGIT_BITS;
  size_t starts[1 << DIGIT_BITS], digits = (size_t)1 << digit_bits;
  for (unsigned shift = 0; shift < 8 * sizeof(KEY); shift += digit_bits) {
    for (size_t digit = 0; digit < digits; digit++) starts[digit] = 0;
    for (size_t i = 0; i < e->count; i++) starts[keys[i] >> shift & (digits - 1)]++;
    // A digit that all share moves nothing.
    if (starts[keys[0] >> shift & (digits - 1)] == e->count) continue;
    size_t sum = 0;
    for (size_t digit = 0; digit < digits; digit++) {
      size_t count = starts[digit];
      starts[digit] = sum;
      sum += count;
    }
    for (size_t i = 0; i < e->count; i++) {
      size_t to = starts[keys[i] >> shift & (digits - 1)]++;
      other_keys[to] = keys[i];
      other_indices[to] = indices[i];
    }
    KEY *k = keys;
    keys = other_keys;
    other_keys = k;
    int32_t *n = indices;
    indices = other_indices;
    other_indices = n;
  }
  e->keys = keys;
  e->other_keys = other_keys;
  e->indices = indices;
  e->other_indices = other_indices;
}

// False for a NaN.
CK_INLINE bool R(entries_add)(R(entries) *e, const REAL *x, size_t i,
                                      bool descending) {
  if (IS_NAN(x[i])) return false;
  KEY key = KEY_OF(x[i]);
  e->keys[e->count] = descending ? ~key : key;
  e->indices[e->count++] = (int32_t)i;
  return true;
}

// The first of x[from ..< count] that comes before `bound` in the order, or is a NaN.
CK_INLINE void BODY(next_hit)(const REAL *x, REAL bound, bool descending, size_t from,
                                   size_t count, size_t *hit) {
  size_t i = from;
  for (; i + SCAN_BLOCK <= count; i += SCAN_BLOCK) {
    int any = 0;
    if (descending)
      for (size_t j = 0; j < SCAN_BLOCK; j++) any |= !(x[i + j] <= bound);
    else
      for (size_t j = 0; j < SCAN_BLOCK; j++) any |= !(x[i + j] >= bound);
    if (any) break;
  }
  for (; i < count; i++)
    if (descending ? !(x[i] <= bound) : !(x[i] >= bound)) break;
  *hit = i;
}
CK_VARIANTS_LOCAL(R(next_hit),
                  (const REAL *x, REAL bound, bool descending, size_t from, size_t count,
                   size_t *hit),
                  (x, bound, descending, from, count, hit))

// The entries come to hold the first k of the row in order; false for a NaN.
static bool R(choose)(R(entries) *e, const REAL *x, size_t k, bool descending,
                              size_t width, size_t capacity) {
  e->count = 0;
  size_t i = 0;
  for (; i < width && i < capacity; i++)
    if (!R(entries_add)(e, x, i, descending)) return false;
  R(entries_sort)(e);
  while (i < width) {
    // A later value equal to the k-th comes after it. What was gathered is sorted in when room is out.
    e->count = k;
    REAL bound = x[e->indices[k - 1]];
    while (e->count < capacity) {
      R(next_hit)(x, bound, descending, i, width, &i);
      if (i == width) break;
      if (!R(entries_add)(e, x, i, descending)) return false;
      i++;
    }
    R(entries_sort)(e);
  }
  return true;
}

static void R(share_rows)(void *context, size_t begin, size_t end) {
  R(order) *o = context;
  // Room for as many newcomers as are kept, so that sorting them in is paid for.
  size_t capacity = o->k + (o->k > SPARE ? o->k : SPARE);
  if (capacity > o->width) capacity = o->width;
  R(entries) e;
  if (!R(entries_init)(&e, capacity)) {
    lower_result(&o->result, CK_NO_MEMORY);
    return;
  }
  void *memory = e.keys;
  for (size_t r = begin; r < end; r++) {
    const REAL *x = o->x + r * o->width;
    if (!R(choose)(&e, x, o->k, o->descending, o->width, capacity)) {
      lower_result(&o->result, (int64_t)r);
      break;
    }
    size_t first = o->last_only ? o->k - 1 : 0, results = o->k - first;
    for (size_t i = 0; i < results; i++) {
      int32_t index = e.indices[first + i];
      if (o->values) o->values[r * results + i] = x[index];
      if (o->indices) o->indices[r * results + i] = index;
    }
  }
  free(memory);
}

static int64_t R(run)(const REAL *x, bool descending, bool last_only, REAL *values,
                              int32_t *indices, size_t k, size_t rows, size_t width) {
  (void)ck_prepare();
  if (k == 0 || width == 0) return CK_ORDERED;
  R(order) o = {x, values, indices, k, width, descending, last_only, INT64_MAX};
  double work = k == width ? 30 : 2;
  ck_parallel(rows, work * (double)rows * (double)width, R(share_rows), &o);
  return o.result == INT64_MAX ? CK_ORDERED : o.result;
}

int64_t R(ck_top)(const REAL *x, bool largest, REAL *values, int32_t *indices, size_t k,
                          size_t rows, size_t width) {
  return R(run)(x, largest, false, values, indices, k, rows, width);
}

int64_t R(ck_kth)(const REAL *x, bool largest, REAL *values, int32_t *indices, size_t k,
                          size_t rows, size_t width) {
  return R(run)(x, largest, true, values, indices, k, rows, width);
}
