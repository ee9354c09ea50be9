import Kernels

/// Calls function values.
struct Interpreter {
  let session: Session

  /// Calls `function`; arguments by place come first, then those by name, then defaults.
  func apply(
    _ function: FunctionValue, _ positional: [Value], named: [(Identifier, Value)] = [],
    context: RunContext, span: SourceSpan, in source: SourceText? = nil
  ) throws -> Value {
    let code = function.code
    let name = function.name ?? "the function"
    if positional.count > code.parameters.count {
      throw LanguageError.tooManyArguments(command: name, most: code.parameters.count)
        .at(span, in: source)
    }
    if context.depth >= RunContext.depthLimit {
      throw LanguageError.tooDeep(calls: RunContext.depthLimit).at(span, in: source)
    }
    let frame = Frame(count: code.slotCount, parent: function.closure ?? session.frame)
    for (parameter, value) in zip(code.parameters, positional) {
      frame.slots[parameter.slot] = value
    }
    for (argument, value) in named {
      guard let parameter = code.parameters.first(where: { $0.name == argument.name }) else {
        throw LanguageError.unknownParameter(
          command: name, name: argument.name,
          suggestion: Suggestion.nearest(
            to: argument.name, among: code.parameters.map(\.name))
        ).at(argument.span, in: source)
      }
      if frame.slots[parameter.slot] != nil {
        throw LanguageError.repeatedArgument(command: name, parameter: argument.name)
          .at(argument.span, in: source)
      }
      frame.slots[parameter.slot] = value
    }

    context.depth += 1
    defer { context.depth -= 1 }
    do {
      for parameter in code.parameters where frame.slots[parameter.slot] == nil {
        guard let fallback = parameter.fallback else {
          throw LanguageError.missingArgument(command: name, parameter: parameter.name)
            .at(span, in: source)
        }
        frame.slots[parameter.slot] = try fallback(frame, context)
      }
      let value = try code.body(frame, context)
      guard context.control == .returnValue else { return value }
      context.control = .none
      defer { context.returned = .null }
      return context.returned
    } catch {
      var diagnostic = Diagnostic(error, at: code.span, in: code.source)
      if let caller = function.name, diagnostic.trace.count < 8 {
        let line = source.map { ", called in line \($0.line(at: span.start).number)" } ?? ""
        diagnostic.trace.append("in \(caller)\(line)")
      }
      throw diagnostic
    }
  }
}

/// Stops where Ctrl-C or a limit asked for it.
@inline(__always)
func check(_ span: SourceSpan, _ source: SourceText) throws {
  do {
    try Cancellation.check()
  } catch {
    throw LanguageError(error).at(span, in: source)
  }
}
