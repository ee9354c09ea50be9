import Files

/// Why there is no chart, apart from its wording.
public enum PlotError: DescribedError, Equatable {
  /// Nothing was given.
  case noData(chart: String)
  /// Values were given, but none that the axes can show.
  case nothingToShow(chart: String, values: Int, onLogAxis: Bool)
  /// A series has not one y for each x.
  case lengths(series: String, x: Int, y: Int)
  case tooManySeries(count: Int, limit: Int)
  /// A grid's row has not one value for each column, or there is not one label for each row.
  case grid(what: String, found: Int, wanted: Int)
  /// A grid's cell was given more than once.
  case doubleCell(row: String, column: String)
  case option(name: String, value: Int, allowed: ClosedRange<Int>)

  public var code: String {
    switch self {
    case .noData: "E0701"
    case .nothingToShow: "E0702"
    case .lengths: "E0703"
    case .tooManySeries: "E0704"
    case .grid: "E0705"
    case .doubleCell: "E0706"
    case .option: "E0707"
    }
  }

  public var message: String {
    switch self {
    case .noData(let chart): "there is nothing to draw in this \(chart)"
    case .nothingToShow(let chart, let values, let onLogAxis):
      "none of the \(values) values of this \(chart) is a "
        + (onLogAxis ? "number above 0, as a log axis needs" : "finite number")
    case .lengths(let series, let x, let y):
      "the series '\(series)' has \(x) x values and \(y) y values"
    case .tooManySeries(let count, let limit):
      "\(count) series are too many for one chart, \(limit) can be told apart"
    case .grid(let what, let found, let wanted):
      "the heat map has \(found) \(what) where \(wanted) are needed"
    case .doubleCell(let row, let column):
      "the heat map has more than one value for row '\(row)', column '\(column)'"
    case .option(let name, let value, let allowed):
      "\(name) is \(value), allowed are \(allowed.lowerBound) to \(allowed.upperBound)"
    }
  }

  public var hint: String? {
    switch self {
    case .doubleCell: "summarize the table by both columns first"
    case .tooManySeries: "filter the table, or draw several charts"
    default: nil
    }
  }
}
