/// What a token is.
enum TokenKind: UInt8 {
  case end
  case newline
  case semicolon
  /// What no token could be made of; its payload names the problem.
  case invalid
  case word
  case integer
  /// 2^63, which is an integer only behind a minus.
  case integerMinimum
  case float
  /// A whole string without interpolation.
  case string
  case stringStart
  case stringText
  case interpolationStart
  case interpolationFormat
  case interpolationEnd
  case stringEnd
  case leftParenthesis
  case rightParenthesis
  case leftBracket
  case rightBracket
  case leftBrace
  case rightBrace
  case comma
  case colon
  case dot
  case range
  case halfOpenRange
  case assign
  case plusAssign
  case minusAssign
  case timesAssign
  case divideAssign
  case arrow
  case pipe
  case plus
  case minus
  case star
  case slash
  case doubleSlash
  case percent
  case at
  case doubleStar
  case equal
  case notEqual
  case less
  case lessOrEqual
  case greater
  case greaterOrEqual
  // Keywords, `and` to `null`.
  case and
  case or
  case not
  case `in`
  case `if`
  case `else`
  case `for`
  case `while`
  case `break`
  case `continue`
  case `return`
  case fn
  case `try`
  case `catch`
  case sweep
  case with
  case time
  case `import`
  case assert
  case `true`
  case `false`
  case null

  var isKeyword: Bool { rawValue >= TokenKind.and.rawValue }

  /// A word or a keyword: what may name a field, a record's key or a parameter.
  var isWordLike: Bool { self == .word || isKeyword }

  var isCloser: Bool {
    switch self {
    case .rightParenthesis, .rightBracket, .rightBrace, .interpolationEnd, .stringEnd: true
    default: false
    }
  }

  var isAssignment: Bool {
    rawValue >= TokenKind.assign.rawValue && rawValue <= TokenKind.divideAssign.rawValue
  }

  /// A statement that is no expression begins with this keyword.
  var startsStatementOnly: Bool {
    switch self {
    case .fn, .for, .while, .break, .continue, .return, .import, .assert: true
    default: false
    }
  }
}

/// One token: 16 bytes, so that large sources stay small.
struct Token {
  let kind: TokenKind
  /// A blank, a line's end or a comment stands before it.
  let precededByBlank: Bool
  /// It is the first token of its line.
  let isFirstOnLine: Bool
  let start: Int32
  let end: Int32
  /// For brackets and strings the index of the partner token, or -1; for literals an index into
  /// the lexed source's tables; for invalid tokens the problem.
  var payload: Int32

  var span: SourceSpan { SourceSpan(Int(start), Int(end)) }
}

/// All words that mean something by themselves.
public enum Keywords {
  static let kinds: [String: TokenKind] = [
    "and": .and, "or": .or, "not": .not, "in": .in, "if": .if, "else": .else, "for": .for,
    "while": .while, "break": .break, "continue": .continue, "return": .return, "fn": .fn,
    "try": .try, "catch": .catch, "sweep": .sweep, "with": .with, "time": .time,
    "import": .import, "assert": .assert, "true": .true, "false": .false, "null": .null,
  ]

  /// The keywords by length, for a look-up without making a string.
  private static let byLength: [[(bytes: [UInt8], kind: TokenKind)]] = {
    var table = [[(bytes: [UInt8], kind: TokenKind)]](repeating: [], count: 9)
    for (word, kind) in kinds { table[word.utf8.count].append((Array(word.utf8), kind)) }
    return table
  }()

  static func kind(of word: ArraySlice<UInt8>) -> TokenKind? {
    guard word.count < byLength.count else { return nil }
    return byLength[word.count].first { $0.bytes[0] == word.first && word.elementsEqual($0.bytes) }?
      .kind
  }

  /// In alphabetic order, for completion and suggestions.
  public static let all: [String] = kinds.keys.sorted()

  public static func contains(_ word: String) -> Bool { kinds[word] != nil }
}

/// The tokens of a source with the tables their payloads point into.
struct LexedSource {
  var tokens: [Token] = []
  var integers: [Int] = []
  var floats: [Double] = []
  var texts: [String] = []
  /// Problems of `.invalid` tokens, reported when the parser meets them.
  var problems: [SyntaxProblem] = []
  /// Problems inside tokens that are otherwise fine (an escape, a unit): always reported.
  var innerProblems: [SyntaxProblem] = []
}

/// A syntax error with its place.
struct SyntaxProblem {
  let error: SyntaxError
  let span: SourceSpan
  /// The text ends where more was expected: at the prompt, another line may mend it.
  var isAtEnd = false
  /// A second place that belongs to it, with what it says there.
  var related: (span: SourceSpan, label: String)?
}
