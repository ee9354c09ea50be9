/// A plot area of character cells with an axis at its left and one below it.
struct AxisFrame {
  let xAxis: Axis
  let yAxis: Axis
  let columns: Int
  let rows: Int
  private let options: ChartOptions
  private let labelWidth: Int
  private var cells: [[Character]]

  /// - Parameters:
  ///   - x: the values to be shown on the horizontal axis; not empty, and all can be shown on it.
  ///   - y: likewise on the vertical axis.
  init(x: [Double], y: [Double], options: ChartOptions) {
    self.options = options
    yAxis = Axis(options.yAxis, showing: y, target: max(2, options.height / 3), widened: true)
    // Ticks stand on whole rows where they are at equal distances.
    let intervals = max(1, yAxis.ticks.count - 1)
    let perInterval = max(1, (options.height - 1 + intervals / 2) / intervals)
    rows = intervals * perInterval + 1
    labelWidth = yAxis.ticks.map { DisplayText.columns(of: $0.label) }.max() ?? 0
    columns = options.width - labelWidth - 2
    xAxis = Axis(options.xAxis, showing: x, target: max(2, columns / 11), widened: false)
    cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
  }

  func column(_ x: Double) -> Int { xAxis.cell(x, of: columns) }
  func row(_ y: Double) -> Int { rows - 1 - yAxis.cell(y, of: rows) }

  mutating func put(_ character: Character, column: Int, row: Int) {
    cells[row][column] = character
  }

  func character(column: Int, row: Int) -> Character { cells[row][column] }

  /// The chart's lines: title, legend, the area with its axes, notes.
  func lines(legend: [String], notes: [String]) -> [String] {
    var lines = ChartText.heading(options)
    lines += DisplayText.flow(legend, width: options.width, gap: "   ")
    if !options.yLabel.isEmpty {
      lines.append(DisplayText.cut(DisplayText.oneLine(options.yLabel), to: options.width))
    }
    var labels = Array(repeating: "", count: rows)
    for tick in yAxis.ticks { labels[row(tick.value)] = tick.label }
    for row in 0..<rows {
      let label = DisplayText.rightAligned(labels[row], to: labelWidth)
      lines.append(label + (labels[row].isEmpty ? " │" : " ┤") + String(cells[row]))
    }
    lines += bottom()
    return lines + ChartText.notes(notes, width: options.width)
  }

  /// The horizontal axis, its tick labels, and its name.
  private func bottom() -> [String] {
    var axis = Array(repeating: Character("─"), count: columns)
    var labels = ""
    var used = 0
    let margin = labelWidth + 2
    for tick in xAxis.ticks {
      let column = column(tick.value)
      let width = DisplayText.columns(of: tick.label)
      let start = max(0, min(margin + column - width / 2, options.width - width))
      // A label too close to the one before is left out, and its tick with it.
      if used > 0 && start < used + 2 { continue }
      axis[column] = "┬"
      labels += DisplayText.blanks(start - used) + tick.label
      used = start + width
    }
    var lines = [DisplayText.blanks(labelWidth) + " └" + String(axis), labels]
    if !options.xLabel.isEmpty {
      let name = DisplayText.cut(DisplayText.oneLine(options.xLabel), to: options.width)
      let start = margin + (columns - DisplayText.columns(of: name)) / 2
      let last = options.width - DisplayText.columns(of: name)
      lines.append(DisplayText.blanks(min(max(0, start), last)) + name)
    }
    return lines
  }
}

/// What charts of all kinds say above and below their area.
enum ChartText {
  static func heading(_ options: ChartOptions) -> [String] {
    options.title.isEmpty
      ? [] : [DisplayText.cut(DisplayText.oneLine(options.title), to: options.width), ""]
  }

  static func notes(_ notes: [String], width: Int) -> [String] {
    notes.isEmpty ? [] : [""] + notes.map { DisplayText.cut("(" + $0 + ")", to: width) }
  }

  /// A note on points that no axis could show, or none if there are none.
  static func leftOut(notFinite: Int, notPositive: Int, _ what: String = "point") -> [String] {
    var notes: [String] = []
    if notFinite > 0 { notes.append(count(notFinite, what) + " left out: not finite") }
    if notPositive > 0 {
      notes.append(count(notPositive, what) + " left out: a log axis needs > 0")
    }
    return notes
  }

  static func count(_ number: Int, _ what: String) -> String {
    number == 1 ? "1 \(what)" : "\(number) \(what)s"
  }
}
