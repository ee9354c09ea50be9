import Testing

@testable import Plots

@Suite("Histograms") struct HistogramTests {
  /// The intervals and counts as printed.
  private func rows(_ chart: String) -> [(low: Double, high: Double, closed: Bool, count: Int)] {
    ChartReading(chart).lines.compactMap { line in
      guard line.hasPrefix("["), let bar = line.firstIndex(of: "│") else { return nil }
      let label = line[..<bar].split { " [,)]".contains($0) }
      guard label.count == 2, let low = Double(label[0]), let high = Double(label[1]),
        let count = line.split(separator: " ").last.flatMap({ Int($0) })
      else { return nil }
      return (low, high, line[..<bar].contains("]"), count)
    }
  }

  @Test("the printed counts are those of the printed intervals")
  func counts() throws {
    var numbers = TestNumbers(1)
    for round in 0..<200 {
      let spread = [0.01, 1, 250, 1e5][round % 4]
      var values = (0..<500).map { _ in
        (Double.random(in: 0...1, using: &numbers) + .random(in: 0...1, using: &numbers)) * spread
      }
      if round % 3 == 0 { values = values.map { $0.rounded() } }
      let log = round % 5 == 4
      if log { values = values.map { $0 + 0.001 } }
      let chart = try Chart.histogram(values, options: ChartOptions(xAxis: log ? .log : .linear))
      let rows = rows(chart)
      if rows.isEmpty { continue }
      #expect(rows.map(\.count).reduce(0, +) == 500)
      for row in rows {
        let inside = values.filter {
          $0 >= row.low && ($0 < row.high || row.closed && $0 == row.high)
        }
        #expect(inside.count == row.count, "round \(round): \(row)")
      }
      for (one, next) in zip(rows, rows.dropFirst()) { #expect(one.high == next.low) }
    }
  }

  @Test("whole numbers of a small range get a bar each")
  func whole() throws {
    let chart = try Chart.histogram(
      [1, 1, 2, 4, 4, 4], options: ChartOptions(xLabel: "dice", width: 40))
    #expect(
      chart == """
        dice │ count
        1    │█████████████████████▍ 2
        2    │██████████▋ 1
        3    │ 0
        4    │████████████████████████████████ 3

        (6 values, 1 to 4, mean 2.667)

        """)
  }

  @Test("bins are as many as asked for, of equal width, from the smallest to the largest value")
  func bins() throws {
    var numbers = TestNumbers(2)
    let values = (0..<400).map { _ in Double.random(in: -2...7, using: &numbers) }
    for bins in [1, 2, 7, 50, 200] {
      let intervals = Intervals(values, bins: bins, kind: .linear)
      #expect(intervals.edges.count == bins + 1)
      #expect(intervals.edges.first == values.min() && intervals.edges.last == values.max())
      #expect(intervals.counts(values).reduce(0, +) == 400)
      let chart = try Chart.histogram(values, bins: bins)
      #expect(rows(chart).count == bins)
    }
    for bins in [0, -1, 201] {
      #expect(throws: PlotError.option(name: "bins", value: bins, allowed: 1...200)) {
        try Chart.histogram(values, bins: bins)
      }
    }
  }

  @Test("one value many times over is one interval or a few")
  func constant() throws {
    for value in [0.0, 3, -3, 0.25, 1e9, 1e300, -1e-300] {
      let chart = try Chart.histogram(Array(repeating: value, count: 10))
      #expect(chart.contains(" 10\n"), "\(chart)")
      #expect(chart.contains(valueText(value)))
    }
  }

  @Test("what cannot be shown is said; nothing to show is an error")
  func leftOut() throws {
    let chart = try Chart.histogram([1, 2, .nan, .infinity, 3])
    #expect(chart.contains("(3 values, 1 to 3, mean 2)"))
    #expect(chart.contains("(2 values left out: not finite)"))
    let log = try Chart.histogram([0, -1, 1, 2], options: ChartOptions(xAxis: .log))
    #expect(log.contains("(2 values left out: a log axis needs > 0)"))
    #expect(throws: PlotError.noData(chart: "histogram")) { try Chart.histogram([]) }
    #expect(throws: PlotError.nothingToShow(chart: "histogram", values: 1, onLogAxis: false)) {
      try Chart.histogram([.nan])
    }
  }

  @Test("any input gives a chart within its width that counts every value, or an error")
  func anything() throws {
    var numbers = TestNumbers(6)
    for round in 0..<600 {
      let values = (0..<Int.random(in: 0...40, using: &numbers)).map { _ in numbers.value() }
      let kind = AxisKind.allCases[round % 2]
      let bins = round % 3 == 0 ? Int.random(in: 1...40, using: &numbers) : nil
      let options = ChartOptions(
        xLabel: numbers.label(), xAxis: kind, yAxis: AxisKind.allCases[round / 2 % 2])
      guard let chart = try? Chart.histogram(values, bins: bins, options: options) else { continue }
      expectWellFormed(chart, width: 72)
      let shown = values.filter { Axis.canShow($0, on: kind) }
      let intervals = Intervals(shown, bins: bins, kind: kind)
      #expect(intervals.counts(shown).reduce(0, +) == shown.count)
      #expect(intervals.labels.count == intervals.edges.count - 1)
      #expect(zip(intervals.edges, intervals.edges.dropFirst()).allSatisfy { $0 < $1 })
    }
  }
}
