import Testing

@testable import Language

@Suite("Diagnostics as text") struct DiagnosticPrinterTests {
  private func source(_ text: String, name: String? = nil) -> SourceText {
    SourceText(text, name: name)
  }

  private func span(of part: String, in text: String) -> SourceSpan {
    let start = text.utf8.count - text[text.firstRange(of: part)!.lowerBound...].utf8.count
    return SourceSpan(start, start + part.utf8.count)
  }

  @Test func theFormOfTheDesign() {
    let text = "lm = 1\n\ndecode.sample lm \"Once\" temprature=0.8"
    let diagnostic = Diagnostic(
      "E0104", "decode.sample has no parameter 'temprature'",
      at: span(of: "temprature", in: text), label: "did you mean 'temperature'?",
      hint: "help decode.sample")
    #expect(
      DiagnosticPrinter(source: source(text)).text(diagnostic) == """
        error[E0104]: decode.sample has no parameter 'temprature'
          3 │ decode.sample lm "Once" temprature=0.8
            │                         ━━━━━━━━━━ did you mean 'temperature'?
          help decode.sample

        """)
  }

  @Test func withoutAPlaceThereIsNoExcerpt() {
    #expect(
      DiagnosticPrinter(source: source("x")).text(Diagnostic("E0401", "interrupted"))
        == "error[E0401]: interrupted\n")
    #expect(
      DiagnosticPrinter(source: source("x")).text(
        Diagnostic("", "len is shadowed", severity: .note)) == "note: len is shadowed\n")
  }

  @Test func anotherSourceIsNamed() {
    let cell = source("fn f(x) {\n  x / 0\n}", name: "cell 'train'")
    var diagnostic = Diagnostic("E0301", "division by zero", at: SourceSpan(12, 17))
    diagnostic.source = SourceTextReference(cell)
    diagnostic.trace = ["in f, called in line 7"]
    #expect(
      DiagnosticPrinter(source: source("f 3")).text(diagnostic) == """
        error[E0301]: division by zero
          in cell 'train', line 2
          2 │   x / 0
            │   ━━━━━
          in f, called in line 7

        """)
    #expect(
      DiagnosticPrinter(source: cell).text(diagnostic) == """
        error[E0301]: division by zero
          2 │   x / 0
            │   ━━━━━
          in f, called in line 7

        """)
  }

  @Test func aSpanOverSeveralLinesMarksTheFirst() {
    let text = "x = f(1,\n  2)"
    #expect(
      DiagnosticPrinter(source: source(text)).text(
        Diagnostic("E0200", "wrong", at: SourceSpan(4, text.utf8.count), label: "here")) == """
          error[E0200]: wrong
            1 │ x = f(1,
              │     ━━━━ here

          """)
  }

  @Test func wideCharactersAndTabsKeepTheMarksInPlace() {
    let text = "\tx = \"日本\" + größe + 🙂"
    #expect(
      DiagnosticPrinter(source: source(text)).text(
        Diagnostic("E0110", "unbound", at: span(of: "größe", in: text))) == """
          error[E0110]: unbound
            1 │  x = "日本" + größe + 🙂
              │               ━━━━━

          """)
    #expect(
      DiagnosticPrinter(source: source(text)).text(
        Diagnostic("E0110", "unbound", at: span(of: "\"日本\"", in: text))) == """
          error[E0110]: unbound
            1 │  x = "日本" + größe + 🙂
              │      ━━━━━━

          """)
  }

  @Test func aSecondPlaceIsShownInTheOrderOfTheText() {
    let text = "f(a,\n  [b, c)"
    var diagnostic = Diagnostic("E0017", "expected ']' but found ')'", at: SourceSpan(12, 13))
    diagnostic.related = [DiagnosticMark(SourceSpan(1, 2), "to close this")]
    #expect(
      DiagnosticPrinter(source: source(text)).text(diagnostic) == """
        error[E0017]: expected ']' but found ')'
          1 │ f(a,
            │  ─ to close this
          2 │   [b, c)
            │        ━

        """)
  }

  @Test func longLinesAreCutAroundTheSpan() {
    let text =
      String(repeating: "abcdefghi ", count: 100) + "HERE" + String(repeating: " x", count: 500)
    let printed = DiagnosticPrinter(source: source(text), columns: 60).text(
      Diagnostic("E0110", "unbound", at: span(of: "HERE", in: text)))
    let lines = printed.split(separator: "\n")
    #expect(lines.count == 3)
    #expect(lines[1].hasPrefix("  1 │ …") && lines[1].hasSuffix("…"))
    #expect(lines[1].count <= 6 + 62)
    let marked = zip(lines[1], lines[2]).filter { $0.1 == "━" }.map(\.0)
    #expect(String(marked) == "HERE")
  }

  @Test("what holds on one machine only is not in a saved text")
  func machineDetail() {
    var diagnostic = Diagnostic("E0212", "too large", hint: "a smaller one")
    diagnostic.machineDetail = "5 bytes are free"
    #expect(DiagnosticPrinter().text(diagnostic) == "error[E0212]: too large\n  a smaller one\n")
    #expect(
      DiagnosticPrinter(showsMachineDetail: true).text(diagnostic)
        == "error[E0212]: too large\n  5 bytes are free\n  a smaller one\n")
  }

  @Test("the marks stand under their text wherever a long line is cut", arguments: 0..<40)
  func cutsKeepTheMarks(place: Int) {
    let text =
      String(repeating: "ä日b ", count: place * 3) + "MARK" + String(repeating: "c語 ", count: 100)
    let printed = DiagnosticPrinter(source: source(text), columns: 50).text(
      Diagnostic("E0110", "unbound", at: span(of: "MARK", in: text)))
    let lines = printed.split(separator: "\n")
    let before = lines[1].components(before: "MARK")
    let blanks = lines[2].components(before: "━")
    #expect(TextWidth.columns(of: before) == TextWidth.columns(of: blanks))
    #expect(lines[2].filter { $0 == "━" }.count == 4)
    #expect(TextWidth.columns(of: lines[1]) <= 50 + 8)
  }

  @Test func aSpanWiderThanTheLineIsCutToo() {
    let text = "x = \"" + String(repeating: "y", count: 5_000) + "\""
    let printed = DiagnosticPrinter(source: source(text), columns: 40).text(
      Diagnostic("E0200", "long", at: SourceSpan(4, text.utf8.count)))
    for line in printed.split(separator: "\n") { #expect(line.count <= 50) }
  }

  @Test func controlCharactersAreShownAsTheirCodes() {
    let text = "x = '\u{1B}[31m'\u{202E}"
    let printed = DiagnosticPrinter(source: source(text)).text(
      Diagnostic("E0001", "bad \u{1B}[0m text", at: SourceSpan(5, 6)))
    #expect(
      printed == """
        error[E0001]: bad \\u{1b}[0m text
          1 │ x = '\\u{1b}[31m'\\u{202e}
            │      ━━━━━━

        """)
  }

  @Test func placesOutsideOfTheTextDoNotHurt() {
    for span in [
      SourceSpan(0, 0), SourceSpan(3, 3), SourceSpan(99, 120), SourceSpan(-5, -1), SourceSpan(2, 1),
    ] {
      let printed = DiagnosticPrinter(source: source("abc")).text(
        Diagnostic("E0200", "wrong", at: span))
      #expect(printed.contains("  1 │ abc"))
    }
    #expect(
      DiagnosticPrinter(source: source("")).text(Diagnostic("E0200", "wrong", at: SourceSpan(0, 0)))
        == "error[E0200]: wrong\n  1 │ \n    │ ━\n")
  }

  @Test func severalAreSeparatedAndCounted() {
    let diagnostics = (0..<23).map { Diagnostic("E0200", "number \($0)") }
    let text = DiagnosticPrinter().text(diagnostics)
    #expect(text.hasPrefix("error[E0200]: number 0\n\nerror[E0200]: number 1\n\n"))
    #expect(text.hasSuffix("error[E0200]: number 19\n\n… and 3 more\n"))
  }

  @Test func coloursOnlyWhereAskedFor() {
    let diagnostic = Diagnostic("E0200", "wrong", at: SourceSpan(0, 1), label: "here", hint: "help")
    let plain = DiagnosticPrinter(source: source("x")).text(diagnostic)
    let coloured = DiagnosticPrinter(source: source("x"), usesColour: true).text(diagnostic)
    #expect(!plain.contains("\u{1B}"))
    #expect(coloured.replacing(#/\x1B\[[0-9;]*m/#, with: "") == plain)
    #expect(coloured != plain)
  }

  @Test func gutterNumbersAlign() {
    let text = String(repeating: "x\n", count: 11) + "y = ("
    var diagnostic = Diagnostic("E0017", "wrong", at: SourceSpan(22, 23))
    diagnostic.related = [DiagnosticMark(SourceSpan(0, 1), "first")]
    #expect(
      DiagnosticPrinter(source: source(text)).text(diagnostic) == """
        error[E0017]: wrong
           1 │ x
             │ ─ first
          12 │ y = (
             │ ━

        """)
  }
}

extension Substring {
  /// What stands before the first occurrence.
  fileprivate func components(before part: String) -> Substring {
    firstRange(of: part).map { self[..<$0.lowerBound] } ?? self
  }
}
