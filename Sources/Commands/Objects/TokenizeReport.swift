import Language

/// What a question about tokens gives: a line, and tables that are shown below it.
final class TokenizeReport: ObjectValue {
  let typeName: String
  let summary: String
  private let fields: Record
  /// The fields that are shown, as tables.
  private let shown: [String]

  /// - Parameters:
  ///   - fields: what `report.name` gives.
  ///   - shown: the fields that are tables to be shown; empty tables are left out.
  init(_ typeName: String, _ summary: String, _ fields: Record, showing shown: [String]) {
    (self.typeName, self.summary) = (typeName, summary)
    (self.fields, self.shown) = (fields, shown)
  }

  var display: String {
    var parts = [summary]
    for name in shown {
      guard case .table(let table)? = fields[name], table.rowCount > 0 else { continue }
      parts.append(TableLayout(rowLimit: 60).text(of: table))
    }
    return parts.joined(separator: "\n\n")
  }

  var fieldNames: [String] { fields.names }
  func field(_ name: String) -> Value? { fields[name] }
  var facts: Record { fields }

  func isEqual(to other: any ObjectValue) -> Bool {
    guard let other = other as? TokenizeReport, other.typeName == typeName else { return false }
    return other.summary == summary && Value.record(other.fields).isEqual(to: .record(fields))
  }

  // MARK: The cache

  static let archiveKind = "report"

  var archived: ArchivedObject? {
    ArchivedObject(
      kind: Self.archiveKind,
      state: .record(
        Record([
          ("type", .string(typeName)), ("summary", .string(summary)), ("fields", .record(fields)),
          ("shown", .list(shown.map(Value.string))),
        ])))
  }

  static func restore(_ state: Value, _ session: Session) throws -> any ObjectValue {
    guard case .record(let state) = state, case .record(let fields)? = state["fields"],
      let type = state["type"]?.stringValue, let summary = state["summary"]?.stringValue
    else { throw LanguageError.cannotConvert("the cached value", to: "report") }
    let shown = state["shown"]?.items?.compactMap(\.stringValue) ?? []
    return TokenizeReport(type, summary, fields, showing: shown)
  }
}

/// A table of records that keeps its columns where there are none.
func listed(_ columns: [String], _ rows: [Record]) -> Value {
  if rows.isEmpty, let empty = Table(columns: columns.map { ($0, []) }) { return .table(empty) }
  return .table(Table(rows: rows))
}
