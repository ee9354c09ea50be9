extension Chart {
  /// A line chart: each series' points in the order of x, joined by lines.
  ///
  /// Up to four series differ by their strokes, all by marks: these stand at the points where there
  /// are few, and now and then along the line where there are many series. Where several points fall
  /// into one column, the line goes through their mean, and the chart says so. A value that is not
  /// finite leaves a gap.
  ///
  /// - Throws: ``PlotError``.
  /// - Complexity: O(n log n) for n points.
  public static func line(_ series: [Series], options: ChartOptions = ChartOptions())
    throws(PlotError) -> String
  {
    let plotted = try PlottedSeries(series, chart: "line chart", options: options, sorted: true)
    var frame = plotted.frame(options: options)
    let entries = plotted.entries
    let lines = entries.map { entry in
      entry.runs.map { LineRun($0, in: frame) }
    }
    let mostPoints = entries.map { $0.points.count }.max() ?? 0
    let isSparse = mostPoints <= frame.columns / 3
    let marksAlong = !isSparse && entries.count > Stroke.all.count

    // The first series lies on top.
    for (index, runs) in lines.enumerated().reversed() {
      for run in runs { run.draw(Stroke.all[index % Stroke.all.count], in: &frame) }
    }
    var marked: [[Int]: Int] = [:]
    for (index, runs) in lines.enumerated() {
      for run in runs {
        let columns =
          isSparse
          ? run.pointColumns
          : marksAlong ? run.columns.filter { ($0 + 5 * index) % 13 == 6 } : run.lonelyColumn
        for column in columns {
          let row = run.row(column)
          let other = marked.updateValue(index, forKey: [column, row])
          let isShared = isSparse && other != nil && other != index
          frame.put(
            isShared ? PlottedSeries.sharedMark : PlottedSeries.marks[index],
            column: column, row: row)
        }
      }
    }
    let isShared = (0..<frame.rows).contains { row in
      (0..<frame.columns).contains {
        frame.character(column: $0, row: row) == PlottedSeries.sharedMark
      }
    }

    var legend: [String] = []
    if entries.count > 1 {
      legend = entries.enumerated().map { index, entry in
        let stroke = Stroke.all[index % Stroke.all.count].horizontal
        let middle = isSparse || marksAlong ? PlottedSeries.marks[index] : stroke
        return "\(stroke)\(middle)\(stroke) \(entry.name)"
      }
      if isShared { legend.append("\(PlottedSeries.sharedMark) several") }
    }
    var notes = plotted.notes
    let most = lines.flatMap(\.self).map(\.mostPerColumn).max() ?? 0
    if most > 1 { notes.append("where points share a column, the line is at their mean") }
    return DisplayText.joined(frame.lines(legend: legend, notes: notes))
  }
}

/// The characters of one kind of line.
struct Stroke {
  let horizontal: Character
  let vertical: Character
  /// From the left, then down; from the left, then up; from above to the right; from below.
  let leftDown: Character
  let leftUp: Character
  let aboveRight: Character
  let belowRight: Character

  private init(_ characters: String) {
    let all = Array(characters)
    (horizontal, vertical) = (all[0], all[1])
    (leftDown, leftUp, aboveRight, belowRight) = (all[2], all[3], all[4], all[5])
  }

  static let all = [
    Stroke("─│╮╯╰╭"), Stroke("━┃┓┛┗┏"), Stroke("═║╗╝╚╔"), Stroke("┄┆┐┘└┌"),
  ]
}

/// A line without gaps as one row for each column of the plot area.
private struct LineRun {
  let pointColumns: [Int]
  let mostPerColumn: Int
  private let rows: [Int]
  private let firstColumn: Int

  /// - Parameter points: in ascending order of x; not empty.
  init(_ points: PlottedSeries.Run, in frame: AxisFrame) {
    var columns: [(column: Int, height: Double, count: Int)] = []
    for point in points {
      let column = frame.column(point.x)
      let height = frame.yAxis.fraction(point.y)
      if let last = columns.last, last.column == column {
        columns[columns.count - 1].height += height
        columns[columns.count - 1].count += 1
      } else {
        columns.append((column, height, 1))
      }
    }
    pointColumns = columns.map(\.column)
    mostPerColumn = columns.map(\.count).max() ?? 0
    firstColumn = pointColumns.first ?? 0

    func row(_ height: Double) -> Int {
      frame.rows - 1 - Int((height * Double(frame.rows - 1)).rounded())
    }
    var rows: [Int] = []
    for (index, here) in columns.enumerated() {
      let height = here.height / Double(here.count)
      rows.append(row(height))
      guard index + 1 < columns.count else { break }
      let next = columns[index + 1]
      let rise = next.height / Double(next.count) - height
      let distance = next.column - here.column
      for step in 1..<max(1, distance) {
        rows.append(row(height + rise * Double(step) / Double(distance)))
      }
    }
    self.rows = rows
  }

  var columns: Range<Int> { firstColumn..<firstColumn + rows.count }
  func row(_ column: Int) -> Int { rows[column - firstColumn] }

  /// The column of a point that has no line to it, which would not be seen.
  var lonelyColumn: [Int] { rows.count == 1 ? [firstColumn] : [] }

  func draw(_ stroke: Stroke, in frame: inout AxisFrame) {
    var before = rows[0]
    for (offset, row) in rows.enumerated() {
      let column = firstColumn + offset
      if row == before {
        frame.put(stroke.horizontal, column: column, row: row)
      } else {
        let goesDown = row > before
        frame.put(goesDown ? stroke.leftDown : stroke.leftUp, column: column, row: before)
        for between in min(row, before) + 1..<max(row, before) {
          frame.put(stroke.vertical, column: column, row: between)
        }
        frame.put(goesDown ? stroke.aboveRight : stroke.belowRight, column: column, row: row)
      }
      before = row
    }
  }
}
