/// Puts entries together from lines: an entry goes on until the parser says that it is complete,
/// and where a pasted line after it begins with `|`, `else` or `catch`.
public final class EntryReader {
  public enum Entry: Equatable, Sendable {
    case text(String)
    case interrupted
    case end
  }

  static let prompt = "> "
  static let continuation = "… "

  private let reader: any LineReader
  private let isIncomplete: (String) -> Bool
  /// Lines that were looked at and belong to the next entry.
  private var ahead: [String] = []

  /// - Parameter isIncomplete: more lines could complete this text.
  public init(reader: any LineReader, isIncomplete: @escaping (String) -> Bool) {
    self.reader = reader
    self.isIncomplete = isIncomplete
  }

  /// The next entry, its lines joined; may be empty.
  public func next() -> Entry {
    var lines: [String] = []
    while true {
      if lines.isEmpty || isIncomplete(lines.joined(separator: "\n")) {
        switch take(prompt: lines.isEmpty ? EntryReader.prompt : EntryReader.continuation) {
        case .line(let line): lines.append(line)
        case .interrupted:
          ahead = []
          return .interrupted
        case .end:
          return lines.isEmpty ? .end : .text(lines.joined(separator: "\n"))
        }
      } else if let interrupted = takeContinuation(into: &lines) {
        if interrupted { return .interrupted }
      } else {
        return .text(lines.joined(separator: "\n"))
      }
    }
  }

  private func take(prompt: String) -> LineInput {
    if !ahead.isEmpty { return .line(ahead.removeFirst()) }
    return reader.readLine(prompt: prompt)
  }

  /// Looks at lines that wait, over blank ones and comments.
  ///
  /// - Returns: nil where the entry ends here, otherwise whether Ctrl-C broke it off.
  private func takeContinuation(into lines: inout [String]) -> Bool? {
    // An empty entry is not gone on with: a line that begins with `|` then takes the last value.
    if lines.allSatisfy(EntryReader.isBlank) { return nil }
    var seen: [String] = []
    while !ahead.isEmpty || reader.hasWaitingInput {
      switch take(prompt: EntryReader.continuation) {
      case .interrupted:
        ahead = []
        return true
      case .end:
        ahead = seen
        return nil
      case .line(let line):
        seen.append(line)
        if EntryReader.isBlank(line) { continue }
        if EntryReader.continues(line) {
          lines += seen
          return false
        }
        ahead = seen + ahead
        return nil
      }
    }
    ahead = seen
    return nil
  }

  static func isBlank(_ line: String) -> Bool {
    let text = line.drop { $0 == " " || $0 == "\t" }
    return text.isEmpty || text.first == "#"
  }

  static func continues(_ line: String) -> Bool {
    let text = line.drop { $0 == " " || $0 == "\t" }
    if text.first == "|" { return true }
    let word = text.prefix { $0.isLetter || $0.isNumber || $0 == "_" }
    return word == "else" || word == "catch"
  }
}
