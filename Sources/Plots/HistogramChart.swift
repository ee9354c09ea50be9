extension Chart {
  /// A histogram: how many values lie in each of several intervals, as bars.
  ///
  /// - Parameters:
  ///   - bins: how many intervals of equal width from the smallest to the largest value; without
  ///     it, about as many as Sturges' rule says, with round ends. Whole numbers of a small range
  ///     get a bar each.
  ///   - options: `xAxis` may be logarithmic (then the intervals grow by factors and `bins` is a
  ///     wish), and so may `yAxis`, for the counts.
  /// - Throws: ``PlotError``.
  public static func histogram(
    _ values: [Double], bins: Int? = nil, options: ChartOptions = ChartOptions()
  ) throws(PlotError) -> String {
    try options.check()
    if let bins, !(1...200).contains(bins) {
      throw .option(name: "bins", value: bins, allowed: 1...200)
    }
    if values.isEmpty { throw .noData(chart: "histogram") }
    let shown = values.filter { Axis.canShow($0, on: options.xAxis) }
    let notFinite = values.filter { !$0.isFinite }.count
    guard let smallest = shown.min(), let largest = shown.max() else {
      throw .nothingToShow(
        chart: "histogram", values: values.count, onLogAxis: notFinite < values.count)
    }

    let intervals = Intervals(shown, bins: bins, kind: options.xAxis)
    let counts = intervals.counts(shown)
    let rows = zip(intervals.labels, counts).map {
      BarRow(label: $0, value: Double($1), text: String($1))
    }
    var barOptions = options
    if options.yLabel.isEmpty { barOptions.yLabel = "count" }
    let bars = BarArea(rows, options: barOptions)
    var mean = 0.0
    for (index, value) in shown.enumerated() {
      mean += value / Double(index + 1) - mean / Double(index + 1)
    }
    let summary =
      "\(ChartText.count(shown.count, "value")), \(valueText(smallest)) to \(valueText(largest)), "
      + "mean \(valueText(mean))"
    // That an empty interval has no bar is no news.
    let notes =
      [summary] + bars.notes.filter { $0.hasPrefix("log") }
      + ChartText.leftOut(
        notFinite: notFinite, notPositive: values.count - shown.count - notFinite, "value")
    return DisplayText.joined(
      ChartText.heading(options) + bars.header + rows.map(bars.line)
        + ChartText.notes(notes, width: options.width))
  }
}

/// A histogram's intervals: each from one edge up to, but not including, the next.
struct Intervals {
  /// Ascending; one more than there are intervals.
  let edges: [Double]
  let labels: [String]
  /// The last interval includes its upper edge.
  private let isClosed: Bool

  /// - Parameter values: not empty, and all can be shown on such an axis.
  init(_ values: [Double], bins: Int?, kind: AxisKind) {
    let smallest = values.min() ?? 0
    let largest = values.max() ?? 0
    let onlyWhole = kind == .linear && values.allSatisfy { $0 == $0.rounded() && abs($0) < 1e15 }
    let sturges = min(20, max(6, Int.bitWidth - values.count.leadingZeroBitCount + 1))
    var names: [String]?
    if kind == .linear, let bins, smallest < largest {
      let width = largest / 2 / Double(bins) - smallest / 2 / Double(bins)
      var edges = (0..<bins).map { smallest + width * 2 * Double($0) }
      edges.append(largest)
      // Intervals narrower than the numbers are fine would be empty and doubled.
      self.edges = edges.reduce(into: []) { if $1 > ($0.last ?? -.infinity) { $0.append($1) } }
      isClosed = true
    } else if onlyWhole && largest - smallest < Double(bins ?? max(20, sturges)) {
      // One number, one bar.
      let numbers = Array(stride(from: smallest, through: largest, by: 1))
      edges = numbers + [largest + 1]
      names = numbers.map(valueText)
      isClosed = false
    } else {
      let axis = Axis(kind, showing: values, target: bins ?? sturges, widened: true)
      var edges = axis.ticks.map(\.value)
      var texts = axis.ticks.map(\.label)
      isClosed = !onlyWhole
      if onlyWhole, edges.count > 1, let last = edges.last, last == largest {
        edges.append(last + last - edges[edges.count - 2])
        texts.append(valueText(edges[edges.count - 1]))
      }
      // Ends that no tick fits, for numbers at the limits of the range.
      if let first = edges.first, smallest < first {
        edges.insert(smallest, at: 0)
        texts.insert(valueText(smallest), at: 0)
      }
      if let last = edges.last, largest > last {
        edges.append(largest)
        texts.append(valueText(largest))
      }
      self.edges = edges
      names = Self.names(texts, isClosed: isClosed)
    }
    labels = names ?? Self.names(Self.texts(edges), isClosed: isClosed)
  }

  /// The edges with as many digits as it takes to tell them apart.
  private static func texts(_ edges: [Double]) -> [String] {
    var texts: [String] = []
    for digits in 3...17 {
      texts = edges.map { DecimalDigits($0).short(significant: digits) }
      if Set(texts).count == texts.count { break }
    }
    return texts
  }

  private static func names(_ texts: [String], isClosed: Bool) -> [String] {
    let width = texts.map { $0.utf8.count }.max() ?? 0
    return zip(texts, texts.dropFirst()).enumerated().map { index, ends in
      let end = isClosed && index == texts.count - 2 ? "]" : ")"
      return "[" + DisplayText.rightAligned(ends.0, to: width) + ", "
        + DisplayText.rightAligned(ends.1, to: width) + end
    }
  }

  /// How many values lie in each interval.
  func counts(_ values: [Double]) -> [Int] {
    var counts = Array(repeating: 0, count: max(1, edges.count - 1))
    for value in values {
      // The number of edges that are not above the value.
      var (low, high) = (0, edges.count)
      while low < high {
        let middle = (low + high) / 2
        if edges[middle] <= value { low = middle + 1 } else { high = middle }
      }
      counts[min(counts.count - 1, max(0, low - 1))] += 1
    }
    return counts
  }
}
