import Language
import Measures

extension MeasureCommands {
  /// What figures are worth: intervals, tests and fits.
  static let statistics: [any Command.Type] = [
    MeasureInterval.self, MeasureCorrelation.self, MeasureTTest.self, MeasureFTest.self,
    MeasurePermutationTest.self, MeasureRegress.self, MeasureFitPower.self, MeasureSolveVocab.self,
  ]
}

/// `measure.interval`: a mean and how sure it is.
struct MeasureInterval: Command {
  static let name = "measure.interval"
  static let summary = "Give the mean of numbers with its confidence interval by Student's t."
  static let searchWords = ["confidence", "mean", "error bar", "seeds", "standard error"]
  static let result = ValueType.record
  static let examples = [
    Example("measure.interval([2, 4, 6]).text", shows: "4 [-0.9683, 8.968]"),
    Example("measure.interval([5]).text", shows: "5 [n/a]"),
    Example(
      "([1.1, 1.3, 1.2] | measure.interval level=90%).low", shows: "1.031414553915295"),
  ]

  let values = Argument<Value>(
    "A list, range or tensor of numbers, such as one a seed.", of: .items)
  let level = Option(
    "How often such intervals hold the true mean.", default: 0.95, in: 0.0...1.0)

  func run(_ call: Call) throws -> Value {
    let interval = try MeanInterval(call.numbers(values).doubles, level: try call[level])
    return .record(
      Record([
        ("mean", .float(interval.mean)), ("low", .measured(interval.low)),
        ("high", .measured(interval.high)), ("n", .int(interval.count)),
        ("std", .measured(interval.deviation)), ("level", .float(interval.level)),
        ("text", .string(intervalText(interval.mean, interval.low, interval.high))),
      ]))
  }
}

/// `measure.correlation`: whether two lists go together.
struct MeasureCorrelation: Command {
  static let name = "measure.correlation"
  static let summary =
    "Measure Pearson's correlation of two lists of numbers, with its interval by Fisher's z."
  static let searchWords = ["pearson", "r", "linear", "association", "corr"]
  static let result = ValueType.record
  static let examples = [
    Example(
      "measure.correlation([1, 2, 3, 4, 5], [1, 3, 2, 5, 4]).text",
      shows: "0.8 [-0.2796, 0.9862]"),
    Example("measure.correlation([1, 2, 3], [7, 7, 7]).r == null", shows: "true"),
    Example("measure.correlation([1, 2, 3], [7, 7, 7]).text", shows: "n/a"),
  ]

  let x = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let y = Argument<Value>("Another, of the same length.", of: .items)
  let level = Option(
    "How often such intervals hold the true correlation.", default: 0.95, in: 0.0...1.0)

  func run(_ call: Call) throws -> Value {
    let result = try PearsonCorrelation(
      call.numbers(x).doubles, call.numbers(y).doubles, level: try call[level])
    return .record(
      Record([
        ("r", .measured(result.r)), ("n", .int(result.count)), ("low", .measured(result.low)),
        ("high", .measured(result.high)), ("p", .measured(result.p)),
        ("level", .float(result.level)),
        ("text", .string(result.r.map { intervalText($0, result.low, result.high) } ?? "n/a")),
      ]))
  }
}

extension Value {
  /// A figure that may not be defined: null stands for that, never 0.
  static func measured(_ figure: Double?) -> Value { figure.map(Value.float) ?? .null }
}

/// `4 [-0.9683, 8.968]`: a figure and its interval for a table's cell.
func intervalText(_ figure: Double, _ low: Double?, _ high: Double?) -> String {
  func short(_ number: Double) -> String { NumberText.significant(number, digits: 4) }
  guard let low, let high else { return "\(short(figure)) [n/a]" }
  return "\(short(figure)) [\(short(low)), \(short(high))]"
}
