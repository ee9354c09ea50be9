/// Calls by name: what the name means, and which argument goes to which parameter.
extension Compiler {
  /// What comes through the pipe into a call.
  struct Piped {
    let code: Code
    /// Its type, where the stage before declares one.
    let type: ValueType
    let span: SourceSpan
  }

  func compilePipeline(_ first: Expression, _ stages: [CallSyntax]) -> Code {
    var piped = Piped(code: compile(first), type: resultType(of: first), span: first.span)
    for stage in stages {
      let code = compile(call: stage, piped: piped)
      piped = Piped(
        code: code, type: resultType(ofCall: stage.callee.name),
        span: piped.span.through(stage.span))
    }
    return piped.code
  }

  /// What is known of an expression's type before it runs.
  private func resultType(of expression: Expression) -> ValueType {
    switch expression.kind {
    case .null: .null
    case .bool: .bool
    case .integer: .int
    case .float: .float
    case .string: .string
    case .list: .list(of: .any)
    case .record: .record
    case .range: .range
    case .lambda: .function
    case .sweep: .table
    case .call(let call): resultType(ofCall: call.callee.name)
    case .parenthesized(let inner): resultType(of: inner)
    case .pipeline(_, let stages): stages.last.map { resultType(ofCall: $0.callee.name) } ?? .any
    default: .any
    }
  }

  private func resultType(ofCall name: String) -> ValueType {
    if isLocal(name) || resolveFunction(name) != nil { return .any }
    return session.registry.declaration(name)?.result ?? .any
  }

  /// A name directly before `(` is a parameter or local function, then a `fn`, then a command, then
  /// a variable; without parentheses it is a `fn` or a command.
  func compile(call: CallSyntax, piped: Piped?) -> Code {
    let name = call.callee.name
    if call.isParenthesized && isLocal(name) {
      return compileCallOfVariable(call, compileName(name, call.callee.span), piped)
    }
    if let function = resolveFunction(name) {
      return compileCall(ofFunction: function.info, call, piped)
    }
    if let declaration = session.registry.declaration(name) {
      return compileCall(of: declaration, call, piped)
    }
    if mayBeBound(name) || isLocal(name) {
      return compileCallOfVariable(call, compileName(name, call.callee.span), piped)
    }
    if let (base, field) = fieldOfVariable(call.callee) {
      return compileCallOfVariable(
        call, compile(Expression(.field(base, field), call.callee.span)), piped)
    }
    let names = session.registry.names + Array(cellFunctions).sorted() + knownFunctions
    report(
      .unknownCommand(name, suggestion: Suggestion.nearest(to: name, among: names)),
      call.callee.span)
    for argument in call.arguments.positional where !isBareWord(argument) { _ = compile(argument) }
    return { _, _ in .null }
  }

  private var knownFunctions: [String] {
    var names: [String] = []
    var current: Scope? = scope
    while let scope = current {
      names += scope.functions.keys.sorted()
      current = scope.parent
    }
    return names
  }

  private func isBareWord(_ expression: Expression) -> Bool {
    if case .name = expression.kind { true } else { false }
  }

  /// `r.f(…)` where `r` is a variable: the record's field is called.
  private func fieldOfVariable(_ callee: Identifier) -> (Expression, Identifier)? {
    let parts = callee.name.split(separator: ".").map(String.init)
    guard parts.count > 1, mayBeBound(parts[0]) || isLocal(parts[0]) else { return nil }
    var start = callee.span.start
    func span(_ part: String) -> SourceSpan {
      defer { start += part.utf8.count + 1 }
      return SourceSpan(start, start + part.utf8.count)
    }
    var base = Expression(.name(parts[0]), span(parts[0]))
    for part in parts[1..<(parts.count - 1)] {
      let field = Identifier(part, span(part))
      base = Expression(.field(base, field), base.span.through(field.span))
    }
    let last = parts[parts.count - 1]
    return (base, Identifier(last, span(last)))
  }

  private func compileCallOfVariable(_ call: CallSyntax, _ callee: @escaping Code, _ piped: Piped?)
    -> Code
  {
    return compileCall(callee, piped, call)
  }

  /// A call of a function value whose first argument is piped.
  private func compileCall(_ callee: @escaping Code, _ piped: Piped?, _ call: CallSyntax) -> Code {
    let positional = call.arguments.positional.map(compile)
    let named = call.arguments.named.map { ($0.name, compile($0.value)) }
    let session = session
    let source = source
    let span = call.span
    let ordinal = call.ordinal
    let first = piped?.code
    return { frame, context in
      var arguments: [Value] = []
      if let first { arguments.append(try first(frame, context)) }
      let value = try callee(frame, context)
      guard case .function(let function) = value else {
        throw LanguageError.notCallable(given: value.typeNameWithArticle)
          .at(call.callee.span, in: source)
      }
      for code in positional { arguments.append(try code(frame, context)) }
      let names = try named.map { ($0.0, try $0.1(frame, context)) }
      context.path.append(.site(ordinal))
      defer { context.path.removeLast() }
      return try session.interpreter.apply(
        function, arguments, named: names, context: context, span: span, in: source)
    }
  }

  private func compileCall(ofFunction info: FunctionInfo, _ call: CallSyntax, _ piped: Piped?)
    -> Code
  {
    let name = call.callee.name
    let given = call.arguments.positional.count + (piped == nil ? 0 : 1)
    if given > info.parameters.count {
      let extra = call.arguments.positional.last?.span ?? call.span
      report(.tooManyArguments(command: name, most: info.parameters.count), extra)
    }
    for argument in call.arguments.named where !info.parameters.contains(argument.name.name) {
      report(
        .unknownParameter(
          command: name, name: argument.name.name,
          suggestion: Suggestion.nearest(to: argument.name.name, among: info.parameters)),
        argument.name.span)
    }
    guard let function = resolveFunction(name) else { return { _, _ in .null } }
    return compileCall(readFunction(name, function, call.callee.span), piped, call)
  }

  // MARK: Commands

  private func compileCall(of declaration: CommandDeclaration, _ call: CallSyntax, _ piped: Piped?)
    -> Code
  {
    let parameters = declaration.parameters
    uses {
      $0.commands[declaration.name] = declaration.version
      $0.isVolatile = $0.isVolatile || declaration.isVolatile
      $0.isRandom = $0.isRandom || declaration.isRandom
    }
    var codes = [Code?](repeating: nil, count: parameters.count)
    var spans = [SourceSpan?](repeating: nil, count: parameters.count)
    var rest: [Code] = []
    var restIndex: Int?

    if let piped { place(piped, in: declaration, call, &codes, &spans, &rest, &restIndex) }
    for argument in call.arguments.named {
      guard let index = declaration.index(ofParameter: argument.name.name) else {
        report(
          .unknownParameter(
            command: declaration.name, name: argument.name.name,
            suggestion: Suggestion.nearest(
              to: argument.name.name, among: parameters.map(\.name))), argument.name.span)
        if !isBareWord(argument.value) { _ = compile(argument.value) }
        continue
      }
      if codes[index] != nil {
        report(
          .repeatedArgument(command: declaration.name, parameter: argument.name.name),
          argument.name.span)
      }
      codes[index] = compile(argument: argument.value, for: declaration, parameters[index])
      spans[index] = argument.value.span
    }

    var next = 0
    for argument in call.arguments.positional {
      while next < parameters.count,
        parameters[next].kind == .option || (codes[next] != nil && parameters[next].kind != .rest)
      {
        next += 1
      }
      guard next < parameters.count else {
        report(
          .tooManyArguments(
            command: declaration.name, most: parameters.count { $0.kind != .option }),
          argument.span)
        break
      }
      let code = compile(argument: argument, for: declaration, parameters[next])
      if parameters[next].kind == .rest {
        restIndex = next
        rest.append(code)
        spans[next] = spans[next]?.through(argument.span) ?? argument.span
      } else {
        codes[next] = code
        spans[next] = argument.span
      }
    }
    if let restIndex, !rest.isEmpty {
      let items = rest
      codes[restIndex] = { frame, context in .list(try items.map { try $0(frame, context) }) }
    }
    for (index, parameter) in parameters.enumerated()
    where parameter.isRequired && codes[index] == nil {
      report(
        .missingArgument(command: declaration.name, parameter: parameter.name), call.callee.span)
    }
    return run(declaration, call, codes, spans)
  }

  private func place(
    _ piped: Piped, in declaration: CommandDeclaration, _ call: CallSyntax, _ codes: inout [Code?],
    _ spans: inout [SourceSpan?], _ rest: inout [Code], _ restIndex: inout Int?
  ) {
    guard let index = declaration.pipedIndex else {
      report(.takesNoPipe(command: declaration.name), call.callee.span)
      return
    }
    let parameter = declaration.parameters[index]
    let wanted = parameter.type
    let fits =
      wanted.mayAccept(piped.type)
      || parameter.kind == .rest
    if !fits {
      report(
        .wrongPipe(
          command: declaration.name, wanted: wanted.description, given: piped.type.description),
        call.callee.span)
    }
    if parameter.kind == .rest {
      rest.append(piped.code)
      restIndex = index
    } else {
      codes[index] = piped.code
    }
    spans[index] = piped.span
  }

  private func run(
    _ declaration: CommandDeclaration, _ call: CallSyntax, _ codes: [Code?], _ spans: [SourceSpan?]
  ) -> Code {
    let command = declaration.command
    let session = session
    let source = source
    let span = call.span
    let ordinal = call.ordinal
    return { frame, context in
      var arguments: [Value?] = []
      arguments.reserveCapacity(codes.count)
      for code in codes { arguments.append(try code.map { try $0(frame, context) }) }
      do {
        return try command.run(
          Call(
            session: session, arguments: arguments, declaration: declaration,
            argumentSpans: spans, span: span, context: context, ordinal: ordinal))
      } catch {
        throw Diagnostic(error, at: span, in: source)
      }
    }
  }

  /// An argument: bare words and columns where the parameter takes them, values otherwise.
  private func compile(
    argument: Expression, for declaration: CommandDeclaration, _ parameter: ParameterDeclaration
  ) -> Code {
    func constant(_ text: String) -> Code { { _, _ in .string(text) } }
    let types: [ValueType] =
      if case .oneOf(let types) = parameter.type { types } else { [parameter.type] }
    for type in types {
      switch (type, argument.kind) {
      case (.word(let words), .name(let name)):
        if words.contains(name) { return constant(name) }
        if !mayBeBound(name) && !isLocal(name) && types.count == 1 {
          report(
            .unknownWord(
              command: declaration.name, parameter: parameter.name, word: name, words: words,
              suggestion: Suggestion.nearest(to: name, among: words)), argument.span)
          return constant(name)
        }
      case (.list(of: .word(let words)), .name(let name)) where words.contains(name):
        return { _, _ in .list([.string(name)]) }
      case (.list(of: .word(let words)), .name(let name))
      where !mayBeBound(name) && !isLocal(name) && types.count == 1:
        report(
          .unknownWord(
            command: declaration.name, parameter: parameter.name, word: name, words: words,
            suggestion: Suggestion.nearest(to: name, among: words)), argument.span)
        return constant(name)
      case (.list(of: .word(let words)), .list(let items)):
        return compile(words: items, among: words, for: declaration, parameter)
      case (.column, .name(let name)), (.columns, .name(let name)): return constant(name)
      case (.columns, .list(let items)):
        let names: [Code] = items.map {
          if case .name(let name) = $0.kind { constant(name) } else { compile($0) }
        }
        return { frame, context in .list(try names.map { try $0(frame, context) }) }
      case (.topic, _):
        if let name = dottedName(argument) { return constant(name) }
      case (.path, .string(let pieces)):
        if pieces.count == 1, case .text(let path) = pieces[0] { uses { $0.paths.insert(path) } }
      case (.object, .string(let pieces)):
        // A model or tokenizer parameter takes the path of one.
        if pieces.count == 1, case .text(let path) = pieces[0] { uses { $0.paths.insert(path) } }
      case (.function, .name(let name)):
        if !mayBeBound(name), !isLocal(name), resolveFunction(name) == nil,
          session.registry.contains(name)
        {
          return compile(lambdaOfCommand: name, argument.span)
        }
      case (.function, .field):
        if let name = dottedName(argument), session.registry.contains(name) {
          return compile(lambdaOfCommand: name, argument.span)
        }
      default: break
      }
    }
    return compile(argument)
  }

  /// `stats=[mean, std]`: bare words in a list.
  private func compile(
    words items: [Expression], among words: [String], for declaration: CommandDeclaration,
    _ parameter: ParameterDeclaration
  ) -> Code {
    let codes: [Code] = items.map { item in
      guard case .name(let name) = item.kind else { return compile(item) }
      if !words.contains(name) {
        if mayBeBound(name) || isLocal(name) { return compile(item) }
        report(
          .unknownWord(
            command: declaration.name, parameter: parameter.name, word: name, words: words,
            suggestion: Suggestion.nearest(to: name, among: words)), item.span)
      }
      return { _, _ in .string(name) }
    }
    return { frame, context in .list(try codes.map { try $0(frame, context) }) }
  }

  /// `a.b.c` read as a name.
  private func dottedName(_ expression: Expression) -> String? {
    switch expression.kind {
    case .name(let name): name
    case .field(let base, let name): dottedName(base).map { "\($0).\(name.name)" }
    default: nil
    }
  }

  /// `map len`: a command where a function is wanted.
  private func compile(lambdaOfCommand name: String, _ span: SourceSpan) -> Code {
    let item = Identifier("item", span)
    let call = CallSyntax(
      callee: Identifier(name, span),
      arguments: CallArguments(positional: [Expression(.name("item"), span)], named: []),
      span: span, ordinal: 0, isParenthesized: true)
    return compileLambda(
      [FunctionParameter(item, default: nil)], Expression(.call(call), span), span)
  }
}
