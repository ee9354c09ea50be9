import OrderedCollections

/// Named columns of equal length: the common result of commands.
public struct Table: Sendable {
  public private(set) var columns: OrderedDictionary<String, [Value]>
  /// How many rows there are, also where there is no column.
  public let rowCount: Int

  /// A table of columns, which must all have the same length; nil otherwise.
  public init?(columns: [(String, [Value])]) {
    let count = columns.first?.1.count ?? 0
    guard columns.allSatisfy({ $0.1.count == count }) else { return nil }
    self.columns = OrderedDictionary(columns, uniquingKeysWith: { $1 })
    rowCount = count
  }

  /// A table of records: the columns are the records' names in the order first seen; a name that a
  /// record lacks gives null.
  public init(rows: [Record]) {
    var names: OrderedSet<String> = []
    for row in rows where row.names != names.elements { names.formUnion(row.names) }
    var columns: OrderedDictionary<String, [Value]> = [:]
    for name in names { columns[name] = rows.map { $0[name] ?? .null } }
    self.columns = columns
    rowCount = rows.count
  }

  public var names: [String] { Array(columns.keys) }
  public var columnCount: Int { columns.count }

  /// A column's values, or nil if there is none of this name.
  public func column(_ name: String) -> [Value]? { columns[name] }

  /// A row as a record; `index` must be in `0..<rowCount`.
  public func row(_ index: Int) -> Record {
    Record(columns.map { ($0.key, $0.value[index]) })
  }

  public var rows: [Record] { (0..<rowCount).map(row) }

  /// The rows at `indices`, in that order; each must be in `0..<rowCount`.
  public func selecting(_ indices: [Int]) -> Table {
    var result = self
    for (name, values) in columns { result.columns[name] = indices.map { values[$0] } }
    return Table(kept: result.columns, rowCount: indices.count)
  }

  /// The table with a column added or replaced; nil if the length differs.
  public func setting(_ name: String, _ values: [Value]) -> Table? {
    if values.count != rowCount && columnCount > 0 { return nil }
    var columns = columns
    columns[name] = values
    return Table(kept: columns, rowCount: values.count)
  }

  /// The columns of these names only, in this order; unknown names are left out.
  public func keeping(_ names: [String]) -> Table {
    var kept: OrderedDictionary<String, [Value]> = [:]
    for name in names { kept[name] = columns[name] }
    return Table(kept: kept, rowCount: rowCount)
  }

  private init(kept columns: OrderedDictionary<String, [Value]>, rowCount: Int) {
    self.columns = columns
    self.rowCount = rowCount
  }
}
