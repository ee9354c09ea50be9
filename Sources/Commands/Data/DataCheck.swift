import Kernels
import Language
import Training

/// `data.check`: are these answers right?
struct DataCheck: Command {
  static let name = "data.check"
  static let summary =
    "Judge answers to the problems of a generated world; every right answer counts, not just the drawn one."
  static let searchWords = ["verify", "verifier", "score", "accuracy", "reward", "grade", "solve"]
  static let version = 2
  static let result = ValueType.table
  static let examples = [
    Example(
      #"data.check(countdown, [{numbers: [3, 5, 12], target: 27}], ["12+3*5"]) | map (r -> r.right)"#,
      shows: "[true]"),
    Example(
      #"data.check(countdown, [{numbers: [3, 5, 12], target: 27}], ["12*3-5"]) | map (r -> r.reason)"#,
      shows: #"["its value is 31"]"#),
    Example(
      #"[{problem: "3+4*2?"}] | data.check chain answers=["3+4=8;8*2=16;A:16"] | map (r -> r.wrong_at)"#,
      shows: "[4]"),
    Example(
      "data.sudoku(n=5, side=4, givens=8) | data.check sudoku | all (r -> r.right)", shows: "true"),
    Example(
      #"[{text: "Tom and Tom ran."}] | data.check stories | map (r -> r.reason)"#,
      shows: #"["name: Tom was not introduced"]"#),
    Example(
      "data.stories(5, seed=1, form=table) | data.check stories | all (r -> r.right)", shows: "true"
    ),
  ]

  let world = Argument<WorldKind>("The world that the rows come from.")
  let rows = Argument<Table>("Problems, as the world's data command gives them.", piped: true)
  let answers = Argument<[Value]?>(
    "The answers in the same order: texts, numbers, lists, or null; without them the rows' own are judged."
  )

  func run(_ call: Call) throws -> Value {
    let (table, problem) = (try call[rows], try call[world].problem)
    let given = try self.given(call, table, problem)
    let columns = try problem.needed.map { try column($0, of: table, call) }
    let verdicts = try given.indices.map { row throws -> WorldVerdict? in
      try Cancellation.check()
      let fields = zip(problem.needed, columns).map { ($0, $1[row].worldField) }
      guard
        let asked = problem.init(fields: Dictionary(fields, uniquingKeysWith: { $1 }))
      else {
        throw LanguageError.invalid(
          "row \(row) is no problem of the world \(problem.world.rawValue)",
          hint: "help data.\(problem.world.rawValue)"
        ).at(call.span(of: rows))
      }
      return given[row].map { asked.verdict(on: $0) }
    }
    func judged(_ value: (Int) -> Value) -> [Value] { given.indices.map(value) }
    let added: [(String, [Value])] = [
      ("given", judged { given[$0].map(Value.string) ?? .null }),
      ("right", judged { .bool(verdicts[$0]?.isRight ?? false) }),
      (
        "reason",
        judged { row in
          guard let verdict = verdicts[row] else { return .string("there is no answer") }
          return verdict.reason.map(Value.string) ?? .null
        }
      ),
      ("wrong_at", judged { verdicts[$0]?.wrongAt.map { .int($0) } ?? .null }),
    ]
    // What a verdict is about stands beside it: a wide table loses its last columns on a screen.
    let first = Array(zip(problem.needed, columns))
    let names = problem.needed + added.map { $0.0 }
    let others = table.columns.filter { !names.contains($0.key) }.map { ($0.key, $0.value) }
    return .table(Table(columns: first + added + others) ?? table)
  }

  /// The answers as texts; nil for null.
  private func given(_ call: Call, _ table: Table, _ problem: any WorldProblem.Type) throws
    -> [String?]
  {
    let given =
      try call[answers] ?? column(problem.solutionColumn, of: table, call)
    guard given.count == table.rowCount else {
      throw LanguageError.lengthsDiffer(
        what: "problems and answers", a: table.rowCount, b: given.count
      ).at(call.span(of: answers))
    }
    // A list of nodes or items stands for their text.
    let separator = problem.world == .lists ? ", " : " "
    return given.map { value in
      if value.isNull { return nil }
      guard value.stringValue == nil, let items = value.items else { return value.text }
      return items.map(\.text).joined(separator: separator)
    }
  }

  private func column(_ name: String, of table: Table, _ call: Call) throws -> [Value] {
    // A table without rows knows no columns.
    if table.rowCount == 0, table.columnCount == 0 { return [] }
    guard let column = table.column(name) else {
      throw LanguageError.noColumn(name: name, suggestion: nil, columns: table.names)
        .at(call.span(of: rows))
    }
    return column
  }
}
