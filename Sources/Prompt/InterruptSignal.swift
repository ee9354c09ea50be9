import Glibc
import Kernels
import Synchronization

/// Ctrl-C: stops running work, drops a line that is being typed, and the second time within two
/// seconds of running work ends the program.
public enum InterruptSignal {
  private static let isWaitingForInput = Atomic<Bool>(false)
  private static let isPending = Atomic<Bool>(false)
  /// When work was last asked to stop, in milliseconds of the monotonic clock; 0 for never.
  private static let lastRequest = Atomic<Int>(0)

  static let secondWithin = 2_000
  /// The exit code of a program that Ctrl-C ended.
  public static let exitCode: Int32 = 130

  /// Sets the handler.
  ///
  /// - Parameter alsoTermination: SIGTERM and SIGHUP ask for the same orderly end.
  public static func install(alsoTermination: Bool = false) {
    // Touched once here, so that nothing is set up inside the handler.
    Cancellation.reset()
    isWaitingForInput.store(false, ordering: .relaxed)
    isPending.store(false, ordering: .relaxed)
    lastRequest.store(0, ordering: .relaxed)
    _ = milliseconds

    var action = sigaction()
    action.__sigaction_handler.sa_handler = { _ in InterruptSignal.arrived() }
    // Without SA_RESTART: a read that waits for a line must return.
    action.sa_flags = 0
    sigemptyset(&action.sa_mask)
    var heard = sigset_t()
    sigemptyset(&heard)
    for signal in alsoTermination ? [SIGINT, SIGTERM, SIGHUP] : [SIGINT] {
      sigaction(signal, &action, nil)
      sigaddset(&heard, signal)
    }
    // A parent may have blocked them in a thread of its own and passed that on.
    pthread_sigmask(SIG_UNBLOCK, &heard, nil)
  }

  /// Runs in the signal handler: atomics, the clock, `write` and `_exit` only.
  private static func arrived() {
    if isWaitingForInput.load(ordering: .relaxed) {
      isPending.store(true, ordering: .relaxed)
      return
    }
    let now = milliseconds
    let last = lastRequest.exchange(now, ordering: .relaxed)
    if last != 0, now - last < secondWithin { _exit(exitCode) }
    Cancellation.request(.interrupted)
  }

  private static var milliseconds: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return time.tv_sec * 1_000 + time.tv_nsec / 1_000_000
  }

  /// Runs `body`, during which Ctrl-C drops the line instead of stopping work.
  static func whileWaitingForInput<Result>(_ body: () -> Result) -> Result {
    lastRequest.store(0, ordering: .relaxed)
    isWaitingForInput.store(true, ordering: .relaxed)
    defer { isWaitingForInput.store(false, ordering: .relaxed) }
    return body()
  }

  /// Whether Ctrl-C came while a line was awaited; asking clears it.
  static func takePending() -> Bool { isPending.exchange(false, ordering: .relaxed) }

  static var hasPending: Bool { isPending.load(ordering: .relaxed) }
}
