// The rules of the patterns, and the plain scanner that follows them character by character.
//
// In PCRE2's spelling ($ as \z):
//   gpt2    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
//   cl100k  '(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+
//           |\s++\z|\s*[\r\n]|\s+(?!\S)|\s
//   llama3  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
//           | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
//   qwen2   as llama3, with \p{N} for \p{N}{1,3}
//   o200k   P?U*L+C?|P?U+L*C?|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+
//           P = [^\r\n\p{L}\p{N}], U = [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], L = [\p{Ll}\p{Lm}\p{Lo}\p{M}],
//           C = (?i:'s|'t|'re|'ve|'m|'ll|'d)
#ifndef CTOKENS_PIECES_H
#define CTOKENS_PIECES_H

#include "unicode.h"

struct rules {
  bool contractions; // 's and so on are pieces
  bool any_case;     // also 'S, and 'ſ, which folds to s
  bool suffixes;     // contractions belong to the word before, and words are cut at case
  bool prefixes;     // a word takes any one character before it, not only a space
  unsigned digits;   // the most numbers in a piece; 0: any, and a space before them
  bool line_ends;    // pieces of punctuation take line ends after them; white space is cut at lines
  bool slashes;      // and slashes
  bool whole_end;    // white space at the end of the text is one piece
};

CT_INLINE struct rules rules_of(enum ct_pattern pattern) {
  switch (pattern) {
  case CT_CL100K:
    return (struct rules){true, true, false, true, 3, true, false, true};
  case CT_LLAMA3:
    return (struct rules){true, true, false, true, 3, true, false, false};
  case CT_QWEN2:
    return (struct rules){true, true, false, true, 1, true, false, false};
  case CT_O200K:
    return (struct rules){false, true, true, true, 3, true, true, false};
  default:
    return (struct rules){true, false, false, false, 0, false, false, false};
  }
}

enum { CT_VISIBLE = CT_LETTER | CT_NUMBER | CT_SPACE };

CT_INLINE bool is_line_end(uint8_t byte) { return byte == '\r' || byte == '\n'; }

/// The end of the contraction whose apostrophe stands at `start`, or 0 if there is none.
static inline size_t end_of_contraction(
    const uint8_t *text, size_t start, size_t count, bool any_case) {
  if (start + 1 >= count || text[start] != '\'') return 0;
  uint8_t fold = any_case ? 0x20 : 0;
  uint8_t second = start + 2 < count ? text[start + 2] | fold : 0;
  switch (text[start + 1] | fold) {
  case 's':
  case 't':
  case 'm':
  case 'd': return start + 2;
  case 'r':
  case 'v': return second == 'e' ? start + 3 : 0;
  case 'l': return second == 'l' ? start + 3 : 0;
  }
  bool long_s = any_case && start + 2 < count && text[start + 1] == 0xC5 && text[start + 2] == 0xBF;
  return long_s ? start + 3 : 0;
}

/// The end of the characters from `index` on that have one of `classes`.
CT_INLINE size_t end_of_run(const uint8_t *text, size_t index, size_t count, uint8_t classes) {
  size_t length;
  while (index < count && classes_at(text, index, count, &length) & classes) index += length;
  return index;
}

/// The end of the characters from `index` on that are neither space, letter nor number.
CT_INLINE size_t end_of_others(const uint8_t *text, size_t index, size_t count) {
  size_t length;
  while (index < count && !(classes_at(text, index, count, &length) & CT_VISIBLE)) index += length;
  return index;
}

/// U*L+ or, where that does not match, U+ (after which no L can come); `start` if neither does.
/// Gives in `lower` whether it was the first.
static inline size_t end_of_cased(
    const uint8_t *text, size_t start, size_t count, bool *lower) {
  size_t index = start, last_lower = 0, length;
  *lower = true;
  while (index < count) {
    uint8_t classes = classes_at(text, index, count, &length);
    if (!(classes & CT_UPPER)) {
      if (classes & CT_LOWER) return end_of_run(text, index, count, CT_LOWER);
      break;
    }
    index += length;
    if (classes & CT_LOWER) last_lower = index;
  }
  // L+ needs a character: U* gives back all after the last that can be one.
  if (last_lower) return last_lower;
  *lower = false;
  return index;
}

/// A word with what may stand before it, by o200k's rules; `start` if there is none.
static inline size_t end_of_cased_word(
    const uint8_t *text, size_t start, size_t count, uint8_t classes, size_t length) {
  bool prefixed = !(classes & (CT_LETTER | CT_NUMBER)) && !is_line_end(text[start]);
  bool lower;
  size_t from = prefixed ? start + length : start;
  size_t end = end_of_cased(text, from, count, &lower);
  if (prefixed && (end == from || !lower)) {
    // A mark can be L itself: then U*L+ without anything before it comes first.
    if (classes & CT_MARK) end = from;
    else if (end == from) return start;
  }
  if (end == start) return start;
  size_t contracted = end_of_contraction(text, end, count, true);
  return contracted ? contracted : end;
}

/// The end of the piece of white space that starts at `start`.
static inline size_t end_of_space(
    struct rules rules, const uint8_t *text, size_t start, size_t count) {
  size_t index = start, last = start, line = 0, length;
  while (index < count && classes_at(text, index, count, &length) & CT_SPACE) {
    last = index;
    if (is_line_end(text[index])) line = index + 1;
    index += length;
  }
  if (index == count && rules.whole_end) return count;
  if (rules.line_ends && line) return line;
  if (index == count) return count;
  return last == start ? index : last; // \s+(?!\S) leaves the last one to what follows
}

CT_INLINE size_t end_of_piece(
    struct rules rules, const uint8_t *text, size_t start, size_t count) {
  size_t length, second_length;
  if (rules.contractions && text[start] == '\'') {
    size_t end = end_of_contraction(text, start, count, rules.any_case);
    if (end) return end;
  }
  uint8_t classes = classes_at(text, start, count, &length);
  size_t second = start + length;
  uint8_t next = second < count ? classes_at(text, second, count, &second_length) : 0;
  bool spaced = text[start] == ' ' && second < count;

  if (rules.suffixes) {
    size_t end = end_of_cased_word(text, start, count, classes, length);
    if (end > start) return end;
  } else if (classes & CT_LETTER) {
    return end_of_run(text, second, count, CT_LETTER);
  } else if (next & CT_LETTER && (rules.prefixes ? !(classes & CT_NUMBER) && !is_line_end(text[start]) : spaced)) {
    return end_of_run(text, second, count, CT_LETTER);
  }

  if (classes & CT_NUMBER) {
    if (rules.digits == 0) return end_of_run(text, second, count, CT_NUMBER);
    size_t end = second;
    for (unsigned n = 1; n < rules.digits && end < count; n++) {
      if (!(classes_at(text, end, count, &length) & CT_NUMBER)) break;
      end += length;
    }
    return end;
  }
  if (rules.digits == 0 && spaced && next & CT_NUMBER)
    return end_of_run(text, second, count, CT_NUMBER);

  if (!(classes & CT_VISIBLE) || (spaced && !(next & CT_VISIBLE))) {
    size_t end = end_of_others(text, second, count);
    if (rules.line_ends)
      while (end < count && (is_line_end(text[end]) || (rules.slashes && text[end] == '/'))) end++;
    return end;
  }
  return end_of_space(rules, text, start, count);
}

#endif
