/// What the parser has to know of the names around a cell: the first word decides.
public protocol ParsingContext {
  /// A command of this dotted name exists.
  func isCommand(_ name: String) -> Bool
  /// A `fn` of this name was defined by earlier text.
  func isFunction(_ name: String) -> Bool
  /// A variable of this name was bound by earlier text.
  func isVariable(_ name: String) -> Bool
  /// The names of the `fn`s and variables that `import "path"` brings, as far as they can be told;
  /// the running import reports what is wrong with the file.
  func importedNames(_ path: String) -> (functions: Set<String>, variables: Set<String>)
}

/// A parsed cell: the tree as far as it could be made, and all that is wrong with it.
public struct ParsedCell: Sendable {
  public let source: SourceText
  public let block: Block
  /// Syntax errors, in the order of the text.
  public let diagnostics: [Diagnostic]
  /// The text ends inside a bracket, a string or after an operator: at the prompt, more is to come.
  public let isIncomplete: Bool
  public init(source: SourceText, block: Block, diagnostics: [Diagnostic], isIncomplete: Bool) {
    self.source = source
    self.block = block
    self.diagnostics = diagnostics
    self.isIncomplete = isIncomplete
  }
}
