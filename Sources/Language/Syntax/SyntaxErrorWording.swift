import Files

extension SyntaxError: DescribedError {
  public var code: String {
    switch self {
    case .controlCharacter: "E0001"
    case .unexpectedCharacter: "E0002"
    case .sourceTooLarge: "E0003"
    case .unterminatedString: "E0004"
    case .unclosedInterpolation: "E0005"
    case .unknownEscape: "E0006"
    case .invalidUnicodeEscape: "E0007"
    case .malformedNumber: "E0008"
    case .unknownUnit: "E0009"
    case .integerOverflow: "E0010"
    case .floatOverflow: "E0011"
    case .invalidFormat: "E0012"
    case .unclosedBracket: "E0015"
    case .unmatchedBracket: "E0016"
    case .wrongBracket: "E0017"
    case .nestingTooDeep: "E0018"
    case .expressionTooLong: "E0019"
    case .expectedExpression: "E0020"
    case .expected: "E0021"
    case .expectedBlock: "E0022"
    case .missingComma: "E0023"
    case .unexpectedToken: "E0024"
    case .misplacedKeyword: "E0025"
    case .tryWithoutCatch: "E0026"
    case .foreignKeyword: "E0027"
    case .severalLoopNames: "E0028"
    case .argumentAfterVariable: "E0030"
    case .callNeedsParentheses: "E0031"
    case .argumentEndsAtBlank: "E0032"
    case .commaBetweenArguments: "E0033"
    case .blankAroundEquals: "E0034"
    case .lambdaNeedsParentheses: "E0035"
    case .pipelineNeedsParentheses: "E0036"
    case .stageIsNoCall: "E0037"
    case .continuedArguments: "E0038"
    case .comparisonChain: "E0040"
    case .rangeChain: "E0041"
    case .misplacedNot: "E0042"
    case .touchingNeeded: "E0043"
    case .keywordAsName: "E0044"
    case .statementAsExpression: "E0045"
    case .severalValuesInParentheses: "E0046"
    case .emptyIndex: "E0047"
    case .recordKey: "E0048"
    case .recordLooksLikeBlock: "E0049"
    case .duplicateName: "E0050"
    case .cannotAssign: "E0060"
    case .assignmentInExpression: "E0061"
    case .chainedAssignment: "E0062"
    case .patternNeedsNames: "E0063"
    case .patternWithOperator: "E0064"
    case .defaultBeforePlain: "E0065"
    case .anonymousFunction: "E0066"
    case .importNeedsPath: "E0067"
    case .outsideLoop: "E0068"
    case .outsideFunction: "E0069"
    case .emptySweep: "E0070"
    case .sweepSeparator: "E0071"
    }
  }

  public var message: String {
    switch self {
    case .controlCharacter(let value):
      "the text holds the control character \(Self.scalarName(value))"
    case .unexpectedCharacter(let text, _):
      "unexpected character \(Self.quoted(text))"
    case .sourceTooLarge(let bytes, let limit):
      "the text has \(bytes) bytes, at most \(limit) are read"
    case .unterminatedString(let quote):
      quote == "\"\"\"" ? "this string is never closed" : "this string is not closed on its line"
    case .unclosedInterpolation: "this '${' is never closed"
    case .unknownEscape(let text): "unknown escape \(Self.quoted(text)) in a string"
    case .invalidUnicodeEscape(let text): "\(Self.quoted(text)) is no Unicode character"
    case .malformedNumber(let text): "\(Self.quoted(text)) is no number"
    case .unknownUnit(let unit, _): "unknown unit \(Self.quoted(unit))"
    case .integerOverflow(let text): "the integer \(text) does not fit 64 bits"
    case .floatOverflow(let text): "the number \(text) is too large for a float"
    case .invalidFormat(let text, let reason):
      "\(Self.quoted(text)) is no number format: \(reason)"
    case .unclosedBracket(let bracket): "this \(Self.quoted(bracket)) is never closed"
    case .unmatchedBracket(let bracket): "this \(Self.quoted(bracket)) closes nothing"
    case .wrongBracket(let found, let expected):
      "expected \(Self.quoted(expected)) but found \(Self.quoted(found))"
    case .nestingTooDeep(let limit): "the text nests more than \(limit) deep"
    case .expressionTooLong(let limit):
      "an expression has more than \(limit) steps one inside the other"
    case .expectedExpression(let found, let after):
      "expected a value\(after.map { " after \(Self.quoted($0))" } ?? "") but found \(found)"
    case .expected(let wanted, let found): "expected \(wanted) but found \(found)"
    case .expectedBlock(let after, let found):
      "expected '{' after \(after) but found \(found)"
    case .missingComma(let found, let closing):
      "expected ',' or \(Self.quoted(closing)) but found \(found)"
    case .unexpectedToken(let found): "expected the end of the statement but found \(found)"
    case .misplacedKeyword(let word, let place):
      "\(Self.quoted(word)) stands only after the block of \(Self.quoted(place))"
    case .tryWithoutCatch: "a 'try' block needs a 'catch' block"
    case .foreignKeyword(let word, _): "\(Self.quoted(word)) means nothing here"
    case .severalLoopNames: "several names after 'for' stand in brackets"
    case .argumentAfterVariable(let name, _):
      "\(Self.quoted(name)) is a variable, so no argument can follow it"
    case .callNeedsParentheses(let name, _):
      "a call inside an expression takes its arguments in parentheses: \(name)(…)"
    case .argumentEndsAtBlank(let symbol, _):
      "an argument ends at a blank, so \(Self.quoted(symbol)) cannot follow it"
    case .commaBetweenArguments: "arguments are separated by blanks, not by commas"
    case .blankAroundEquals(let key):
      "a named argument has no blanks around its '=': \(key)=…"
    case .lambdaNeedsParentheses: "a function as an argument stands in parentheses"
    case .pipelineNeedsParentheses: "a pipeline inside an expression stands in parentheses"
    case .stageIsNoCall(let found): "expected a command or function after '|' but found \(found)"
    case .continuedArguments(let key):
      "'\(key)=…' on a line of its own is a binding, not an argument of the line before it"
    case .comparisonChain(let symbol):
      "comparisons do not chain, so \(Self.quoted(symbol)) cannot follow one"
    case .rangeChain: "ranges do not chain"
    case .misplacedNot: "'not' after an operator stands in parentheses"
    case .touchingNeeded(let symbol):
      "\(Self.quoted(symbol)) must touch the value before it"
    case .keywordAsName(let word): "\(Self.quoted(word)) is a keyword and cannot be a name"
    case .statementAsExpression(let word):
      "\(Self.quoted(word)) is a statement and has no value"
    case .severalValuesInParentheses: "parentheses hold one value"
    case .emptyIndex: "an index is missing between '[' and ']'"
    case .recordKey(let found):
      "expected a word or a string as a record's key but found \(found)"
    case .recordLooksLikeBlock: "'{' begins a record here, and a record holds 'key: value'"
    case .duplicateName(let kind, let name): "the \(kind) \(Self.quoted(name)) is given twice"
    case .cannotAssign(let what): "cannot assign to \(what)"
    case .assignmentInExpression: "'=' binds a name and stands only in a statement"
    case .chainedAssignment: "bindings do not chain"
    case .patternNeedsNames: "taking a value apart needs plain names"
    case .patternWithOperator(let symbol):
      "\(Self.quoted(symbol)) changes one name, not several"
    case .defaultBeforePlain(let name):
      "the parameter \(Self.quoted(name)) needs a default, since one before it has one"
    case .anonymousFunction: "'fn' needs a name"
    case .importNeedsPath: "'import' needs a path in quotes"
    case .outsideLoop(let word): "\(Self.quoted(word)) stands outside of a loop"
    case .outsideFunction: "'return' stands outside of a function"
    case .emptySweep: "a sweep needs at least one 'name=values'"
    case .sweepSeparator: "a sweep's names are separated by commas"
    }
  }

  /// What stands beside the marks.
  public var label: String? {
    switch self {
    case .unexpectedCharacter(_, let replacement):
      switch replacement {
      case nil: nil
      case " ": "write a plain blank"
      case "\"": "write straight quotes"
      case let text?: "write \(text)"
      }
    case .unterminatedString(let quote): "expected \(quote) to close it"
    case .unclosedInterpolation: "expected '}' to close it"
    case .unknownUnit(_, let suggestion?): "did you mean '\(suggestion)'?"
    case .unclosedBracket(let bracket):
      "expected '\(Self.closing(bracket))' to close it"
    case .argumentAfterVariable(_, let fix), .callNeedsParentheses(_, let fix),
      .argumentEndsAtBlank(_, let fix):
      "write \(fix)"
    case .commaBetweenArguments: "write a blank"
    case .foreignKeyword(_, let fix): "write \(fix)"
    case .severalLoopNames: "write for [a, b] in …"
    case .blankAroundEquals: "without blanks"
    case .misplacedNot: "write (not …)"
    default: nil
    }
  }

  public var hint: String? {
    switch self {
    case .controlCharacter(let value):
      "inside a string, write \(value == 0 ? "\\0" : "\\u{\(String(value, radix: 16))}")"
    case .unterminatedString("\""): "a string over several lines stands between \"\"\" and \"\"\""
    case .unclosedInterpolation: "write \\${ for the text itself"
    case .unknownEscape(let text):
      text.hasPrefix("\\x")
        ? "write \\u{…} for a character by number"
        : "the escapes are \\n \\t \\r \\0 \\\\ \\\" \\' \\$ \\u{…}; write \\\\ for a backslash"
    case .invalidUnicodeEscape: "write it as \\u{1F600}, hexadecimal digits in braces"
    case .malformedNumber: "underscores stand between digits; hexadecimal is 0x1F"
    case .unknownUnit(_, nil):
      "the units are \(Lexer.unitNames.joined(separator: " ")) and %; a product needs '*'"
    case .invalidFormat: "formats are .3 .3e .3g d , % and widths such as >8 <8 ^8"
    case .expressionTooLong: "bind a part of it to a name"
    case .expectedBlock(_, let found):
      found == "':'" ? "a block stands in braces: { … }" : nil
    case .lambdaNeedsParentheses: "write (x -> …)"
    case .pipelineNeedsParentheses: "write (a | f)"
    case .continuedArguments: "put the call over several lines in parentheses"
    case .comparisonChain: "write a < b and b < c"
    case .statementAsExpression("fn"): "a function as a value is x -> …, or (a, b) -> …"
    case .severalValuesInParentheses: "a list is written [a, b]"
    case .recordKey: "a key with other characters stands in quotes"
    case .recordLooksLikeBlock: "a function of several statements is fn name(x) { … }"
    case .assignmentInExpression: "'==' compares"
    case .patternNeedsNames: "write {a, b} = record or [a, b] = list"
    case .anonymousFunction: "a function without a name is x -> …, or (a, b) -> …"
    case .importNeedsPath: "write import \"other.md\""
    case .outsideFunction: "a cell's value is that of its last statement"
    case .emptySweep, .sweepSeparator: "write sweep a=[1, 2], b=1..3 { … }"
    case .tryWithoutCatch: "write try { … } catch e { … }"
    default: nil
    }
  }

  static func closing(_ bracket: String) -> String {
    switch bracket {
    case "(": ")"
    case "[": "]"
    default: "}"
    }
  }

  private static func quoted(_ text: String) -> String { "'\(VisibleText.line(text))'" }

  private static func scalarName(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}
