// Scans along an axis. Orders: ck_scans.h.
#include "ck_scans.h"

#include "functions_f32.h"
#include "functions_f64.h"

enum scan_kind { SCAN_SUM, SCAN_PRODUCT, SCAN_LOG_SUM, SCAN_RECURRENCE };

// Up to 16 lines, of which each has a lane. A line's element t is at base + t inner.
typedef struct {
  size_t base[16];
  size_t count, inner;
  bool together; // 16 neighbours
} scan_lines;

CK_INLINE scan_lines lines_from(size_t first, size_t all, size_t axis, size_t inner) {
  scan_lines lines = {.count = all - first < 16 ? all - first : 16, .inner = inner};
  for (size_t i = 0; i < lines.count; i++)
    lines.base[i] = (first + i) / inner * axis * inner + (first + i) % inner;
  lines.together = lines.count == 16 && lines.base[15] == lines.base[0] + 15;
  return lines;
}

#include "real_is_f32.h"
#include "scans_body.h"
#include "real_is_f64.h"
#include "scans_body.h"
