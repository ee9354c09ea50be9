import Language
import Measures

extension MeasureCommands {
  /// What figures are worth: intervals, tests and fits.
  static let statistics: [any Command.Type] = [
    MeasureInterval.self, MeasureCorrelation.self, MeasureTTest.self, MeasureFTest.self,
    MeasurePermutationTest.self, MeasureKSUniform.self, MeasureRegress.self, MeasureFitPower.self,
    MeasureSolveVocab.self,
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

/// Of what a correlation is measured.
enum CorrelationMethod: String, WordParameter {
  case pearson, spearman
}

/// Where the p of a correlation comes from.
enum CorrelationP: String, WordParameter {
  case student, permutation
}

/// `measure.correlation`: whether two lists go together.
struct MeasureCorrelation: Command {
  static let name = "measure.correlation"
  static let summary =
    "Measure Pearson's or Spearman's correlation of two lists of numbers, with its interval by Fisher's z."
  static let searchWords = [
    "pearson", "spearman", "rank", "rho", "r", "linear", "monotone", "association", "corr",
  ]
  static let result = ValueType.record
  static let examples = [
    Example(
      "measure.correlation([1, 2, 3, 4, 5], [1, 3, 2, 5, 4]).text",
      shows: "0.8 [-0.2796, 0.9862]"),
    Example("measure.correlation([1, 2, 3], [7, 7, 7]).r == null", shows: "true"),
    Example("measure.correlation([1, 2, 3], [7, 7, 7]).text", shows: "n/a"),
    Example(
      "round(measure.correlation([1, 2, 3, 4], [1, 10, 100, 1000], method=spearman).r, 6)",
      shows: "1.0"),
    Example(
      "measure.correlation([1, 2, 3, 4], [1, 2, 4, 3], method=spearman, alternative=greater, p=permutation).p",
      shows: "0.16666666666666666"),
  ]

  let x = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let y = Argument<Value>("Another, of the same length.", of: .items)
  let level = Option(
    "How often such intervals hold the true correlation.", default: 0.95, in: 0.0...1.0)
  let method = Option(
    "Of the numbers (Pearson), or of their ranks, equal ones sharing theirs (Spearman).",
    default: CorrelationMethod.pearson)
  let alternative = Option(
    "Which correlation counts for p: to both sides, below 0, or above 0.",
    default: Alternative.twoSided)
  let p = Option(
    "Whether p is Student's, as SciPy gives it, or counted over orders of one list.",
    default: CorrelationP.student)
  let rounds = Option(
    "With p=permutation: how many orders are drawn; where there are no more than these, all are tried.",
    default: 10_000, in: 1...10_000_000)
  let seed = Option("Names the orders that are drawn.", default: 1)

  func run(_ call: Call) throws -> Value {
    let (x, y) = (try call.numbers(x).doubles, try call.numbers(y).doubles)
    let (level, side) = (try call[level], try call[alternative])
    let isOfRanks = try call[method] == .spearman
    let result =
      isOfRanks
      ? try SpearmanCorrelation(x, y, alternative: side, level: level).ofRanks
      : try PearsonCorrelation(x, y, alternative: side, level: level)
    var record = Record([
      ("r", .measured(result.r)), ("n", .int(result.count)), ("low", .measured(result.low)),
      ("high", .measured(result.high)), ("p", .measured(result.p)),
      ("level", .float(result.level)),
      ("text", .string(result.r.map { intervalText($0, result.low, result.high) } ?? "n/a")),
    ])
    if try call[p] == .permutation {
      let test = try CorrelationPermutationTest(
        isOfRanks ? Ranks.averaged(x) : x, isOfRanks ? Ranks.averaged(y) : y, alternative: side,
        rounds: call[rounds], stream: call.stream(call[seed], Self.name))
      record["p"] = .measured(test.p)
      record["rounds"] = .int(test.rounds)
      record["exact"] = .bool(test.isExact)
    }
    return .record(record)
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
