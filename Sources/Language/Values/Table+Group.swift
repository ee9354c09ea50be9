import OrderedCollections

extension Table {
  /// The rows that have the same values in some columns, groups in the order first met.
  ///
  /// - Returns: for each group its key and the indices of its rows.
  public func groups(by names: [String]) throws(LanguageError) -> [(key: [Value], rows: [Int])] {
    let keys = try keys(names)
    return Table.groups(of: keys)
  }

  /// Equal keys brought together.
  public static func groups(of keys: [[Value]]) -> [(key: [Value], rows: [Int])] {
    var groups: OrderedDictionary<[ValueKey], [Int]> = [:]
    for (row, key) in keys.enumerated() { groups[key.map(ValueKey.init), default: []].append(row) }
    return groups.map { (key: $0.key.map(\.value), rows: $0.value) }
  }

  /// One row a group: its key, `n`, and its rows as a table in the column `rows`.
  public func grouped(by names: [String]) throws(LanguageError) -> Table {
    let groups = try groups(by: names)
    var columns = names.enumerated().map { index, name in (name, groups.map { $0.key[index] }) }
    columns.append(("n", groups.map { .int($0.rows.count) }))
    columns.append(("rows", groups.map { .table(selecting($0.rows)) }))
    return Table(rows: []).adding(columns, rowCount: groups.count)
  }

  /// The table with columns added or replaced, which all have `rowCount` values.
  func adding(_ columns: [(String, [Value])], rowCount: Int) -> Table {
    var table = self
    for (name, values) in columns { table = table.setting(name, values) ?? table }
    return table
  }
}

/// What `summarize` says of the values of a column in one group.
public enum Statistic: String, WordParameter {
  case mean, std, sem, min, median, max, sum, count, first, last

  /// The statistic of a column's values, nulls left out.
  ///
  /// Null where there is none: of no values, and `sem` of one.
  func value(of values: [Value]) throws(LanguageError) -> Value {
    switch self {
    case .count: return .int(values.count)
    case .first: return values.first ?? .null
    case .last: return values.last ?? .null
    case .min: return values.isEmpty ? .null : try Value.extreme(values, largest: false)
    case .max: return values.isEmpty ? .null : try Value.extreme(values, largest: true)
    case .mean, .std, .sem, .median, .sum: break
    }
    let numbers = try NumberList(values)
    if numbers.count < (self == .sem ? 2 : 1) { return .null }
    switch self {
    case .mean: return .float(try numbers.mean())
    case .std: return .float(try numbers.standardDeviation())
    case .sem: return .float(try numbers.standardError())
    case .median: return .float(try numbers.quantile(0.5))
    default: return try numbers.sum()
    }
  }
}

extension Table {
  /// One row a group: its key, how many rows it has, and statistics of the other columns.
  ///
  /// Rows whose column `error` is not null are counted in a column `failed` and otherwise left out,
  /// so that a sweep's failed points do not hide.
  ///
  /// - Parameters:
  ///   - columns: which to describe; nil takes all numeric and boolean ones but `seed`.
  ///   - statistics: with one alone its columns keep their names, otherwise they are `loss_mean`, ….
  public func summarized(
    by names: [String], columns wanted: [String]?, statistics: [Statistic]
  ) throws(LanguageError) -> Table {
    let groups = names.isEmpty ? [(key: [], rows: Array(0..<rowCount))] : try groups(by: names)
    let errors = column("error")
    let hasErrors = errors?.contains { !$0.isNull } ?? false
    let good = groups.map { group in group.rows.filter { errors?[$0].isNull ?? true } }
    let described = wanted ?? numericColumns.filter { $0 != "seed" && !names.contains($0) }

    var columns = names.enumerated().map { index, name in (name, groups.map { $0.key[index] }) }
    columns.append(("n", good.map { .int($0.count) }))
    if hasErrors {
      columns.append(("failed", zip(groups, good).map { .int($0.rows.count - $1.count) }))
    }
    for name in described {
      let values = try existingColumn(name)
      for statistic in statistics {
        var results: [Value] = []
        for rows in good {
          let present = rows.map { values[$0] }.filter { !$0.isNull }
          do throws(LanguageError) {
            results.append(try statistic.value(of: present))
          } catch .notANumber(let given, _) {
            throw .invalid(
              "the column '\(name)' holds \(given), which has no \(statistic.rawValue)", hint: nil)
          }
        }
        let title = statistics.count == 1 ? name : "\(name)_\(statistic.rawValue)"
        columns.append((title, results))
      }
    }
    return Table(rows: []).adding(columns, rowCount: groups.count)
  }

  /// The columns whose values are all numbers, booleans or null, with at least one that is not null.
  public var numericColumns: [String] {
    columns.filter { _, values in
      var found = false
      for value in values {
        switch value {
        case .int, .float, .bool: found = true
        case .null: continue
        default: return false
        }
      }
      return found
    }.map(\.key)
  }
}
