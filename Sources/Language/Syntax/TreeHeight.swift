// How high trees are. Every node knows its height when it is made, so this looks one level down.

extension ExpressionKind {
  var height: Int {
    switch self {
    case .null, .bool, .integer, .float, .name, .invalid: 0
    case .string(let pieces): pieces.count < 2 && !hasInterpolation(pieces) ? 0 : height(pieces)
    case .list(let items): 1 + items.reduce(0) { max($0, $1.height) }
    case .record(let fields): 1 + fields.reduce(0) { max($0, $1.value.height) }
    case .unary(_, let operand): 1 + operand.height
    case .binary(_, let a, let b), .logical(_, let a, let b), .range(let a, let b, _):
      1 + max(a.height, b.height)
    case .index(let base, let items): 1 + items.reduce(base.height) { max($0, $1.height) }
    case .field(let base, _): 1 + base.height
    case .call(let call): 1 + call.arguments.height
    case .callValue(let callee, let arguments): 1 + max(callee.height, arguments.height)
    case .pipeline(let head, let stages):
      1 + stages.reduce(head.height) { max($0, 1 + $1.arguments.height) }
    case .lambda(let parameters, let body): 1 + max(parameters.height, body.height)
    case .conditional(let condition, let block, let elseBranch):
      1 + max(condition.height, block.height, elseBranch?.height ?? 0)
    case .tryCatch(let body, _, let handler): 1 + max(body.height, handler.height)
    case .timed(let body): 1 + body.height
    case .sweep(let sweep):
      1 + max(sweep.body.height, sweep.axes.height, sweep.options.height)
    case .parenthesized(let inner): 1 + inner.height
    }
  }

  private func hasInterpolation(_ pieces: [StringPiece]) -> Bool {
    if case .interpolation? = pieces.first { true } else { false }
  }

  private func height(_ pieces: [StringPiece]) -> Int {
    var highest = 0
    for case .interpolation(let value, _) in pieces { highest = max(highest, value.height) }
    return 1 + highest
  }
}

extension StatementKind {
  var height: Int {
    switch self {
    case .expression(let value): value.height
    case .assign(let target, _, let value): max(target.height, value.height)
    case .function(let function): 1 + max(function.parameters.height, function.body.height)
    case .forLoop(_, let items, let body), .whileLoop(let items, let body):
      1 + max(items.height, body.height)
    case .breakLoop, .continueLoop, .importNotebook: 0
    case .returnValue(let value): value?.height ?? 0
    case .assert(let condition, let why): max(condition.height, why?.height ?? 0)
    }
  }
}

extension AssignmentTarget {
  fileprivate var height: Int {
    guard case .place(_, let steps) = self else { return 0 }
    return steps.reduce(0) { highest, step in
      guard case .index(let items, _) = step else { return highest }
      return items.reduce(highest) { max($0, $1.height) }
    }
  }
}

extension ElseBranch {
  fileprivate var height: Int {
    switch self {
    case .block(let block): block.height
    case .conditional(let conditional): conditional.height
    }
  }
}

extension IndexItem {
  fileprivate var height: Int {
    switch self {
    case .at(let index): index.height
    case .range(let from, let to, _, _): max(from?.height ?? 0, to?.height ?? 0)
    }
  }
}

extension CallArguments {
  fileprivate var height: Int {
    max(positional.reduce(0) { max($0, $1.height) }, named.height)
  }
}

extension [NamedArgument] {
  fileprivate var height: Int { map(\.value.height).reduce(0, Swift.max) }
}

extension [FunctionParameter] {
  fileprivate var height: Int { map { $0.defaultValue?.height ?? 0 }.reduce(0, Swift.max) }
}
