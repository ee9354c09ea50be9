import Synchronization

/// Why running work is asked to stop.
public enum Interruption: Error, Equatable, Sendable {
  /// Ctrl-C, or a termination signal.
  case interrupted
  /// The cell's `--max-time` has passed.
  case timeLimit
  /// The process went over `--max-memory`.
  case memoryLimit
}

/// The one flag that stops work: set by a signal handler or a limit, polled by every long loop.
///
/// A poll is one relaxed load, so loops may call ``check()`` as often as every few microseconds;
/// they must call it at least every 20 ms, so that Ctrl-C answers within 100 ms.
public enum Cancellation {
  private static let state = Atomic<UInt8>(0)

  /// Asks for a stop. Safe in a signal handler once ``reset()`` has been called in the process.
  public static func request(_ reason: Interruption) {
    let code: UInt8 =
      switch reason {
      case .interrupted: 1
      case .timeLimit: 2
      case .memoryLimit: 3
      }
    state.store(code, ordering: .relaxed)
  }

  /// Forgets an earlier request; called before a command starts.
  public static func reset() { state.store(0, ordering: .relaxed) }

  /// The request that is pending, if any.
  public static var pending: Interruption? {
    switch state.load(ordering: .relaxed) {
    case 1: .interrupted
    case 2: .timeLimit
    case 3: .memoryLimit
    default: nil
    }
  }

  /// Throws if a stop was asked for.
  @inline(__always)
  public static func check() throws(Interruption) {
    if state.load(ordering: .relaxed) != 0, let pending { throw pending }
  }
}
