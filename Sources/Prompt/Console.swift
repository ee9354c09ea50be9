import Glibc
import Kernels
import Language
import Synchronization

/// Standard output and standard error: where values, errors and progress are shown.
///
/// Escape sequences go to terminals only. A reader that goes away (`| head`) and a disk that is
/// full are noticed: running work is asked to stop, and ``finish()`` tells.
public final class Console: OutputSink {
  /// How writing to standard output ended.
  public enum Outcome: Equatable, Sendable {
    case fine
    /// Nobody reads on: a quiet end.
    case readerGone
    /// The system's number of the error.
    case failed(Int32)
  }

  private struct State {
    var buffer: [UInt8] = []
    var lastFlush = ContinuousClock.now
    var outcome = Outcome.fine
    /// What was streamed since the last line was finished.
    var streamed = ""
    var showsProgress = false
  }

  public let isOutputTerminal: Bool
  public let isErrorTerminal: Bool
  /// Errors may be coloured.
  public let usesColour: Bool
  /// The terminal of standard output understands escape sequences.
  private let erasesOutput: Bool
  private let output: Int32
  private let error: Int32
  private let state = Mutex(State())

  private static let bufferLimit = 65_536
  private static let flushInterval = Duration.milliseconds(50)

  /// - Parameter environment: looks up `TERM` and `NO_COLOR`.
  public init(
    output: Int32 = STDOUT_FILENO, error: Int32 = STDERR_FILENO,
    environment: (String) -> String? = { name in getenv(name).map { String(cString: $0) } }
  ) {
    self.output = output
    self.error = error
    let isCapable = (environment("TERM") ?? "dumb") != "dumb"
    isOutputTerminal = isatty(output) == 1
    isErrorTerminal = isatty(error) == 1
    erasesOutput = isOutputTerminal && isCapable
    usesColour = isErrorTerminal && isCapable && (environment("NO_COLOR") ?? "").isEmpty
  }

  // MARK: Output

  public func show(_ text: String) {
    state.withLock { state in
      eraseProgress(&state)
      if finishStream(&state, finalText: text) { return }
      put((isOutputTerminal ? TerminalText.visible(text) : text) + "\n", &state)
    }
  }

  /// Shows text as it is generated, on a terminal only; the same text shown in the end takes its
  /// place.
  public func stream(_ text: String) {
    guard isOutputTerminal, !text.isEmpty else { return }
    state.withLock { state in
      eraseProgress(&state)
      state.streamed += text
      put(TerminalText.visible(text), &state)
    }
  }

  /// Ends a line that was streamed and is followed by nothing.
  public func endStream() {
    state.withLock { _ = finishStream(&$0, finalText: nil) }
  }

  /// Finishes what was streamed.
  ///
  /// - Returns: true where it was `finalText` itself, which then need not be shown again.
  private func finishStream(_ state: inout State, finalText: String?) -> Bool {
    guard !state.streamed.isEmpty else { return false }
    let streamed = state.streamed
    state.streamed = ""
    let size = TerminalSize(of: output)
    let shown = TerminalText.visible(streamed)
    let rows = TerminalText.rows(of: shown, columns: size.columns)
    let isSame = finalText == streamed
    if finalText == nil || isSame || !erasesOutput || rows > size.rows {
      if !streamed.hasSuffix("\n") { put("\n", &state) }
      return isSame
    }
    // What is shown in the end says it again, in its own form.
    put((rows > 1 ? "\u{1B}[\(rows - 1)A" : "") + "\r\u{1B}[J", &state)
    return false
  }

  private func put(_ text: String, _ state: inout State) {
    guard state.outcome == .fine else { return }
    state.buffer += text.utf8
    // A terminal shows at once; a pipe or file gets pieces, but none waits long.
    if isOutputTerminal || state.buffer.count >= Console.bufferLimit
      || ContinuousClock.now - state.lastFlush > Console.flushInterval
    {
      flush(&state)
    }
  }

  private func flush(_ state: inout State) {
    state.lastFlush = .now
    guard !state.buffer.isEmpty, state.outcome == .fine else { return }
    let code = Console.write(state.buffer, to: output)
    state.buffer.removeAll(keepingCapacity: true)
    guard code != 0 else { return }
    state.outcome = code == EPIPE ? .readerGone : .failed(code)
    Cancellation.request(.interrupted)
  }

  /// Writes out what is held back, and tells how writing went so far.
  public func finish() -> Outcome {
    state.withLock { state in
      eraseProgress(&state)
      _ = finishStream(&state, finalText: nil)
      flush(&state)
      return state.outcome
    }
  }

  /// The same without waiting for the end of a program.
  public var outcome: Outcome { state.withLock { $0.outcome } }

  // MARK: Errors

  /// Shows errors and notes on standard error.
  public func report(_ diagnostics: [Diagnostic], in source: SourceText?) {
    guard !diagnostics.isEmpty else { return }
    let printer = DiagnosticPrinter(
      source: source, usesColour: usesColour,
      columns: isErrorTerminal ? TerminalSize(of: error).columns - 12 : 100,
      showsMachineDetail: true)
    sayLines(printer.text(diagnostics))
  }

  /// Says a line on standard error.
  public func say(_ text: String) {
    sayLines((isErrorTerminal ? TerminalText.visible(text) : text) + "\n")
  }

  /// Shows a prompt without an editor: on standard error, since standard output may be a file that
  /// takes results only.
  func showPrompt(_ prompt: String) {
    if isErrorTerminal { sayLines(prompt) }
  }

  private func sayLines(_ text: String) {
    state.withLock { state in
      eraseProgress(&state)
      _ = finishStream(&state, finalText: nil)
      // What was shown before an error stands before it.
      flush(&state)
      _ = Console.write(Array(text.utf8), to: error)
    }
  }

  // MARK: Progress

  /// Shows how far long work is, in one line that is erased at its end; a terminal only.
  public var progressDisplay: ProgressReporter.Display? {
    guard isErrorTerminal, usesProgress else { return nil }
    return { [self] progress in
      state.withLock { state in
        guard let progress else { return eraseProgress(&state) }
        // A line that is being streamed shows itself how far the work is.
        guard state.streamed.isEmpty else { return }
        let line = ProgressLine(progress).text(columns: TerminalSize(of: error).columns)
        _ = Console.write(Array("\r\u{1B}[K\(TerminalText.visible(line))".utf8), to: error)
        state.showsProgress = true
      }
    }
  }

  private var usesProgress: Bool {
    getenv("TERM").map { String(cString: $0) != "dumb" } ?? false
  }

  private func eraseProgress(_ state: inout State) {
    guard state.showsProgress else { return }
    state.showsProgress = false
    _ = Console.write(Array("\r\u{1B}[K".utf8), to: error)
  }

  /// Writes all bytes.
  ///
  /// - Returns: 0, or the system's number of the error.
  private static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var rest = buffer[...]
      while !rest.isEmpty {
        let piece = UnsafeRawBufferPointer(rebasing: rest)
        let put = Glibc.write(descriptor, piece.baseAddress, piece.count)
        if put < 0 {
          if errno == EINTR { continue }
          if errno == EAGAIN {
            var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            poll(&request, 1, 1_000)
            continue
          }
          return errno
        }
        rest = rest.dropFirst(put)
      }
      return 0
    }
  }
}
