// Included for each REAL: matrix products.

/// An operand of a strided product: [rows, columns] in one of several layouts, that of batch n at n * batch.
typedef struct {
  const REAL *first;
  ptrdiff_t batch, row, column;
} R(matrix);

/// Where the first element stands, and how many there are, gaps between them included.
static size_t R(lay_out)(R(matrix) *m, size_t batches, size_t rows, size_t columns) {
  ptrdiff_t gap = (ptrdiff_t)below(3);
  bool across = coin();
  m->row = across ? 1 : (ptrdiff_t)columns + gap;
  m->column = across ? (ptrdiff_t)rows + gap : 1;
  size_t extent = (size_t)m->row * (rows - 1) + (size_t)m->column * (columns - 1) + 1;
  m->batch = (ptrdiff_t)extent;
  return batches * extent;
}

static R(matrix) R(operand_matrix)(size_t batches, size_t rows, size_t columns, bool wild) {
  R(matrix) m;
  size_t count = R(lay_out)(&m, batches, rows, columns);
  m.first = R(given)(count, wild);
  if (below(4) == 0) { // rows from the last to the first
    m.first += m.row * (ptrdiff_t)(rows - 1);
    m.row = -m.row;
  } else if (below(8) == 0) { // one matrix for all batches
    m.batch = 0;
  }
  return m;
}

static void R(strided_product)(int round) {
  // Some are large enough for packed blocks, some have one row or one column.
  size_t batches = 1 + below(3), rows = 1 + below(round % 5 == 0 ? 90 : 20);
  size_t k = 1 + below(round % 4 == 0 ? 600 : 50), columns = 1 + below(round % 3 == 0 ? 130 : 30);
  if (round % 7 == 1) rows = 1;
  if (round % 7 == 2) columns = 1;
  if (round % 11 == 3) k = 0;
  R(matrix) a = R(operand_matrix)(batches, rows, k ? k : 1, round % 2), c;
  R(matrix) b = R(operand_matrix)(batches, k ? k : 1, columns, round % 4 == 3);
  size_t count = R(lay_out)(&c, batches, rows, columns);
  REAL *results = R(room)(count);
  R(ck_strided_product) product = {
      .a = a.first, .b = b.first, .c = results, .batches = batches, .rows = rows, .k = k,
      .columns = columns, .a_batch = a.batch, .a_row = a.row, .a_k = a.column,
      .b_batch = b.batch, .b_k = b.row, .b_column = b.column,
      .c_batch = c.batch, .c_row = c.row, .c_column = c.column, .accumulates = coin()};
  R(ck_multiply)(&product);
  R(add)(results, count);
  release();
}

static void R(products)(void) {
  begin("packed products, " TEXT);
  enum { PANEL = sizeof(REAL) == 4 ? CK_PANEL_F32 : CK_PANEL_F64 };
  for (int round = 0; round < 18; round++) {
    size_t rows = round % 3 == 0 ? 1 : 1 + below(15), k = below(round % 2 ? 90 : 500);
    size_t columns = 1 + below(140);
    const REAL *x = R(given)(rows * k, round % 2), *w = R(given)(k * columns, round % 4 == 3);
    REAL *y = R(room)(rows * columns);
    REAL *panels = R(room)((columns + PANEL - 1) / PANEL * PANEL * k);
    bool across = coin();
    R(ck_pack_panels)(w, k, columns, across ? 1 : columns, across ? k : 1, panels);
    only_read(panels);
    R(ck_gemm)(x, panels, y, rows, k, columns);
    R(add)(y, rows * columns);
    release();
  }
  end();
  begin("strided products, " TEXT);
  for (int round = 0; round < 44; round++) R(strided_product)(round);
  end();
}
