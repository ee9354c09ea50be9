// Characters and their classes, for the scanners.
#ifndef CTOKENS_UNICODE_H
#define CTOKENS_UNICODE_H

#include "ctokens.h"

#define CT_INLINE static inline __attribute__((always_inline))

extern uint8_t ct_classes[0x110000];
void ct_prepare_classes(void);

/// The character at `text`, of which `count > 0` bytes may be read: its length and its classes.
/// `code` is 0xFFFFFFFF for a byte that is no part of a well-formed sequence.
struct ct_character {
  uint32_t code;
  uint32_t length;
};

CT_INLINE bool is_continuation(uint8_t byte) { return (byte & 0xC0) == 0x80; }

static inline struct ct_character ct_read_long(const uint8_t *text, size_t count) {
  const struct ct_character invalid = {0xFFFFFFFF, 1};
  uint32_t first = text[0];
  if (first < 0xC2 || count < 2 || !is_continuation(text[1])) return invalid;
  if (first < 0xE0) return (struct ct_character){(first & 0x1F) << 6 | (text[1] & 0x3F), 2};
  if (count < 3 || !is_continuation(text[2])) return invalid;
  if (first < 0xF0) {
    uint32_t code = (first & 0x0F) << 12 | (text[1] & 0x3Fu) << 6 | (text[2] & 0x3F);
    if (code < 0x800 || (code & 0x1FF800) == 0xD800) return invalid;
    return (struct ct_character){code, 3};
  }
  if (first >= 0xF5 || count < 4 || !is_continuation(text[3])) return invalid;
  uint32_t code = (first & 0x07) << 18 | (text[1] & 0x3Fu) << 12 | (text[2] & 0x3Fu) << 6 |
                  (text[3] & 0x3F);
  if (code < 0x10000 || code >= 0x110000) return invalid;
  return (struct ct_character){code, 4};
}

/// The classes of the character at `text[index]`, `index < count`; `length` gets its bytes.
CT_INLINE uint8_t classes_at(const uint8_t *text, size_t index, size_t count, size_t *length) {
  if (__builtin_expect(text[index] < 0x80, 1)) {
    *length = 1;
    return ct_classes[text[index]];
  }
  struct ct_character character = ct_read_long(text + index, count - index);
  *length = character.length;
  return character.code < 0x110000 ? ct_classes[character.code] : 0;
}

#endif
