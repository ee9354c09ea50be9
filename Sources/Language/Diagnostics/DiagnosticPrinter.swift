/// Writes diagnostics as people read them.
///
/// ```
/// error[E0104]: decode.sample has no parameter 'temprature'
///   3 │ decode.sample lm "Once" temprature=0.8
///     │                         ━━━━━━━━━━ did you mean 'temperature'?
///   help decode.sample
/// ```
public struct DiagnosticPrinter: Sendable {
  /// The source that is being run: its own name is not said again.
  public var source: SourceText?
  /// Whether escape sequences may colour the text; only a terminal's standard error should.
  public var usesColour: Bool
  /// How many columns of a source line are shown; longer ones are cut around the span.
  public var columns: Int
  /// How many diagnostics are shown of several.
  public var limit: Int
  /// Whether what holds on this machine only is shown: not in a text that is saved.
  public var showsMachineDetail: Bool

  public init(
    source: SourceText? = nil, usesColour: Bool = false, columns: Int = 100, limit: Int = 20,
    showsMachineDetail: Bool = false
  ) {
    self.source = source
    self.usesColour = usesColour
    self.columns = max(20, columns)
    self.limit = limit
    self.showsMachineDetail = showsMachineDetail
  }

  /// Several diagnostics, separated by blank lines; after the limit, how many more there are.
  /// Every line ends with a line feed.
  public func text(_ diagnostics: [Diagnostic]) -> String {
    var text = diagnostics.prefix(limit).map { self.text($0) }.joined(separator: "\n")
    if diagnostics.count > limit { text += "\n… and \(diagnostics.count - limit) more\n" }
    return text
  }

  /// One diagnostic; every line ends with a line feed.
  public func text(_ diagnostic: Diagnostic) -> String {
    let isError = diagnostic.severity == .error
    let kind = diagnostic.severity.rawValue
    let head = diagnostic.code.isEmpty ? "\(kind):" : "\(kind)[\(diagnostic.code)]:"
    let message = VisibleText.line(diagnostic.message, keepingLineEnds: true)
    var lines = [coloured(head, isError ? .error : .note) + " " + message]
    if let source = diagnostic.source?.source ?? self.source {
      lines += excerpt(of: diagnostic, in: source)
    }
    for step in diagnostic.trace { lines.append("  \(VisibleText.line(step))") }
    if showsMachineDetail, let detail = diagnostic.machineDetail {
      lines.append("  \(VisibleText.line(detail))")
    }
    if let hint = diagnostic.hint { lines.append("  \(VisibleText.line(hint))") }
    return lines.joined(separator: "\n") + "\n"
  }

  // MARK: The excerpt

  private struct Mark {
    let span: SourceSpan
    let label: String?
    let isMain: Bool
    let line: Int
  }

  private func excerpt(of diagnostic: Diagnostic, in source: SourceText) -> [String] {
    guard let span = diagnostic.span else { return place(in: source, line: nil) }
    var marks = [(span, diagnostic.label, true)].map(mark)
    marks += diagnostic.related.map { ($0.span, $0.label, false) }.map(mark)
    func mark(_ span: SourceSpan, _ label: String?, _ isMain: Bool) -> Mark {
      let start = min(max(0, span.start), source.bytes.count)
      return Mark(
        span: SourceSpan(start, max(start, min(span.end, source.bytes.count))), label: label,
        isMain: isMain, line: source.line(at: start).number)
    }
    let numberWidth = String(marks.map(\.line).max() ?? 1).count
    var lines = place(in: source, line: marks[0].line)
    var shown: Int?
    // The other places first where they stand before, so that lines go down the page.
    for mark in marks.sorted(by: { ($0.line, $0.span.start) < ($1.line, $1.span.start) }) {
      let view = LineView(source, mark.span, columns: columns)
      // A line that is cut is cut around each mark.
      if shown != mark.line || view.isCut {
        let number = String(mark.line)
        let gutter = String(repeating: " ", count: numberWidth - number.count) + number
        lines.append("  " + coloured("\(gutter) │", .gutter) + " " + view.text)
        shown = mark.line
      }
      let bars = String(repeating: mark.isMain ? "━" : "─", count: view.markWidth)
      let label = mark.label.map { " " + VisibleText.line($0) } ?? ""
      lines.append(
        "  " + coloured(String(repeating: " ", count: numberWidth) + " │", .gutter) + " "
          + String(repeating: " ", count: view.markStart)
          + coloured(bars + label, mark.isMain ? .error : .note))
    }
    return lines
  }

  /// Where the source is another than the one that runs.
  private func place(in source: SourceText, line: Int?) -> [String] {
    guard source !== self.source, let name = source.name else { return [] }
    return ["  in \(VisibleText.line(name))" + (line.map { ", line \($0)" } ?? "")]
  }

  // MARK: Colours

  private enum Colour: String {
    case error = "31;1"
    case note = "36;1"
    case gutter = "34"
  }

  private func coloured(_ text: String, _ colour: Colour) -> String {
    usesColour ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }
}

/// One source line as it is shown, and where the marks stand under it.
private struct LineView {
  let text: String
  /// Columns before the marks, and the marks' width.
  let markStart: Int
  let markWidth: Int
  let isCut: Bool

  init(_ source: SourceText, _ span: SourceSpan, columns: Int) {
    let (number, lineStart) = source.line(at: span.start)
    // A very long line is looked at near the span only.
    let reach = columns * 4
    let lineEnd = lineStart + source.lineByteCount(number)
    let start = min(span.start, lineEnd)
    let end = max(start, min(span.end, lineEnd))
    let from = source.characterStart(atOrBefore: max(lineStart, start - reach), from: lineStart)
    let to = source.characterStart(atOrBefore: min(lineEnd, start + reach), from: from)

    let before = Self.cells(source[SourceSpan(from, start)])
    let marked = Self.cells(source[SourceSpan(start, max(start, min(end, to)))])
    let behind = Self.cells(source[SourceSpan(max(start, min(end, to)), max(end, to))])
    let width = { (cells: [Cell]) in cells.reduce(0) { $0 + $1.width } }

    let all = width(before) + width(marked) + width(behind)
    if from == lineStart, to >= lineEnd, all <= columns {
      text = (before + marked + behind).map(\.text).joined()
      (markStart, markWidth, isCut) = (width(before), max(1, width(marked)), false)
      return
    }
    // Two thirds of the room go to the span and what stands before it.
    let marksRoom = min(max(1, width(marked)), columns * 2 / 3)
    let beforeRoom = max(0, columns * 2 / 3 - marksRoom) + columns / 6
    var shownBefore: [Cell] = []
    var used = 0
    for cell in before.reversed() where used + cell.width <= beforeRoom {
      shownBefore.append(cell)
      used += cell.width
    }
    shownBefore.reverse()
    let cutsBefore = from > lineStart || shownBefore.count < before.count
    var shown: [Cell] = []
    var room = columns - used
    var markColumns = 0
    for (index, cell) in (marked + behind).enumerated() {
      guard cell.width <= room else { break }
      shown.append(cell)
      room -= cell.width
      if index < marked.count { markColumns += cell.width }
    }
    let cutsBehind = to < lineEnd || shown.count < marked.count + behind.count
    text =
      (cutsBefore ? "…" : "") + (shownBefore + shown).map(\.text).joined()
      + (cutsBehind ? "…" : "")
    markStart = used + (cutsBefore ? 1 : 0)
    markWidth = max(1, markColumns)
    isCut = true
  }

  private struct Cell {
    let text: String
    let width: Int
  }

  /// The characters of a source text as shown: tabs as blanks, what cannot be seen as its code.
  private static func cells(_ text: String) -> [Cell] {
    text.map { character in
      let shown = VisibleText.character(character)
      return Cell(text: shown, width: TextWidth.columns(of: shown))
    }
  }
}
