import Testing

@testable import Plots

/// A bar's length in eighths of a column; one to the left in negative ones.
private func eighths(_ line: String) -> Int {
  let parts: [Character: Int] = [
    "█": 8, "▏": 1, "▎": 2, "▍": 3, "▌": 4, "▋": 5, "▊": 6, "▉": 7, "▐": 4,
  ]
  let sides = line.split(separator: "│", omittingEmptySubsequences: false)
  let left = sides[0].reduce(0) { $0 + (parts[$1] ?? 0) }
  let right = sides[1].reduce(0) { $0 + (parts[$1] ?? 0) }
  return right - left
}

@Suite("Bar charts") struct BarChartTests {
  @Test("a golden chart: labels of several widths, zero, a value without a bar")
  func golden() throws {
    let chart = try Chart.bar(
      [
        Bar("gpt2", 3.291), Bar("日本語", 1.25), Bar("characters", 1), Bar("none", 0),
        Bar("bad", .nan),
      ],
      options: ChartOptions(
        title: "Compression", xLabel: "tokenizer", yLabel: "bytes per token", width: 44))
    #expect(
      chart == """
        Compression

        tokenizer  │ bytes per token
        gpt2       │██████████████████████████ 3.291
        日本語     │█████████▉ 1.25
        characters │███████▉ 1
        none       │ 0
        bad        │ NaN

        (without a bar: 1 not finite)

        """)
  }

  @Test("lengths are proportional to values, and the longest bar fills its room")
  func proportional() throws {
    var numbers = TestNumbers(1)
    for _ in 0..<300 {
      let values = (0..<6).map { _ in Double.random(in: 0...1_000, using: &numbers) }
      let chart = try Chart.bar(values.enumerated().map { Bar("b\($0)", $1) })
      let lengths = ChartReading(chart).lines.map { Double(eighths($0)) }
      let largest = try #require(values.max())
      let longest = try #require(lengths.max())
      #expect(longest > 8 * 50)
      for (value, length) in zip(values, lengths) {
        #expect(abs(length - value / largest * longest) <= 1.01)
      }
    }
  }

  @Test("bars below zero grow to the left on the same scale")
  func negative() throws {
    var numbers = TestNumbers(2)
    for _ in 0..<300 {
      let values = (0..<6).map { _ in Double.random(in: -100...100, using: &numbers) }
      let chart = try Chart.bar(values.enumerated().map { Bar("b\($0)", $1) })
      expectWellFormed(chart, width: 72)
      let lengths = ChartReading(chart).lines.map { Double(eighths($0)) }
      let largest = try #require(values.map(abs).max())
      let index = try #require(values.firstIndex { abs($0) == largest })
      for (value, length) in zip(values, lengths) {
        #expect(abs(length - value / largest * abs(lengths[index])) <= 4.1)
      }
    }
    let only = try Chart.bar([Bar("a", -1), Bar("b", -2)])
    #expect(
      ChartReading(only).lines.map(eighths)[1] <= 2 * ChartReading(only).lines.map(eighths)[0] + 4)
  }

  @Test("on a log axis equal factors are equal steps")
  func log() throws {
    let chart = try Chart.bar(
      [Bar("a", 1), Bar("b", 10), Bar("c", 100), Bar("d", 1_000), Bar("z", 0), Bar("n", -5)],
      options: ChartOptions(yAxis: .log))
    let lengths = ChartReading(chart).lines.prefix(4).map(eighths)
    #expect(abs(lengths[1] - 2 * lengths[0]) <= 2)
    #expect(abs(lengths[2] - 3 * lengths[0]) <= 2)
    #expect(abs(lengths[3] - 4 * lengths[0]) <= 2)
    #expect(chart.contains("(log scale: bars start at 0.1)"))
    #expect(chart.contains("(without a bar: 2 not above 0)"))
  }

  @Test("groups stand under their headings on one scale")
  func groups() throws {
    let chart = try Chart.bar([
      BarGroup(name: "english", bars: [Bar("gpt2", 4), Bar("claude", 2)]),
      BarGroup(name: "turkish", bars: [Bar("gpt2", 2), Bar("claude", 1)]),
    ])
    let lines = ChartReading(chart).lines
    #expect(lines[0] == "english" && lines[3] == "" && lines[4] == "turkish")
    #expect(eighths(lines[2]) == eighths(lines[5]))
    #expect(abs(eighths(lines[1]) - 2 * eighths(lines[2])) <= 1)
  }

  @Test("every label and every value is there, the largest and the smallest too")
  func labels() throws {
    let bars = (0..<40).map { Bar("label\($0)", Double($0 * $0)) }
    let chart = try Chart.bar(bars)
    for bar in bars {
      #expect(chart.contains(bar.label + " ") && chart.contains(" " + valueText(bar.value) + "\n"))
    }
  }

  @Test("wrong input is an error")
  func errors() {
    #expect(throws: PlotError.noData(chart: "bar chart")) { try Chart.bar([Bar]()) }
    #expect(throws: PlotError.noData(chart: "bar chart")) { try Chart.bar([BarGroup(bars: [])]) }
    #expect(throws: PlotError.nothingToShow(chart: "bar chart", values: 1, onLogAxis: false)) {
      try Chart.bar([Bar("a", .nan)])
    }
    #expect(throws: PlotError.nothingToShow(chart: "bar chart", values: 1, onLogAxis: true)) {
      try Chart.bar([Bar("a", -3)], options: ChartOptions(yAxis: .log))
    }
  }

  @Test("any input gives a chart within its width, or an error")
  func anything() throws {
    var numbers = TestNumbers(6)
    for round in 0..<600 {
      let groups = (0..<Int.random(in: 0...3, using: &numbers)).map { _ in
        BarGroup(
          name: numbers.label(),
          bars: (0..<Int.random(in: 0...5, using: &numbers)).map { _ in
            Bar(numbers.label() + numbers.label(), numbers.value())
          })
      }
      let options = ChartOptions(
        title: numbers.label(), xLabel: numbers.label(), yLabel: numbers.label(),
        yAxis: AxisKind.allCases[round % 2], width: round % 3 == 0 ? 40 : 72)
      guard let chart = try? Chart.bar(groups, options: options) else { continue }
      expectWellFormed(chart, width: options.width)
    }
  }
}
