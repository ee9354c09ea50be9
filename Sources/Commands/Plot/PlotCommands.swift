import Language
import Plots

/// `plot.*`: charts as text.
enum PlotCommands {
  static let all: [any Command.Type] = [
    PlotLine.self, PlotLoss.self, PlotScatter.self, PlotBar.self, PlotHistogram.self,
    PlotHeatmap.self,
  ]
}

extension AxisKind: WordParameter {}

/// A chart as a value: it shows itself as its text.
final class ChartObject: ObjectValue {
  let text: String

  init(_ text: String) {
    // A cell ends its own lines.
    var text = text
    while text.last == "\n" { text.removeLast() }
    self.text = text
  }

  var typeName: String { "chart" }
  var summary: String { "chart" }
  var display: String { text }
  var fieldNames: [String] { ["text"] }
  func field(_ name: String) -> Value? { name == "text" ? .string(text) : nil }
  func isEqual(to other: any ObjectValue) -> Bool { (other as? ChartObject)?.text == text }

  static let archiveKind = "chart"
  var archived: ArchivedObject? { ArchivedObject(kind: Self.archiveKind, state: .string(text)) }
  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    ChartObject(state.stringValue ?? "")
  }
}

/// The numbers of a table's column; what is no number counts as missing.
func numbers(_ table: Table, _ column: String) throws -> [Double] {
  guard let values = table.column(column) else {
    throw LanguageError.noColumn(
      name: column, suggestion: Suggestion.nearest(to: column, among: table.names),
      columns: table.names)
  }
  return values.map { $0.doubleValue ?? .nan }
}

/// The texts of a table's column, for labels.
func labels(_ table: Table, _ column: String) throws -> [String] {
  guard let values = table.column(column) else {
    throw LanguageError.noColumn(
      name: column, suggestion: Suggestion.nearest(to: column, among: table.names),
      columns: table.names)
  }
  return values.map(\.text)
}

/// A table's rows as series: one for each value of `by`, in the order first seen, or one for each
/// column of `y`.
func series(_ table: Table, x: String, y: [String], by: String?) throws -> [Series] {
  guard let by else {
    return try y.map { name in
      Series(name: y.count > 1 ? name : "", x: try numbers(table, x), y: try numbers(table, name))
    }
  }
  let names = try labels(table, by)
  var order: [String] = []
  var rows: [String: [Int]] = [:]
  for (row, name) in names.enumerated() {
    if rows[name] == nil { order.append(name) }
    rows[name, default: []].append(row)
  }
  return try order.flatMap { name in
    let part = table.selecting(rows[name] ?? [])
    return try y.map { column in
      Series(
        name: y.count > 1 ? "\(name) \(column)" : name, x: try numbers(part, x),
        y: try numbers(part, column))
    }
  }
}

/// What a line or scatter chart is drawn from: a table and its columns, or a list of numbers.
func series(_ data: Value, x: String?, y: ColumnNames?, by: String?) throws -> [Series] {
  if let x, let y, let table = data.asTable {
    return try series(table, x: x, y: y.names, by: by)
  }
  if let y, let table = data.asTable {
    return try y.names.map { Series(name: y.names.count > 1 ? $0 : "", y: try numbers(table, $0)) }
  }
  guard let items = data.items, items.allSatisfy({ $0.doubleValue != nil }) else {
    throw LanguageError.invalid(
      "a chart of \(data.typeNameWithArticle) needs x and y columns",
      hint: "name them: x=step y=loss")
  }
  return [Series(y: items.compactMap(\.doubleValue))]
}
