/// Reading and binding variables.
extension Compiler {
  /// Where a name may be found: slots from the innermost scope outwards.
  private struct Place {
    let depth: Int
    let slot: Int
    let scope: Scope
  }

  private func places(_ name: String) -> [Place] {
    var found: [Place] = []
    var depth = 0
    var current: Scope? = scope
    while let scope = current {
      if let slot = scope.slots[name] {
        found.append(Place(depth: depth, slot: slot, scope: scope))
      }
      depth += 1
      current = scope.parent
    }
    return found
  }

  /// The `fn` of this name that is known here.
  func resolveFunction(_ name: String) -> (depth: Int, slot: Int, info: FunctionInfo)? {
    var depth = 0
    var current: Scope? = scope
    while let scope = current {
      if let slot = scope.functionSlots[name], let info = scope.functions[name] {
        return (depth, slot, info)
      }
      depth += 1
      current = scope.parent
    }
    return nil
  }

  /// A parameter or a variable of the function being compiled.
  func isLocal(_ name: String) -> Bool {
    var current: Scope? = scope
    while let scope = current, scope.kind != .session {
      if scope.slots[name] != nil { return true }
      current = scope.parent
    }
    return false
  }

  /// True where text read so far, or an earlier cell, may have bound the name.
  func mayBeBound(_ name: String) -> Bool {
    var current: Scope? = scope
    while let scope = current {
      if scope.bound.contains(name) { return true }
      current = scope.parent
    }
    return false
  }

  func recordRead(_ name: String) {
    if isLocal(name) { return }
    if let function { function.freeNames.insert(name) }
    if isInLambda { uses { $0.deferredNames.insert(name) } }
    if function == nil || scope.kind == .lambda || scope.kind == .sweep {
      if !definitelyBound.contains(name) { analysis.reads.insert(name) }
    }
  }

  private var isInLambda: Bool {
    var current: Scope? = scope
    while let scope = current {
      if scope.kind == .lambda { return true }
      current = scope.parent
    }
    return false
  }

  /// Reads a variable; a `fn`'s name gives the function where no variable has it.
  func compileName(_ name: String, _ span: SourceSpan) -> Code {
    recordRead(name)
    let inFunction = function != nil
    var known = mayBeBound(name)
    if !known && (inFunction || scope.kind == .lambda) { known = cellNames.contains(name) }
    let found = places(name)

    if !known && found.allSatisfy({ $0.scope.kind == .session }) {
      if let function = resolveFunction(name) { return readFunction(name, function, span) }
      // What a `fn` reads is looked up when it is called, and checked at its calls.
      if !inFunction {
        report(
          .unknownName(
            name, suggestion: suggestion(for: name), isCommand: session.registry.contains(name)),
          span)
        return { _, _ in .null }
      }
      session.scope.declare(name)
      return compileName(name, places(name), span)
    }
    if found.isEmpty {
      session.scope.declare(name)
      return compileName(name, places(name), span)
    }
    return compileName(name, found, span)
  }

  private func compileName(_ name: String, _ found: [Place], _ span: SourceSpan) -> Code {
    let source = source
    let bindingLine = found.lazy.compactMap { $0.scope.bindingLines[name] }.first
    func unbound() -> Diagnostic {
      LanguageError.notBound(name: name, line: bindingLine).at(span, in: source)
    }
    for place in found where place.depth > 0 && place.scope.kind != .session {
      if !captured.contains(where: { $0.name == name }) {
        captured.append((name, place.depth, place.slot))
      }
    }
    if found.count == 1, let place = found.first {
      let slot = place.slot
      switch place.depth {
      case 0:
        return { frame, _ in
          if let value = frame.slots[slot] { return value }
          throw unbound()
        }
      case 1:
        return { frame, _ in
          if let value = frame.ancestor(1).slots[slot] { return value }
          throw unbound()
        }
      case let depth:
        return { frame, _ in
          if let value = frame.ancestor(depth).slots[slot] { return value }
          throw unbound()
        }
      }
    }
    let steps = found.map { ($0.depth, $0.slot) }
    return { frame, _ in
      for (depth, slot) in steps {
        if let value = frame.ancestor(depth).slots[slot] { return value }
      }
      throw unbound()
    }
  }

  func readFunction(
    _ name: String, _ function: (depth: Int, slot: Int, info: FunctionInfo), _ span: SourceSpan
  ) -> Code {
    use(function.info, span)
    let (depth, slot, _) = function
    let source = source
    return { frame, _ in
      if let value = frame.ancestor(depth).slots[slot] { return value }
      throw LanguageError.notBound(name: name, line: nil).at(span, in: source)
    }
  }

  /// Notes that a `fn` is used here, and checks that what it reads can be bound.
  func use(_ info: FunctionInfo, _ span: SourceSpan) {
    if let function { function.calls.insert(info.name) }
    guard function == nil else { return }
    var seen: Set<String> = []
    var waiting = [info]
    while let next = waiting.popLast() {
      guard seen.insert(next.name).inserted else { continue }
      if !analysis.functions.contains(next.name) { analysis.reads.insert(next.name) }
      analysis.uses.formUnion(next.uses)
      analysis.uses.deferredNames.formUnion(next.freeNames)
      for name in next.freeNames.sorted() {
        if resolveFunction(name) != nil && !mayBeBound(name) {
          waiting += [resolveFunction(name)?.info].compactMap { $0 }
          continue
        }
        if !mayBeBound(name) && !isLocal(name) && !cellNames.contains(name) {
          report(.notBoundForFunction(function: next.name, name: name), span)
        } else if !definitelyBound.contains(name) && !isLocal(name) {
          analysis.reads.insert(name)
        }
      }
      for name in next.calls { waiting += [resolveFunction(name)?.info].compactMap { $0 } }
    }
  }

  func suggestion(for name: String) -> String? {
    var names: Set<String> = cellFunctions
    var current: Scope? = scope
    while let scope = current {
      names.formUnion(scope.bound)
      names.formUnion(scope.functions.keys)
      current = scope.parent
    }
    return Suggestion.nearest(to: name, among: names.sorted())
  }

  /// Binds a name: a slot of the present function, or of the session.
  func bind(_ name: Identifier) -> Int {
    let slot = scope.declare(name.name)
    scope.bound.insert(name.name)
    scope.bindingLines[name.name] = source.line(at: name.span.start).number
    if scope.kind == .session, conditionDepth == 0 { analysis.binds.insert(name.name) }
    return slot
  }

  // MARK: Assignment

  func compileAssignment(
    _ target: AssignmentTarget, _ operation: BinaryOperator?, _ value: Expression,
    _ span: SourceSpan
  ) -> Code {
    let source = source
    switch target {
    case .name(let name):
      guard let operation else {
        // A lambda may call itself by the name it is bound to.
        if case .lambda = value.kind { _ = bind(name) }
        let code = compile(value)
        let slot = bind(name)
        return { frame, context in
          frame.slots[slot] = try code(frame, context)
          return .null
        }
      }
      let old = compileName(name.name, name.span)
      let code = compile(value)
      let slot = bind(name)
      return { frame, context in
        let right = try code(frame, context)
        var left = try old(frame, context)
        if case .int(let a) = left, case .int(let b) = right, operation == .add {
          let (sum, overflow) = a.addingReportingOverflow(b)
          if !overflow {
            frame.slots[slot] = .int(sum)
            return .null
          }
        }
        if operation == .add, case .list(let more) = right, let held = left.takeList() {
          // Items would be copied while anything else holds them.
          frame.slots[slot] = .null
          frame.slots[slot] = .list(Compiler.appending(more, to: held))
          return .null
        }
        frame.slots[slot] = try located(span, source) {
          try Operations.apply(operation, left, right)
        }
        return .null
      }
    case .place(let name, let path):
      let old = compileName(name.name, name.span)
      let steps = path.map(compile(step:))
      let code = compile(value)
      let slot = bind(name)
      return { frame, context in
        let new = try code(frame, context)
        let path = try steps.map { try $0(frame, context) }
        var held = try old(frame, context)
        let changed: Value
        if let operation {
          var current = held
          for step in path {
            current = try located(span, source) { try Indexing.get(current, step) }
          }
          changed = try located(span, source) { try Operations.apply(operation, current, new) }
        } else {
          changed = new
        }
        // The variable lets go, so that a list held by nothing else changes in place.
        frame.slots[slot] = .null
        defer { frame.slots[slot] = held }
        try located(span, source) { try Indexing.set(&held, path[...], to: changed) }
        return .null
      }
    case .record(let names, let patternSpan), .list(let names, let patternSpan):
      let code = compile(value)
      let slots = names.map(bind)
      var isRecord = false
      if case .record = target { isRecord = true }
      let unpack: (Value) throws -> [Value] =
        isRecord
        ? { try Compiler.unpackRecord($0, names) } : { try Compiler.unpackList($0, names.count) }
      return { frame, context in
        let value = try code(frame, context)
        let parts = try located(patternSpan, source) { try unpack(value) }
        for (slot, part) in zip(slots, parts) { frame.slots[slot] = part }
        return .null
      }
    }
  }

  private static func appending(_ more: [Value], to items: consuming [Value]) -> [Value] {
    items += more
    return items
  }

  private static func unpackRecord(_ value: Value, _ names: [Identifier]) throws -> [Value] {
    switch value {
    case .record, .table, .object: return try names.map { try Indexing.field(value, $0.name) }
    default:
      throw LanguageError.cannotUnpack(wanted: "a record", given: value.typeNameWithArticle)
    }
  }

  private static func unpackList(_ value: Value, _ count: Int) throws -> [Value] {
    guard let items = value.items else {
      throw LanguageError.cannotUnpack(wanted: "a list", given: value.typeNameWithArticle)
    }
    if items.count != count { throw LanguageError.unpackCount(wanted: count, given: items.count) }
    return items
  }

  private func compile(step: PlaceStep) -> (Frame, RunContext) throws -> Indexing.Step {
    switch step {
    case .field(let name): return { _, _ in .field(name.name) }
    case .index(let items, let span):
      let codes = compile(indexItems: items, span)
      return { frame, context in .index(try codes(frame, context)) }
    }
  }

  /// What a loop's turn binds to its target.
  func compileTarget(_ target: AssignmentTarget, _ span: SourceSpan)
    -> (Frame, Value) throws -> Void
  {
    let source = source
    switch target {
    case .name(let name), .place(let name, _):
      let slot = bind(name)
      return { frame, value in frame.slots[slot] = value }
    case .record(let names, let span):
      let slots = names.map(bind)
      return { frame, value in
        let parts = try located(span, source) { try Compiler.unpackRecord(value, names) }
        for (slot, part) in zip(slots, parts) { frame.slots[slot] = part }
      }
    case .list(let names, let span):
      let slots = names.map(bind)
      return { frame, value in
        let parts = try located(span, source) { try Compiler.unpackList(value, names.count) }
        for (slot, part) in zip(slots, parts) { frame.slots[slot] = part }
      }
    }
  }
}

extension Indexing {
  static func get(_ value: Value, _ step: Step) throws -> Value {
    switch step {
    case .index(let items): try get(value, items)
    case .field(let name): try field(value, name)
    }
  }
}
