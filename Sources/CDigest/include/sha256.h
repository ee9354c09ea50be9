#pragma once
#include <stddef.h>
#include <stdint.h>

/// The running state of a SHA-256 digest (FIPS 180-4).
typedef struct {
  uint32_t state[8];
  uint64_t length;       // bytes taken in so far
  uint8_t block[64];     // the bytes of an incomplete block
} sha256_context;

void sha256_begin(sha256_context *context);
void sha256_add(sha256_context *context, const uint8_t *bytes, size_t count);
void sha256_end(sha256_context *context, uint8_t digest[32]);

/// 64 bits that tell most accidental changes of bytes, little-endian words: no digest.
uint64_t fast_checksum(const uint8_t *bytes, size_t count);
