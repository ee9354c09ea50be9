extension Chart {
  /// A scatter chart: one mark a point.
  ///
  /// Several series have different marks. Of a single one, the mark's size says how many points a
  /// cell holds.
  ///
  /// - Throws: ``PlotError``.
  public static func scatter(_ series: [Series], options: ChartOptions = ChartOptions())
    throws(PlotError) -> String
  {
    let plotted = try PlottedSeries(series, chart: "scatter chart", options: options, sorted: false)
    var frame = plotted.frame(options: options)
    var legend: [String] = []

    // For each cell, how many points it holds and of which series.
    var cells = Array(
      repeating: (points: 0, first: 0, isShared: false), count: frame.columns * frame.rows)
    for (index, entry) in plotted.entries.enumerated() {
      for point in entry.points {
        let cell = frame.row(point.y) * frame.columns + frame.column(point.x)
        if cells[cell].points == 0 { cells[cell].first = index }
        cells[cell].points += 1
        if cells[cell].first != index { cells[cell].isShared = true }
      }
    }
    let most = cells.map(\.points).max() ?? 1
    for (cell, here) in cells.enumerated() where here.points > 0 {
      let mark: Character
      if plotted.entries.count > 1 {
        mark = here.isShared ? PlottedSeries.sharedMark : PlottedSeries.marks[here.first]
      } else if most == 1 {
        mark = PlottedSeries.marks[0]
      } else {
        mark = here.points == 1 ? "·" : here.points <= 3 ? "•" : "●"
      }
      frame.put(mark, column: cell % frame.columns, row: cell / frame.columns)
    }

    if plotted.entries.count > 1 {
      legend = plotted.entries.enumerated().map { "\(PlottedSeries.marks[$0]) \($1.name)" }
      if cells.contains(where: \.isShared) {
        legend.append("\(PlottedSeries.sharedMark) several")
      }
    } else if most > 1 {
      legend = ["· 1 point", most == 2 ? "• 2 points" : "• 2–3 points"]
      if most > 3 { legend.append(most == 4 ? "● 4 points" : "● 4–\(most) points") }
    }
    return DisplayText.joined(frame.lines(legend: legend, notes: plotted.notes))
  }
}
