import Glibc

/// What one turn at the input gave.
public enum LineInput: Equatable, Sendable {
  case line(String)
  /// Ctrl-C: what was typed is dropped.
  case interrupted
  /// Ctrl-D, or the input's end.
  case end
}

/// Where entered lines come from: an editor in a terminal, or plain input.
public protocol LineReader: AnyObject {
  /// Reads one line, without its end; waits for it.
  func readLine(prompt: String) -> LineInput
  /// Further input is there already: lines that were pasted.
  var hasWaitingInput: Bool { get }
  /// Makes an entry one that the arrow keys bring back.
  func remember(_ entry: String)
}

/// Whether a descriptor has bytes to read.
enum WaitingInput {
  /// Long enough for a terminal to deliver the next line of a paste, too short to be felt.
  static let pasteMilliseconds: Int32 = 10

  static func isThere(on descriptor: Int32, milliseconds: Int32 = pasteMilliseconds) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    return poll(&request, 1, milliseconds) > 0 && request.revents & Int16(POLLIN) != 0
  }
}
