import Files
import Kernels

/// `sweep a=…, b=… with jobs=2 { … }`: one table from a block run for every combination.
extension Compiler {
  static let sweepOptions = ["fresh", "jobs", "seed", "stop_on_error"]

  func compileSweep(_ sweep: SweepSyntax, _ span: SourceSpan) -> Code {
    let axes = sweep.axes.map { (name: $0.name, code: compile($0.value)) }
    var options: [String: Code] = [:]
    for option in sweep.options {
      let name = option.name.name
      if !Compiler.sweepOptions.contains(name) {
        report(
          .unknownSweepOption(
            name, suggestion: Suggestion.nearest(to: name, among: Compiler.sweepOptions)),
          option.name.span)
      }
      options[name] = compile(option.value)
    }

    let outer = (scope, loopDepth, captured, definitelyBound)
    let readsBefore = analysis.reads
    let usesBefore = analysis.uses
    analysis.reads = []
    analysis.uses = CellUses()
    // A point's key holds what the cell itself bound before, too.
    definitelyBound = []
    let body = Scope(kind: .sweep, parent: scope)
    scope = body
    loopDepth = 0
    let slots = axes.map { bind($0.name) }
    for name in BoundNames.of(sweep.body) { scope.declare(name.name) }
    let code = compileConditional(sweep.body)
    let slotCount = scope.count
    (scope, loopDepth, captured, definitelyBound) = outer
    let reads = analysis.reads
    let uses = analysis.uses
    analysis.reads.subtract(definitelyBound)
    analysis.reads.formUnion(readsBefore)
    analysis.uses.formUnion(usesBefore)

    let plan = SweepPlan(
      names: axes.map(\.name.name), slots: slots, slotCount: slotCount, body: code,
      source: source, span: span, bodySpan: sweep.body.span,
      reads: reads.sorted().compactMap { name in
        self.session.scope.slots[name].map { (name, $0) }
      },
      uses: uses, ordinal: sweep.ordinal)
    let session = session
    let source = source
    return { frame, context in
      var values: [[Value]] = []
      for (name, code) in axes {
        let value = try code(frame, context)
        let items = value.items ?? [value]
        if items.count > SweepPlan.pointLimit {
          throw LanguageError.tooLarge(
            what: "the axis '\(name.name)'", count: items.count, limit: SweepPlan.pointLimit
          ).at(name.span, in: source)
        }
        values.append(items)
      }
      let settings = try SweepSettings(
        options.mapValues { try $0(frame, context) }, span, source)
      return .table(
        try Sweep(plan: plan, settings: settings, session: session)
          .run(values, around: frame, context: context))
    }
  }
}

/// What a `sweep` was compiled to.
struct SweepPlan: @unchecked Sendable {
  static let pointLimit = 1_000_000

  let names: [String]
  let slots: [Int]
  let slotCount: Int
  let body: Code
  let source: SourceText
  let span: SourceSpan
  let bodySpan: SourceSpan
  /// Session variables that the body reads, with their slots: part of every point's key.
  let reads: [(name: String, slot: Int)]
  let uses: CellUses
  /// The place of its first call among the cell's.
  let ordinal: Int
}

/// The options after `with`.
struct SweepSettings {
  var jobs = 1
  var seed: UInt64?
  var isFresh = false
  var stopsOnError = false

  init(_ options: [String: Value], _ span: SourceSpan, _ source: SourceText) throws {
    func wrong(_ name: String, _ wanted: String, _ value: Value) -> Diagnostic {
      LanguageError.wrongType(
        command: "sweep", parameter: name, wanted: wanted, given: value.typeNameWithArticle
      ).at(span, in: source)
    }
    for (name, value) in options {
      switch (name, value) {
      case ("jobs", .int(let count)) where (1...256).contains(count): jobs = count
      case ("jobs", .int(let count)):
        throw LanguageError.outOfRange(
          command: "sweep", parameter: "jobs", given: "\(count)", range: "1...256"
        ).at(span, in: source)
      case ("jobs", _): throw wrong(name, "integer", value)
      case ("seed", .int(let number)): seed = UInt64(bitPattern: Int64(number))
      case ("seed", _): throw wrong(name, "integer", value)
      case ("fresh", .bool(let flag)): isFresh = flag
      case ("stop_on_error", .bool(let flag)): stopsOnError = flag
      default: throw wrong(name, "boolean", value)
      }
    }
  }
}
