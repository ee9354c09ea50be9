/// Orders rows and items by keys.
public enum Ordering {
  /// The order that puts keys ascending: numbers, texts (by scalar), booleans, lists of these. What
  /// compares equal keeps its order; NaN stands after the other numbers and null after everything,
  /// in a descending order too.
  ///
  /// - Parameter keys: one list a row, compared from its first item on.
  /// - Returns: the indices of the rows in their new order.
  /// - Throws: ``LanguageError/notOrdered(_:_:)`` where two keys cannot be compared.
  /// - Complexity: O(n log n) comparisons.
  public static func indices(of keys: [[Value]], descending: Bool = false) throws -> [Int] {
    try keys.indices.sorted { a, b in
      for (x, y) in zip(keys[a], keys[b]) {
        let order = try compare(x, y, descending: descending)
        if order != 0 { return order < 0 }
      }
      return a < b
    }
  }

  private static func compare(_ a: Value, _ b: Value, descending: Bool) throws(LanguageError)
    -> Int
  {
    let (rankA, rankB) = (rank(a), rank(b))
    if rankA != rankB { return rankA < rankB ? -1 : 1 }
    if rankA > 0 { return 0 }
    guard let order = a.order(to: b) else {
      throw .notOrdered(a.typeNameWithArticle, b.typeNameWithArticle)
    }
    return descending ? -order : order
  }

  private static func rank(_ value: Value) -> Int { value.isNull ? 2 : value.isNaN ? 1 : 0 }
}

extension Table {
  /// The values of columns, row by row.
  ///
  /// - Throws: ``LanguageError/noColumn(name:suggestion:columns:)``.
  public func keys(_ names: [String]) throws(LanguageError) -> [[Value]] {
    var columns: [[Value]] = []
    for name in names { columns.append(try existingColumn(name)) }
    return (0..<rowCount).map { row in columns.map { $0[row] } }
  }

  /// A column, or the error that says which there are.
  public func existingColumn(_ name: String) throws(LanguageError) -> [Value] {
    guard let column = column(name) else {
      throw .noColumn(
        name: name, suggestion: Suggestion.nearest(to: name, among: names), columns: names)
    }
    return column
  }
}
