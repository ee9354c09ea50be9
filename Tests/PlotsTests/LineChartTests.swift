import Testing

@testable import Plots

@Suite("Line and scatter charts") struct LineChartTests {
  @Test("a golden chart: falling loss with few points")
  func goldenLine() throws {
    let chart = try Chart.line(
      [
        Series(name: "train", x: [1, 2, 3, 4, 5], y: [4, 3.2, 2.4, 1.9, 1.5]),
        Series(name: "validation", x: [1, 2, 3, 4, 5], y: [4, 3.4, 2.9, 2.7, 2.9]),
      ],
      options: ChartOptions(
        title: "Loss", xLabel: "epoch", yLabel: "nats", width: 48, height: 11))
    #expect(
      chart == """
        Loss

        ─●─ train   ━○━ validation   * several
        nats
        4 ┤*──╮┓
          │   ╰───╮━━┓
          │       ╰───*╮━━━━┓
        3 ┤            ╰────╮━━━━○━━━┓              ┏━━○
          │                 ╰───╮    ┗━━━━━━○━━━━━━━┛
          │                     ╰●─────╮
        2 ┤                            ╰────●─╮
          │                                   ╰────────●
          │
        1 ┤
          └┬──────────┬──────────┬──────────┬──────────┬
           1          2          3          4          5
                               epoch

        """)
  }

  @Test("steps as means: each at the middle of its own, the last of what is left")
  func averagedSteps() {
    let series = Series(steps: [8, 6, 4, 2, 5], averagedOver: 2)
    #expect(series.x == [1.5, 3.5, 5])
    #expect(series.y == [7, 3, 5])
    #expect(Series(steps: [3, 1], averagedOver: 1) == Series(x: [1, 2], y: [3, 1]))
    #expect(Series(steps: [], averagedOver: 4).y.isEmpty)
  }

  @Test("points at ticks stand in the ticks' rows and columns")
  func placement() throws {
    for draw in [Chart.line, Chart.scatter] as [([Series], ChartOptions) throws -> String] {
      let numbers = [0.0, 10, 20, 30, 40, 50]
      let chart = try draw(
        [Series(x: numbers, y: [0, 2, 8, 4, 6, 10])], ChartOptions())
      let reading = ChartReading(chart)
      let columns = Dictionary(
        uniqueKeysWithValues: reading.columnTicks.map { ($0.label, $0.column) })
      for (x, y) in zip(["0", "10", "20", "30", "40", "50"], ["0", "2", "8", "4", "6", "10"]) {
        let row = reading.rowLabels.first { $0.value == y }?.key
        #expect(reading.places(of: "●").contains([columns[x] ?? -1, row ?? -1]), "\(x), \(y)")
      }
      #expect(reading.places(of: "●").count == 6)
    }
  }

  @Test("marks lie where the axis' own arithmetic puts them, on linear and log axes")
  func placementBruteForce() throws {
    var numbers = TestNumbers(3)
    for round in 0..<200 {
      let log = round % 2 == 1
      let x = (0..<8).map { _ in Double.random(in: 1...500, using: &numbers) }
      let y = (0..<8).map { _ in Double.random(in: 0.1...80, using: &numbers) }
      let options = ChartOptions(xAxis: log ? .log : .linear, yAxis: log ? .log : .linear)
      let reading = ChartReading(try Chart.scatter([Series(x: x, y: y)], options: options))
      let rows = reading.rowLabels.keys.sorted()
      let top = try #require(Double(reading.rowLabels[rows[0]] ?? ""))
      let bottom = try #require(Double(reading.rowLabels[rows[rows.count - 1]] ?? ""))
      let height = Double(rows[rows.count - 1])
      #expect(top >= (y.max() ?? 0) && bottom <= (y.min() ?? 0))
      var marks = reading.places(of: "●")
      for mark in "·•" { marks.formUnion(reading.places(of: mark)) }
      for value in y {
        func scale(_ value: Double) -> Double { log ? logarithm10(value) : value }
        let row = (scale(top) - scale(value)) / (scale(top) - scale(bottom)) * height
        #expect(
          marks.contains { abs(Double($0[1]) - row) <= 0.5 + 1e-6 }, "round \(round): \(value)")
      }
    }
  }

  @Test("a line without gaps has no column without it")
  func connected() throws {
    var numbers = TestNumbers(4)
    for count in [2, 5, 60, 1_000] {
      let y = (0..<count).map { _ in Double.random(in: -1...1, using: &numbers) }
      let reading = ChartReading(try Chart.line([Series(y: y)]))
      let width = reading.area.map(\.count).max() ?? 0
      for column in 0..<width {
        #expect(reading.area.contains { $0.count > column && $0[column] != " " })
      }
    }
  }

  @Test("a value that is not finite leaves a gap, and the chart says so")
  func gaps() throws {
    let chart = try Chart.line([Series(y: [0, 1, .nan, 3, .infinity, 5])])
    let reading = ChartReading(chart)
    #expect(chart.contains("(2 points left out: not finite)"))
    let empty = (0..<60).filter { column in
      !reading.area.contains { $0.count > column && $0[column] != " " }
    }
    #expect(empty.count > 20)
    #expect(reading.places(of: "●").count == 4)
    let log = try Chart.line(
      [Series(x: [-1, 0, 1, 10], y: [1, 1, 1, 1])], options: ChartOptions(xAxis: .log))
    #expect(log.contains("(2 points left out: a log axis needs > 0)"))
  }

  @Test("many points in a column give their mean, and the chart says so")
  func mean() throws {
    // 2 and 6 in turn, whose mean is at a tick.
    let y = [0.0] + (0..<10_000).map { Double($0 % 2) * 4 + 2 } + [10]
    let chart = try Chart.line([Series(y: y)])
    #expect(chart.contains("the line is at their mean"))
    let reading = ChartReading(chart)
    let row = reading.rowLabels.first { $0.value == "4" }?.key
    #expect(reading.places(of: "─").filter { $0[1] == row }.count > 60)
  }

  @Test("points are joined in the order of x")
  func order() throws {
    let sorted = try Chart.line([Series(x: [1, 2, 3, 4], y: [1, 4, 2, 3])])
    #expect(try Chart.line([Series(x: [3, 1, 4, 2], y: [2, 1, 3, 4])]) == sorted)
  }

  @Test("a golden scatter of two series")
  func goldenScatter() throws {
    let chart = try Chart.scatter(
      [
        Series(name: "cats", x: [0, 1, 2], y: [0, 1, 4]),
        Series(name: "犬", x: [0, 4, 2], y: [4, 2, 4]),
      ], options: ChartOptions(xLabel: "x", yLabel: "y", width: 40, height: 5))
    #expect(
      chart == """
        ● cats   ○ 犬   * several
        y
        4 ┤○                 *
          │
        2 ┤                                    ○
          │         ●
        0 ┤●
          └┬────────┬────────┬────────┬────────┬
           0        1        2        3        4
                             x

        """)
  }

  @Test("a scatter's marks tell how many points a cell holds")
  func density() throws {
    let chart = try Chart.scatter(
      [Series(x: [0, 1, 1, 2, 2, 2, 2, 2], y: [0, 1, 1, 2, 2, 2, 2, 2])])
    let reading = ChartReading(chart)
    #expect(reading.places(of: "·").count == 1)
    #expect(reading.places(of: "•").count == 1)
    #expect(reading.places(of: "●").count == 1)
    #expect(reading.lines[0] == "· 1 point   • 2–3 points   ● 4–5 points")
  }

  @Test("wrong input is an error that says what is wrong")
  func errors() {
    #expect(throws: PlotError.noData(chart: "line chart")) { try Chart.line([]) }
    #expect(throws: PlotError.noData(chart: "scatter chart")) {
      try Chart.scatter([Series(y: []), Series(y: [])])
    }
    #expect(throws: PlotError.lengths(series: "a", x: 2, y: 1)) {
      try Chart.line([Series(name: "a", x: [1, 2], y: [1])])
    }
    #expect(throws: PlotError.nothingToShow(chart: "line chart", values: 2, onLogAxis: false)) {
      try Chart.line([Series(y: [.nan, .infinity])])
    }
    #expect(throws: PlotError.nothingToShow(chart: "line chart", values: 2, onLogAxis: true)) {
      try Chart.line([Series(y: [0, -1])], options: ChartOptions(yAxis: .log))
    }
    #expect(throws: PlotError.tooManySeries(count: 27, limit: 26)) {
      try Chart.line(Array(repeating: Series(y: [1]), count: 27))
    }
    #expect(throws: PlotError.option(name: "width", value: 3, allowed: 40...400)) {
      try Chart.line([Series(y: [1])], options: ChartOptions(width: 3))
    }
    #expect(throws: PlotError.option(name: "height", value: 1_000_000, allowed: 4...100)) {
      try Chart.line([Series(y: [1])], options: ChartOptions(height: 1_000_000))
    }
  }

  @Test("any input gives a chart within its width, or an error; twice the same")
  func anything() throws {
    var numbers = TestNumbers(5)
    for round in 0..<150 {
      let series = (0..<Int.random(in: 0...7, using: &numbers)).map { _ in
        let count = [0, 1, 2, 10, 150].randomElement(using: &numbers) ?? 0
        return Series(
          name: numbers.label(), x: (0..<count).map { _ in numbers.value() },
          y: (0..<count).map { _ in numbers.value() })
      }
      let options = ChartOptions(
        title: numbers.label(), xLabel: numbers.label(), yLabel: numbers.label(),
        xAxis: AxisKind.allCases[round % 2], yAxis: AxisKind.allCases[round / 2 % 2],
        width: [40, 72, 101].randomElement(using: &numbers) ?? 72,
        height: .random(in: 4...30, using: &numbers))
      for draw in [Chart.line, Chart.scatter] as [([Series], ChartOptions) throws -> String] {
        guard let chart = try? draw(series, options) else { continue }
        expectWellFormed(chart, width: options.width)
        #expect(try draw(series, options) == chart)
      }
    }
  }
}
