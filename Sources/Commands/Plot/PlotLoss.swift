import Language
import Plots

/// `plot.loss`: the loss curve of a training run.
struct PlotLoss: Command {
  static let name = "plot.loss"
  static let summary =
    "Draw the losses of a training run, or of several runs in one chart, averaged over some steps."
  static let searchWords = ["curve", "training", "chart", "learning curve"]
  static let result = ValueType.object("chart")
  static let examples = [
    Example("plot.loss([3, 2, 1]).text | lines | all (l -> len(l) <= 72)", shows: "true"),
    Example(
      #"p = plot.loss({small: {losses: [3, 2]}, large: [2, 1]}); "small" in p.text and "large" in p.text"#,
      shows: "true"),
  ]

  let data = Argument<Value>(
    "A result of train.*, a list of losses, or a record of several of these by name.",
    of: .oneOf([.record, .list(of: .number)]))
  let average = Option<Int?>(
    "Steps whose mean is a point; as many as leave fifty points by default.", in: 1...1_000_000_000)
  let title = Option("The heading.", default: "")
  let yscale = Option<AxisKind>("Equal steps for equal differences or factors.", default: .linear)
  let height = Option("How many rows high.", default: 10, in: 4...100)
  let width = Option("How many columns wide.", default: 72, in: 40...400)

  func run(_ call: Call) throws -> Value {
    let runs = try runs(call)
    let longest = runs.map(\.losses.count).max() ?? 0
    let width = try call[average] ?? max(1, (longest + 49) / 50)
    let options = ChartOptions(
      title: try call[title], xLabel: "step", yLabel: "loss", yAxis: try call[yscale],
      width: try call[self.width], height: try call[height])
    return .object(
      ChartObject(
        try Chart.line(
          runs.map { Series(name: $0.name, steps: $0.losses, averagedOver: width) },
          options: options)))
  }

  private func runs(_ call: Call) throws -> [(name: String, losses: [Double])] {
    let given = try call[data]
    if let losses = Self.losses(given) { return [("", losses)] }
    if case .record(let record) = given {
      let runs = record.fields.compactMap { field in
        Self.losses(field.value).map { (field.key, $0) }
      }
      if !runs.isEmpty, runs.count == record.fields.count { return runs }
    }
    throw LanguageError.invalid(
      "there are no losses in it", hint: "plot.loss takes what a train command gives"
    ).at(call.span(of: data))
  }

  /// The losses of one run; nil where it is none.
  private static func losses(_ value: Value) -> [Double]? {
    if case .record(let record) = value { return record["losses"].flatMap(losses) }
    guard let items = value.items, !items.isEmpty else { return nil }
    let numbers = items.compactMap(\.doubleValue)
    return numbers.count == items.count ? numbers : nil
  }
}
