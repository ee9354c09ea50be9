// Sparse times dense, and the log semiring's matrix product. Orders: ck_sparse.h.
#include "reals.h"
#include "ck_sparse.h"

#include "functions_f32.h"
#include "functions_f64.h"

enum { SPARSE_BLOCK = 64, SPARSE_ENTRIES = 8 };

CK_INLINE size_t at_most(size_t count, size_t limit) { return count < limit ? count : limit; }

#include "reals_f32.h"
#include "sparse_body.h"
#include "log_product_body.h"
#include "reals_f64.h"
#include "sparse_body.h"
#include "log_product_body.h"
