import Language
import Measures

extension Alternative: WordParameter {}
extension PermutationTest.Statistic: WordParameter {}

/// `measure.t_test`: whether means differ.
struct MeasureTTest: Command {
  static let name = "measure.t_test"
  static let summary =
    "Test by Student's t whether a mean differs from a number, or from another list's mean."
  static let searchWords = ["student", "welch", "significance", "p-value", "means", "paired"]
  static let result = ValueType.record
  static let examples = [
    Example(
      "t = measure.t_test [5.1, 4.9, 5.6, 5.3] [4.4, 4.9, 4.6, 4.5]; round t.t 4",
      shows: "3.3916"),
    Example(
      "measure.t_test([1, 2, 4], [1, 3, 6], paired=true).difference", shows: "-1.0"),
  ]

  let first = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let second = Argument<Value>(
    "What it is compared with; without it, the number `against`.", of: .items, default: .null)
  let paired = Option(
    "Compare the lists pair by pair: what belongs together stands at one place.", default: false)
  let pooled = Option(
    "Take the two variances for equal (Student); otherwise each has its own (Welch).",
    default: false)
  let against = Option("Of one list: the mean that is tested.", default: 0.0)
  let alternative = Option<Alternative>(
    "Which difference counts: to both sides, the first less, or the first greater.",
    default: .twoSided)
  let level = Option("The level of the difference's interval.", default: 0.95, in: 0.0...1.0)

  func run(_ call: Call) throws -> Value {
    let (values, side, level) = (
      try call.numbers(first).doubles, try call[alternative], try call[level]
    )
    let test: TTest
    if try call[second].isNull {
      test = try TTest(values, against: call[against], alternative: side, level: level)
    } else if try call[paired] {
      test = try TTest(
        pairs: values, call.numbers(second).doubles, alternative: side, level: level)
    } else {
      test = try TTest(
        values, call.numbers(second).doubles, pooled: call[pooled], alternative: side,
        level: level)
    }
    return .record(
      Record([
        ("t", .measured(test.t)), ("df", .float(test.degrees)), ("p", .measured(test.p)),
        ("difference", .float(test.difference)), ("low", .float(test.low)),
        ("high", .float(test.high)),
      ]))
  }
}

/// `measure.f_test`: whether variances differ.
struct MeasureFTest: Command {
  static let name = "measure.f_test"
  static let summary = "Test by the F distribution whether two lists have the same variance."
  static let searchWords = ["fisher", "variance", "significance", "p-value", "spread"]
  static let result = ValueType.record
  static let examples = [
    Example("measure.f_test([1, 2, 3, 4], [2, 6, 4, 8]).f", shows: "0.25"),
    Example("measure.f_test([1, 1, 1], [2, 2, 2]).p == null", shows: "true"),
  ]

  let first = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let second = Argument<Value>("Another; its variance divides the first's.", of: .items)
  let alternative = Option<Alternative>(
    "Which quotient counts: to both sides, below 1, or above 1.", default: .twoSided)
  let level = Option("The level of the quotient's interval.", default: 0.95, in: 0.0...1.0)

  func run(_ call: Call) throws -> Value {
    let test = try FTest(
      call.numbers(first).doubles, call.numbers(second).doubles, alternative: call[alternative],
      level: call[level])
    return .record(
      Record([
        ("f", .measured(test.f)), ("df1", .int(test.firstDegrees)),
        ("df2", .int(test.secondDegrees)), ("p", .measured(test.p)),
        ("low", .measured(test.low)), ("high", .measured(test.high)),
      ]))
  }
}

/// `measure.permutation_test`: a difference against chance.
struct MeasurePermutationTest: Command {
  static let name = "measure.permutation_test"
  static let summary =
    "Test whether means or variances of two lists differ more than when values change places."
  static let searchWords = ["randomization", "significance", "p-value", "resampling", "exact test"]
  static let isRandom = true
  static let result = ValueType.record
  static let examples = [
    Example(
      "measure.permutation_test [1, 2, 3] [7, 8, 9]",
      shows: "{observed: -6.0, p: 0.1, rounds: 20, exact: true}"),
    Example(
      "measure.permutation_test([1, 5, 9, 4], [4, 5, 6, 5], statistic=variance, paired=true).p",
      shows: "0.125"),
  ]

  let first = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let second = Argument<Value>("Another.", of: .items)
  let statistic = Option<PermutationTest.Statistic>(
    "The difference of the means, or the logarithm of the variances' quotient.", default: .mean)
  let paired = Option("Values change places with their partner only.", default: false)
  let alternative = Option<Alternative>(
    "Which difference counts: to both sides, the first less, or the first greater.",
    default: .twoSided)
  let rounds = Option(
    "How many ways are drawn; where there are no more than these, all are tried.",
    default: 10_000, in: 1...10_000_000)
  let seed = Option<Int?>("The seed; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    let test = try PermutationTest(
      call.numbers(first).doubles, call.numbers(second).doubles, statistic: call[statistic],
      paired: call[paired], alternative: call[alternative], rounds: call[rounds],
      stream: call.stream(call[seed], Self.name))
    return .record(
      Record([
        ("observed", .float(test.observed)), ("p", .float(test.p)),
        ("rounds", .int(test.rounds)), ("exact", .bool(test.isExact)),
      ]))
  }
}

/// `measure.ks_uniform`: whether numbers spread evenly.
struct MeasureKSUniform: Command {
  static let name = "measure.ks_uniform"
  static let summary =
    "Test by Kolmogorov and Smirnov whether numbers spread evenly over a range, as p-values do without an effect."
  static let searchWords = ["kolmogorov", "smirnov", "uniform", "calibration", "p-values"]
  static let result = ValueType.record
  static let examples = [
    Example("measure.ks_uniform([0.2, 0.4, 0.6, 0.8]).distance", shows: "0.2"),
    Example("measure.ks_uniform([1, 1, 2], high=4).p < 0.5", shows: "true"),
  ]

  let values = Argument<Value>("A list, range or tensor of numbers.", of: .items)
  let low = Option("The range's lower end.", default: 0.0)
  let high = Option("Its upper end.", default: 1.0)

  func run(_ call: Call) throws -> Value {
    let (low, high) = (try call[low], try call[high])
    guard low < high else {
      throw call.outOfRange(self.high, given: .float(high), range: "above \(low)")
    }
    let test = try UniformityTest(call.numbers(values).doubles, in: low...high)
    return .record(
      Record([
        ("distance", .float(test.distance)), ("p", .float(test.p)), ("n", .int(test.count)),
      ]))
  }
}
