import Glibc

/// Threads for one piece of work, joined before the call returns.
enum WorkerThreads {
  private final class Job: Sendable {
    let body: @Sendable () -> Void
    init(_ body: @escaping @Sendable () -> Void) { self.body = body }
  }

  /// Runs `body` with 0..<count, each on a thread of its own, the first on the caller's.
  ///
  /// Where the system gives no more threads, the caller does their work after its own.
  static func run(_ count: Int, _ body: @escaping @Sendable (Int) -> Void) {
    var threads: [pthread_t] = []
    var left: [Int] = []
    for number in 1..<max(count, 1) {
      let job = Unmanaged.passRetained(Job { body(number) })
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { argument in
          if let argument { Unmanaged<Job>.fromOpaque(argument).takeRetainedValue().body() }
          return nil
        }, job.toOpaque())
      if status == 0 {
        threads.append(thread)
      } else {
        job.release()
        left.append(number)
      }
    }
    body(0)
    for number in left { body(number) }
    for thread in threads { pthread_join(thread, nil) }
  }
}
