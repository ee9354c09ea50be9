/// `fn`s and lambdas, and calls of what an expression gives.
extension Compiler {
  /// Compiles a `fn`; the code binds it in the frame around.
  func compileDefinition(_ definition: FunctionDefinition) -> Code {
    let name = definition.name.name
    let slot = scope.declareFunction(name)
    let info =
      scope.functions[name]
      ?? FunctionInfo(
        name: name, parameters: definition.parameters.map(\.name.name),
        requiredCount: definition.parameters.count { $0.defaultValue == nil })
    let code = FunctionCode(source: source, span: definition.span, info: info)
    let text = source[definition.span]
    compileBody(
      of: code, definition.parameters, kind: .function, names: BoundNames.of(definition.body)
    ) {
      compile(definition.body)
    }
    let make = functionMaker(name: name, text: text, code: code)
    return { frame, context in
      frame.slots[slot] = make(frame)
      return .null
    }
  }

  func compileLambda(_ parameters: [FunctionParameter], _ body: Expression, _ span: SourceSpan)
    -> Code
  {
    let info = FunctionInfo(
      name: "lambda", parameters: parameters.map(\.name.name),
      requiredCount: parameters.count { $0.defaultValue == nil })
    let code = FunctionCode(source: source, span: span, info: info)
    compileBody(of: code, parameters, kind: .lambda, names: []) { compile(body) }
    let make = functionMaker(name: nil, text: source[span], code: code)
    return { frame, _ in make(frame) }
  }

  private func functionMaker(name: String?, text: String, code: FunctionCode) -> (Frame) -> Value {
    let names = code.info.parameters
    let required = code.info.requiredCount
    return { frame in
      .function(
        FunctionValue(
          name: name, parameterNames: names, requiredCount: required, sourceText: text, code: code,
          closure: frame))
    }
  }

  private func compileBody(
    of code: FunctionCode, _ parameters: [FunctionParameter], kind: Scope.Kind,
    names: [Identifier], body: () -> Code
  ) {
    let outer = (scope, function, loopDepth, captured, definitelyBound, conditionDepth)
    scope = Scope(kind: kind, parent: scope)
    // A lambda is part of the statement around it: what it reads counts there.
    if kind == .function { function = code.info }
    loopDepth = 0
    captured = []
    conditionDepth += 1

    var compiled: [FunctionCode.Parameter] = []
    for parameter in parameters {
      let fallback = parameter.defaultValue.map(compile)
      compiled.append(
        FunctionCode.Parameter(
          name: parameter.name.name, slot: bind(parameter.name), fallback: fallback))
    }
    for name in names { scope.declare(name.name) }
    let compiledBody = body()
    let inner = captured
    let count = scope.count
    (scope, function, loopDepth, captured, definitelyBound, conditionDepth) = outer
    // What an inner function reads from further out, this one captures too.
    for item in inner where item.depth > 1 && !captured.contains(where: { $0.name == item.name }) {
      captured.append((item.name, item.depth - 1, item.slot))
    }
    if kind == .function, let function { function.freeNames.formUnion(code.info.freeNames) }
    code.complete(parameters: compiled, slotCount: count, captured: inner, body: compiledBody)
  }

  /// `(callee)(a, key=b)`.
  func compileCallValue(_ callee: @escaping Code, _ arguments: CallArguments, _ span: SourceSpan)
    -> Code
  {
    let positional = arguments.positional.map(compile)
    let named = arguments.named.map { ($0.name, compile($0.value)) }
    let source = source
    let session = session
    return { frame, context in
      let value = try callee(frame, context)
      guard case .function(let function) = value else {
        throw LanguageError.notCallable(given: value.typeNameWithArticle).at(span, in: source)
      }
      let places = try positional.map { try $0(frame, context) }
      let names = try named.map { ($0.0, try $0.1(frame, context)) }
      return try session.interpreter.apply(
        function, places, named: names, context: context, span: span, in: source)
    }
  }
}
