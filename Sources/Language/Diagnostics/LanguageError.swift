import Files
import Kernels

/// What can go wrong between the parser and the commands: causes with their data.
///
/// The sentences are made in ``message``, `label` and `hint`, so that a cause can be tested apart
/// from its wording. Syntax errors are the parser's own.
public enum LanguageError: DescribedError, Equatable {
  // Names and calls, found before anything runs.
  case unknownName(String, suggestion: String?, isCommand: Bool)
  case unknownCommand(String, suggestion: String?)
  case missingArgument(command: String, parameter: String)
  case unknownParameter(command: String, name: String, suggestion: String?)
  case tooManyArguments(command: String, most: Int)
  case repeatedArgument(command: String, parameter: String)
  case unknownWord(
    command: String, parameter: String, word: String, words: [String], suggestion: String?)
  case wrongPipe(command: String, wanted: String, given: String)
  case takesNoPipe(command: String)
  case notBound(name: String, line: Int?)
  case notBoundForFunction(function: String, name: String)
  case unknownSweepOption(String, suggestion: String?)
  case importFailed(path: String, reason: String)

  // Types.
  case wrongType(command: String, parameter: String, wanted: String, given: String)
  case operatorTypes(operation: String, left: String, right: String)
  case operandType(operation: String, operand: String)
  case notACondition(given: String, isTensor: Bool)
  case notIndexable(given: String)
  case indexType(wanted: String, given: String)
  case noField(given: String, name: String, suggestion: String?, fields: [String])
  case notIterable(given: String)
  case notCallable(given: String)
  /// An item of a list that should hold numbers.
  case notANumber(String, index: Int)
  case notOrdered(String, String)
  case noColumn(name: String, suggestion: String?, columns: [String])
  case cannotUnpack(wanted: String, given: String)

  // Values.
  case integerOverflow(operation: String)
  case divisionByZero(operation: String)
  case indexOutOfRange(index: Int, count: Int, what: String)
  case outOfRange(command: String, parameter: String, given: String, range: String)
  case assertionFailed(why: String?, sides: String?)
  case unpackCount(wanted: Int, given: Int)
  case raised(String)
  case cannotConvert(String, to: String)
  case lengthsDiffer(what: String, a: Int, b: Int)
  case badFormat(String, reason: String)
  /// A statistic that needs more values.
  case tooFew(what: String, count: Int, needed: Int)
  case invalid(String, hint: String?)

  // Limits and interruption.
  case interrupted
  case timeLimit
  case memoryLimit
  case tooDeep(calls: Int)
  case nestsTooDeep(limit: Int)
  case tooLarge(what: String, count: Int, limit: Int)

  public init(_ interruption: Interruption) {
    self =
      switch interruption {
      case .interrupted: .interrupted
      case .timeLimit: .timeLimit
      case .memoryLimit: .memoryLimit
      }
  }

  public var code: String {
    switch self {
    case .unknownName: "E0101"
    case .unknownCommand: "E0102"
    case .missingArgument: "E0103"
    case .unknownParameter: "E0104"
    case .tooManyArguments: "E0105"
    case .repeatedArgument: "E0106"
    case .unknownWord: "E0107"
    case .wrongPipe: "E0108"
    case .takesNoPipe: "E0109"
    case .notBound: "E0110"
    case .notBoundForFunction: "E0111"
    case .unknownSweepOption: "E0112"
    case .importFailed: "E0113"
    case .wrongType: "E0201"
    case .operatorTypes: "E0202"
    case .operandType: "E0203"
    case .notACondition: "E0204"
    case .notIndexable: "E0205"
    case .indexType: "E0206"
    case .noField: "E0207"
    case .notIterable: "E0208"
    case .notCallable: "E0209"
    case .noColumn: "E0220"
    case .notANumber: "E0222"
    case .notOrdered: "E0223"
    case .cannotUnpack: "E0221"
    case .integerOverflow: "E0301"
    case .divisionByZero: "E0302"
    case .indexOutOfRange: "E0303"
    case .outOfRange: "E0304"
    case .assertionFailed: "E0305"
    case .unpackCount: "E0306"
    case .raised: "E0307"
    case .cannotConvert: "E0308"
    case .lengthsDiffer: "E0309"
    case .badFormat: "E0310"
    case .invalid: "E0311"
    case .tooFew: "E0312"
    case .interrupted: "E0401"
    case .timeLimit: "E0402"
    case .memoryLimit: "E0403"
    case .tooDeep: "E0404"
    case .nestsTooDeep: "E0405"
    case .tooLarge: "E0406"
    }
  }

  public var message: String {
    switch self {
    case .unknownName(let name, _, true):
      "'\(name)' is a command, not a variable"
    case .unknownName(let name, _, false): "there is no variable '\(name)'"
    case .unknownCommand(let name, _): "there is no command '\(name)'"
    case .missingArgument(let command, let parameter): "\(command) needs '\(parameter)'"
    case .unknownParameter(let command, let name, _): "\(command) has no parameter '\(name)'"
    case .tooManyArguments(let command, 0): "\(command) takes no arguments by place"
    case .tooManyArguments(let command, 1): "\(command) takes one argument by place"
    case .tooManyArguments(let command, let most):
      "\(command) takes at most \(most) arguments by place"
    case .repeatedArgument(let command, let parameter): "\(command) is given '\(parameter)' twice"
    case .unknownWord(_, let parameter, let word, _, _): "'\(word)' is no word for '\(parameter)'"
    case .wrongPipe(let command, let wanted, let given):
      "\(command) takes \(withArticle(wanted)) from the pipe, not \(withArticle(given))"
    case .takesNoPipe(let command): "\(command) takes nothing from a pipe"
    case .notBound(let name, let line?):
      "'\(name)' is not bound: the statement in line \(line) would have bound it, but did not run"
    case .notBound(let name, nil): "'\(name)' is not bound"
    case .notBoundForFunction(let function, let name):
      "\(function) reads '\(name)', which nothing has bound"
    case .unknownSweepOption(let name, _): "sweep has no option '\(name)'"
    case .importFailed(let path, let reason): "cannot import '\(path)': \(reason)"
    case .wrongType(let command, let parameter, let wanted, let given):
      "\(command): '\(parameter)' wants \(withArticle(wanted)), not \(given)"
    case .operatorTypes(let operation, let left, let right):
      "'\(operation)' does not work on \(left) and \(right)"
    case .operandType(let operation, let operand): "'\(operation)' does not work on \(operand)"
    case .notACondition(_, true): "a tensor is not a condition"
    case .notACondition(let given, false): "a condition must be true or false, not \(given)"
    case .notIndexable(let given): "\(given) has no items to index"
    case .indexType(let wanted, let given): "the index must be \(wanted), not \(given)"
    case .noField(let given, let name, _, _): "\(given) has no field '\(name)'"
    case .notIterable(let given): "\(given) cannot be walked item by item"
    case .notCallable(let given): "\(given) cannot be called"
    case .notANumber(let given, let index): "item \(index) is \(given), not a number"
    case .notOrdered(let a, let b): "\(a) and \(b) have no order"
    case .noColumn(let name, _, _): "there is no column '\(name)'"
    case .cannotUnpack(let wanted, let given): "\(given) cannot be taken apart as \(wanted)"
    case .integerOverflow(let operation): "\(operation) is beyond 64-bit integers"
    case .divisionByZero(let operation): "integer division by zero in '\(operation)'"
    case .indexOutOfRange(let index, let count, let what):
      "index \(index) is outside the \(what) of \(count) \(count == 1 ? "item" : "items")"
    case .outOfRange(let command, let parameter, let given, let range):
      "\(command): '\(parameter)' must be in \(range), not \(given)"
    case .assertionFailed(let why?, let sides?): "assertion failed: \(why) (\(sides))"
    case .assertionFailed(let why?, nil): "assertion failed: \(why)"
    case .assertionFailed(nil, let sides?): "assertion failed: \(sides)"
    case .assertionFailed(nil, nil): "assertion failed"
    case .unpackCount(let wanted, let given):
      "\(wanted) names for \(given) \(given == 1 ? "value" : "values")"
    case .raised(let text): text
    case .cannotConvert(let value, let type): "\(value) cannot be made \(withArticle(type))"
    case .lengthsDiffer(let what, let a, let b): "\(what): the lengths differ, \(a) and \(b)"
    case .badFormat(let format, let reason): "the format '\(format)' is not understood: \(reason)"
    case .invalid(let text, _): text
    case .tooFew(let what, let count, let needed):
      "the \(what) of \(count) values needs \(needed) or more"
    case .interrupted: "interrupted"
    case .timeLimit: "stopped: the cell's time limit has passed"
    case .memoryLimit: "stopped: the memory limit is reached"
    case .tooDeep(let calls): "calls nest deeper than \(calls)"
    case .nestsTooDeep(let limit): "the value nests deeper than \(limit)"
    case .tooLarge(let what, let count, let limit):
      "\(what) would have \(count) items, the limit is \(limit)"
    }
  }

  /// What stands beside the marks.
  public var label: String? {
    switch self {
    case .unknownName(_, let name?, _), .unknownCommand(_, let name?),
      .unknownParameter(_, _, let name?), .unknownWord(_, _, _, _, let name?),
      .unknownSweepOption(_, let name?), .noField(_, _, let name?, _), .noColumn(_, let name?, _):
      "did you mean '\(name)'?"
    default: nil
    }
  }

  public var hint: String? {
    switch self {
    case .unknownName(let name, _, true): "call it with '\(name)(…)', or read 'help \(name)'"
    case .unknownCommand(let name, nil): "help \(name)"
    case .missingArgument(let command, _), .unknownParameter(let command, _, _),
      .tooManyArguments(let command, _), .wrongType(let command, _, _, _),
      .outOfRange(let command, _, _, _), .wrongPipe(let command, _, _),
      .takesNoPipe(let command):
      "help \(command)"
    case .unknownWord(_, _, _, let words, _): "it takes \(ValueType.enumerate(words))"
    case .unknownSweepOption(_, nil): "its options are fresh, jobs, seed and stop_on_error"
    case .notACondition(_, true): "write all(…) or any(…)"
    case .noField(_, _, nil, let fields) where !fields.isEmpty && fields.count <= 12:
      "its fields are \(fields.joined(separator: ", "))"
    case .noColumn(_, nil, let columns) where !columns.isEmpty && columns.count <= 12:
      "its columns are \(columns.joined(separator: ", "))"
    case .notBoundForFunction(_, let name): "bind '\(name)' first, or make it a parameter"
    case .invalid(_, let hint): hint
    default: nil
    }
  }

  /// The error at a place.
  public func at(_ span: SourceSpan, in source: SourceText? = nil) -> Diagnostic {
    var diagnostic = Diagnostic(code, message, at: span, label: label, hint: hint)
    diagnostic.source = source.map(SourceTextReference.init)
    return diagnostic
  }
}

extension Diagnostic {
  /// Any error as it is shown: its own place if it has one, `span` otherwise.
  public init(_ error: any Error, at span: SourceSpan?, in source: SourceText?) {
    switch error {
    case let diagnostic as Diagnostic:
      self = diagnostic
      if self.span == nil { self.span = span }
    case let error as LanguageError:
      self.init(error.code, error.message, at: span, label: error.label, hint: error.hint)
    case let carrier as any InterruptibleError where carrier.interruption != nil:
      let error = LanguageError(carrier.interruption ?? .interrupted)
      self.init(error.code, error.message, at: span)
    case let error as any DescribedError:
      self.init(error.code, error.message, at: span, hint: error.hint)
      machineDetail = error.machineDetail
    case let interruption as Interruption:
      let error = LanguageError(interruption)
      self.init(error.code, error.message, at: span)
    default:
      self.init("E0000", "\(error)", at: span)
    }
    if self.source == nil, self.span != nil { self.source = source.map(SourceTextReference.init) }
  }

  /// Stops by Ctrl-C or a limit cannot be caught by `try`.
  public var isInterruption: Bool { ["E0401", "E0402", "E0403"].contains(code) }
}
