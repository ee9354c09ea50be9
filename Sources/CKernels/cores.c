// How many cores this process may use.
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ck_threads.h"

enum { PATH = 4096 };

// Cores of a quota of so many microseconds a period, rounded up; 0 for no quota.
static int cores_of(long long quota, long long period) {
  if (quota <= 0 || period <= 0) return 0;
  long long cores = quota / period + (quota % period > 0);
  return cores > 1 << 20 ? 1 << 20 : (int)cores;
}

static bool read_line(const char *folder, const char *name, char *line, int size) {
  char path[PATH + 64];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "re");
  if (!file) return false;
  bool found = fgets(line, size, file) != NULL;
  fclose(file);
  return found;
}

// The quota of one group: cpu.max is `max 100000` or `150000 100000`, version 1 has a file for each.
static int folder_cores(const char *folder) {
  char line[128];
  long long quota = 0, period = 0;
  if (read_line(folder, "cpu.max", line, sizeof line)) {
    if (sscanf(line, "%lld %lld", &quota, &period) == 2) return cores_of(quota, period);
    return 0;
  }
  if (!read_line(folder, "cpu.cfs_quota_us", line, sizeof line)) return 0;
  if (sscanf(line, "%lld", &quota) != 1) return 0;
  if (!read_line(folder, "cpu.cfs_period_us", line, sizeof line)) return 0;
  if (sscanf(line, "%lld", &period) != 1) return 0;
  return cores_of(quota, period);
}

// The least quota of a group and those above it, up to the mount. In a container the group's path
// may be one of the host, which is not there: then the mount itself holds the quota.
static int path_cores(const char *mount, const char *controllers, const char *group) {
  char folder[PATH];
  int length = snprintf(folder, sizeof folder, "%s%s", mount, controllers);
  if (length < 0 || length + strlen(group) >= sizeof folder) return 0;
  size_t top = (size_t)length;
  strcpy(folder + top, group);
  int least = 0;
  for (;;) {
    size_t end = strlen(folder);
    while (end > top && folder[end - 1] == '/') folder[--end] = 0;
    int cores = folder_cores(folder);
    if (cores > 0 && (least == 0 || cores < least)) least = cores;
    if (end <= top) return least;
    while (end > top && folder[end - 1] != '/') folder[--end] = 0;
  }
}

// True if the comma-separated `list` names the controller of processor time.
static bool names_cpu(const char *list) {
  for (const char *name = list; *name;) {
    size_t length = strcspn(name, ",");
    if (length == 3 && memcmp(name, "cpu", 3) == 0) return true;
    name += length + (name[length] == ',');
  }
  return false;
}

int ck_quota_cores(const char *mount, const char *membership) {
  FILE *file = fopen(membership, "re");
  if (!file) return 0;
  char line[PATH];
  int least = 0;
  // Lines are `0::/group` in version 2 and `3:cpu,cpuacct:/group` in version 1.
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    char *list = strchr(line, ':');
    char *group = list ? strchr(list + 1, ':') : NULL;
    if (!group) continue;
    *group++ = 0;
    list++;
    static const char *const first[] = {"/cpu", "/cpu,cpuacct", "/cpuacct,cpu"};
    bool unified = *list == 0;
    for (int i = 0; i < (unified ? 1 : names_cpu(list) ? 3 : 0); i++) {
      int cores = path_cores(mount, unified ? "" : first[i], group);
      if (cores > 0 && (least == 0 || cores < least)) least = cores;
    }
  }
  fclose(file);
  return least;
}

int ck_cores(void) {
  // Larger than CPU_SETSIZE, so that the call does not fail on machines with many cores.
  cpu_set_t sets[16];
  CPU_ZERO_S(sizeof sets, sets);
  int cores = 0;
  if (sched_getaffinity(0, sizeof sets, sets) == 0) cores = CPU_COUNT_S(sizeof sets, sets);
  if (cores < 1) cores = (int)sysconf(_SC_NPROCESSORS_ONLN);
  if (cores < 1) cores = 1;
  int quota = ck_quota_cores("/sys/fs/cgroup", "/proc/self/cgroup");
  return quota > 0 && quota < cores ? quota : cores;
}
