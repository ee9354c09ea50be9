/// What the parser makes of a cell. Every node carries the span it was read from.

/// A name where it stands in the text.
public struct Identifier: Sendable, Equatable {
  public let name: String
  public let span: SourceSpan
  public init(_ name: String, _ span: SourceSpan) { (self.name, self.span) = (name, span) }
}

/// A sequence of statements: a whole cell, or what stands in `{ … }`.
public struct Block: Sendable {
  public let statements: [Statement]
  public let span: SourceSpan
  /// As ``Expression/height``.
  let height: Int
  public init(_ statements: [Statement], _ span: SourceSpan) {
    (self.statements, self.span) = (statements, span)
    height = statements.reduce(0) { max($0, $1.kind.height) }
  }
}

public struct Statement: Sendable {
  public let kind: StatementKind
  public let span: SourceSpan
  public init(_ kind: StatementKind, _ span: SourceSpan) { (self.kind, self.span) = (kind, span) }
}

public indirect enum StatementKind: Sendable {
  /// A pipeline or expression whose value is shown at top level.
  case expression(Expression)
  /// `target = value`, also `+=` and its kind.
  case assign(AssignmentTarget, BinaryOperator?, Expression)
  case function(FunctionDefinition)
  case forLoop(AssignmentTarget, Expression, Block)
  case whileLoop(Expression, Block)
  case breakLoop
  case continueLoop
  case returnValue(Expression?)
  case importNotebook(path: String, pathSpan: SourceSpan)
  /// `assert condition "why"`.
  case assert(Expression, why: Expression?)
}

public indirect enum AssignmentTarget: Sendable {
  case name(Identifier)
  /// `xs[i] = v`, `r.f = v`, `x[0].f = v`: the name and the path into its value.
  case place(Identifier, [PlaceStep])
  /// `{a, b} = record`.
  case record([Identifier], SourceSpan)
  /// `[a, b] = list`; nested patterns are not part of the language.
  case list([Identifier], SourceSpan)
}

public enum PlaceStep: Sendable {
  case index([IndexItem], SourceSpan)
  case field(Identifier)
}

/// `fn name(a, b = 2) { … }`.
public final class FunctionDefinition: Sendable {
  public let name: Identifier
  public let parameters: [FunctionParameter]
  public let body: Block
  /// From `fn` to the closing brace.
  public let span: SourceSpan
  public init(
    name: Identifier, parameters: [FunctionParameter], body: Block, span: SourceSpan
  ) {
    (self.name, self.parameters, self.body, self.span) = (name, parameters, body, span)
  }
}

public struct FunctionParameter: Sendable {
  public let name: Identifier
  public let defaultValue: Expression?
  public init(_ name: Identifier, default defaultValue: Expression?) {
    (self.name, self.defaultValue) = (name, defaultValue)
  }
}

public struct Expression: Sendable {
  public let kind: ExpressionKind
  public let span: SourceSpan
  /// How high the tree below is: a literal has 0. The parser bounds it, so that walking the tree
  /// needs a bounded stack.
  let height: Int
  public init(_ kind: ExpressionKind, _ span: SourceSpan) {
    (self.kind, self.span) = (kind, span)
    height = kind.height
  }
}

public indirect enum ExpressionKind: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  case float(Double)
  /// `"…"` and its kind; a plain string is one `.text` piece or none.
  case string([StringPiece])
  /// A variable, or a bare word where a parameter takes words.
  case name(String)
  case list([Expression])
  case record([RecordField])
  case unary(UnaryOperator, Expression)
  case binary(BinaryOperator, Expression, Expression)
  /// `a and b`, `a or b`: the right side runs only where needed.
  case logical(LogicalOperator, Expression, Expression)
  case range(from: Expression, to: Expression, closed: Bool)
  case index(Expression, [IndexItem])
  case field(Expression, Identifier)
  /// `f(a, key=b)` or `f a key=b`: a parameter or local function, a `fn`, a command, or a variable.
  case call(CallSyntax)
  /// `(callee)(arguments)`: calling what an expression gives.
  case callValue(Expression, CallArguments)
  /// `a | f x | g`; each stage is a call.
  case pipeline(Expression, [CallSyntax])
  case lambda([FunctionParameter], Expression)
  case conditional(Expression, Block, elseBranch: ElseBranch?)
  case tryCatch(Block, error: Identifier?, Block)
  case timed(Block)
  case sweep(SweepSyntax)
  /// `(expression)`: kept, since `kind=(bpe)` means the value of `bpe`.
  case parenthesized(Expression)
  /// Stands where a syntax error was already reported.
  case invalid
}

public indirect enum ElseBranch: Sendable {
  case block(Block)
  /// `else if …`: a `.conditional`.
  case conditional(Expression)
}

public enum StringPiece: Sendable {
  case text(String)
  /// `${expression}` or `${expression:.3}`.
  case interpolation(Expression, format: String?)
}

public struct RecordField: Sendable {
  public let name: Identifier
  /// `{a}` alone is `{a: a}`, with the name itself as value.
  public let value: Expression
  public init(_ name: Identifier, _ value: Expression) { (self.name, self.value) = (name, value) }
}

public enum IndexItem: Sendable {
  case at(Expression)
  /// `1..3`, `2..`, `..<3`, `..`: missing ends are open. With both ends given as a range
  /// expression the parser gives this case too.
  case range(from: Expression?, to: Expression?, closed: Bool, SourceSpan)
}

/// A call by name, in either form.
public struct CallSyntax: Sendable {
  /// The dotted name as written, `tokenizer.encode`.
  public let callee: Identifier
  public let arguments: CallArguments
  public let span: SourceSpan
  /// The call's place among all calls of the cell, from 0: part of its random stream's name.
  public let ordinal: Int
  /// True for `f(a, b)`, false for `f a b`.
  public let isParenthesized: Bool
  public init(
    callee: Identifier, arguments: CallArguments, span: SourceSpan, ordinal: Int,
    isParenthesized: Bool
  ) {
    self.callee = callee
    self.arguments = arguments
    self.span = span
    self.ordinal = ordinal
    self.isParenthesized = isParenthesized
  }
}

public struct CallArguments: Sendable {
  public let positional: [Expression]
  public let named: [NamedArgument]
  public init(positional: [Expression], named: [NamedArgument]) {
    (self.positional, self.named) = (positional, named)
  }
  public static let none = CallArguments(positional: [], named: [])
}

public struct NamedArgument: Sendable {
  public let name: Identifier
  public let value: Expression
  public init(_ name: Identifier, _ value: Expression) { (self.name, self.value) = (name, value) }
}

/// `sweep a=…, b=… with jobs=2 { … }`.
public struct SweepSyntax: Sendable {
  public let axes: [NamedArgument]
  public let options: [NamedArgument]
  public let body: Block
  /// As ``CallSyntax/ordinal``.
  public let ordinal: Int
  public init(axes: [NamedArgument], options: [NamedArgument], body: Block, ordinal: Int) {
    (self.axes, self.options, self.body, self.ordinal) = (axes, options, body, ordinal)
  }
}

public enum UnaryOperator: String, Sendable {
  case negate = "-"
  case plus = "+"
  case not
}

public enum LogicalOperator: String, Sendable { case and, or }

public enum BinaryOperator: String, Sendable {
  case add = "+"
  case subtract = "-"
  case multiply = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case matrixProduct = "@"
  case power = "**"
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case isIn = "in"
  case isNotIn = "not in"
}
