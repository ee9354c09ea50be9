import Kernels

/// A command of the language: one declaration, from which argument checking, help, completion, the
/// reference page and its tests come.
///
/// Parameters are stored properties of type ``Argument``, ``Option`` or ``Rest``, in the order in
/// which they are given; their names are the property names in snake case.
public protocol Command: Sendable {
  init()
  /// `read`, `tokenizer.train`: the family and the verb.
  static var name: String { get }
  /// One line with a full stop.
  static var summary: String { get }
  /// Further words by which `help WORD` finds it.
  static var searchWords: [String] { get }
  /// The published method or the standard it follows.
  static var source: Source? { get }
  /// Raised when the command's results change; part of every cell's key.
  static var version: Int { get }
  /// Its result depends on time or machine, so cells that call it are not compared.
  static var isVolatile: Bool { get }
  /// It draws random numbers where no seed is given.
  static var isRandom: Bool { get }
  /// It is a statement whose value is not shown (`print`, `write`, …).
  static var isSilent: Bool { get }
  static var result: ValueType { get }
  static var examples: [Example] { get }

  func run(_ call: Call) throws -> Value
}

extension Command {
  public static var searchWords: [String] { [] }
  public static var source: Source? { nil }
  public static var version: Int { 1 }
  public static var isVolatile: Bool { false }
  public static var isRandom: Bool { false }
  public static var isSilent: Bool { false }
}

/// Where a method was published.
public struct Source: Sendable, Equatable {
  public let text: String

  public static func arXiv(_ id: String, _ title: String, year: Int) -> Source {
    Source(text: "\(title) (\(year)), arXiv \(id)")
  }
  public static func paper(_ authors: String, _ title: String, year: Int) -> Source {
    Source(text: "\(authors) (\(year)), \(title)")
  }
  public static func standard(_ name: String) -> Source { Source(text: name) }
}

/// A line that can be typed as it stands, with exactly what it shows.
public struct Example: Sendable {
  public let source: String
  public let shows: String
  public init(_ source: String, shows: String) { (self.source, self.shows) = (source, shows) }
}

/// Where a random command's numbers come from when it is given no `seed=`: the session's seed and
/// the path of names that leads to this call (numerics.md, clause 8).
public struct StreamName: Sendable {
  public let seed: UInt64
  public let path: [String]
}

/// One call of a command: its arguments and what is around it.
public struct Call {
  public let session: Session
  let arguments: [Value?]
  let declaration: CommandDeclaration
  let argumentSpans: [SourceSpan?]
  public let span: SourceSpan
  let context: RunContext
  /// Where `print` and its kind put text.
  public var output: any OutputSink { context.output }
  /// The call's place in the cell's text.
  let ordinal: Int

  /// An argument's value, or the parameter's default.
  public subscript<Parameter: TypedParameter>(_ parameter: Parameter) -> Parameter.Wanted {
    get throws { try parameter.value(in: self) }
  }

  /// True where the argument was written in the call.
  public func isGiven(_ parameter: some TypedParameter) -> Bool {
    arguments.indices.contains(parameter.slot.index) && arguments[parameter.slot.index] != nil
  }

  /// The random stream of this call where no seed was given.
  public var streamName: StreamName {
    StreamName(
      seed: session.seed,
      path: session.streamPrefix + [type(of: declaration.command).name, "call \(ordinal)"]
        + context.streamPath)
  }

  /// Calls a function value, `arguments` by place.
  public func apply(_ function: FunctionValue, _ arguments: [Value]) throws -> Value {
    try session.interpreter.apply(function, arguments, context: context, span: span)
  }

  /// As ``apply(_:_:)``, in the `turn`-th turn of a loop, so that random commands inside draw from
  /// streams of their own.
  public func apply(_ function: FunctionValue, _ arguments: [Value], turn: Int) throws -> Value {
    try Cancellation.check()
    context.path.append(.turn(turn))
    defer { context.path.removeLast() }
    return try session.interpreter.apply(function, arguments, context: context, span: span)
  }

  /// The place of a parameter's argument, for errors.
  public func span(of parameter: some TypedParameter) -> SourceSpan {
    let index = parameter.slot.index
    return argumentSpans.indices.contains(index) ? argumentSpans[index] ?? span : span
  }
}
