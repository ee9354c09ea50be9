import Files
import Kernels
import Synchronization

/// Brings another notebook's definitions into a session.
public protocol NotebookImporter: Sendable {
  /// Runs the cells of the notebook at `path` in `session`.
  ///
  /// - Returns: the variables and functions it brought.
  func importNotebook(_ path: String, into session: Session) throws -> ImportedNames
  /// What the notebook's text defines, without running it; empty where it cannot be read.
  func names(_ path: String, in session: Session) -> ImportedNames
}

public struct ImportedNames: Sendable {
  public var functions: [String] = []
  public var variables: [String] = []
  public init(functions: [String] = [], variables: [String] = []) {
    (self.functions, self.variables) = (functions, variables)
  }
}

/// A running conversation with the language: names, seed, files, and the commands it knows.
///
/// One thread at a time checks and runs cells; the points of a parallel sweep only read.
public final class Session: @unchecked Sendable {
  public let registry: CommandRegistry
  public let files: FileAccess
  public let progress: ProgressReporter
  /// Where sweep points are kept; nil keeps none.
  public var points: (any PointStore)?
  public var importer: (any NotebookImporter)?
  /// The seed of random commands that are given none.
  public var seed: UInt64 = 0
  /// The first part of every random stream's name: the entry's number at the prompt.
  public var streamPrefix: [String] = []
  /// What was entered, for `history`.
  public var entries: [String] = []
  /// Objects that commands keep by path, so that a model named by its path is loaded once.
  public let objects = ObjectCache()

  fileprivate let notes = Mutex<[String]>([])
  let scope = Scope(kind: .session, parent: nil)
  let frame = Frame(count: 64, parent: nil)
  var interpreter: Interpreter { Interpreter(session: self) }

  public init(
    registry: CommandRegistry, files: FileAccess = FileAccess(),
    progress: ProgressReporter = ProgressReporter()
  ) {
    self.registry = registry
    self.files = files
    self.progress = progress
  }

  // MARK: Names

  /// The variables that are bound, sorted.
  public var variableNames: [String] {
    scope.slots.filter { $0.value < frame.count && frame.slots[$0.value] != nil }.keys.sorted()
  }

  /// The `fn`s that are defined, sorted.
  public var functionNames: [String] {
    scope.functionSlots.filter { $0.value < frame.count && frame.slots[$0.value] != nil }
      .keys.sorted()
  }

  /// A variable's value.
  public func value(_ name: String) -> Value? {
    guard let slot = scope.slots[name], slot < frame.count else { return nil }
    return frame.slots[slot]
  }

  public func function(_ name: String) -> FunctionValue? {
    guard let slot = scope.functionSlots[name], slot < frame.count,
      case .function(let function)? = frame.slots[slot]
    else { return nil }
    return function
  }

  /// Binds a variable, as a statement would.
  public func bind(_ name: String, to value: Value) {
    let slot = scope.declare(name)
    frame.grow(to: scope.count)
    frame.slots[slot] = value
    scope.bound.insert(name)
  }

  /// Makes a `fn` known, as its definition would.
  public func bind(function: FunctionValue) {
    guard let name = function.name else { return }
    let slot = scope.declareFunction(name)
    frame.grow(to: scope.count)
    frame.slots[slot] = .function(function)
    scope.functions[name] = function.code.info
  }

  // MARK: Cells

  /// Makes the names of a checked cell known as if it had run, so that later cells can be checked
  /// without running it. The names have no values.
  public func assume(_ analysis: CellAnalysis) {
    for name in analysis.binds {
      scope.declare(name)
      scope.bound.insert(name)
    }
    frame.grow(to: scope.count)
  }

  /// Does what running the cell did once: its `fn`s are defined and the variables get the values
  /// that were kept.
  public func restore(_ cell: CheckedCell, variables: [(name: String, value: Value)]) {
    let context = RunContext(output: OutputBuffer())
    for function in cell.functions { _ = try? function(frame, context) }
    for (name, value) in variables { bind(name, to: value) }
    scope.bound = Set(variableNames)
  }

  /// Parses and checks a cell; nothing of it runs.
  public func check(_ source: SourceText) -> CheckedCell {
    let parsed = Parser.parse(source, context: self)
    guard parsed.diagnostics.isEmpty else { return CheckedCell(parsed) }

    let saved = (scope.bound, scope.functions, scope.bindingLines)
    let compiler = Compiler(session: self, cell: parsed)
    let code = compiler.compile(cell: parsed)
    frame.grow(to: scope.count)
    if compiler.diagnostics.contains(where: { $0.severity == .error }) {
      (scope.bound, scope.functions, scope.bindingLines) = saved
    }
    return CheckedCell(
      parsed, diagnostics: compiler.diagnostics, analysis: compiler.analysis,
      functions: code.functions, statements: code.statements)
  }

  /// Runs a checked cell; its values are shown in `output`.
  ///
  /// - Returns: the last value shown, for `_`.
  /// - Throws: the ``Diagnostic`` that stopped it; names bound before keep their values.
  @discardableResult
  public func run(_ cell: CheckedCell, output: any OutputSink) throws(Diagnostic) -> Value? {
    if let error = cell.errors.first { throw error }
    let context = RunContext(output: output)
    var last: Value?
    defer {
      // What did not get bound is unknown to the next cell.
      scope.bound = Set(variableNames)
    }
    do {
      for function in cell.functions { _ = try function(frame, context) }
      for statement in cell.statements {
        try Language.check(statement.span, cell.source)
        let value = try statement.code(frame, context)
        guard statement.shows, !value.isNull else { continue }
        output.show(value.display)
        last = value
      }
    } catch {
      throw Diagnostic(error, at: cell.block.span, in: cell.source)
    }
    return last
  }

  /// Checks and runs a text in one go.
  @discardableResult
  public func run(_ text: String, output: any OutputSink) throws(Diagnostic) -> Value? {
    try run(check(SourceText(text)), output: output)
  }
}

extension Session: ParsingContext {
  public func isCommand(_ name: String) -> Bool { registry.contains(name) }
  public func isFunction(_ name: String) -> Bool { scope.functions[name] != nil }
  public func isVariable(_ name: String) -> Bool { scope.bound.contains(name) }

  public func importedNames(_ path: String) -> (functions: Set<String>, variables: Set<String>) {
    guard let names = importer?.names(path, in: self) else { return ([], []) }
    return (Set(names.functions), Set(names.variables))
  }
}

extension Session {
  /// Says something about the running command that is no error: on a terminal's standard error and
  /// in the journal, never in a saved output.
  public func note(_ text: String) { notes.withLock { $0.append(text) } }

  /// The notes since the last call, oldest first.
  public func takeNotes() -> [String] {
    notes.withLock { notes in
      defer { notes = [] }
      return notes
    }
  }
}
