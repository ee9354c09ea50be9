import Glibc
import Testing

@testable import Prompt

@Suite("Plain lines") struct PlainReaderTests {
  /// The lines that a reader makes of pieces, which come through a pipe one after another.
  private func lines(_ pieces: [String]) throws -> [LineInput] {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let reader = PlainReader(descriptor: ends[0])
    defer { close(ends[0]) }
    for piece in pieces { _ = piece.withCString { write(ends[1], $0, strlen($0)) } }
    close(ends[1])
    var found: [LineInput] = []
    while found.last != .end { found.append(reader.readLine(prompt: "")) }
    return found
  }

  @Test("come without their ends, the last one with or without")
  func ends() throws {
    #expect(try lines([]) == [.end])
    #expect(
      try lines(["a\n", "b\r\n", "\n", "c"]) == [
        .line("a"), .line("b"), .line(""), .line("c"), .end,
      ])
    #expect(try lines(["é", "\n🙂\n"]) == [.line("é"), .line("🙂"), .end])
  }

  @Test("tell whether more is there")
  func waiting() throws {
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    let reader = PlainReader(descriptor: ends[0])
    #expect(!reader.hasWaitingInput)
    _ = write(ends[1], "a\nb\n", 4)
    #expect(reader.hasWaitingInput)
    #expect(reader.readLine(prompt: "") == .line("a"))
    #expect(reader.hasWaitingInput)
    #expect(reader.readLine(prompt: "") == .line("b"))
    #expect(!reader.hasWaitingInput)
  }

  @Test("many in one piece stay apart")
  func many() throws {
    let text = (0..<5_000).map { "line \($0)\n" }.joined()
    let found = try lines([text])
    #expect(found.count == 5_001)
    #expect(found[4_999] == .line("line 4999"))
  }
}
