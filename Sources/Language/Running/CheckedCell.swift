/// A cell that was parsed and checked: ready to run, or with all that is wrong with it.
public struct CheckedCell {
  public let source: SourceText
  public let block: Block
  /// Errors and notes, in the order of the text.
  public let diagnostics: [Diagnostic]
  /// More text could complete it.
  public let isIncomplete: Bool
  public let analysis: CellAnalysis
  let functions: [Code]
  let statements: [Compiler.CompiledStatement]

  public var errors: [Diagnostic] { diagnostics.filter { $0.severity == .error } }
  public var notes: [Diagnostic] { diagnostics.filter { $0.severity == .note } }

  init(_ parsed: ParsedCell) {
    source = parsed.source
    block = parsed.block
    diagnostics = parsed.diagnostics
    isIncomplete = parsed.isIncomplete
    analysis = CellAnalysis()
    functions = []
    statements = []
  }

  init(
    _ parsed: ParsedCell, diagnostics: [Diagnostic], analysis: CellAnalysis, functions: [Code],
    statements: [Compiler.CompiledStatement]
  ) {
    source = parsed.source
    block = parsed.block
    self.diagnostics = diagnostics.sorted { ($0.span?.start ?? 0) < ($1.span?.start ?? 0) }
    isIncomplete = parsed.isIncomplete
    self.analysis = analysis
    self.functions = functions
    self.statements = statements
  }
}
