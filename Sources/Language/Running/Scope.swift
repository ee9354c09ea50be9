/// The names that one function, or the session, gives slots to while a cell is compiled.
final class Scope {
  enum Kind { case session, function, lambda, sweep }

  let kind: Kind
  let parent: Scope?
  private(set) var slots: [String: Int] = [:]
  /// The slots of `fn`s, which live apart from variables.
  private(set) var functionSlots: [String: Int] = [:]
  private(set) var count = 0
  /// What is known of the `fn`s of this scope.
  var functions: [String: FunctionInfo] = [:]
  /// The line that would bind a name, for the message where it turns out unbound.
  var bindingLines: [String: Int] = [:]
  /// Names that text read so far may have bound.
  var bound: Set<String> = []

  init(kind: Kind, parent: Scope?) {
    self.kind = kind
    self.parent = parent
  }

  /// The variable's slot, made if it is new.
  @discardableResult
  func declare(_ name: String) -> Int {
    if let slot = slots[name] { return slot }
    let slot = count
    slots[name] = slot
    count += 1
    return slot
  }

  @discardableResult
  func declareFunction(_ name: String) -> Int {
    if let slot = functionSlots[name] { return slot }
    let slot = count
    functionSlots[name] = slot
    count += 1
    return slot
  }
}

/// What a `fn` needs from around it, for checks at its calls and for the keys of cells.
final class FunctionInfo: @unchecked Sendable {
  let name: String
  let parameters: [String]
  let requiredCount: Int
  /// Variables it reads that are not its own.
  var freeNames: Set<String> = []
  /// `fn`s it calls.
  var calls: Set<String> = []
  var uses = CellUses()

  init(name: String, parameters: [String], requiredCount: Int) {
    self.name = name
    self.parameters = parameters
    self.requiredCount = requiredCount
  }
}

/// What a cell or function uses besides names.
public struct CellUses: Sendable, Equatable {
  /// The commands it calls, with their versions.
  public var commands: [String: Int] = [:]
  /// Paths that stand as plain texts where a command takes a path.
  public var paths: Set<String> = []
  public var isVolatile = false
  public var isRandom = false
  /// Variables that its lambdas and `fn`s read when they are called, which may be in a later cell.
  public var deferredNames: Set<String> = []

  mutating func formUnion(_ other: CellUses) {
    commands.merge(other.commands) { a, _ in a }
    paths.formUnion(other.paths)
    isVolatile = isVolatile || other.isVolatile
    isRandom = isRandom || other.isRandom
    deferredNames.formUnion(other.deferredNames)
  }
}

/// What a cell's text says about it, without running it.
public struct CellAnalysis: Sendable, Equatable {
  /// Variables and `fn`s of earlier cells that it reads, those its called `fn`s read included.
  public var reads: Set<String> = []
  /// Variables it may bind.
  public var binds: Set<String> = []
  /// Those of them that it has bound for certain when it has run to its end.
  public var certainBinds: Set<String> = []
  /// `fn`s it defines.
  public var functions: Set<String> = []
  /// Notebooks it imports.
  public var imports: [String] = []
  public var uses = CellUses()

  public init() {}
}
