/// Points of one name, drawn with one mark.
public struct Series: Sendable, Equatable {
  public var name: String
  public var x: [Double]
  public var y: [Double]

  /// - Parameter name: shown in the legend; a single series may leave it empty.
  public init(name: String = "", x: [Double], y: [Double]) {
    (self.name, self.x, self.y) = (name, x, y)
  }

  /// A series over 0, 1, 2, ….
  public init(name: String = "", y: [Double]) {
    self.init(name: name, x: y.indices.map(Double.init), y: y)
  }

  /// One value for each step from 1 on, as means over `width` steps in a row: each stands at the middle of
  /// its steps, the last of as many as are left.
  ///
  /// - Complexity: O(steps).
  public init(name: String = "", steps: [Double], averagedOver width: Int) {
    let width = max(width, 1)
    self.init(name: name, x: [], y: [])
    for start in stride(from: 0, to: steps.count, by: width) {
      let end = min(start + width, steps.count)
      x.append(Double(start + 1 + end) / 2)
      y.append(steps[start..<end].reduce(0, +) / Double(end - start))
    }
  }
}

/// One bar of a bar chart.
public struct Bar: Sendable, Equatable {
  public var label: String
  public var value: Double

  public init(_ label: String, _ value: Double) { (self.label, self.value) = (label, value) }
}

/// Bars that stand together under a heading.
public struct BarGroup: Sendable, Equatable {
  /// The heading; none is shown where it is empty.
  public var name: String
  public var bars: [Bar]

  public init(name: String = "", bars: [Bar]) { (self.name, self.bars) = (name, bars) }
}

/// The values of a heat map, row by row from the top.
public struct Grid: Sendable, Equatable {
  public var rows: [String]
  public var columns: [String]
  /// `[rows][columns]`; a value that is not finite leaves its cell empty.
  public var values: [[Double]]

  public init(rows: [String], columns: [String], values: [[Double]]) {
    (self.rows, self.columns, self.values) = (rows, columns, values)
  }

  /// A grid from a long list of cells; rows and columns stand in the order of their first cell,
  /// and cells that are not in the list stay empty.
  ///
  /// - Throws: ``PlotError/doubleCell(row:column:)``.
  public init(cells: [(row: String, column: String, value: Double)]) throws(PlotError) {
    var rowPlaces: [String: Int] = [:]
    var columnPlaces: [String: Int] = [:]
    (rows, columns) = ([], [])
    for cell in cells {
      if rowPlaces[cell.row] == nil {
        rowPlaces[cell.row] = rows.count
        rows.append(cell.row)
      }
      if columnPlaces[cell.column] == nil {
        columnPlaces[cell.column] = columns.count
        columns.append(cell.column)
      }
    }
    values = Array(repeating: Array(repeating: .nan, count: columns.count), count: rows.count)
    var filled: Set<[Int]> = []
    for cell in cells {
      guard let row = rowPlaces[cell.row], let column = columnPlaces[cell.column] else { continue }
      guard filled.insert([row, column]).inserted else {
        throw .doubleCell(row: cell.row, column: cell.column)
      }
      values[row][column] = cell.value
    }
  }
}

/// How an axis places its values.
public enum AxisKind: String, Sendable, CaseIterable {
  case linear
  /// Equal steps for equal factors; values at or below 0 cannot be shown.
  case log
}

/// What stands around a chart, and how large it is.
public struct ChartOptions: Sendable, Equatable {
  public var title: String
  /// The horizontal axis: its name and unit (`"step"`, `"time (s)"`).
  public var xLabel: String
  public var yLabel: String
  public var xAxis: AxisKind
  public var yAxis: AxisKind
  /// The widest line, in columns of a monospaced font.
  public var width: Int
  /// About how many rows the plot area has; it is chosen so that ticks fall on whole rows.
  public var height: Int

  public static let widths = 40...400
  public static let heights = 4...100

  public init(
    title: String = "", xLabel: String = "", yLabel: String = "", xAxis: AxisKind = .linear,
    yAxis: AxisKind = .linear, width: Int = 72, height: Int = 16
  ) {
    self.title = title
    (self.xLabel, self.yLabel) = (xLabel, yLabel)
    (self.xAxis, self.yAxis) = (xAxis, yAxis)
    (self.width, self.height) = (width, height)
  }

  func check() throws(PlotError) {
    guard Self.widths.contains(width) else {
      throw .option(name: "width", value: width, allowed: Self.widths)
    }
    guard Self.heights.contains(height) else {
      throw .option(name: "height", value: height, allowed: Self.heights)
    }
  }
}

/// Charts as plain text: every line at most ``ChartOptions/width`` columns, no trailing blanks, the
/// same bytes for the same input on every machine.
public enum Chart {}
