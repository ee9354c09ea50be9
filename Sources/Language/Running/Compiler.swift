import Kernels

/// Checks a parsed cell and turns it into closures: names, commands, parameters and words are
/// settled here, for the whole cell, before any of it runs.
///
/// A closure per node runs several times faster than walking the tree, and errors of names cost
/// nothing at run time.
final class Compiler {
  let session: Session
  let source: SourceText
  var scope: Scope
  var diagnostics: [Diagnostic] = []
  var analysis = CellAnalysis()

  /// Names that an unconditional statement of this cell has bound: reading them is no dependency
  /// on an earlier cell.
  var definitelyBound: Set<String> = []
  /// All names and functions that this cell's text binds anywhere.
  let cellNames: Set<String>
  let cellFunctions: Set<String>
  /// The function whose body is being compiled.
  var function: FunctionInfo?
  /// How many loops are open in the present function.
  var loopDepth = 0
  /// How many conditional constructs are open at session level.
  var conditionDepth = 0
  /// The variables of outer functions that the present function reads.
  var captured: [(name: String, depth: Int, slot: Int)] = []

  init(session: Session, cell: ParsedCell) {
    self.session = session
    source = cell.source
    scope = session.scope
    cellNames = Set(BoundNames.of(cell.block).map(\.name))
    cellFunctions = Set(
      cell.block.statements.compactMap {
        if case .function(let definition) = $0.kind { definition.name.name } else { nil }
      })
  }

  func report(_ error: LanguageError, _ span: SourceSpan) {
    var diagnostic = error.at(span, in: source)
    diagnostic.severity = .error
    diagnostics.append(diagnostic)
  }

  func note(_ message: String, _ span: SourceSpan) {
    var diagnostic = Diagnostic("", message, at: span, severity: .note)
    diagnostic.source = SourceTextReference(source)
    diagnostics.append(diagnostic)
  }

  // MARK: Cells

  /// A top-level statement, ready to run.
  struct CompiledStatement {
    let code: Code
    /// Its value is shown unless it is null.
    let shows: Bool
    let span: SourceSpan
  }

  /// Compiles a cell's statements; functions first, since they are known before the rest is read.
  func compile(cell: ParsedCell) -> (functions: [Code], statements: [CompiledStatement]) {
    let functions = hoist(cell.block)
    var statements: [CompiledStatement] = []
    for statement in cell.block.statements {
      if case .function = statement.kind { continue }
      let code = compile(statement)
      statements.append(
        CompiledStatement(code: code, shows: shows(statement), span: statement.span))
      for name in BoundNames.of(statement) { analysis.binds.insert(name.name) }
      if case .assign(let target, _, _) = statement.kind {
        for name in BoundNames.of(target) { definitelyBound.insert(name.name) }
      }
    }
    analysis.certainBinds = definitelyBound
    return (functions, statements)
  }

  private func shows(_ statement: Statement) -> Bool {
    guard case .expression(let expression) = statement.kind else { return false }
    let last: CallSyntax?
    switch expression.kind {
    case .call(let call): last = call
    case .pipeline(_, let stages): last = stages.last
    default: last = nil
    }
    guard let last, let declaration = session.registry.declaration(last.callee.name),
      resolveFunction(last.callee.name) == nil
    else { return true }
    return !declaration.isSilent
  }

  /// Compiles the `fn`s of a block; the codes bind them when the block starts.
  func hoist(_ block: Block) -> [Code] {
    let definitions = block.statements.compactMap {
      if case .function(let definition) = $0.kind { definition } else { nil }
    }
    for definition in definitions {
      let name = definition.name.name
      if session.registry.contains(name) {
        note("the function '\(name)' hides the command of this name", definition.name.span)
      }
      scope.declareFunction(name)
      scope.functions[name] = FunctionInfo(
        name: name, parameters: definition.parameters.map(\.name.name),
        requiredCount: definition.parameters.count { $0.defaultValue == nil })
      if function == nil {
        analysis.functions.insert(name)
      }
    }
    return definitions.map(compileDefinition)
  }

  // MARK: Blocks and statements

  /// A block's statements; its value is the last one's.
  func compile(_ block: Block) -> Code {
    let hoisted = hoist(block)
    var codes: [Code] = hoisted
    for statement in block.statements {
      if case .function = statement.kind { continue }
      codes.append(compile(statement))
    }
    if codes.count == 1 { return codes[0] }
    let all = codes
    return { frame, context in
      var value = Value.null
      for code in all {
        value = try code(frame, context)
        if context.control != .none { return value }
      }
      return value
    }
  }

  /// A block that may not run: what it binds is not certain to be bound.
  func compileConditional(_ block: Block) -> Code {
    conditionDepth += 1
    defer { conditionDepth -= 1 }
    let before = definitelyBound
    defer { definitelyBound = before }
    return compile(block)
  }

  func compile(_ statement: Statement) -> Code {
    let code = compileKind(statement)
    if case .expression = statement.kind { return code }
    return code
  }

  private func compileKind(_ statement: Statement) -> Code {
    switch statement.kind {
    case .expression(let expression): return compile(expression)
    case .assign(let target, let operation, let value):
      return compileAssignment(target, operation, value, statement.span)
    case .function(let definition): return hoistedDefinition(definition)
    case .forLoop(let target, let items, let body):
      return compileFor(target, items, body)
    case .whileLoop(let condition, let body): return compileWhile(condition, body)
    case .breakLoop: return loopControl(.breakLoop)
    case .continueLoop: return loopControl(.continueLoop)
    case .returnValue(let value):
      let code = value.map(compile) ?? { _, _ in .null }
      return { frame, context in
        let value = try code(frame, context)
        context.returned = value
        context.control = .returnValue
        return value
      }
    case .importNotebook(let path, let span): return compileImport(path, span)
    case .assert(let condition, let why): return compileAssert(condition, why, statement.span)
    }
  }

  /// A `fn` that stands where no block hoisted it.
  private func hoistedDefinition(_ definition: FunctionDefinition) -> Code {
    let codes = hoist(Block([Statement(.function(definition), definition.span)], definition.span))
    return { frame, context in
      for code in codes { _ = try code(frame, context) }
      return .null
    }
  }

  private func loopControl(_ control: RunContext.Control) -> Code {
    { _, context in
      context.control = control
      return .null
    }
  }

  private func compileImport(_ path: String, _ span: SourceSpan) -> Code {
    analysis.imports.append(path)
    guard let importer = session.importer else {
      report(.importFailed(path: path, reason: "nothing can be imported here"), span)
      return { _, _ in .null }
    }
    do {
      let imported = try importer.importNotebook(path, into: session)
      for name in imported.variables {
        scope.declare(name)
        scope.bound.insert(name)
        definitelyBound.insert(name)
        analysis.binds.insert(name)
      }
      analysis.functions.formUnion(imported.functions)
    } catch {
      var diagnostic = Diagnostic(error, at: span, in: source)
      diagnostic.span = span
      diagnostic.source = SourceTextReference(source)
      diagnostics.append(diagnostic)
    }
    return { _, _ in .null }
  }

  private func compileAssert(_ condition: Expression, _ why: Expression?, _ span: SourceSpan)
    -> Code
  {
    let reason = why.map(compile)
    let source = source
    func fail(_ sides: String?, _ frame: Frame, _ context: RunContext) throws -> Never {
      let text = try reason?(frame, context)
      throw LanguageError.assertionFailed(why: text?.text, sides: sides)
        .at(condition.span, in: source)
    }
    if case .binary(let operation, let left, let right) = condition.kind {
      let a = compile(left)
      let b = compile(right)
      return { frame, context in
        let x = try a(frame, context)
        let y = try b(frame, context)
        let holds = try located(condition.span, source) {
          try Operations.apply(operation, x, y).condition()
        }
        if !holds {
          let sides = "\(x.brief(columns: 80)) \(operation.rawValue) \(y.brief(columns: 80))"
          try fail(sides, frame, context)
        }
        return .null
      }
    }
    let test = compile(condition)
    return { frame, context in
      let value = try test(frame, context)
      if try !located(condition.span, source, { try value.condition() }) {
        try fail(nil, frame, context)
      }
      return .null
    }
  }
}

/// Runs `body`; whatever it throws gets a place, if it has none.
@inline(__always)
func located<Result>(_ span: SourceSpan, _ source: SourceText, _ body: () throws -> Result) throws
  -> Result
{
  do {
    return try body()
  } catch {
    throw Diagnostic(error, at: span, in: source)
  }
}
