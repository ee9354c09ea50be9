/// What one session takes over from another: notebooks that import each other run each in their own.
extension Session {
  /// Makes a `fn` of another session callable here. What it reads is looked up where it was made.
  public func take(function: FunctionValue) {
    guard let name = function.name else { return }
    bind(function: function)
    scope.functions[name] = function.code.info.withoutFreeNames
  }

  /// Makes `fn`s that another session has checked, but not run, known here: cells that call them can
  /// be checked.
  public func assume(functions names: some Sequence<String>, of other: Session) {
    for name in names {
      guard let info = other.scope.functions[name] else { continue }
      scope.declareFunction(name)
      scope.functions[name] = info.withoutFreeNames
    }
    frame.grow(to: scope.count)
  }

  /// True where all functions in the value look their free names up in this session: then a copy
  /// of the value from the cache means the same.
  public func owns(_ value: Value) -> Bool {
    switch value {
    case .function(let function):
      return function.closure.map { $0.root === frame } ?? true
        && owns(.record(function.capturedValues))
    case .list(let items): return items.allSatisfy(owns)
    case .record(let record): return record.values.allSatisfy(owns)
    case .table(let table): return table.columns.allSatisfy { $0.value.allSatisfy(owns) }
    default: return true
    }
  }
}

extension FunctionInfo {
  /// As seen from another session: its free names are none of that one's.
  fileprivate var withoutFreeNames: FunctionInfo {
    let info = FunctionInfo(name: name, parameters: parameters, requiredCount: requiredCount)
    info.uses = uses
    info.uses.deferredNames = []
    return info
  }
}

extension Frame {
  fileprivate var root: Frame {
    var frame = self
    while let parent = frame.parent { frame = parent }
    return frame
  }
}
