extension Chart {
  /// A heat map: a grid of cells shaded by their values.
  ///
  /// The values are printed in the cells where these are wide enough. A grid too large for the page
  /// is averaged block by block, and the chart says so. Cells whose value is not finite stay empty.
  ///
  /// - Parameters:
  ///   - grid: rows from the top. `options.xLabel` names the columns, `options.yLabel` the rows.
  ///   - scale: how shades are spread over the values.
  /// - Throws: ``PlotError``.
  public static func heatmap(
    _ grid: Grid, scale: AxisKind = .linear, options: ChartOptions = ChartOptions()
  ) throws(PlotError) -> String {
    try options.check()
    let values = grid.values.flatMap(\.self)
    guard grid.rows.count == grid.values.count else {
      throw .grid(what: "rows of values", found: grid.values.count, wanted: grid.rows.count)
    }
    for row in grid.values where row.count != grid.columns.count {
      throw .grid(what: "values in a row", found: row.count, wanted: grid.columns.count)
    }
    if values.isEmpty { throw .noData(chart: "heat map") }
    guard values.contains(where: { Axis.canShow($0, on: scale) }) else {
      throw .nothingToShow(
        chart: "heat map", values: values.count, onLogAxis: values.contains { $0.isFinite })
    }
    let map = HeatMap(grid, scale: scale, options: options)
    return DisplayText.joined(map.lines)
  }
}

/// The shades of a heat map, from the lowest fifth of the scale to the highest.
struct Shades {
  static let characters: [Character] = ["·", "░", "▒", "▓", "█"]

  let scale: AxisKind
  let low: Double
  let high: Double

  private func position(_ value: Double) -> Double { scale == .log ? logarithm10(value) : value }

  /// Which of the shades a value has; the middle one where all values are the same.
  func level(_ value: Double) -> Int {
    if low == high { return 2 }
    let (start, end) = (position(low) / 2, position(high) / 2)
    let fraction = (position(value) / 2 - start) / (end - start)
    return min(4, max(0, Int(fraction * 5)))
  }

  /// The shades with the values at which one goes over to the next.
  var legend: String {
    let middle = String(repeating: Self.characters[2], count: 2)
    if low == high { return middle + " " + HeatMap.texts([low]).joined() }
    let edges = (0...5).map { step -> Double in
      let part = Double(step) / 5
      if scale == .linear { return low * (1 - part) + high * part }
      return step == 0 ? low : step == 5 ? high : power(part)
    }
    let texts = HeatMap.texts(edges)
    return zip(texts, Self.characters).map { $0 + " " + String(repeating: $1, count: 2) + " " }
      .joined() + texts[5]
  }

  /// The value at a part of a log scale, by bisection: close enough for a legend.
  private func power(_ part: Double) -> Double {
    let wanted = position(low) + (position(high) - position(low)) * part
    var (below, above) = (low, high)
    for _ in 0..<1100 where above > below * (1 + 1e-9) {
      // The geometric mean keeps the steps equal on the scale.
      let middle = below.squareRoot() * above.squareRoot()
      if position(middle) < wanted { below = middle } else { above = middle }
    }
    return below
  }
}

struct HeatMap {
  private let options: ChartOptions
  private let shades: Shades
  private let rows: [String]
  private let columns: [String]
  private let values: [[Double]]
  private let texts: [[String]]
  private let labelWidth: Int
  private let cellWidth: Int
  private let textWidth: Int
  private let showsValues: Bool
  private var notes: [String] = []

  init(_ grid: Grid, scale: AxisKind, options: ChartOptions) {
    self.options = options
    let rowLimit = 100
    let labels = grid.rows.map(DisplayText.oneLine)
    let widest = labels.map(DisplayText.columns(of:)).max() ?? 0
    let named = DisplayText.columns(of: DisplayText.oneLine(options.yLabel))
    labelWidth = min(max(widest, named), options.width / 4)
    let available = options.width - labelWidth - 1

    let rowBlock = (grid.rows.count + rowLimit - 1) / rowLimit
    let columnBlock = (grid.columns.count + available - 1) / available
    let cells = grid.values.map { row in
      row.map { Axis.canShow($0, on: scale) ? $0 : .nan }
    }
    values = Self.averaged(cells, rowBlock, columnBlock)
    rows = stride(from: 0, to: labels.count, by: rowBlock).map { labels[$0] }
    columns = stride(from: 0, to: grid.columns.count, by: columnBlock).map {
      DisplayText.oneLine(grid.columns[$0])
    }
    if rowBlock > 1 || columnBlock > 1 {
      notes.append("each cell is the mean of up to \(rowBlock) × \(columnBlock) values")
    }
    let all = grid.values.flatMap(\.self)
    let notFinite = all.filter { !$0.isFinite }.count
    let shown = all.filter { Axis.canShow($0, on: scale) }.count
    let notPositive = all.count - shown - notFinite
    if notFinite > 0 { notes.append("empty: \(notFinite) not finite") }
    if notPositive > 0 { notes.append("empty: \(notPositive) not above 0, on a log scale") }

    let finite = values.flatMap(\.self).filter(\.isFinite)
    shades = Shades(scale: scale, low: finite.min() ?? 0, high: finite.max() ?? 0)
    let width = columns.count
    let allTexts = Self.texts(values.flatMap(\.self))
    texts = values.indices.map { Array(allTexts[$0 * width..<($0 + 1) * width]) }
    textWidth = texts.flatMap(\.self).map { $0.utf8.count }.max() ?? 0
    let room = available / max(1, columns.count)
    showsValues = room >= textWidth + 3
    // Wide enough for the column's name, without spreading a small grid over the page.
    let widestName = columns.map(DisplayText.columns(of:)).max() ?? 0
    cellWidth =
      showsValues ? min(room, max(textWidth + 6, min(widestName + 2, 16))) : min(room, 4)
  }

  /// The mean of the finite values of each block.
  private static func averaged(_ values: [[Double]], _ rowBlock: Int, _ columnBlock: Int)
    -> [[Double]]
  {
    if rowBlock == 1 && columnBlock == 1 { return values }
    return stride(from: 0, to: values.count, by: rowBlock).map { top in
      let band = values[top..<min(top + rowBlock, values.count)]
      return stride(from: 0, to: values[top].count, by: columnBlock).map { left in
        let block = band.flatMap { $0[left..<min(left + columnBlock, $0.count)] }.filter(\.isFinite)
        return block.isEmpty ? .nan : block.reduce(0) { $0 + $1 / Double(block.count) }
      }
    }
  }

  /// All values with the same number of decimals, unless that hides small ones.
  static func texts(_ values: [Double]) -> [String] {
    let finite = values.filter(\.isFinite)
    let exponent = finite.map { DecimalDigits($0).exponent }.max() ?? 0
    let onlyWhole = finite.allSatisfy { $0 == $0.rounded() }
    let decimals = onlyWhole ? 0 : max(0, 2 - exponent)
    let isReadable =
      exponent < 7 && decimals <= 5
      && finite.allSatisfy {
        $0 == 0 || DecimalDigits($0).exponent >= -decimals
      }
    return values.map { value in
      if !value.isFinite { return "" }
      return isReadable
        ? DecimalDigits(value).fixed(decimals: decimals)
        : DecimalDigits(value).short(significant: 3)
    }
  }

  var lines: [String] {
    var lines = ChartText.heading(options)
    if !options.xLabel.isEmpty {
      let name = DisplayText.cut(DisplayText.oneLine(options.xLabel), to: options.width)
      let middle = labelWidth + 1 + (cellWidth * columns.count - DisplayText.columns(of: name)) / 2
      let last = options.width - DisplayText.columns(of: name)
      lines.append(DisplayText.blanks(min(max(labelWidth + 1, middle), last)) + name)
    }
    lines.append(columnNames)
    for (row, label) in rows.enumerated() {
      var line = DisplayText.padded(DisplayText.cut(label, to: labelWidth), to: labelWidth) + " "
      for column in columns.indices { line += cell(values[row][column], texts[row][column]) }
      lines.append(line)
    }
    lines.append("")
    lines.append(DisplayText.cut(shades.legend, to: options.width))
    return lines + ChartText.notes(notes, width: options.width)
  }

  /// The columns' names, each at its column's start; in narrow columns only those that have room.
  private var columnNames: String {
    let corner = DisplayText.cut(DisplayText.oneLine(options.yLabel), to: labelWidth)
    var line = DisplayText.padded(corner, to: labelWidth) + " "
    var used = 0
    for (index, name) in columns.enumerated() {
      let start = index * cellWidth
      if start < used { continue }
      let room = options.width - labelWidth - 1 - start
      let widest = showsValues ? cellWidth - 1 : max(cellWidth - 1, 6)
      let text = DisplayText.cut(name, to: min(room, widest))
      line += DisplayText.blanks(start - (used == 0 ? 0 : lastEnd(used))) + text
      used = start + DisplayText.columns(of: text) + 1
    }
    return line
  }

  /// Where the text before ended: `used` counts one blank after it.
  private func lastEnd(_ used: Int) -> Int { used - 1 }

  private func cell(_ value: Double, _ text: String) -> String {
    guard value.isFinite else { return DisplayText.blanks(cellWidth) }
    let shade = Shades.characters[shades.level(value)]
    guard showsValues else { return String(repeating: shade, count: cellWidth) }
    let block = String(repeating: shade, count: max(1, cellWidth - textWidth - 2))
    return block + " " + DisplayText.rightAligned(text, to: cellWidth - block.count - 2) + " "
  }
}
