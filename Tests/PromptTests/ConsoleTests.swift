import Files
import Glibc
import Kernels
import Testing

@testable import Language
@testable import Prompt

@Suite("Console", .serialized) struct ConsoleTests {
  @Test("writes lines to a file and errors to another, without an escape sequence")
  func plain() throws {
    let folder = try TestFolder()
    let output = open(folder.file("out"), O_WRONLY | O_CREAT, 0o600)
    let error = open(folder.file("err"), O_WRONLY | O_CREAT, 0o600)
    let console = Console(output: output, error: error) { $0 == "TERM" ? "xterm" : nil }
    #expect(!console.isOutputTerminal && !console.usesColour)
    #expect(console.progressDisplay == nil)
    console.stream("never seen")
    console.show("a\u{1B}[1m")
    console.show("b\nc")
    console.report([Diagnostic("E0000", "went wrong")], in: nil)
    console.say("note")
    #expect(console.finish() == .fine)
    #expect(try FileContents.text(at: folder.file("out")) == "a\u{1B}[1m\nb\nc\n")
    #expect(try FileContents.text(at: folder.file("err")) == "error[E0000]: went wrong\nnote\n")
  }

  // The request to stop is process-wide: in processes of their own, these stop no other test.

  @Test("notices that the disk is full, and stops the work")
  func full() async {
    await #expect(processExitsWith: .success) {
      let console = Console(output: open("/dev/full", O_WRONLY), error: open("/dev/null", O_WRONLY))
      console.show(String(repeating: "x", count: 100_000))
      #expect(console.finish() == .failed(ENOSPC))
      #expect(Cancellation.pending == .interrupted)
    }
  }

  @Test("notices that nobody reads on")
  func readerGone() async {
    await #expect(processExitsWith: .success) {
      signal(SIGPIPE, SIG_IGN)
      var ends: [Int32] = [0, 0]
      try #require(pipe(&ends) == 0)
      close(ends[0])
      let console = Console(output: ends[1], error: open("/dev/null", O_WRONLY))
      console.show("x")
      #expect(console.finish() == .readerGone)
    }
  }
}

@Suite("Text for a terminal") struct TerminalTextTests {
  @Test("cannot do anything to the terminal")
  func visible() {
    #expect(TerminalText.visible("plain\tand\nlines") == "plain\tand\nlines")
    #expect(TerminalText.visible("é 漢\n🙂") == "é 漢\n🙂")
    #expect(
      !TerminalText.visible("\u{1B}[2J\u{7}\u{9B}1m").unicodeScalars.contains {
        $0.value < 32 || (0x7F..<0xA0).contains($0.value)
      })
    #expect(TerminalText.visible("a\r\nb") == "a\nb")
    #expect(!TerminalText.visible("a\rb").contains("\r"))
  }

  @Test("takes rows by its width")
  func rows() {
    #expect(TerminalText.rows(of: "", columns: 10) == 1)
    #expect(TerminalText.rows(of: "1234567890", columns: 10) == 1)
    #expect(TerminalText.rows(of: "12345678901", columns: 10) == 2)
    #expect(TerminalText.rows(of: "漢漢漢漢漢漢", columns: 10) == 2)
    #expect(TerminalText.rows(of: "a\n\nb", columns: 10) == 3)
    #expect(TerminalText.rows(of: "\t\tx", columns: 16) == 2)
  }
}

@Suite("Progress") struct ProgressLineTests {
  private func line(
    _ done: Int, of total: Int?, seconds: Double, detail: String = "", columns: Int = 100
  ) -> String {
    ProgressLine(
      ProgressState(label: "training", done: done, total: total, seconds: seconds, detail: detail)
    ).text(columns: columns)
  }

  @Test("says how far, how fast and how long yet")
  func text() {
    #expect(
      line(4_500, of: 10_000, seconds: 3.75, detail: "loss 3.21")
        == "training  4,500 of 10,000  45 %  1,200/s  5 s left  loss 3.21")
    #expect(line(12, of: nil, seconds: 2) == "training  12  6.0/s")
    #expect(line(1, of: 301, seconds: 20) == "training  1 of 301  0 %  20 s each  1 h 40 min left")
    #expect(line(10, of: 10, seconds: 1) == "training  10 of 10  100 %  10/s")
    #expect(line(0, of: 10, seconds: 1) == "training  0 of 10  0 %")
    #expect(line(1, of: 12, seconds: 20).hasSuffix("3 min 40 s left"))
  }

  @Test("fits into one row")
  func cut() {
    #expect(line(4_500, of: 10_000, seconds: 3, columns: 20).count == 19)
  }
}
