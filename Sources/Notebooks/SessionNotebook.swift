import Files
import Language

/// One entry at the prompt that ran to its end.
public struct SessionEntry: Sendable {
  /// What was typed, a leading `|` included.
  public let source: String
  /// The session's seed while it ran, where it drew random numbers.
  public let seed: UInt64?

  public init(source: String, seed: UInt64? = nil) {
    self.source = source
    self.seed = seed
  }
}

/// A session at the prompt as a notebook that re-runs.
public enum SessionNotebook {
  /// The seed of an entry at the prompt: entries draw different numbers, and a notebook can state
  /// the seed of each.
  ///
  /// - Parameter entry: its number, from 1.
  public static func seed(_ seed: UInt64, entry: Int) -> UInt64 {
    var digest = Digest()
    digest.add(field: "entry")
    digest.add(field: String(seed))
    digest.add(field: String(entry))
    // Short enough to be read, long enough not to meet another.
    return UInt64(digest.hexadecimal().prefix(8), radix: 16) ?? seed
  }

  /// The notebook's text: a cell an entry; where an entry drew random numbers, its seed is set before.
  ///
  /// - Parameter context: the session, which tells calls from variables.
  public static func text(of entries: [SessionEntry], context: some ParsingContext) -> String {
    var text = "# Session\n"
    for (index, entry) in entries.enumerated() {
      let following = entries[(index + 1)...]
      var source = entry.source
      if source.drop(while: { $0 == " " || $0 == "\t" }).first == "|" { source = "_ " + source }
      if following.contains(where: { readsLast($0.source) }) {
        source = bindingLast(source, context)
      }
      if let seed = entry.seed { text += cell("seed \(seed)") }
      text += cell(source)
    }
    return text
  }

  private static func cell(_ source: String) -> String {
    var longest = 2
    var run = 0
    for character in source.utf8 {
      run = character == UInt8(ascii: "`") ? run + 1 : 0
      longest = max(longest, run)
    }
    let fence = String(repeating: "`", count: longest + 1)
    return "\n\(fence)tessera\n\(source)\(source.hasSuffix("\n") ? "" : "\n")\(fence)\n"
  }

  /// The entry takes the last value: it is piped on, or named `_`.
  private static func readsLast(_ source: String) -> Bool {
    if source.drop(while: { $0 == " " || $0 == "\t" }).first == "|" { return true }
    return source.split { !($0 == "_" || $0 == "." || $0.isLetter || $0.isNumber) }
      .contains { $0 == "_" || $0.hasPrefix("_.") }
  }

  /// The entry with its last value bound to `_`, and shown as before.
  private static func bindingLast(_ source: String, _ context: some ParsingContext) -> String {
    let text = SourceText(source)
    let parsed = Parser.parse(text, context: context)
    guard parsed.diagnostics.isEmpty,
      let statement = parsed.block.statements.last(where: {
        if case .expression = $0.kind { true } else { false }
      })
    else { return source }
    let expression = text[statement.span]
    // `_` alone stays what it is.
    if expression == "_" { return source }
    let before = text[SourceSpan(0, statement.span.start)]
    let after = text[SourceSpan(statement.span.end, text.bytes.count)]
    return before + "_ = " + expression + "\n_" + after
  }
}
