/// Code that a piece of syntax was compiled to: reads and changes the frame, gives a value.
typealias Code = (Frame, RunContext) throws -> Value

/// A function's compiled body, shared by all values made of it.
final class FunctionCode: @unchecked Sendable {
  struct Parameter {
    let name: String
    let slot: Int
    let fallback: Code?
  }

  let source: SourceText
  let span: SourceSpan
  let info: FunctionInfo
  private(set) var parameters: [Parameter] = []
  private(set) var slotCount = 0
  private(set) var body: Code = { _, _ in .null }
  /// Variables of the functions around it that it reads: what a copy in the cache must carry.
  private(set) var captured: [(name: String, depth: Int, slot: Int)] = []

  init(source: SourceText, span: SourceSpan, info: FunctionInfo) {
    self.source = source
    self.span = span
    self.info = info
  }

  func complete(
    parameters: [Parameter], slotCount: Int, captured: [(name: String, depth: Int, slot: Int)],
    body: @escaping Code
  ) {
    self.parameters = parameters
    self.slotCount = slotCount
    self.captured = captured
    self.body = body
  }
}
