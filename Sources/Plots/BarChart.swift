extension Chart {
  /// A bar chart: one horizontal bar a value, with the value at its end.
  ///
  /// Bars start at 0 and have lengths to an eighth of a column (those to the left of 0 to a half). On
  /// a log axis (`options.yAxis`) they start at a power of ten, which the chart names.
  /// `options.xLabel` heads the labels, `options.yLabel` the bars.
  ///
  /// - Throws: ``PlotError``.
  public static func bar(_ groups: [BarGroup], options: ChartOptions = ChartOptions())
    throws(PlotError) -> String
  {
    try options.check()
    let values = groups.flatMap(\.bars).map(\.value)
    if values.isEmpty { throw .noData(chart: "bar chart") }
    let shown = values.filter { Axis.canShow($0, on: options.yAxis) }
    if shown.isEmpty {
      throw .nothingToShow(
        chart: "bar chart", values: values.count,
        onLogAxis: values.contains { $0.isFinite })
    }

    let rows = groups.map { group in
      (
        DisplayText.oneLine(group.name),
        group.bars.map { BarRow(label: $0.label, value: $0.value, text: valueText($0.value)) }
      )
    }
    let bars = BarArea(rows.flatMap(\.1), options: options)
    var lines = ChartText.heading(options) + bars.header
    for (index, (name, rows)) in rows.enumerated() where !rows.isEmpty {
      if groups.count > 1 {
        if index > 0 { lines.append("") }
        if !name.isEmpty { lines.append(DisplayText.cut(name, to: options.width)) }
      }
      lines += rows.map(bars.line)
    }
    return DisplayText.joined(lines + ChartText.notes(bars.notes, width: options.width))
  }

  /// A bar chart of one group.
  public static func bar(_ bars: [Bar], options: ChartOptions = ChartOptions())
    throws(PlotError) -> String
  {
    try bar([BarGroup(bars: bars)], options: options)
  }
}

/// A bar with what stands at its two ends.
struct BarRow {
  let label: String
  let value: Double
  let text: String

  init(label: String, value: Double, text: String) {
    (self.label, self.value, self.text) = (DisplayText.oneLine(label), value, text)
  }
}

/// The common scale and columns of a chart's bars.
struct BarArea {
  private let options: ChartOptions
  private let labelWidth: Int
  /// Columns left of the line that bars start at: bars below 0 and their values.
  private let leftColumns: Int
  /// Columns for bars on both sides together.
  private let barColumns: Int
  /// Half of what all bar columns stand for; on a log axis, of logarithms.
  private let halfRange: Double
  private let start: Double
  let notes: [String]

  /// - Parameter rows: at least one of them has a value that can be shown.
  init(_ rows: [BarRow], options: ChartOptions) {
    self.options = options
    let values = rows.map(\.value).filter { Axis.canShow($0, on: options.yAxis) }
    let smallest = values.min() ?? 0
    let largest = values.max() ?? 0
    let hasLeft = options.yAxis == .linear && smallest < 0
    let textWidth = rows.map { DisplayText.columns(of: $0.text) }.max() ?? 0
    let texts = (textWidth + 1) * (hasLeft ? 2 : 1)
    let headed = DisplayText.columns(of: DisplayText.oneLine(options.xLabel))
    let widest = rows.map { DisplayText.columns(of: $0.label) }.max() ?? 0
    let leastBars = 8
    labelWidth = min(max(widest, headed), options.width / 3, options.width - texts - 2 - leastBars)
    let available = options.width - labelWidth - 2 - texts
    var notes: [String] = []
    switch options.yAxis {
    case .linear:
      start = 0
      // Halves against overflow. Each of two sides gets whole columns.
      halfRange = max(0, largest) / 2 - min(0, smallest) / 2
      barColumns = available - (hasLeft ? 1 : 0)
    case .log:
      let decade = DecimalDigits(smallest).exponent
      let floor = powerOfTen(decade) < smallest ? powerOfTen(decade) : powerOfTen(decade - 1)
      start = logarithm10(max(floor, .leastNonzeroMagnitude))
      halfRange = logarithm10(largest) / 2 - start / 2
      barColumns = available
      notes = ["log scale: bars start at \(DecimalDigits(floor).short(significant: 1))"]
    }
    let notFinite = rows.filter { !$0.value.isFinite }.count
    let notPositive = rows.count - values.count - notFinite
    if notFinite > 0 { notes.append("without a bar: \(notFinite) not finite") }
    if notPositive > 0 { notes.append("without a bar: \(notPositive) not above 0") }
    self.notes = notes
    let left = halfRange > 0 ? -smallest / 2 / halfRange * Double(barColumns) : 0
    leftColumns = hasLeft ? Int(left.rounded(.up)) + textWidth + 1 : 0
  }

  /// How many columns a value's bar takes; below 0 for a bar to the left.
  private func length(_ value: Double) -> Double {
    if halfRange == 0 { return 0 }
    let scaled = options.yAxis == .log ? logarithm10(value) : value
    return (scaled / 2 - start / 2) / halfRange * Double(barColumns)
  }

  /// The names of labels and values, if there are any.
  var header: [String] {
    if options.xLabel.isEmpty && options.yLabel.isEmpty { return [] }
    let label = DisplayText.cut(DisplayText.oneLine(options.xLabel), to: labelWidth)
    let left = DisplayText.padded(label, to: labelWidth) + " " + DisplayText.blanks(leftColumns)
    let room = options.width - DisplayText.columns(of: left) - 2
    let value = DisplayText.oneLine(options.yLabel)
    if DisplayText.columns(of: value) <= room || leftColumns == 0 {
      return [left + "│ " + DisplayText.cut(value, to: room)]
    }
    let all = DisplayText.padded(label, to: labelWidth) + " " + value
    return [DisplayText.cut(all, to: options.width)]
  }

  func line(_ row: BarRow) -> String {
    let label = DisplayText.padded(DisplayText.cut(row.label, to: labelWidth), to: labelWidth) + " "
    guard Axis.canShow(row.value, on: options.yAxis) else {
      return label + DisplayText.blanks(leftColumns) + "│ " + row.text
    }
    let length = length(row.value)
    if row.value < 0 && options.yAxis == .linear {
      let halves = Int((-length * 2).rounded())
      let bar = (halves % 2 == 1 ? "▐" : "") + String(repeating: "█", count: halves / 2)
      return label + DisplayText.rightAligned(row.text + " " + bar, to: leftColumns) + "│"
    }
    let eighths = Int((length * 8).rounded())
    let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    let bar = String(repeating: "█", count: eighths / 8) + part
    return label + DisplayText.blanks(leftColumns) + "│" + bar + " " + row.text
  }
}
