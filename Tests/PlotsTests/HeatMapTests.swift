import Testing

@testable import Plots

@Suite("Heat maps") struct HeatMapTests {
  @Test("a golden map with its values in the cells")
  func golden() throws {
    let chart = try Chart.heatmap(
      Grid(
        rows: ["0.8", "0.95", "1.0"], columns: ["0.2", "0.6", "1.0"],
        values: [[1.2, 1.5, 2.25], [1.1, 1.6, 2.9], [1.05, 1.7, .nan]]),
      options: ChartOptions(title: "NLL", xLabel: "temperature", yLabel: "top_p"))
    #expect(
      chart == """
        NLL

                       temperature
        top_p 0.2       0.6       1.0
        0.8   ···· 1.20 ░░░░ 1.50 ▓▓▓▓ 2.25
        0.95  ···· 1.10 ░░░░ 1.60 ████ 2.90
        1.0   ···· 1.05 ░░░░ 1.70

        1.05 ·· 1.42 ░░ 1.79 ▒▒ 2.16 ▓▓ 2.53 ██ 2.90

        (empty: 1 not finite)

        """)
  }

  @Test("shades rise with values, from the first shade to the last", arguments: AxisKind.allCases)
  func monotone(scale: AxisKind) throws {
    var numbers = TestNumbers(1)
    for _ in 0..<200 {
      let values = (0..<30).map { _ in Double.random(in: 0.001...1_000, using: &numbers) }.sorted()
      let shades = Shades(scale: scale, low: values[0], high: values[29])
      let levels = values.map(shades.level)
      #expect(levels == levels.sorted() && levels.first == 0 && levels.last == 4)
    }
    #expect(Shades(scale: .linear, low: 0, high: 5).level(2.5) == 2)
    #expect(Shades(scale: .log, low: 1, high: 1e5).level(1e3 * 0.99) == 2)
  }

  @Test("the legend's numbers are where one shade goes over to the next")
  func legend() throws {
    for (scale, low, high) in [
      (AxisKind.linear, 0.0, 10.0), (.linear, -3, 3), (.log, 1, 1e5), (.log, 0.01, 900),
    ] {
      let shades = Shades(scale: scale, low: low, high: high)
      let words = shades.legend.split(separator: " ")
      let edges = words.compactMap { Double($0) }
      try #require(edges.count == 6)
      for (level, edge) in edges.dropFirst().dropLast().enumerated() {
        // To the precision of the printed number.
        #expect(shades.level(edge - abs(edge) * 0.05 - (edge == 0 ? 0.1 : 0)) <= level)
        #expect(shades.level(edge + abs(edge) * 0.05 + (edge == 0 ? 0.1 : 0)) >= level + 1)
      }
    }
  }

  @Test("each cell of a large map has the shade of its value")
  func cells() throws {
    var numbers = TestNumbers(2)
    let values = (0..<20).map { _ in (0..<30).map { _ in Double.random(in: 0...1, using: &numbers) }
    }
    let names = (0..<30).map(String.init)
    let chart = try Chart.heatmap(Grid(rows: Array(names[..<20]), columns: names, values: values))
    let lines = ChartReading(chart).lines
    let all = values.flatMap(\.self)
    let shades = Shades(scale: .linear, low: all.min() ?? 0, high: all.max() ?? 1)
    for (row, line) in lines[1...20].enumerated() {
      let cells = Array(line.dropFirst(3))
      #expect(cells.count == 60)
      for column in 0..<30 {
        let shade = Shades.characters[shades.level(values[row][column])]
        #expect(cells[2 * column] == shade && cells[2 * column + 1] == shade)
      }
    }
  }

  @Test("a map too large for the page shows block means and says so")
  func blocks() throws {
    let values = (0..<250).map { row in (0..<150).map { Double(row / 3 + $0 / 3) } }
    let names = (0..<250).map(String.init)
    let chart = try Chart.heatmap(
      Grid(rows: names, columns: Array(names[..<150]), values: values))
    expectWellFormed(chart, width: 72)
    #expect(chart.contains("(each cell is the mean of up to 3 × 3 values)"))
    #expect(ChartReading(chart).lines.count < 110)
  }

  @Test("values are printed where they fit, all with the same decimals")
  func values() throws {
    for (values, texts) in [
      ([0.5, 0.25, 3], ["0.50", "0.25", "3.00"]), ([1, 20, 300], ["1", "20", "300"]),
      ([0.001, 0.0123, 0.02], ["0.0010", "0.0123", "0.0200"]),
      ([1e-9, 1, 1e9], ["1e-9", "1", "1e9"]), ([123.4, 5.6, -7], ["123", "6", "-7"]),
    ] {
      let chart = try Chart.heatmap(Grid(rows: ["r"], columns: ["a", "b", "c"], values: [values]))
      let words = ChartReading(chart).lines[1].split(separator: " ").map(String.init)
      #expect(texts.allSatisfy(words.contains), "\(words)")
    }
  }

  @Test("cells make a grid in the order of their first cell; a double one is an error")
  func cellList() throws {
    let grid = try Grid(cells: [("a", "x", 1), ("b", "y", 2), ("a", "y", 3)])
    #expect(grid.rows == ["a", "b"] && grid.columns == ["x", "y"])
    #expect(grid.values[0] == [1, 3] && grid.values[1][0].isNaN && grid.values[1][1] == 2)
    #expect(throws: PlotError.doubleCell(row: "a", column: "x")) {
      try Grid(cells: [("a", "x", 1), ("a", "x", .nan)])
    }
  }

  @Test("wrong input is an error")
  func errors() {
    #expect(throws: PlotError.noData(chart: "heat map")) {
      try Chart.heatmap(Grid(rows: [], columns: [], values: []))
    }
    #expect(throws: PlotError.noData(chart: "heat map")) {
      try Chart.heatmap(Grid(rows: ["a"], columns: [], values: [[]]))
    }
    #expect(throws: PlotError.grid(what: "rows of values", found: 1, wanted: 2)) {
      try Chart.heatmap(Grid(rows: ["a", "b"], columns: ["x"], values: [[1]]))
    }
    #expect(throws: PlotError.grid(what: "values in a row", found: 2, wanted: 1)) {
      try Chart.heatmap(Grid(rows: ["a"], columns: ["x"], values: [[1, 2]]))
    }
    #expect(throws: PlotError.nothingToShow(chart: "heat map", values: 1, onLogAxis: true)) {
      try Chart.heatmap(Grid(rows: ["a"], columns: ["x"], values: [[-1]]), scale: .log)
    }
  }

  @Test("any input gives a chart within its width, or an error")
  func anything() throws {
    var numbers = TestNumbers(6)
    for round in 0..<400 {
      let rows = Int.random(in: 0...6, using: &numbers)
      let columns = [0, 1, 3, 8, 20, 90].randomElement(using: &numbers) ?? 0
      let grid = Grid(
        rows: (0..<rows).map { _ in numbers.label() },
        columns: (0..<columns).map { _ in numbers.label() },
        values: (0..<rows).map { _ in (0..<columns).map { _ in numbers.value() } })
      let options = ChartOptions(
        title: numbers.label(), xLabel: numbers.label(), yLabel: numbers.label(),
        width: round % 3 == 0 ? 40 : 72)
      let scale = AxisKind.allCases[round % 2]
      guard let chart = try? Chart.heatmap(grid, scale: scale, options: options) else { continue }
      expectWellFormed(chart, width: options.width)
      #expect(try Chart.heatmap(grid, scale: scale, options: options) == chart)
    }
  }
}
