/// What can be wrong with the text of a cell. The sentences are in `SyntaxErrorWording.swift`.
public enum SyntaxError: Error, Equatable, Sendable {
  // Characters and literals.
  case controlCharacter(UInt32)
  case unexpectedCharacter(String, replacement: String?)
  case sourceTooLarge(bytes: Int, limit: Int)
  case unterminatedString(String)
  case unclosedInterpolation
  case unknownEscape(String)
  case invalidUnicodeEscape(String)
  case malformedNumber(String)
  case unknownUnit(String, suggestion: String?)
  case integerOverflow(String)
  case floatOverflow(String)
  case invalidFormat(String, reason: String)

  // Structure.
  case unclosedBracket(String)
  case unmatchedBracket(String)
  case wrongBracket(found: String, expected: String)
  case nestingTooDeep(limit: Int)
  case expressionTooLong(limit: Int)
  case expectedExpression(found: String, after: String?)
  case expected(String, found: String)
  case expectedBlock(after: String, found: String)
  case missingComma(found: String, closing: String)
  case unexpectedToken(String)
  case misplacedKeyword(String, belongsAfter: String)
  case tryWithoutCatch
  case foreignKeyword(String, fix: String)
  case severalLoopNames

  // The first word decides.
  case argumentAfterVariable(name: String, fix: String)
  case callNeedsParentheses(name: String, fix: String)
  case argumentEndsAtBlank(operator: String, fix: String)
  case commaBetweenArguments
  case blankAroundEquals(key: String)
  case lambdaNeedsParentheses
  case pipelineNeedsParentheses
  case stageIsNoCall(found: String)
  case continuedArguments(key: String)

  // Expressions.
  case comparisonChain(String)
  case rangeChain
  case misplacedNot
  case touchingNeeded(String)
  case keywordAsName(String)
  case statementAsExpression(String)
  case severalValuesInParentheses
  case emptyIndex
  case recordKey(found: String)
  case recordLooksLikeBlock
  case duplicateName(kind: String, name: String)

  // Statements.
  case cannotAssign(to: String)
  case assignmentInExpression
  case chainedAssignment
  case patternNeedsNames
  case patternWithOperator(String)
  case defaultBeforePlain(name: String)
  case anonymousFunction
  case importNeedsPath
  case outsideLoop(String)
  case outsideFunction
  case emptySweep
  case sweepSeparator
}
