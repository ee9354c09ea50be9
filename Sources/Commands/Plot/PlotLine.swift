import Language
import Plots

/// `plot.line`: points joined in the order of x.
struct PlotLine: Command {
  static let name = "plot.line"
  static let summary = "Draw a table's columns, or a list of numbers, as a line chart of text."
  static let searchWords = ["chart", "curve", "graph", "loss"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example(
      "len(plot.line([1, 4, 9, 16, 25]).text) > 100", shows: "true")
  ]

  let data = Argument<Value>("A table with columns x and y, or a list of numbers.", piped: true)
  let x = Option<ColumnName?>("The column of the horizontal axis.")
  let y = Option<ColumnNames?>("The column or columns drawn.")
  let by = Option<ColumnName?>("A column whose values make a line each.")
  let title = Option("The heading.", default: "")
  let xscale = Option<AxisKind>("Equal steps for equal differences or factors.", default: .linear)
  let yscale = Option<AxisKind>("The same for the vertical axis.", default: .linear)
  let height = Option("How many rows high.", default: 16, in: 4...100)
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let lines = try series(
      try call[data], x: try call[x]?.text, y: try call[y], by: try call[by]?.text)
    return .object(ChartObject(try Chart.line(lines, options: try options(call))))
  }

  private func options(_ call: Call) throws -> ChartOptions {
    ChartOptions(
      title: try call[title], xLabel: try call[x]?.text ?? "",
      yLabel: try call[y].map { $0.names.joined(separator: ", ") } ?? "",
      xAxis: try call[xscale], yAxis: try call[yscale], width: try call[width],
      height: try call[height])
  }
}

/// `plot.scatter`: points.
struct PlotScatter: Command {
  static let name = "plot.scatter"
  static let summary = "Draw a table's rows as points of a text chart."
  static let searchWords = ["chart", "points", "graph"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example(
      "[{a: 1, b: 2}, {a: 2, b: 5}] | plot.scatter x=a y=b height=6 | describe | len",
      shows: "1")
  ]

  let data = Argument<Value>("A table with columns x and y, or a list of numbers.", piped: true)
  let x = Option<ColumnName?>("The column of the horizontal axis.")
  let y = Option<ColumnNames?>("The column or columns drawn.")
  let by = Option<ColumnName?>("A column whose values get a mark each.")
  let title = Option("The heading.", default: "")
  let xscale = Option<AxisKind>("Equal steps for equal differences or factors.", default: .linear)
  let yscale = Option<AxisKind>("The same for the vertical axis.", default: .linear)
  let height = Option("How many rows high.", default: 16, in: 4...100)
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let points = try series(
      try call[data], x: try call[x]?.text, y: try call[y], by: try call[by]?.text)
    let options = ChartOptions(
      title: try call[title], xLabel: try call[x]?.text ?? "",
      yLabel: try call[y].map { $0.names.joined(separator: ", ") } ?? "",
      xAxis: try call[xscale], yAxis: try call[yscale], width: try call[width],
      height: try call[height])
    return .object(ChartObject(try Chart.scatter(points, options: options)))
  }
}
