import Tensors

/// Lays a table out as text: a header line, aligned columns with two blanks between them, numbers
/// to the right and texts to the left, no trailing blanks.
public struct TableLayout: Sendable {
  /// More rows are counted, not shown.
  public var rowLimit: Int
  /// The widest line. Texts are cut first, then columns left out.
  public var width: Int
  /// The widest cell.
  public var cellWidth = 60
  /// Texts are not cut below this.
  static let leastCellWidth = 16

  public init(rowLimit: Int = 20, width: Int = 120) {
    (self.rowLimit, self.width) = (rowLimit, width)
  }

  private struct Column {
    let name: String
    var cells: [String]
    let isNumber: Bool
    var width: Int
  }

  public func text(of table: Table) -> String {
    guard table.columnCount > 0 else {
      return table.rowCount == 0 ? "(empty table)" : "(\(table.rowCount) rows without columns)"
    }
    let shown = min(table.rowCount, max(rowLimit, 0))
    // Columns far beyond the width need not be laid out.
    var columns = table.columns.prefix(max(width, 1)).map { column($0.key, $0.value, shown) }
    fit(&columns)
    var lines = [line(columns.map(\.name), columns)]
    for row in 0..<shown { lines.append(line(columns.map { $0.cells[row] }, columns)) }
    if table.rowCount == 0 { lines.append("(no rows)") }
    if table.rowCount > shown {
      lines.append(TableLayout.more(table.rowCount - shown, "row"))
    }
    if columns.count < table.columnCount {
      let hidden = table.names.dropFirst(columns.count)
      let names = hidden.prefix(20).map(InlineWriter.key).joined(separator: ", ")
      lines.append(
        DisplayText.cut(TableLayout.more(hidden.count, "column") + ": " + names, to: width))
    }
    return lines.joined(separator: "\n")
  }

  /// `… 3 more rows`.
  static func more(_ count: Int, _ what: String) -> String {
    "… \(count) more \(what)\(count == 1 ? "" : "s")"
  }

  private func column(_ name: String, _ values: [Value], _ shown: Int) -> Column {
    let head = values.prefix(shown)
    var isNumber = false
    for value in head {
      switch value {
      case .int, .float: isNumber = true
      case .null: continue
      default:
        isNumber = false
      }
      if !isNumber { break }
    }
    let cells = head.map { TableLayout.cell($0, width: cellWidth) }
    let title = DisplayText.cut(DisplayText.escaped(name), to: cellWidth)
    let widest = cells.reduce(TextWidth.columns(of: title)) { max($0, TextWidth.columns(of: $1)) }
    return Column(name: title, cells: cells, isNumber: isNumber, width: widest)
  }

  /// One value in a cell: texts bare, floats with six significant digits.
  static func cell(_ value: Value, width: Int) -> String {
    switch value {
    case .string(let text):
      // What is cut off need not be looked at.
      let head = text.utf8.count > 64 * width ? String(text.prefix(16 * width)) : text
      return DisplayText.cut(DisplayText.escaped(head), to: width)
    case .float(let number): return NumberText.significant(number, digits: 6)
    case .tensor(let tensor) where tensor.rank == 0:
      return (try? tensor.scalar(at: 0)).map(InlineWriter.element) ?? ""
    default: return value.brief(columns: width)
    }
  }

  /// Cuts texts, then drops columns at the right, until the lines fit.
  private func fit(_ columns: inout [Column]) {
    func total() -> Int { columns.reduce(0) { $0 + $1.width } + 2 * (columns.count - 1) }
    var over = total() - width
    while over > 0 {
      guard
        let widest = columns.indices.filter({ !columns[$0].isNumber })
          .max(by: { (columns[$0].width, $1) < (columns[$1].width, $0) }),
        columns[widest].width > TableLayout.leastCellWidth
      else { break }
      // Down to the next narrower text column at most, so that they end up alike.
      let others = columns.indices.filter { $0 != widest && !columns[$0].isNumber }
        .map { columns[$0].width }.filter { $0 < columns[widest].width }
      let floor = max(others.max() ?? 0, TableLayout.leastCellWidth)
      let target = max(columns[widest].width - over, min(floor, columns[widest].width - 1))
      columns[widest].cells = columns[widest].cells.map { DisplayText.cut($0, to: target) }
      let title = DisplayText.cut(columns[widest].name, to: target)
      let name = title
      columns[widest] = Column(
        name: name, cells: columns[widest].cells, isNumber: false, width: target)
      over = total() - width
    }
    while columns.count > 1, total() > width { columns.removeLast() }
  }

  private func line(_ cells: [String], _ columns: [Column]) -> String {
    var line = ""
    var blanks = 0
    for (cell, column) in zip(cells, columns) {
      let missing = max(0, column.width - TextWidth.columns(of: cell))
      let before = blanks + (column.isNumber ? missing : 0)
      line += String(repeating: " ", count: before) + cell
      blanks = 2 + (column.isNumber ? 0 : missing)
    }
    while line.last == " " { line.removeLast() }
    return line
  }
}
