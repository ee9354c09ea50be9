// A pool of threads that is made once: parallel-for over outputs.
//
// The work is cut into `shares` pieces whose bounds depend on the count alone; who runs a piece does
// not matter, since each output is computed whole by one thread. Workers spin a little, then sleep.
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <unistd.h>

#include "lanes.h"

enum { MAXIMUM_SHARES = 64, SPINS = 2000 };

typedef struct {
  ck_range_body body;
  void *context;
  size_t count;
  size_t shares;
  size_t next;      // the next piece that nobody has taken
  size_t unfinished;
} job;

static pthread_mutex_t owner = PTHREAD_MUTEX_INITIALIZER; // held by the caller that uses the pool
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static pthread_cond_t done = PTHREAD_COND_INITIALIZER;
static job current;
static uint64_t generation;
static int workers;
static int shares_wanted = 0; // 0: not yet read

static void run_piece(const job *j, size_t piece) {
  size_t begin = j->count * piece / j->shares, end = j->count * (piece + 1) / j->shares;
  if (begin < end) j->body(j->context, begin, end);
}

// Takes pieces of the current job until none is left. The lock is held on entry and on return.
static void take_pieces(uint64_t mine) {
  while (generation == mine && current.next < current.shares) {
    size_t piece = current.next++;
    job copy = current;
    pthread_mutex_unlock(&lock);
    run_piece(&copy, piece);
    pthread_mutex_lock(&lock);
    if (--current.unfinished == 0) pthread_cond_broadcast(&done);
  }
}

static void *work(void *unused) {
  (void)unused;
  (void)ck_prepare(); // sets this thread's floating-point state
  uint64_t seen = 0;
  pthread_mutex_lock(&lock);
  for (;;) {
    if (generation == seen) {
      pthread_mutex_unlock(&lock);
      for (int i = 0; i < SPINS && __atomic_load_n(&generation, __ATOMIC_RELAXED) == seen; i++)
        if (i % 64 == 63) sched_yield();
      pthread_mutex_lock(&lock);
      while (generation == seen) pthread_cond_wait(&wake, &lock);
    }
    seen = generation;
    take_pieces(seen);
  }
  return NULL;
}

static int read_shares(void) {
  const char *text = getenv("TESSERA_THREADS");
  long value = text ? strtol(text, NULL, 10) : 1;
  return value < 1 ? 1 : value > MAXIMUM_SHARES ? MAXIMUM_SHARES : (int)value;
}

int ck_shares(void) {
  int now = __atomic_load_n(&shares_wanted, __ATOMIC_RELAXED);
  if (now == 0) {
    now = read_shares();
    __atomic_store_n(&shares_wanted, now, __ATOMIC_RELAXED);
  }
  return now;
}

void ck_set_shares(int shares) {
  int value = shares < 1 ? 1 : shares > MAXIMUM_SHARES ? MAXIMUM_SHARES : shares;
  __atomic_store_n(&shares_wanted, value, __ATOMIC_RELAXED);
}

// Starts the threads that are missing; fewer are right too, the caller takes their pieces.
static void start_workers(int wanted) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  if (wanted > cores) wanted = (int)cores;
  while (workers < wanted - 1) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, work, NULL) != 0) return;
    pthread_detach(thread);
    workers++;
  }
}

void ck_parallel(size_t count, double operations, ck_range_body body, void *context) {
  int shares = ck_shares();
  // Below about 20 microseconds of work a hand-over costs more than it gains; a second caller
  // computes alone rather than wait for the first.
  if (shares == 1 || count < 2 || operations < 2e5 || pthread_mutex_trylock(&owner) != 0) {
    if (count > 0) body(context, 0, count);
    return;
  }
  start_workers(shares);
  pthread_mutex_lock(&lock);
  size_t pieces = (size_t)shares < count ? (size_t)shares : count;
  current = (job){body, context, count, pieces, 0, pieces};
  uint64_t mine = generation + 1;
  __atomic_store_n(&generation, mine, __ATOMIC_RELAXED);
  pthread_cond_broadcast(&wake);
  take_pieces(mine);
  while (current.unfinished > 0) pthread_cond_wait(&done, &lock);
  pthread_mutex_unlock(&lock);
  pthread_mutex_unlock(&owner);
}
