import Glibc

/// Reads lines from a descriptor without any editing: input that is no terminal, or a terminal
/// whose output goes elsewhere.
public final class PlainReader: LineReader {
  private let descriptor: Int32
  private let showPrompt: (String) -> Void
  private var buffer: [UInt8] = []
  private var start = 0
  private var isAtEnd = false

  /// - Parameter showPrompt: puts the prompt where the person sees it.
  public init(descriptor: Int32, showPrompt: @escaping (String) -> Void = { _ in }) {
    self.descriptor = descriptor
    self.showPrompt = showPrompt
  }

  public var hasWaitingInput: Bool {
    buffer[start...].contains(UInt8(ascii: "\n")) || WaitingInput.isThere(on: descriptor)
  }

  public func remember(_ entry: String) {}

  public func readLine(prompt: String) -> LineInput {
    showPrompt(prompt)
    var searched = start
    while true {
      if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { start = end + 1 }
        return .line(text(start..<end))
      }
      if isAtEnd {
        defer { start = buffer.count }
        return start == buffer.count ? .end : .line(text(start..<buffer.count))
      }
      buffer.removeSubrange(..<start)
      start = 0
      searched = buffer.count
      if let stopped = fill() { return stopped }
    }
  }

  /// Reads some more; gives an input where that was interrupted.
  private func fill() -> LineInput? {
    var chunk = [UInt8](repeating: 0, count: 65_536)
    let count = read(descriptor, &chunk, chunk.count)
    if count < 0, errno == EINTR, InterruptSignal.takePending() { return .interrupted }
    if count < 0, errno == EINTR { return nil }
    if count <= 0 { isAtEnd = true } else { buffer += chunk[..<count] }
    return nil
  }

  private func text(_ range: Range<Int>) -> String {
    var range = range
    if let last = buffer[range].last, last == UInt8(ascii: "\r") {
      range = range.lowerBound..<range.upperBound - 1
    }
    return String(decoding: buffer[range], as: UTF8.self)
  }
}
