// The classes of all code points, spread out from the ranges of the Unicode Character Database.
#include <pthread.h>
#include <string.h>

#include "unicode.h"
#include "unicode_ranges.h"

// Flat, so that a look-up is one load; only the pages that have classes are ever touched.
uint8_t ct_classes[0x110000];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void spread(void) {
  size_t ranges = sizeof unicode_ranges / sizeof *unicode_ranges;
  for (size_t i = 0; i < ranges; i++) {
    uint32_t start = unicode_ranges[i] >> 8, value = unicode_ranges[i] & 0xFF;
    uint32_t end = i + 1 < ranges ? unicode_ranges[i + 1] >> 8 : 0x110000;
    if (value) memset(ct_classes + start, (int)value, end - start);
  }
}

void ct_prepare_classes(void) { pthread_once(&once, spread); }

const uint8_t *ct_character_classes(void) {
  ct_prepare_classes();
  return ct_classes;
}

const char *ct_unicode_version(void) { return CT_UNICODE_VERSION; }
