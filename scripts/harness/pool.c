// Many callers of the pool at once, with regions in regions and limits of their own, while the process
// forks; scripts/sanitize builds it with each sanitizer. The argument is the number of forks.
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "ck_threads.h"
#include "ckernels.h"

typedef struct {
  unsigned *cells;
  unsigned salt;
  bool nests;
} region;

enum { CALLERS = 6, ROUNDS = 8000, CELLS = 256 };

static void fill(void *context, size_t begin, size_t end) {
  region *r = context;
  for (size_t i = begin; i < end; i++) r->cells[i] += ((unsigned)i * 2654435761u) ^ r->salt;
  if (!r->nests) return;
  unsigned cells[5] = {0};
  region inner = {cells, 7, false};
  ck_parallel(5, 1e9, fill, &inner);
  for (unsigned i = 0; i < 5; i++)
    if (cells[i] != ((i * 2654435761u) ^ 7u)) abort();
}

static void *call(void *argument) {
  unsigned random = (unsigned)(size_t)argument;
  for (int round = 0; round < ROUNDS; round++) {
    unsigned cells[CELLS] = {0};
    random = random * 1664525u + 1013904223u;
    size_t count = random >> 24;
    region r = {cells, random, (random >> 8) % 5 == 0};
    ck_set_thread_shares((int)((random >> 12) % 9));
    ck_parallel(count, 1e9, fill, &r);
    for (size_t i = 0; i < CELLS; i++)
      if (cells[i] != (i < count ? ((unsigned)i * 2654435761u) ^ random : 0)) abort();
    // Sometimes long enough for the workers to sleep.
    if ((random >> 16) % 997 == 0) usleep(300);
  }
  return NULL;
}

// In a child: two callers on a pool of its own.
static int child(int number) {
  alarm(60); // a child that hangs has failed
  pthread_t other;
  if (pthread_create(&other, NULL, call, (void *)(size_t)(number + 1))) return 2;
  call((void *)(size_t)(number + 50));
  pthread_join(other, NULL);
  return ck_workers() > 0 || ck_cores() == 1 ? 0 : 3;
}

int main(int count, char **arguments) {
  int forks = count > 1 ? atoi(arguments[1]) : 0;
  ck_set_shares(9);
  ck_set_eager(true);
  pthread_t threads[CALLERS];
  for (size_t i = 0; i < CALLERS; i++)
    if (pthread_create(&threads[i], NULL, call, (void *)(i * 977 + 1))) return 2;
  for (int i = 0; i < forks; i++) {
    usleep(2000);
    pid_t process = fork();
    if (process == 0) _exit(child(i));
    int status = -1;
    if (process < 0 || waitpid(process, &status, 0) != process || status != 0) {
      fprintf(stderr, "the child of fork %d ended with %x\n", i, (unsigned)status);
      return 1;
    }
  }
  for (int i = 0; i < CALLERS; i++) pthread_join(threads[i], NULL);
  printf("%d callers, %d rounds each, %d forks\n", CALLERS, ROUNDS, forks);
  return 0;
}
