import Language
import Measures

/// `measure.regress`: what explains a column.
struct MeasureRegress: Command {
  static let name = "measure.regress"
  static let summary =
    "Fit a column of a table by a straight line over others, with r² and p-values."
  static let searchWords = [
    "linear regression", "least squares", "r squared", "ols", "explain", "fit",
  ]
  static let result = ValueType.record
  static let examples = [
    Example(
      "measure.regress([{x: 1, y: 3}, {x: 2, y: 5}, {x: 3, y: 7}, {x: 4, y: 10}], y=y, x=x).coefficients",
      shows: """
        name      estimate     error           p
        constant       0.5  0.474342    0.402386
        x              2.3  0.173205  0.00562329
        """)
  ]

  let data = Argument<Table>("The table.")
  let y = Option<ColumnName>("The column that is to be explained.")
  let x = Option<ColumnNames>("The columns that explain it.")

  func run(_ call: Call) throws -> Value {
    let table = try call[data]
    func column(_ name: String) throws -> [Double] {
      guard let values = table.column(name) else {
        throw LanguageError.noColumn(
          name: name, suggestion: Suggestion.nearest(to: name, among: table.names),
          columns: table.names)
      }
      return try NumberList(values).doubles
    }
    let names = try call[x].names
    let fit = try LinearRegression(column(call[y].text), on: names.map(column))
    let rows = zip(["constant"] + names, [fit.constant] + fit.coefficients).map {
      Record([
        ("name", .string($0)), ("estimate", .float($1.estimate)), ("error", .measured($1.error)),
        ("p", .measured($1.p)),
      ])
    }
    return .record(
      Record([
        ("n", .int(fit.count)), ("r2", .measured(fit.r2)),
        ("adjusted_r2", .measured(fit.adjustedR2)), ("f", .measured(fit.f)),
        ("p", .measured(fit.p)), ("residual_error", .measured(fit.residualError)),
        ("coefficients", .table(Table(rows: rows))),
      ]))
  }
}

/// `measure.fit_power`: a power law through points.
struct MeasureFitPower: Command {
  static let name = "measure.fit_power"
  static let summary = "Fit y = a · x^-b + c to points by least squares."
  static let searchWords = ["power law", "scaling law", "curve", "asymptote", "exponent"]
  static let source: Source? = .arXiv(
    "2510.21909", "Explaining and Mitigating Crosslingual Tokenizer Inequities", year: 2025)
  static let result = ValueType.record
  static let examples = [
    Example(
      "f = measure.fit_power [1, 2, 4, 8] [12, 7, 4.5, 3.25]; [round(f.a, 6), round(f.b, 6), round(f.c, 6)]",
      shows: "[10.0, 1.0, 2.0]")
  ]

  let x = Argument<Value>(
    "The points' x, above 0: vocabulary sizes, or amounts of data.", of: .items)
  let y = Argument<Value>("Their y.", of: .items)
  let asymptote = Option("Fit c too; without it, c is 0.", default: true)

  func run(_ call: Call) throws -> Value {
    let fit = try PowerLawFit(
      call.numbers(x).doubles, call.numbers(y).doubles, asymptote: call[asymptote])
    return .record(
      Record([
        ("a", .float(fit.a)), ("b", .float(fit.b)), ("c", .float(fit.c)),
        ("rmse", .float(fit.rmse)), ("n", .int(fit.count)), ("at_bound", .bool(fit.isAtBound)),
      ]))
  }
}

/// `measure.solve_vocab`: the vocabulary that gives a count.
struct MeasureSolveVocab: Command {
  static let name = "measure.solve_vocab"
  static let summary = "Find the vocabulary size at which a fitted power law reaches a token count."
  static let searchWords = ["optimal vocabulary", "inverse", "vocabulary size", "power law"]
  static let source: Source? = .arXiv(
    "2510.21909", "Explaining and Mitigating Crosslingual Tokenizer Inequities", year: 2025)
  static let result = ValueType.record
  static let examples = [
    Example(
      "measure.solve_vocab {a: 100000, b: 0.5, c: 1000} target=3000",
      shows: #"{vocab: 2500, predicted: 3000.0, reach: "exact"}"#),
    Example(
      "measure.solve_vocab({a: 100000, b: 0.5, c: 1000}, target=500, max=8192).reach",
      shows: "largest"),
  ]

  let fit = Argument<Record>("What `measure.fit_power` gave, or a record of a, b and c.")
  let target = Option<Double>("The token count that is wanted.")
  let min = Option(
    "The smallest size; taken where the target is passed before it.", default: 256, in: 1...)
  let max = Option(
    "The largest size; taken where the target is never reached.", default: 262_144, in: 1...)

  func run(_ call: Call) throws -> Value {
    let record = try call[fit]
    func field(_ name: String) throws -> Double {
      guard let number = record[name]?.doubleValue, number.isFinite else {
        throw call.wrongType(
          fit, wanted: "a record with the finite numbers a, b and c", given: .record(record))
      }
      return number
    }
    let law = PowerLawFit(a: try field("a"), b: try field("b"), c: try field("c"))
    let (low, high) = (try call[min], try call[max])
    if low > high { throw call.outOfRange(max, given: .int(high), range: "\(low) or more") }
    let target = try call[target]
    guard target.isFinite else {
      throw call.outOfRange(self.target, given: .float(target), range: "a finite number")
    }
    let (size, reach) = law.x(reaching: target, in: low...high)
    return .record(
      Record([
        ("vocab", .int(size)), ("predicted", .float(law.value(at: Double(size)))),
        ("reach", .string(reach.rawValue)),
      ]))
  }
}
