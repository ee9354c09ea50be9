import Files
import Glibc
import Testing

@Suite("Scripts", .enabled(if: Program.isBuilt, "needs the built program"))
struct ScriptTests {
  typealias Outcome = Program.Outcome

  @Test("-c shows values")
  func values() throws {
    #expect(try Program.run(["-c", "1 + 2"]) == Outcome(output: "3\n", errors: "", exitCode: 0))
    #expect(try Program.run(["-c", "-1"]) == Outcome(output: "-1\n", errors: "", exitCode: 0))
    #expect(try Program.run(["-c", "x = 2\nx * 3; 'a'"]).output == "6\na\n")
    #expect(try Program.run(["-c", ""]) == Outcome(output: "", errors: "", exitCode: 0))
  }

  @Test("standard input gives the same, from a file and from a pipe")
  func standardInput() throws {
    let folder = try TestFolder()
    let script = "x = [3, 1]\nx\n  | sort\n"
    let wanted = Outcome(output: "[1, 3]\n", errors: "", exitCode: 0)
    #expect(try Program.run([], input: script, in: folder) == wanted)
    try folder.make("script", script)
    let program = try #require(Program.path)
    let piped = ["sh", "-c", "cat script | '\(program)'"]
    #expect(try Program.run(command: piped, in: folder) == wanted)
  }

  @Test("a script is checked before any of it runs")
  func checkedFirst() throws {
    for outcome in [
      try Program.run(["-c", "print 1\nnope"]), try Program.run([], input: "print 1\nnope\n"),
    ] {
      #expect(outcome.output == "")
      #expect(
        outcome.errors == """
          error[E0101]: there is no variable 'nope'
            2 │ nope
              │ ━━━━

          """)
      #expect(outcome.exitCode == 1)
    }
  }

  @Test("the first error ends it, what came before is shown")
  func runTimeError() throws {
    let outcome = try Program.run([], input: "print 1\n1 // 0\nprint 2\n")
    #expect(outcome.output == "1\n")
    #expect(outcome.errors.hasPrefix("error[E0302]: "))
    #expect(outcome.errors.contains("2 │ 1 // 0"))
    #expect(outcome.exitCode == 1)
  }

  @Test("unreadable input is told from a script that fails")
  func unreadable() throws {
    let folder = try TestFolder()
    try DurableFile.replace(folder.file("bytes"), with: [0x31, 0xFF])
    let program = try #require(Program.path)
    let outcome = try Program.run(command: ["sh", "-c", "'\(program)' < bytes"], in: folder)
    #expect(outcome.exitCode == 4)
    #expect(
      outcome.errors == "error[E0508]: 'standard input' is not UTF-8 text: byte 1 is invalid\n")
    #expect(try Program.run(command: ["sh", "-c", "'\(program)' < ."], in: folder).exitCode == 4)
  }

  @Test("no escape sequence goes anywhere but to a terminal")
  func noEscapes() throws {
    let outcome = try Program.run(["-c", "print 1; [1, 2] | sum; nope.at 1"])
    #expect(!outcome.output.contains("\u{1B}") && !outcome.errors.contains("\u{1B}"))
  }

  @Test("a reader that goes away ends it without a word")
  func readerGone() throws {
    let program = try #require(Program.path)
    let outcome = try Program.run(
      command: ["sh", "-c", "'\(program)' -c 'for i in 1..1M { print i }' | head -n 1"],
      in: TestFolder())
    #expect(outcome == Outcome(output: "1\n", errors: "", exitCode: 0))
  }

  @Test("a full disk is noticed")
  func fullDisk() throws {
    let program = try #require(Program.path)
    let outcome = try Program.run(
      command: ["sh", "-c", "'\(program)' -c 'print 1' > /dev/full"], in: TestFolder())
    #expect(outcome.exitCode == 1)
    #expect(outcome.errors.hasPrefix("error[E0514]: cannot write to standard output: "))
  }

  @Test("Ctrl-C ends it with 130, and what was shown stays", arguments: [SIGINT, SIGTERM])
  func interrupted(signal: Int32) throws {
    let folder = try TestFolder()
    let files = (folder.file("in"), folder.file("out"), folder.file("err"))
    try folder.make("in", "")
    let script = "print 'begun'; 'x' | write 'begun.txt'; while true { }; print 'never'"
    let process = try Program.start(
      [try #require(Program.path), "-c", script], in: folder.path, files: files)
    while !Paths.exists(folder.file("begun.txt")) { usleep(2_000) }
    kill(process, signal)
    #expect(Program.wait(for: process) == 130)
    #expect(try folder.text("out") == "begun\n")
    #expect(try folder.text("err").hasPrefix("error[E0401]: interrupted"))
  }

  @Test("a user's own script may read and write anywhere")
  func notConfined() throws {
    let folder = try TestFolder()
    try folder.make("inner/script", "")
    try folder.make("outside.txt", "there")
    let program = try #require(Program.path)
    let outcome = try Program.run(
      command: ["sh", "-c", "cd inner && '\(program)' -c 'read \"../outside.txt\"'"], in: folder)
    #expect(outcome == Outcome(output: "there\n", errors: "", exitCode: 0))
  }
}
