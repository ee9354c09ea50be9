/// How a cell shows a value: scalars bare, lists and records on one line where they fit, tables
/// and tensors aligned.
enum ValueDisplay {
  /// The widest line of lists and records.
  static let width = 88
  /// More lines of a list are counted, not shown.
  static let lineLimit = 20
  /// More fields of a record are counted, not shown.
  static let fieldLimit = 60
  /// Longer texts are cut, in UTF-8 bytes and lines.
  static let textLimit = 20_000
  static let textLineLimit = 200

  static func text(of value: Value) -> String {
    switch value {
    case .string(let string): return text(string)
    case .table(let table): return TableLayout().text(of: table)
    case .tensor(let tensor): return TensorLayout(tensor: tensor).text
    case .list(let items): return list(items)
    case .record(let record): return self.record(record)
    case .object(let object): return DisplayText.escaped(object.display, keepingLines: true)
    default: return DisplayText.cut(value.inline, to: 500)
    }
  }

  /// A text as it is; the last line's end is the output's own.
  private static func text(_ string: String) -> String {
    if string.isEmpty { return "\"\"" }
    var shown = Substring(string)
    if shown.utf8.count > textLimit {
      let end = shown.utf8.index(shown.startIndex, offsetBy: textLimit)
      shown = shown[..<(shown[..<end].indices.last ?? shown.startIndex)]
    }
    var lines = 0
    for index in shown.utf8.indices where shown.utf8[index] == UInt8(ascii: "\n") {
      lines += 1
      if lines == textLineLimit {
        shown = shown[..<index]
        break
      }
    }
    let isCut = shown.endIndex < string.endIndex
    let hidden = isCut ? string[shown.endIndex...].unicodeScalars.count : 0
    var result = DisplayText.escaped(shown, keepingLines: true)
    if isCut && string[shown.endIndex...] != "\n" {
      return result + "\n" + TableLayout.more(hidden, "character")
    }
    if result.utf8.last == UInt8(ascii: "\n"), result.utf8.count > 1 { result.removeLast() }
    return result
  }

  private static func fits(_ value: Value) -> String? {
    let line = InlineWriter.text(of: value, limit: 4 * width)
    return TextWidth.columns(of: line) <= width ? line : nil
  }

  private static func list(_ items: [Value]) -> String {
    if let line = fits(.list(items)) { return line }
    if let rows = alikeRecords(items) { return TableLayout().text(of: rows) }
    var lines: [String] = []
    var line = "["
    for (index, item) in items.enumerated() {
      let isLast = index == items.count - 1
      let word = item.brief(columns: width - 2) + (isLast ? "]" : ",")
      let isFirst = line == "[" || line == " "
      if !isFirst, TextWidth.columns(of: line) + 1 + TextWidth.columns(of: word) > width {
        lines.append(line)
        if lines.count == lineLimit {
          lines.append(" … \(items.count - index) more]")
          return lines.joined(separator: "\n")
        }
        line = " " + word
      } else {
        line += (isFirst ? "" : " ") + word
      }
    }
    return (lines + [line]).joined(separator: "\n")
  }

  /// A list of records of the same names reads best as the table it is.
  private static func alikeRecords(_ items: [Value]) -> Table? {
    guard case .record(let first)? = items.first, first.count > 0 else { return nil }
    let names = first.names
    for item in items {
      guard case .record(let record) = item, record.names == names else { return nil }
    }
    return Value.list(items).asTable
  }

  private static func record(_ record: Record) -> String {
    if let line = fits(.record(record)) { return line }
    let shown = record.fields.prefix(fieldLimit)
    let names = shown.map { DisplayText.cut(InlineWriter.key($0.key), to: width / 2) }
    let widest = names.reduce(0) { max($0, TextWidth.columns(of: $1)) }
    var lines = zip(names, shown).map { name, field in
      let blanks = String(repeating: " ", count: widest - TextWidth.columns(of: name) + 2)
      return name + blanks + field.value.brief(columns: max(20, width - widest - 2))
    }
    if record.count > names.count {
      lines.append(TableLayout.more(record.count - names.count, "field"))
    }
    return lines.joined(separator: "\n")
  }
}
