// Scans along an axis. Orders: ck_scans.h.
#include "reals.h"
#include "ck_scans.h"

#include "functions_f32.h"
#include "functions_f64.h"

enum scan_kind { SCAN_SUM, SCAN_PRODUCT, SCAN_LOG_SUM, SCAN_RECURRENCE };
enum { EXPONENTIALS = 40 }; // operations of an element where there are some

// Lines that go side by side, each in a lane: line i's element t is at base[i] + t inner.
typedef struct {
  size_t base[64];
  size_t first, count, inner;
  bool together; // neighbours
} scan_lines;

// How many lanes there are: neighbours as wide as pays; else few, since places far apart are read, but 16
// where exponentials are taken.
CK_INLINE size_t lanes_for(bool exponentials, size_t inner) {
  return inner >= 64 ? 64 : inner >= 16 || exponentials ? 16 : 4;
}

CK_INLINE size_t scan_items(size_t lanes, size_t outer, size_t inner) {
  if (inner >= 16) return outer * ((inner + lanes - 1) / lanes);
  return (outer * inner + lanes - 1) / lanes;
}

CK_INLINE scan_lines scan_item(size_t item, size_t lanes, size_t all, size_t axis, size_t inner) {
  scan_lines lines = {.inner = inner, .together = inner >= 16};
  size_t end = all;
  if (lines.together) {
    size_t blocks = (inner + lanes - 1) / lanes;
    lines.first = item / blocks * inner + item % blocks * lanes;
    end = (item / blocks + 1) * inner;
  } else {
    lines.first = item * lanes;
  }
  lines.count = end - lines.first < lanes ? end - lines.first : lanes;
  for (size_t i = 0; i < lines.count; i++)
    lines.base[i] = (lines.first + i) / inner * axis * inner + (lines.first + i) % inner;
  return lines;
}

#include "reals_f32.h"
#include "scans_body.h"
#include "reals_f64.h"
#include "scans_body.h"
