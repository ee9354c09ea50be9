import Files
import Testing

@testable import Language

/// What `docs/language.md` says about syntax, held against the code.
@Suite("Syntax: the reference page") struct SyntaxReferenceTests {
  private static let root = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    .dropLast(3).joined(separator: "/")

  private func text(_ path: String) throws -> String {
    let bytes = try FileContents.bytes(at: Self.root + "/" + path, limit: 1 << 24)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func codes(in text: String) -> [String] {
    text.matches(of: #/E00[0-9][0-9]/#).map { String($0.output) }
  }

  @Test func everyErrorKindIsInTheTableAndTested() throws {
    let wording = try text("Sources/Language/Syntax/SyntaxErrorWording.swift")
    let kinds = codes(in: wording)
    #expect(kinds.count == Set(kinds).count)
    let page = try text("docs/language.md")
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| E00") }
    #expect(rows.map { String($0.dropFirst(2).prefix(5)) } == kinds.sorted())
    // Two kinds have tests of their own, with texts that are too large for the table of cases.
    let tested = SyntaxErrorTests.all.map(\.code) + ["E0003", "E0018", "E0019"]
    #expect(Set(tested) == Set(kinds))
  }

  @Test func keywordsAreTheListed() throws {
    let page = try text("docs/language.md")
    let lines = page.split(separator: "\n").drop { !$0.hasPrefix("    and ") }.prefix(2)
    #expect(lines.flatMap { $0.split(separator: " ").map(String.init) } == Keywords.all)
  }

  /// The cells of the page with the errors they announce.
  private func cells() throws -> [(info: Substring, source: String)] {
    var cells: [(info: Substring, source: String)] = []
    var info: Substring?
    var lines: [Substring] = []
    let page = try text("docs/language.md")
    for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
      if let open = info {
        if line == "```" {
          cells.append((open, lines.joined(separator: "\n")))
          info = nil
        } else {
          lines.append(line)
        }
      } else if line.hasPrefix("```tessera") {
        info = line
        lines = []
      }
    }
    return cells
  }

  @Test func theCellsAreRead() throws {
    let cells = try cells()
    #expect(cells.count >= 15)
    var variables: Set<String> = []
    for cell in cells {
      let parsed = parseText(cell.source, variables: variables)
      let codes = parsed.diagnostics.map(\.code)
      let expected = self.codes(in: String(cell.info))
      #expect(codes == expected, "\(cell.source)")
      for statement in parsed.block.statements {
        if case .assign(.name(let name), _, _) = statement.kind { variables.insert(name.name) }
      }
    }
  }
}
