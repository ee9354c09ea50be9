import Language
import Testing

@testable import Prompt

/// Gives lines that were written down before; those of one paste wait while it lasts.
private final class ScriptedReader: LineReader {
  private var pastes: [[LineInput]]
  private(set) var prompts: [String] = []

  init(_ pastes: [[LineInput]]) { self.pastes = pastes }

  /// True only inside a paste: typed lines come one by one.
  private var isInPaste = false
  var hasWaitingInput: Bool { isInPaste && pastes.first?.isEmpty == false }

  func readLine(prompt: String) -> LineInput {
    prompts.append(prompt)
    while let first = pastes.first, first.isEmpty { pastes.removeFirst() }
    guard !pastes.isEmpty else { return .end }
    isInPaste = true
    return pastes[0].removeFirst()
  }

  func remember(_ entry: String) {}
}

@Suite("Entries") struct EntryReaderTests {
  private struct NoNames: ParsingContext {
    func isCommand(_ name: String) -> Bool { ["print", "map"].contains(name) }
    func isFunction(_ name: String) -> Bool { false }
    func isVariable(_ name: String) -> Bool { true }
    func importedNames(_ path: String) -> (functions: Set<String>, variables: Set<String>) {
      ([], [])
    }
  }

  /// All entries that come of lines; those of one inner list are pasted together.
  private func entries(_ pastes: [[String]]) -> [String] {
    let reader = ScriptedReader(pastes.map { $0.map { .line($0) } })
    let entries = EntryReader(reader: reader) {
      Parser.parse(SourceText($0), context: NoNames()).isIncomplete
    }
    var found: [String] = []
    while case .text(let text) = entries.next() { found.append(text) }
    return found
  }

  @Test("typed lines are entries of their own")
  func typed() {
    #expect(entries([["x = 1"], ["x"], ["| print"]]) == ["x = 1", "x", "| print"])
  }

  @Test("an entry goes on until it is complete")
  func severalLines() {
    #expect(entries([["x = [1,"], ["2"], ["]"], ["x"]]) == ["x = [1,\n2\n]", "x"])
    #expect(entries([["if a {"], ["1"], ["}"]]) == ["if a {\n1\n}"])
    #expect(entries([["x ="], ["1"]]) == ["x =\n1"])
    #expect(entries([["\"\"\""], ["a"], ["\"\"\""]]) == ["\"\"\"\na\n\"\"\""])
  }

  @Test("pasted lines that begin with a pipe, else or catch go on")
  func pasted() {
    #expect(entries([["x", "  | map f", "  | print"]]) == ["x\n  | map f\n  | print"])
    #expect(entries([["x", "# why", "", "| print", "y"]]) == ["x\n# why\n\n| print", "y"])
    #expect(
      entries([["if a {", "1", "}", "else {", "2", "}", "y"]])
        == ["if a {\n1\n}\nelse {\n2\n}", "y"])
    #expect(entries([["try { x }", "catch e { y }"]]) == ["try { x }\ncatch e { y }"])
    #expect(entries([["x = 1", "elsewhere = 2"]]) == ["x = 1", "elsewhere = 2"])
  }

  @Test("comments and blank lines in a paste are entries without effect")
  func blankLines() {
    let found = entries([["x", "", "# a", "y"]])
    #expect(found.filter { !EntryReader.isBlank($0) } == ["x", "y"])
  }

  @Test("a paste may end inside an entry, which the next one completes")
  func endsInside() {
    #expect(entries([["x = [", "1,"], ["2]", "x"]]) == ["x = [\n1,\n2]", "x"])
  }

  @Test("Ctrl-C drops the whole entry and what was looked at")
  func interrupted() {
    let reader = ScriptedReader([
      [.line("x = [1,")], [.interrupted], [.line("y"), .interrupted], [.line("z")],
    ])
    let entries = EntryReader(reader: reader) {
      Parser.parse(SourceText($0), context: NoNames()).isIncomplete
    }
    #expect(entries.next() == .interrupted)
    #expect(entries.next() == .interrupted)
    #expect(entries.next() == .text("z"))
    #expect(entries.next() == .end)
    #expect(reader.prompts.prefix(2) == ["> ", "… "])
  }

  @Test("the input's end inside an entry gives what is there")
  func endsEarly() {
    #expect(entries([["x = [1,"]]) == ["x = [1,"])
  }

  @Test("a line that begins with a pipe takes the last value")
  func pipeFromLast() {
    #expect(PromptSession.source(of: "| print") == "_ | print")
    #expect(PromptSession.source(of: "  | print") == "_   | print")
    #expect(PromptSession.source(of: "x | print") == "x | print")
  }

  @Test("words that are said to the prompt")
  func words() {
    let none: (String) -> Bool = { _ in false }
    #expect(PromptWord(" exit ", isVariable: none) == .leave)
    #expect(PromptWord("quit", isVariable: none) == .leave)
    #expect(PromptWord("quit", isVariable: { $0 == "quit" }) == nil)
    #expect(PromptWord("exit 1", isVariable: none) == nil)
    #expect(PromptWord("save \"my session.md\"", isVariable: none) == .save("my session.md"))
    #expect(PromptWord("save 'a.md' ;", isVariable: none) == .save("a.md"))
    #expect(PromptWord("save(\"a.md\")", isVariable: none) == .save("a.md"))
    #expect(PromptWord("save a.md", isVariable: none) == .save("a.md"))
    #expect(PromptWord("save", isVariable: none) == .save(nil))
    #expect(PromptWord("save = 1", isVariable: none) == nil)
    #expect(PromptWord("save x | f", isVariable: none) == nil)
    #expect(PromptWord("save \"a", isVariable: none) == nil)
    #expect(PromptWord("saves", isVariable: none) == nil)
  }
}
