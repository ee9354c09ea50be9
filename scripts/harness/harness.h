// What the kernels' harness is made of: numbers, a hash of results, and operands' memory.
//
// How operands lie is the program's first argument:
//   plain  blocks of exactly their size, which the address sanitizer watches (the default)
//   end    each ends where a page starts that may not be touched
//   start  each starts where such a page ends
// In the last two there is such a page on the other side too, and what a kernel only reads may not be written.
// Numbers are the same in all three.
#ifndef HARNESS_H
#define HARNESS_H

#include <math.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PLAIN, AT_END, AT_START };
static int placement = PLAIN;

static uint64_t seed = 1, state, hash;
static const char *family = "";

// --- memory ---

/// An operand: `size` bytes at `values`, in `length` bytes of pages.
typedef struct {
  void *pages;
  char *values;
  size_t length, size;
} operand;

static operand *operands;
static size_t operand_count, operand_room;

static void give_up(const char *why) {
  fprintf(stderr, "%s: %s\n", family, why);
  exit(2);
}

static size_t page_size(void) { return (size_t)sysconf(_SC_PAGESIZE); }

static void place_operand(operand *o, size_t alignment) {
  if (placement == PLAIN) {
    if (posix_memalign(&o->pages, alignment, o->size)) give_up("no memory");
    o->values = o->pages;
    return;
  }
  size_t page = page_size(), inside = (o->size + page - 1) / page * page;
  o->length = inside + 2 * page;
  o->pages = mmap(NULL, o->length, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (o->pages == MAP_FAILED) give_up("no memory");
  char *first = (char *)o->pages + page;
  if (mprotect(o->pages, page, PROT_NONE) || mprotect(first + inside, page, PROT_NONE))
    give_up("pages cannot be guarded");
  o->values = first + (placement == AT_END ? inside - o->size : 0);
}

/// Memory for the values of an operand at a multiple of `alignment`, until the next release.
static void *aligned_room(size_t size, size_t alignment) {
  if (operand_count == operand_room) {
    operand_room = operand_room ? 2 * operand_room : 64;
    operands = realloc(operands, operand_room * sizeof *operands);
    if (!operands) give_up("no memory");
  }
  operand *o = &operands[operand_count++];
  *o = (operand){.size = size};
  place_operand(o, alignment);
  return o->values;
}

/// Memory for the values of an operand, until the next release.
static void *room(size_t size) { return aligned_room(size, sizeof(void *)); }

/// From now on the operand whose values these are is only read.
static void only_read(const void *values) {
  if (placement == PLAIN) return;
  size_t i = operand_count;
  while (operands[--i].values != (const char *)values) {}
  if (mprotect((char *)operands[i].pages + page_size(), operands[i].length - 2 * page_size(), PROT_READ))
    give_up("pages cannot be guarded");
}

static void release(void) {
  for (size_t i = 0; i < operand_count; i++) {
    if (placement == PLAIN) free(operands[i].pages);
    else munmap(operands[i].pages, operands[i].length);
  }
  operand_count = 0;
}

/// Names the family in which a page was touched that may not be.
static void fault(int signal) {
  static const char before[] = "touched memory of others: ";
  if (write(2, before, sizeof before - 1) < 0 || write(2, family, strlen(family)) < 0 ||
      write(2, "\n", 1) < 0)
    _exit(3);
  _exit(128 + signal);
}

// --- numbers ---

static uint64_t bits(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return state;
}

static size_t below(size_t bound) { return (size_t)(bits() >> 33) % bound; }

static bool coin(void) { return below(2) == 1; }

/// In (-1, 1); if `wild`, also zeros of both signs, subnormals, infinities, NaN and any bit pattern.
static float one_f32(bool wild) {
  static const float odd[] = {0.0f, -0.0f, INFINITY, -INFINITY, NAN, 0x1p-149f, -0x1p-130f};
  if (wild) {
    size_t choice = below(16);
    if (choice == 0) return odd[below(7)];
    if (choice == 1) {
      uint32_t pattern = (uint32_t)bits();
      float any;
      memcpy(&any, &pattern, sizeof any);
      return any;
    }
  }
  return (float)(int32_t)(bits() >> 20) * 0x1p-31f;
}

static double one_f64(bool wild) {
  if (wild && below(16) == 0) {
    uint64_t pattern = bits();
    if (coin()) pattern |= (uint64_t)0x7ff << 52; // NaNs, signalling ones too
    double any;
    memcpy(&any, &pattern, sizeof any);
    return any;
  }
  return (double)one_f32(wild) * (1.0 + (double)one_f32(false) * 0x1p-20);
}

#define NUMBERS(T, of)                                                  \
  /** Numbers that a kernel writes over, or goes on from. */            \
  static T *room_##of(size_t count) {                                   \
    T *x = room(count * sizeof *x);                                     \
    for (size_t i = 0; i < count; i++) x[i] = (T)one_##of(false);       \
    return x;                                                           \
  }                                                                     \
  static T *changing_##of(size_t count, bool wild) {                    \
    T *x = room(count * sizeof *x);                                     \
    for (size_t i = 0; i < count; i++) x[i] = (T)one_##of(wild);        \
    return x;                                                           \
  }                                                                     \
  /** Numbers that a kernel reads. */                                   \
  static const T *given_##of(size_t count, bool wild) {                 \
    const T *x = changing_##of(count, wild);                            \
    only_read(x);                                                        \
    return x;                                                           \
  }
NUMBERS(float, f32)
NUMBERS(double, f64)

static int32_t *room_i32(size_t count) {
  int32_t *x = room(count * sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = (int32_t)bits();
  return x;
}

static const int32_t *indices_below(size_t bound, size_t count) {
  int32_t *x = room(count * sizeof *x);
  for (size_t i = 0; i < count; i++) x[i] = (int32_t)below(bound);
  only_read(x);
  return x;
}

// --- results ---

static void begin(const char *name) {
  family = name;
  state = 0x9e3779b97f4a7c15u * (2 * seed - 1);
  hash = 0xcbf29ce484222325u;
}

static void end(void) {
  release();
  printf("%-28s %016llx\n", family, (unsigned long long)hash);
}

static void add(uint64_t value) { hash = (hash ^ value) * 0x100000001b3u; }

/// All NaNs count as one.
static void add_f32(const float *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t pattern;
    memcpy(&pattern, x + i, sizeof pattern);
    add(x[i] != x[i] ? 0x7fc00000u : pattern);
  }
}

static void add_f64(const double *x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint64_t pattern;
    memcpy(&pattern, x + i, sizeof pattern);
    add(x[i] != x[i] ? 0x7ff8000000000000u : pattern);
  }
}

static void add_i32(const int32_t *x, size_t count) {
  for (size_t i = 0; i < count; i++) add((uint32_t)x[i]);
}

#endif
