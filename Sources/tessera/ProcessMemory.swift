import Glibc

/// What this process took of the machine's memory.
enum ProcessMemory {
  /// The most that it had, in 2²⁰ bytes.
  static var peakMegabytes: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Double(usage.ru_maxrss) / 1024
  }
}
