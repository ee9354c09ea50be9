// A pool of threads that is made once: parallel-for over outputs.
//
// Work is cut into pieces whose bounds depend on the count and the shares alone; who runs a piece does
// not matter, since each output is computed whole by one thread. The caller takes pieces too, so any
// number of workers is right, also none. A region costs 0.2 to 0.5 microseconds while workers spin.
//
// Several callers may use the pool at once, each in a slot of its own; one that finds no slot, or is
// itself inside a piece, computes alone. After a fork the child has an empty pool, which makes its own
// threads when it needs them; a piece must not fork.
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "ck_threads.h"
#include "lanes.h"

enum { MAXIMUM_SHARES = 64, SLOTS = 4, LINE = 128 };
// Nanoseconds. A worker without work polls, then offers its core to others between polls, then sleeps.
enum { POLL_ALONE = 20000, POLL = 150000, WAIT_ALONE = 4000, WAIT = 100000 };
// The pool may lose so much time against one thread, recent gains set against it; then so many times
// the loss is worked alone.
enum { LOSS_ALLOWED = 200000, CREDIT = 20000000, REST = 40 };
// Waking a worker costs its caller 5 to 10 microseconds: that is only done for regions of so many operations
// (30 microseconds at least), or when so many nanoseconds of shorter ones have come close together.
#define WAKE_FROM 2e6
enum { WAKE_AFTER = 100000 };

// The low byte of a ticket that no piece can be had by.
enum { CLOSED = 255 };

#define LOAD(place) __atomic_load_n(&(place), __ATOMIC_SEQ_CST)
#define GET(place) __atomic_load_n(&(place), __ATOMIC_ACQUIRE)
#define PUT(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELEASE)
#define PEEK(place) __atomic_load_n(&(place), __ATOMIC_RELAXED)
#define KEEP(place, value) __atomic_store_n(&(place), (value), __ATOMIC_RELAXED)

// A caller's region. Its fields change only while the ticket is closed (its low byte 255) and no piece
// is unfinished. They are stored with release and loaded with acquire: a helper that read a field of
// another region than its ticket's then finds the ticket changed and takes no piece.
typedef struct {
  // The region's number, and in the low byte the next piece that nobody has taken.
  _Alignas(LINE) uint64_t ticket;
  ck_range_body body;
  void *context;
  size_t count, pieces;
  int taken; // by a caller
  _Alignas(LINE) uint32_t unfinished;
  uint32_t waiting; // the caller sleeps on `unfinished`
} slot;

static slot slots[SLOTS];
// Counts regions of all slots: what workers poll and sleep on.
static _Alignas(LINE) uint32_t regions;
static _Alignas(LINE) uint32_t sleepers;
static int workers;
static int worker_limit; // 0: not yet known
static int making;       // a thread is making workers
static int shares_wanted; // 0: not yet read
static bool eager;
static int64_t lost; // nanoseconds, gains are negative
static int64_t debt; // nanoseconds of work to be done alone
static int64_t last_end; // of a region
static int64_t unhelped; // nanoseconds of regions close together that were worked alone, as workers slept
static _Thread_local int thread_limit;
static _Thread_local bool inside;

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

CK_INLINE void relax(void) {
#if CK_X86
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb" ::: "memory");
#endif
}

static void sleep_on(uint32_t *word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void wake(uint32_t *word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}

// Polls until `*word` differs from `value` (or equals 0 if `until_zero`), at first without giving the
// core away. False when the time is over.
static bool poll(const uint32_t *word, uint32_t value, bool until_zero, int64_t alone, int64_t whole) {
  int64_t start = now(), passed = 0;
  while (passed < whole) {
    for (int i = 0; i < 16; i++) {
      uint32_t found = __atomic_load_n(word, __ATOMIC_ACQUIRE);
      if (until_zero ? found == 0 : found != value) return true;
      relax();
    }
    if (passed > alone) sched_yield();
    passed = now() - start;
  }
  return false;
}

static void run_piece(ck_range_body body, void *context, size_t count, size_t pieces, size_t piece) {
  // Divided first: the product count * piece could overflow.
  size_t each = count / pieces, rest = count % pieces;
  size_t begin = each * piece + rest * piece / pieces;
  size_t end = each * (piece + 1) + rest * (piece + 1) / pieces;
  if (begin < end) body(context, begin, end);
}

// Runs pieces of the slot's region until none is open; returns how many.
static size_t take_pieces(slot *s) {
  size_t done = 0;
  uint64_t ticket = GET(s->ticket);
  for (;;) {
    ck_range_body body = GET(s->body);
    void *context = GET(s->context);
    size_t count = GET(s->count), pieces = GET(s->pieces), piece = ticket & CLOSED;
    if (piece >= pieces) return done;
    // On failure the ticket has the new value: another piece, or another region.
    if (!__atomic_compare_exchange_n(&s->ticket, &ticket, ticket + 1, false, __ATOMIC_ACQ_REL,
                                     __ATOMIC_ACQUIRE))
      continue;
    run_piece(body, context, count, pieces, piece);
    done++;
    // Sequentially consistent, as the caller's setting of `waiting`: one of the two sees the other.
    if (__atomic_sub_fetch(&s->unfinished, 1, __ATOMIC_SEQ_CST) == 0 && LOAD(s->waiting))
      wake(&s->unfinished, 1);
    ticket = GET(s->ticket);
  }
}

static void *work(void *unused) {
  (void)unused;
  inside = true; // a kernel called by a piece computes alone
  for (;;) {
    uint32_t seen = GET(regions);
    (void)ck_prepare(); // sets this thread's floating-point state
    for (int i = 0; i < SLOTS; i++) take_pieces(&slots[i]);
    if (poll(&regions, seen, false, POLL_ALONE, POLL)) continue;
    __atomic_add_fetch(&sleepers, 1, __ATOMIC_SEQ_CST);
    sleep_on(&regions, seen);
    __atomic_sub_fetch(&sleepers, 1, __ATOMIC_SEQ_CST);
  }
  return NULL;
}

// In a forked child only the forking thread is left: no workers, no callers.
static void forget(void) {
  memset(slots, 0, sizeof slots);
  sleepers = 0;
  workers = 0;
  worker_limit = 0;
  making = 0;
  lost = 0;
  debt = 0;
  unhelped = 0;
}

// Signals go to the program's own threads; faults of a piece still end the program as they should.
static bool make_worker(void) {
  sigset_t blocked, before;
  sigfillset(&blocked);
  const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGABRT};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) sigdelset(&blocked, faults[i]);
  pthread_sigmask(SIG_SETMASK, &blocked, &before);
  pthread_t thread;
  bool made = pthread_create(&thread, NULL, work, NULL) == 0;
  if (made) pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return made;
}

// Makes the threads that are missing. Fewer are right too: the caller takes their pieces.
static void make_workers(int wanted) {
  static bool watches_forks;
  int limit = PEEK(worker_limit);
  if (limit > 0 && wanted > limit) wanted = limit;
  if (PEEK(workers) >= wanted - 1) return;
  if (__atomic_exchange_n(&making, 1, __ATOMIC_ACQUIRE)) return;
  if (!watches_forks) watches_forks = pthread_atfork(NULL, NULL, forget) == 0;
  if (limit == 0) {
    limit = ck_cores();
    KEEP(worker_limit, limit);
  }
  while (watches_forks && workers < wanted - 1 && workers < limit - 1) {
    if (!make_worker()) {
      KEEP(worker_limit, workers + 1); // not tried again in every region
      break;
    }
    KEEP(workers, workers + 1);
  }
  PUT(making, 0);
}

static int clamp(long shares) {
  return shares < 1 ? 1 : shares > MAXIMUM_SHARES ? MAXIMUM_SHARES : (int)shares;
}

int ck_shares(void) {
  int shares = PEEK(shares_wanted);
  if (shares == 0) {
    const char *text = getenv("TESSERA_THREADS");
    shares = clamp(text ? strtol(text, NULL, 10) : 1);
    KEEP(shares_wanted, shares);
  }
  return thread_limit > 0 && thread_limit < shares ? thread_limit : shares;
}

void ck_set_shares(int shares) { KEEP(shares_wanted, clamp(shares)); }

int ck_set_thread_shares(int shares) {
  int before = thread_limit;
  thread_limit = shares < 1 ? 0 : clamp(shares);
  return before;
}

bool ck_set_eager(bool wanted) { return __atomic_exchange_n(&eager, wanted, __ATOMIC_RELAXED); }

int ck_workers(void) { return PEEK(workers); }

static slot *claim(void) {
  for (int i = 0; i < SLOTS; i++)
    if (!PEEK(slots[i].taken) && !__atomic_exchange_n(&slots[i].taken, 1, __ATOMIC_ACQUIRE))
      return &slots[i];
  return NULL;
}

static void wait_for_helpers(slot *s) {
  while (!poll(&s->unfinished, 0, true, WAIT_ALONE, WAIT)) {
    __atomic_store_n(&s->waiting, 1, __ATOMIC_SEQ_CST);
    uint32_t left = LOAD(s->unfinished);
    if (left > 0) sleep_on(&s->unfinished, left);
    KEEP(s->waiting, 0);
  }
}

// The region on the pool. The caller's own pieces say how long one thread would have taken. Where the pool
// takes longer again and again (workers that lost their core to other programs, wake-ups that cost more
// than the work), the next regions are done alone: losses stay below 1 / REST of the kernels' time.
static void run_region(slot *s, size_t count, size_t pieces, ck_range_body body, void *context) {
  int64_t start = now();
  uint64_t region = PEEK(s->ticket) >> 8;
  KEEP(s->ticket, region << 8 | CLOSED);
  PUT(s->body, body);
  PUT(s->context, context);
  PUT(s->count, count);
  PUT(s->pieces, pieces);
  PUT(s->unfinished, (uint32_t)pieces);
  PUT(s->ticket, (region + 1) << 8);
  // Sequentially consistent, as a worker's going to sleep: one of the two sees the other.
  __atomic_add_fetch(&regions, 1, __ATOMIC_SEQ_CST);
  uint32_t asleep = LOAD(sleepers);
  if (asleep > 0) wake(&regions, asleep < pieces - 1 ? (int)asleep : (int)pieces - 1);
  int64_t begun = now();
  size_t done = take_pieces(s);
  int64_t finished = now(), end = finished;
  if (GET(s->unfinished) > 0) {
    wait_for_helpers(s);
    end = now();
  }
  KEEP(last_end, end);
  if (done == 0) return;
  int64_t alone = (finished - begun) * (int64_t)pieces / (int64_t)done;
  // Several callers may count at once; a count that gets lost does no harm.
  int64_t loss = PEEK(lost) + end - start - alone;
  if (loss > LOSS_ALLOWED) {
    KEEP(debt, REST * loss);
    loss = 0;
  }
  KEEP(lost, loss > -CREDIT ? loss : -CREDIT);
}

static void run_alone(size_t count, size_t pieces, ck_range_body body, void *context, bool pays) {
  int64_t start = pays ? now() : 0;
  for (size_t piece = 0; piece < pieces; piece++) run_piece(body, context, count, pieces, piece);
  if (pays) __atomic_sub_fetch(&debt, now() - start, __ATOMIC_RELAXED);
}

// A region for which nobody is to be woken. False, and nothing is done, where workers are awake or now worth
// waking.
static bool run_unhelped(size_t count, double operations, ck_range_body body, void *context) {
  if (operations >= WAKE_FROM || (int)PEEK(sleepers) < PEEK(workers)) return false;
  int64_t start = now(), before = start - PEEK(last_end) > POLL ? 0 : PEEK(unhelped);
  if (before > WAKE_AFTER) {
    KEEP(unhelped, 0);
    return false;
  }
  body(context, 0, count);
  int64_t end = now();
  // Several callers may count at once; a count that gets lost does no harm.
  KEEP(unhelped, before + end - start);
  KEEP(last_end, end);
  return true;
}

void ck_parallel(size_t count, double operations, ck_range_body body, void *context) {
  if (count == 0) return;
  (void)ck_prepare();
  bool all = PEEK(eager);
  size_t shares = (size_t)ck_shares(), pieces = shares < count ? shares : count;
  bool small = operations < CK_ALONE_BELOW;
  if (pieces == 1 || (small && !all)) {
    body(context, 0, count);
    return;
  }
  slot *s = NULL;
  bool pays = false;
  if (!inside) {
    make_workers((int)pieces);
    if (!all && run_unhelped(count, operations, body, context)) return;
    pays = !all && PEEK(debt) > 0;
    if (PEEK(workers) > 0 && !pays) s = claim();
  }
  if (!s) {
    run_alone(count, all ? pieces : 1, body, context, pays);
    return;
  }
  inside = true;
  run_region(s, count, pieces, body, context);
  inside = false;
  PUT(s->taken, 0);
}
