// Tables of vocabularies: what is made of them, written out, and checked.
#include "ctokens.h"

void ct_fill_byte_ranks(const struct ct_merges *dense, const int32_t *byte_ids, uint32_t *ranks) {
  for (size_t first = 0; first < 256; first++)
    for (size_t second = 0; second < 256; second++)
      ranks[first << 8 | second] = ct_dense_find(
          dense->buckets, dense->bucket_count, byte_ids[first], byte_ids[second]);
}

// MARK: Texts of ids

uint64_t ct_length_of_texts(
    const uint32_t *ends, size_t known, const int32_t *ids, size_t count, size_t *wrong,
    bool *empty) {
  uint64_t total = 0;
  uint32_t least = UINT32_MAX;
  size_t i = 0;
  for (; i < count; i++) {
    uint32_t id = (uint32_t)ids[i];
    if (id >= known) break;
    uint32_t length = ends[id + 1] - ends[id];
    least = length < least ? length : least;
    total += length;
  }
  *wrong = i;
  *empty = least == 0;
  return total;
}

void ct_write_texts(
    const uint8_t *bytes, const uint32_t *ends, const int32_t *ids, size_t count,
    uint8_t *output) {
  for (size_t i = 0; i < count; i++) {
    uint32_t start = ends[ids[i]], length = ends[ids[i] + 1] - start;
    memcpy(output, bytes + start, 16);
    if (__builtin_expect(length > 16, 0)) memcpy(output + 16, bytes + start + 16, length - 16);
    output += length;
  }
}

// MARK: Checks

uint64_t ct_checksum(const uint8_t *bytes, size_t count) {
  const uint64_t k[4] = {0x9E3779B97F4A7C15, 0xD6E8FEB86659FD93, 0xE7037ED1A0B428DB,
                         0xA0761D6478BD642F};
  uint64_t sums[4] = {k[3], k[2], k[1], k[0]};
  size_t at = 0;
  for (; count - at >= 64; at += 64)
    for (size_t lane = 0; lane < 4; lane++) {
      uint64_t words[2];
      memcpy(words, bytes + at + 16 * lane, 16);
      sums[lane] = ct_mix(words[0] ^ k[lane], words[1] ^ sums[lane]);
    }
  uint64_t sum = ct_hash(bytes + at, count - at) ^ count;
  for (size_t lane = 0; lane < 4; lane++) sum = ct_mix(sum ^ k[lane], sums[lane] ^ k[3 - lane]);
  return sum;
}

bool ct_are_rising(const uint32_t *numbers, size_t count, uint32_t limit) {
  uint32_t falls = 0;
  for (size_t i = 0; i + 1 < count; i++) falls |= numbers[i] > numbers[i + 1];
  return !falls && (count == 0 || numbers[count - 1] <= limit);
}

bool ct_are_slots(const uint32_t *numbers, size_t count, uint32_t mask, uint32_t limit) {
  uint32_t largest = 0, least = UINT32_MAX;
  for (size_t i = 0; i < count; i++) {
    uint32_t number = numbers[i] & mask;
    largest = number > largest ? number : largest;
    least = numbers[i] < least ? numbers[i] : least;
    // Bits over no number would give the number -1.
    if (number == 0 && numbers[i] != 0) return false;
  }
  return largest <= limit && least == 0;
}

bool ct_are_below(const int32_t *numbers, size_t count, int32_t limit) {
  uint32_t largest = 0;
  for (size_t i = 0; i < count; i++) {
    uint32_t number = (uint32_t)numbers[i];
    largest = number > largest ? number : largest;
  }
  return limit > 0 && largest < (uint32_t)limit;
}
