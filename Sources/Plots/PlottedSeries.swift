/// Series whose points were checked, with those that the axes cannot show taken out.
struct PlottedSeries {
  /// One run of points without a gap, in the order they were given.
  typealias Run = [(x: Double, y: Double)]

  struct Entry {
    let name: String
    var runs: [Run]
    var points: Run { runs.flatMap(\.self) }
  }

  private(set) var entries: [Entry] = []
  private(set) var notFinite = 0
  private(set) var notPositive = 0

  /// The marks, and how many series can be told apart by them.
  static let marks: [Character] = Array("●○■□▲▼×+ABCDEFGHIJKLMNOPQR")
  /// Where two series meet in a cell.
  static let sharedMark: Character = "*"

  init(_ series: [Series], chart: String, options: ChartOptions, sorted: Bool) throws(PlotError) {
    try options.check()
    guard series.contains(where: { !$0.x.isEmpty || !$0.y.isEmpty }) else {
      throw .noData(chart: chart)
    }
    guard series.count <= Self.marks.count else {
      throw .tooManySeries(count: series.count, limit: Self.marks.count)
    }
    for (index, one) in series.enumerated() {
      let name =
        one.name.isEmpty && series.count > 1
        ? "series \(index + 1)" : DisplayText.oneLine(one.name)
      guard one.x.count == one.y.count else {
        throw .lengths(series: name, x: one.x.count, y: one.y.count)
      }
      entries.append(Entry(name: name, runs: runs(of: one, options: options, sorted: sorted)))
    }
    if entries.allSatisfy(\.runs.isEmpty) {
      throw .nothingToShow(
        chart: chart, values: notFinite + notPositive, onLogAxis: notPositive > 0)
    }
  }

  private mutating func runs(of series: Series, options: ChartOptions, sorted: Bool) -> [Run] {
    // By x, and points of one x in the order given. A point without an x has no place in that order.
    var order = Array(series.x.indices)
    if sorted {
      order = order.filter { series.x[$0].isFinite }
      notFinite += series.x.count - order.count
      order.sort { (series.x[$0], $0) < (series.x[$1], $1) }
    }
    var runs: [Run] = []
    var run: Run = []
    for index in order {
      let (x, y) = (series.x[index], series.y[index])
      if Axis.canShow(x, on: options.xAxis) && Axis.canShow(y, on: options.yAxis) {
        run.append((x, y))
        continue
      }
      if x.isFinite && y.isFinite { notPositive += 1 } else { notFinite += 1 }
      if !run.isEmpty { runs.append(run) }
      run = []
    }
    if !run.isEmpty { runs.append(run) }
    return runs
  }

  var notes: [String] { ChartText.leftOut(notFinite: notFinite, notPositive: notPositive) }

  /// An empty plot area for all points; a single series' name stands in for a missing `yLabel`.
  func frame(options: ChartOptions) -> AxisFrame {
    let points = entries.flatMap(\.points)
    var options = options
    if options.yLabel.isEmpty && entries.count == 1 { options.yLabel = entries[0].name }
    return AxisFrame(x: points.map(\.x), y: points.map(\.y), options: options)
  }
}
