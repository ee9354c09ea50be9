// What the two programs share: a counter's numbers, the clock, work in several processes.
#ifndef EXHAUSTIVE_COMMON_H
#define EXHAUSTIVE_COMMON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/// 64 well mixed bits of a counter (SplitMix64).
static inline uint64_t mixed(uint64_t index) {
  uint64_t z = (index + 1) * 0x9e3779b97f4a7c15ull;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ z >> 27) * 0x94d049bb133111ebull;
  return z ^ z >> 31;
}

static inline double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

/// Words after the program's name: functions to try (all where there is none), and a number: only one
/// block in so many is tried.
static inline bool is_wanted(const char *name, int count, char **words) {
  bool all = true;
  for (int i = 1; i < count; i++) {
    if (!strcmp(words[i], name)) return true;
    if (atoi(words[i]) == 0) all = false;
  }
  return all;
}

static inline unsigned stride_of(int count, char **words) {
  for (int i = 1; i < count; i++)
    if (atoi(words[i]) > 0) return (unsigned)atoi(words[i]);
  return 1;
}

/// As many as there are cores, at most 64.
static inline int processes(void) {
  long cores = sysconf(_SC_NPROCESSORS_ONLN);
  return cores < 1 ? 1 : cores > 64 ? 64 : (int)cores;
}

/// Memory that the processes share; NULL where there is none.
static inline void *shared_memory(size_t size) {
  void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

/// Calls body(context, part, outcome of the part) in as many processes: the instance is a process's own.
static inline bool in_parts(int parts, void (*body)(int, int, int, void *), int function,
                            void *outcomes, size_t size) {
  for (int part = 0; part < parts; part++) {
    pid_t child = fork();
    if (child < 0) return false;
    if (child == 0) {
      body(function, part, parts, (char *)outcomes + (size_t)part * size);
      _exit(0);
    }
  }
  bool done = true;
  for (int part = 0, status; part < parts; part++)
    if (wait(&status) < 0 || status != 0) done = false;
  return done;
}

#endif
