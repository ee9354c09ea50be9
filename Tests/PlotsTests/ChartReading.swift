import Testing

@testable import Plots

/// Numbers for random tests (SplitMix64): the same in every run.
struct TestNumbers: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number such as data has them, and now and then one that it should not have.
  mutating func value() -> Double {
    switch Int.random(in: 0..<12, using: &self) {
    case 0: return Double(Int.random(in: -5...5, using: &self))
    case 1: return .random(in: 0...1, using: &self)
    case 2: return .random(in: -1e6...1e6, using: &self)
    case 3: return [.nan, .infinity, -.infinity, 0, -0.0].randomElement(using: &self) ?? 0
    case 4:
      let value = Double(bitPattern: next())
      return value.isFinite ? value : 1
    case 5: return .leastNonzeroMagnitude * Double(Int.random(in: -5...5, using: &self))
    case 6: return .greatestFiniteMagnitude * .random(in: -1...1, using: &self)
    default: return .random(in: -3...3, using: &self)
    }
  }

  mutating func label() -> String {
    let pieces = [
      "a", "label", "日本", "😀", "é", "e\u{301}", "\n", " ", "\u{7}", "x", "👩‍👩‍👧", "\u{200B}",
    ]
    return (0..<Int.random(in: 0...8, using: &self)).map { _ in
      pieces.randomElement(using: &self) ?? ""
    }.joined()
  }
}

/// A printed chart, taken apart again.
struct ChartReading {
  let lines: [String]
  init(_ chart: String) {
    lines = chart.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
      String.init)
  }

  /// The cells right of the vertical axis.
  var area: [[Character]] {
    lines.compactMap { line in
      line.firstIndex { $0 == "┤" || $0 == "│" }.map { Array(line[line.index(after: $0)...]) }
    }
  }

  /// The tick labels of the vertical axis, by row of the area.
  var rowLabels: [Int: String] {
    var labels: [Int: String] = [:]
    let rows = lines.filter { $0.contains("┤") || $0.contains("│") }
    for (row, line) in rows.enumerated() where line.contains("┤") {
      let words = line.prefix { $0 != "┤" }.split(separator: " ")
      labels[row] = words.first.map(String.init)
    }
    return labels
  }

  func places(of mark: Character) -> Set<[Int]> {
    var places: Set<[Int]> = []
    for (row, cells) in area.enumerated() {
      for (column, cell) in cells.enumerated() where cell == mark { places.insert([column, row]) }
    }
    return places
  }

  /// The columns of the horizontal axis' ticks, in cells of the area, and the labels below.
  var columnTicks: [(column: Int, label: String)] {
    guard let row = lines.firstIndex(where: { $0.contains("└") }), row + 1 < lines.count else {
      return []
    }
    let axis = Array(lines[row])
    let margin = (axis.firstIndex(of: "└") ?? 0) + 1
    let labels = lines[row + 1].split(separator: " ").map(String.init)
    let columns = axis.indices.filter { axis[$0] == "┬" }.map { $0 - margin }
    return Array(zip(columns, labels))
  }
}

/// What every chart must be, whatever it shows.
func expectWellFormed(
  _ chart: String, width: Int, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(chart.hasSuffix("\n") && !chart.hasPrefix("\n"), sourceLocation: sourceLocation)
  for line in ChartReading(chart).lines {
    // Counted here on its own: a wide character is two columns.
    let columns = line.reduce(0) { $0 + DisplayText.columns(of: $1) }
    #expect(columns <= width, "\(line)", sourceLocation: sourceLocation)
    #expect(line.last != " ", "\(line)", sourceLocation: sourceLocation)
    let hasControl = line.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
    #expect(!hasControl, "\(line)", sourceLocation: sourceLocation)
  }
}
