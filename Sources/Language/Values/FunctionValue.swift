/// A `fn`, or a lambda with the names it was made among.
public final class FunctionValue: Sendable {
  public let name: String?
  public let parameterNames: [String]
  /// How many parameters have no default.
  public let requiredCount: Int
  /// The text it was read from, for printing and for the cache.
  public let sourceText: String
  let code: FunctionCode
  let closure: Frame?

  init(
    name: String?, parameterNames: [String], requiredCount: Int, sourceText: String,
    code: FunctionCode, closure: Frame?
  ) {
    self.name = name
    self.parameterNames = parameterNames
    self.requiredCount = requiredCount
    self.sourceText = sourceText
    self.code = code
    self.closure = closure
  }
}
