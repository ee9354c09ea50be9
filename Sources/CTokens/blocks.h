// Piece starts of 64 bytes at once, by arithmetic on one bit mask per class.
//
// A block begins where a piece begins; what a pattern finds from there on does not depend on what
// came before, so no state is carried from block to block. Only the starts that no byte after the
// block can change are given: the last of them is where the next block begins.
#ifndef CTOKENS_BLOCKS_H
#define CTOKENS_BLOCKS_H

#include "pieces.h"

/// Bit i is set if byte i is of the class.
struct masks {
  uint64_t letter, upper, number, space, blank, line, apostrophe, slash;
  uint64_t wide[3]; // the first bytes of characters of 2, 3 and 4 bytes that are of no class
  uint64_t foreign; // bytes that only the plain scanner knows: from the first on, nothing is sure
};

/// The bits below `count <= 64`.
CT_INLINE uint64_t bits_below(unsigned count) { return count >= 64 ? ~0ULL : (1ULL << count) - 1; }

/// The end of the contraction at `start` (0: none), where three bytes may be read.
CT_INLINE unsigned length_of_contraction(const uint8_t *text, bool any_case) {
  uint8_t fold = any_case ? 0x20 : 0;
  switch (text[1] | fold) {
  case 's':
  case 't':
  case 'm':
  case 'd': return 2;
  case 'r':
  case 'v': return (text[2] | fold) == 'e' ? 3 : 0;
  case 'l': return (text[2] | fold) == 'l' ? 3 : 0;
  }
  return 0;
}

/// The starts of pieces in a block that begins with one; bit 0 is always set.
/// Those that are given are final; `text` has at least 64 bytes.
CT_INLINE uint64_t starts_in_block(struct rules rules, const uint8_t *text, struct masks m) {
  unsigned known = m.foreign ? (unsigned)__builtin_ctzll(m.foreign) : 64;
  if (known < 4) return 1;
  uint64_t all = bits_below(known);
  uint64_t letter = m.letter & all, number = m.number & all, space = m.space & all;
  uint64_t line = m.line & all;
  uint64_t other = all & ~(letter | number | space);

  // Whether a byte starts a piece can depend on the two bytes after it, or, in white space, on all
  // that follows: a run that may go on is certain at its start only.
  uint64_t certain = all >> 2;
  if (space >> (known - 1)) {
    uint64_t visible = all & ~space;
    certain &= visible ? bits_below(65 - (unsigned)__builtin_clzll(visible)) : 1;
  }

  uint64_t after_blank = m.blank << 1;
  uint64_t other_start = other & ~(other << 1);
  uint64_t starts = other_start & ~after_blank;

  // Line ends (and slashes) that belong to the punctuation before them.
  uint64_t taken = 0;
  if (rules.line_ends) {
    uint64_t first = (other << 1) & line;
    taken = line & ~(line + first);
    if (rules.slashes) {
      uint64_t slash = m.slash & (taken << 1);
      if (slash) {
        // Rare, and the slash is no punctuation of its own then: left to the plain scanner.
        uint64_t before = bits_below((unsigned)__builtin_ctzll(slash));
        uint64_t piece = ~(other | taken) & before;
        unsigned from = piece ? 64 - (unsigned)__builtin_clzll(piece) : 0;
        // The piece may have a space before it.
        certain &= bits_below(from ? from : 1);
      }
    }
  }

  // White space: a piece starts with each run and with its last character where that is no line
  // end; and after the last line end of a run.
  uint64_t free_space = space & ~taken;
  uint64_t gap = free_space & ~line;
  if (!rules.line_ends) gap = free_space;
  starts |= free_space & ~(free_space << 1);
  starts |= gap & ~(free_space >> 1);
  if (rules.line_ends) {
    uint64_t after_line = gap & (free_space << 1) & (line << 1);
    if (after_line) {
      // A run of blanks that a line end follows is no piece: it belongs to that line end.
      uint64_t ends = (gap + after_line) & ~gap & line;
      while (ends) {
        unsigned end = (unsigned)__builtin_ctzll(ends);
        ends &= ends - 1;
        after_line &= ~(1ULL << (63 - __builtin_clzll(after_line & bits_below(end))));
      }
      starts |= after_line;
    }
  }

  // Words, with a space or any one character before them.
  uint64_t letter_start = letter & ~(letter << 1);
  uint64_t prefixed = m.blank << 1;
  if (rules.prefixes) {
    uint64_t single = other_start & ~after_blank, wide = m.wide[0] | m.wide[1] | m.wide[2];
    prefixed = (gap | (single & ~wide)) << 1;
    if (wide)
      prefixed |= (single & m.wide[0]) << 2 | (single & m.wide[1]) << 3 | (single & m.wide[2]) << 4;
  }
  starts |= letter_start & ~prefixed;
  if (rules.suffixes) starts |= m.upper & (letter & ~m.upper) << 1;

  // Numbers.
  uint64_t number_start = number & ~(number << 1);
  if (rules.digits == 0) {
    starts |= number_start & ~after_blank;
  } else if (rules.digits == 1) {
    starts |= number;
  } else {
    starts |= number_start;
    uint64_t third = number_start, three = number & number << 1 & number << 2;
    while ((third = third << 3 & three << 1 & number)) starts |= third;
  }

  // Contractions, from left to right: what one takes cannot begin the next.
  uint64_t quotes = m.apostrophe & other_start & certain;
  quotes &= rules.suffixes ? letter << 1 : starts;
  unsigned taken_to = 0;
  while (quotes) {
    unsigned at = (unsigned)__builtin_ctzll(quotes);
    quotes &= quotes - 1;
    if (rules.suffixes && at == taken_to && at) continue;
    unsigned length = length_of_contraction(text + at, rules.any_case);
    if (!length) continue;
    uint64_t inside = bits_below(at + length) & ~bits_below(at);
    if (!rules.suffixes) inside &= ~(1ULL << at);
    starts &= ~inside;
    taken_to = at + length;
    if (taken_to < 64) starts |= 1ULL << taken_to;
  }
  return (starts & certain) | 1;
}

#endif
