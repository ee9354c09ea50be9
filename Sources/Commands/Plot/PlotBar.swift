import Language
import Plots

/// `plot.bar`: a bar a row.
struct PlotBar: Command {
  static let name = "plot.bar"
  static let summary = "Draw a bar for each row of a table, or for each field of a record."
  static let searchWords = ["chart", "column chart"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example("len(plot.bar({a: 1, b: 2}).text) > 20", shows: "true")
  ]

  let data = Argument<Value>(
    "A table with columns x and y, a record of numbers, or a list of numbers.", piped: true)
  let x = Option<ColumnName?>("The column of the labels.")
  let y = Option<ColumnName?>("The column of the bars' lengths.")
  let by = Option<ColumnName?>("A column whose values make a group of bars each.")
  let title = Option("The heading.", default: "")
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let data = try call[data]
    let options = ChartOptions(
      title: try call[title], yLabel: try call[y]?.text ?? "", width: try call[width])
    let groups: [BarGroup]
    switch (data, try call[x]?.text, try call[y]?.text) {
    case (_, let x?, let y?):
      guard let table = data.asTable else { throw needsColumns(data) }
      groups = try barGroups(table, x: x, y: y, by: try call[by]?.text)
    case (.record(let record), nil, nil):
      groups = [
        BarGroup(bars: record.fields.map { Bar($0.key, $0.value.doubleValue ?? .nan) })
      ]
    case (.list(let items), nil, nil) where items.allSatisfy({ $0.doubleValue != nil }):
      groups = [
        BarGroup(bars: items.enumerated().map { Bar("\($0)", $1.doubleValue ?? .nan) })
      ]
    default: throw needsColumns(data)
    }
    return .object(ChartObject(try Chart.bar(groups, options: options)))
  }

  private func needsColumns(_ data: Value) -> LanguageError {
    .invalid(
      "a bar chart of \(data.typeNameWithArticle) needs x and y columns",
      hint: "name them: x=tokenizer y=bytes_per_token")
  }

  private func barGroups(_ table: Table, x: String, y: String, by: String?) throws -> [BarGroup] {
    let bars = zip(try labels(table, x), try numbers(table, y)).map { Bar($0, $1) }
    guard let by else { return [BarGroup(bars: bars)] }
    var order: [String] = []
    var groups: [String: [Bar]] = [:]
    for (name, bar) in zip(try labels(table, by), bars) {
      if groups[name] == nil { order.append(name) }
      groups[name, default: []].append(bar)
    }
    return order.map { BarGroup(name: $0, bars: groups[$0] ?? []) }
  }
}

/// `plot.histogram`: how often values occur.
struct PlotHistogram: Command {
  static let name = "plot.histogram"
  static let summary = "Draw how often numbers fall into bins of equal width."
  static let searchWords = ["chart", "distribution", "frequency"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example("len(plot.histogram([1, 2, 2, 3, 3, 3]).text) > 20", shows: "true")
  ]

  let data = Argument<Value>(
    "A list or tensor of numbers, or a table with a column x.", piped: true)
  let x = Option<ColumnName?>("The table's column.")
  let bins = Option<Int?>("How many bins; chosen from the data where absent.", in: 1...200)
  let title = Option("The heading.", default: "")
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let data = try call[data]
    let values: [Double]
    if let column = try call[x]?.text, let table = data.asTable {
      values = try numbers(table, column)
    } else if case .tensor(let tensor) = data {
      values = tensor.doubles
    } else if let items = data.items, items.allSatisfy({ $0.doubleValue != nil }) {
      values = items.compactMap(\.doubleValue)
    } else {
      throw LanguageError.invalid(
        "a histogram of \(data.typeNameWithArticle) needs a column", hint: "name it: x=length")
    }
    let options = ChartOptions(
      title: try call[title], xLabel: try call[x]?.text ?? "", width: try call[width])
    return .object(ChartObject(try Chart.histogram(values, bins: try call[bins], options: options)))
  }
}

/// `plot.heatmap`: a grid of values as shades.
struct PlotHeatmap: Command {
  static let name = "plot.heatmap"
  static let summary = "Draw a table's values, or a tensor of two axes, as a grid of shades."
  static let searchWords = ["chart", "matrix", "attention", "grid"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example("len(plot.heatmap([[1, 2], [3, 4]]).text) > 20", shows: "true")
  ]

  let data = Argument<Value>(
    "A table with columns x, y and value, or a tensor [rows, columns].", piped: true)
  let x = Option<ColumnName?>("The column whose values are the grid's columns.")
  let y = Option<ColumnName?>("The column whose values are the grid's rows.")
  let value = Option<ColumnName?>("The column that is drawn.")
  let scale = Option<AxisKind>("Equal shades for equal differences or factors.", default: .linear)
  let title = Option("The heading.", default: "")
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let options = ChartOptions(
      title: try call[title], xLabel: try call[x]?.text ?? "", yLabel: try call[y]?.text ?? "",
      width: try call[width])
    let chart = try Chart.heatmap(try grid(call), scale: try call[scale], options: options)
    return .object(ChartObject(chart))
  }

  private func grid(_ call: Call) throws -> Grid {
    let data = try call[data]
    if let x = try call[x]?.text, let y = try call[y]?.text, let value = try call[value]?.text,
      let table = data.asTable
    {
      let cells = zip(
        zip(try labels(table, y), try labels(table, x)), try numbers(table, value))
      return try Grid(cells: cells.map { (row: $0.0, column: $0.1, value: $1) })
    }
    guard let tensor = try data.asTensor(), tensor.rank == 2 else {
      throw LanguageError.invalid(
        "a heat map needs the columns x, y and value, or a tensor of two axes",
        hint: "name them: x=temperature y=top_p value=nll")
    }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    let values = tensor.doubles
    return Grid(
      rows: (0..<rows).map(String.init), columns: (0..<columns).map(String.init),
      values: (0..<rows).map { Array(values[($0 * columns)..<(($0 + 1) * columns)]) })
  }
}
