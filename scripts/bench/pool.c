// One against two shares of the pool, by the length of a region: prints the median of the ratios (two to one)
// of many rounds, below 1 where two are faster. In each round regions of one share and of two take turns.
//   pool [SHARES]
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "ck_threads.h"
#include "ckernels.h"

// A region has ITEMS items; about BLOCK nanoseconds of regions are timed together.
enum { ITEMS = 128, ROUNDS = 61, BLOCK = 1000000, PAUSED_REGIONS = 3, PAUSE = 400 };
// Nanoseconds one operation takes: in a large product, in rows and attention, in one row times weights from memory.
static const double UNITS[] = {0.016, 0.07, 0.18};
enum { KINDS = sizeof UNITS / sizeof *UNITS };

static double steps_per_nanosecond;
static size_t steps;
static volatile _Alignas(64) double results[ITEMS * 8];

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

// Arithmetic that waits for itself: as long on each core, and no memory is shared.
static void body(void *context, size_t begin, size_t end) {
  (void)context;
  for (size_t i = begin; i < end; i++) {
    double x = (double)i;
    for (size_t k = 0; k < steps; k++) x = x * 0.999 + 0.5;
    results[i * 8] = x;
  }
}

static int ascending(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void calibrate(void) {
  double best = 1e18;
  steps = 1000;
  for (int i = 0; i < 30; i++) {
    double start = now();
    body(NULL, 0, ITEMS);
    double taken = now() - start;
    best = taken < best ? taken : best;
  }
  steps_per_nanosecond = 1000.0 * ITEMS / best;
}

// Nanoseconds a region takes; with a pause before each, in which workers go to sleep.
static double regions(int shares, int count, double operations, bool pauses) {
  double taken = 0;
  ck_set_shares(shares);
  for (int i = 0; i < count; i++) {
    if (pauses) usleep(PAUSE);
    double start = now();
    ck_parallel(ITEMS, operations, body, NULL);
    taken += now() - start;
  }
  return taken / count;
}

int main(int count, char **arguments) {
  int shares = count > 1 ? atoi(arguments[1]) : 2;
  calibrate();
  printf("%d shares to 1, median and the quarter above\n", shares);
  printf("%8s", "us");
  for (int pauses = 0; pauses < 2; pauses++)
    for (int kind = 0; kind < KINDS; kind++)
      printf("  %5.3f ns%s", UNITS[kind], pauses ? " paused" : "       ");
  printf("\n");
  for (int length = 1000; length <= 1024000; length *= 2) {
    printf("%8d", length / 1000);
    steps = (size_t)(length * steps_per_nanosecond / ITEMS) + 1;
    for (int column = 0; column < 2 * KINDS; column++) {
      double operations = length / UNITS[column % KINDS], ratios[ROUNDS];
      bool pauses = column >= KINDS;
      int each = pauses ? PAUSED_REGIONS : length < BLOCK ? BLOCK / length : 1;
      for (int round = -2; round < ROUNDS; round++) {
        double alone = regions(1, each, operations, pauses);
        double together = regions(shares, each, operations, pauses);
        if (round >= 0) ratios[round] = together / alone;
      }
      qsort(ratios, ROUNDS, sizeof *ratios, ascending);
      bool cut = operations >= CK_ALONE_BELOW;
      printf("  %5.2f %5.2f %s", ratios[ROUNDS / 2], ratios[3 * ROUNDS / 4], cut ? "cut  " : "alone");
      fflush(stdout);
    }
    printf("\n");
  }
  return 0;
}
