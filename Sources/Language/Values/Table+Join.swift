import OrderedCollections

/// Which rows a join keeps that find no partner.
public enum JoinKind: String, WordParameter { case inner, left, full }

extension Table {
  /// Puts rows of two tables side by side where the columns `names` are equal.
  ///
  /// Rows stand in this table's order, then in the other's. A row with several partners gives
  /// several rows; what finds none has nulls. Other columns that both tables have get `_right`
  /// behind the other's name.
  ///
  /// - Complexity: O(rows of both + rows of the result).
  public func joined(with other: Table, on names: [String], kind: JoinKind) throws(LanguageError)
    -> Table
  {
    let mine = try keys(names)
    let theirs = try other.keys(names)
    var partners: [[ValueKey]: [Int]] = [:]
    for (row, key) in theirs.enumerated() {
      partners[key.map(ValueKey.init), default: []].append(row)
    }
    var pairs: [(Int?, Int?)] = []
    var used = Set<Int>()
    for (row, key) in mine.enumerated() {
      let matches = partners[key.map(ValueKey.init)] ?? []
      for match in matches { pairs.append((row, match)) }
      if matches.isEmpty && kind != .inner { pairs.append((row, nil)) }
      if kind == .full { used.formUnion(matches) }
      if pairs.count > Value.itemLimit {
        throw .tooLarge(what: "the join", count: pairs.count, limit: Value.itemLimit)
      }
    }
    if kind == .full {
      for row in 0..<other.rowCount where !used.contains(row) { pairs.append((nil, row)) }
    }

    let shared = Set(names)
    var columns: [(String, [Value])] = []
    for (name, values) in self.columns {
      let others = shared.contains(name) ? other.column(name) : nil
      columns.append(
        (
          name,
          pairs.map { row, match in
            if let row { return values[row] }
            return match.flatMap { others?[$0] } ?? .null
          }
        ))
    }
    var taken = Set(self.names)
    for (name, values) in other.columns where !shared.contains(name) {
      var title = name
      while taken.contains(title) { title += "_right" }
      taken.insert(title)
      columns.append((title, pairs.map { _, match in match.map { values[$0] } ?? .null }))
    }
    return Table(rows: []).adding(columns, rowCount: pairs.count)
  }
}
