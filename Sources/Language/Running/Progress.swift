import Synchronization

/// How far a long command is.
public struct ProgressState: Sendable {
  public let label: String
  public let done: Int
  /// Nil where the end is not known.
  public let total: Int?
  public let seconds: Double
  /// `loss 3.21` and the like.
  public let detail: String
}

/// Shows progress of work that takes over half a second; silent where no display is set.
public final class ProgressReporter: Sendable {
  /// Called at most ten times a second, and with nil when the work is done.
  public typealias Display = @Sendable (ProgressState?) -> Void
  private let display: Display?

  public init(display: Display? = nil) { self.display = display }

  public func start(_ label: String, total: Int?) -> ProgressTask {
    ProgressTask(label: label, total: total, display: display)
  }
}

/// One piece of work in progress.
public final class ProgressTask: Sendable {
  private struct State {
    var done = 0
    var lastShown: ContinuousClock.Instant?
  }

  private let label: String
  private let total: Int?
  private let display: ProgressReporter.Display?
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(label: String, total: Int?, display: ProgressReporter.Display?) {
    self.label = label
    self.total = total
    self.display = display
  }

  public func advance(by steps: Int = 1, detail: @autoclosure () -> String = "") {
    advance(by: steps) { _ in detail() }
  }

  /// - Parameter detail: is given the steps a second so far.
  public func advance(by steps: Int = 1, rated detail: (_ stepsPerSecond: Double) -> String) {
    guard let display else { return }
    let now = ContinuousClock.now
    let shown: ProgressState? = state.withLock { state in
      state.done += steps
      if now - start < .milliseconds(500) { return nil }
      if let last = state.lastShown, now - last < .milliseconds(100) { return nil }
      state.lastShown = now
      let seconds = (now - start) / .seconds(1)
      return ProgressState(
        label: label, done: state.done, total: total, seconds: seconds,
        detail: detail(Double(state.done) / seconds))
    }
    if let shown { display(shown) }
  }

  public func finish() {
    guard let display, state.withLock({ $0.lastShown != nil }) else { return }
    display(nil)
  }
}
