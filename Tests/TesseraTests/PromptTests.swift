import Files
import Glibc
import Testing

@Suite(
  "The prompt in a terminal", .serialized,
  .enabled(if: Program.isBuilt && Terminal.isThere, "needs the built program and tmux"))
struct PromptTests {
  @Test("greets, computes, keeps the last value, and leaves")
  func conversation() throws {
    let terminal = try Terminal()
    let start = try terminal.wait(forLast: ">")
    #expect(start.count == 2 && start[0].hasPrefix("Tessera "))
    try terminal.enter("x = 20 + 1")
    // Lines that come before the prompt is back count as pasted, and are shown behind "…".
    try terminal.wait(for: "the prompt") { $0.suffix(2) == ["> x = 20 + 1", ">"] }
    try terminal.enter("x * 2")
    try terminal.wait(for: "the value") { $0.suffix(3) == ["> x * 2", "42", ">"] }
    try terminal.enter("_ + 1")
    try terminal.wait(for: "the next value") { $0.suffix(2) == ["43", ">"] }
    try terminal.enter("[3, 1, 2]")
    try terminal.enter("| sort")
    try terminal.wait(for: "the sorted list") { $0.suffix(2) == ["[1, 2, 3]", ">"] }
    try terminal.enter("exit")
    try terminal.wait(forLast: "ended with 0")
  }

  @Test("edits characters of any length")
  func editing() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.type("\"aé漢🙂z\"")
    try terminal.wait(forLast: "> \"aé漢🙂z\"")
    try terminal.press("Left", "Left", "BSpace")
    try terminal.wait(forLast: "> \"aé漢z\"")
    try terminal.press("Left", "Left", "DC")
    try terminal.wait(forLast: "> \"a漢z\"")
    try terminal.press("Enter")
    try terminal.wait(for: "the text") { $0.suffix(2) == ["a漢z", ">"] }
  }

  @Test("goes on until an entry is complete, and brings it back whole")
  func severalLines() throws {
    let folder = try TestFolder()
    do {
      let terminal = try Terminal(in: folder)
      try terminal.wait(forLast: ">")
      try terminal.enter("fn double(a) {")
      try terminal.wait(forLast: "…")
      try terminal.enter("  a * 2")
      try terminal.enter("}")
      try terminal.wait(forLast: ">")
      try terminal.enter(" double(1) + 100")
      try terminal.wait(for: "102") { $0.suffix(2) == ["102", ">"] }
      try terminal.enter("double(21)")
      try terminal.wait(for: "42") { $0.suffix(2) == ["42", ">"] }
      try terminal.press("C-d")
      try terminal.wait(for: "the end") { $0.last == "ended with 0" }
    }
    // A line with a blank before it leaves no trace.
    let history = try folder.text("state/tessera/history")
    #expect(history == "fn double(a) {\\n  a * 2\\n}\ndouble(21)\n")
    var status = stat()
    #expect(stat(folder.file("state/tessera/history"), &status) == 0)
    #expect(status.st_mode & 0o777 == 0o600)

    let terminal = try Terminal(in: folder)
    try terminal.wait(forLast: ">")
    try terminal.press("Up")
    try terminal.wait(forLast: "> double(21)")
    try terminal.press("Up")
    try terminal.wait(for: "the function") { $0.last?.hasPrefix("> fn double(a) {") == true }
    try terminal.press("Enter")
    try terminal.wait(forLast: ">")
    try terminal.enter("double(4)")
    try terminal.wait(for: "8") { $0.suffix(2) == ["8", ">"] }
  }

  @Test("completes commands, parameters, words, names, fields and paths")
  func completion() throws {
    let folder = try TestFolder()
    try folder.make("corpus one.txt", "text")
    let terminal = try Terminal(in: folder)
    try terminal.wait(forLast: ">")
    func complete(_ typed: String, _ wanted: String) throws {
      try terminal.wait(forLast: ">")
      try terminal.type(typed)
      try terminal.press("Tab")
      try terminal.wait(forLast: "> \(wanted)")
      try terminal.press("C-c")
    }
    try terminal.enter("settings = {layers: 2, width: 8}")
    try complete("tokenizer.tr", "tokenizer.train")
    try complete("x = tokenizer.train \"a\" voc", "x = tokenizer.train \"a\" vocab=")
    try complete("tokenizer.train \"a\" kind=b", "tokenizer.train \"a\" kind=bpe")
    try complete("1 + sett", "1 + settings")
    try complete("settings.la", "settings.layers")
    try complete("read \"cor", "read \"corpus one.txt\"")
    try terminal.wait(forLast: ">")
    try terminal.type("settings.")
    try terminal.press("Tab", "Tab")
    try terminal.wait(for: "both fields") { lines in
      lines.contains { $0.contains("layers") && $0.contains("width") && !$0.contains(">") }
    }
  }

  @Test("takes a paste of several lines with its pipes")
  func paste() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.paste(
      "xs = [3, 1, 2]\nxs\n  | sort\n\n  # down\n  | reverse\nif false { 1 }\nelse { 77 }\nlen xs\n"
    )
    try terminal.wait(for: "all values") {
      $0.suffix(2) == ["3", ">"] && $0.contains("[3, 2, 1]") && $0.contains("77")
    }
    #expect(try !terminal.screen().contains { $0.contains("error") })
  }

  @Test("a paste that does not end in a line's end waits for it")
  func openPaste() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.paste("a = 5\na + ")
    try terminal.wait(for: "the open line") { $0.last?.hasSuffix("a +") == true }
    try terminal.type("1")
    try terminal.press("Enter")
    try terminal.wait(for: "6") { $0.suffix(2) == ["6", ">"] }
  }

  @Test("Ctrl-C drops a line, and an entry of several")
  func dropLine() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.type("not this")
    try terminal.wait(forLast: "> not this")
    try terminal.press("C-c")
    try terminal.wait(for: "a new line") { $0.count == 3 && $0.last == ">" }
    try terminal.enter("x = [1,")
    try terminal.wait(forLast: "…")
    try terminal.press("C-c")
    try terminal.wait(forLast: ">")
    try terminal.enter("1 + 1")
    try terminal.wait(for: "2") { $0.suffix(2) == ["2", ">"] }
  }

  @Test("Ctrl-C stops a long loop and keeps what was bound")
  func stopLoop() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.enter("count = 0; kept = 'here'")
    try terminal.enter("print (1000 + 1); while true { count += 1 }")
    try terminal.wait(forLast: "1001")
    try terminal.press("C-c")
    try terminal.wait(for: "the prompt") { $0.last == ">" && $0.contains { $0.contains("E0401") } }
    try terminal.enter("[count > 0, kept]")
    try terminal.wait(for: "the values") { $0.suffix(2) == ["[true, \"here\"]", ">"] }
    // The next command runs as if nothing had been.
    try terminal.enter("for i in 1..100000 { count += i }; 5")
    try terminal.wait(for: "5") { $0.suffix(2) == ["5", ">"] }
  }

  @Test("an error shows its place and loses nothing")
  func errors() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.enter("x = 3")
    try terminal.enter("x // 0")
    try terminal.wait(for: "the error") {
      $0.last == ">" && $0.contains { $0.hasPrefix("error[E0302]") }
    }
    try terminal.enter("y = x +* 2")
    try terminal.wait(for: "the error") {
      $0.last == ">" && $0.contains { $0.hasPrefix("error[E00") }
    }
    try terminal.enter("x")
    try terminal.wait(for: "3") { $0.suffix(2) == ["3", ">"] }
  }

  @Test("saves the session as a notebook that re-runs")
  func save() throws {
    let folder = try TestFolder()
    let terminal = try Terminal(in: folder)
    try terminal.wait(forLast: ">")
    try terminal.enter("xs = [3, 1, 2]")
    try terminal.enter("nope")
    try terminal.enter("xs")
    try terminal.enter("| sort")
    try terminal.enter("vars")
    try terminal.enter("save \"my session.md\"")
    try terminal.wait(for: "saved") { $0.suffix(2) == ["saved 3 entries in my session.md", ">"] }
    try terminal.press("C-d")
    try terminal.wait(for: "the end") { $0.last == "ended with 0" }
    let run = try Program.run(["run", "my session.md"], in: folder)
    #expect(run.exitCode == 0)
    #expect(run.output.contains("[1, 2, 3]"))
  }

  @Test("a saved session draws the same random numbers again")
  func savedSeeds() throws {
    let folder = try TestFolder()
    let terminal = try Terminal(in: folder)
    try terminal.wait(forLast: ">")
    func drawn(_ lines: [String]) -> [String] { lines.filter { $0.hasPrefix("[") } }
    try terminal.enter("shuffle 1..20")
    try terminal.enter("seed 3")
    try terminal.enter("shuffle 1..20")
    try terminal.enter("shuffle 1..20")
    let shown = drawn(
      try terminal.wait(for: "three lists") { drawn($0).count == 3 && $0.last == ">" })
    #expect(Set(shown).count == 3)
    try terminal.enter("save 's.md'")
    try terminal.wait(for: "saved") { $0.contains("saved 4 entries in s.md") }
    let run = try Program.run(["run", "s.md"], in: folder)
    #expect(drawn(run.output.split(separator: "\n").map(String.init)) == shown)
  }

  @Test("generated text is shown once")
  func streaming() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    func times(_ lines: [String]) -> Int { lines.count { $0.contains("there was") } }
    try terminal.enter("decode.greedy(\"default\", \"Once\", max=20).text")
    let plain = try terminal.wait(for: "the text") { $0.last == ">" && times($0) > 0 }
    #expect(times(plain) == 1)
    try terminal.press("C-l")
    try terminal.enter("decode.greedy(\"default\", \"Once\", max=20)")
    let record = try terminal.wait(for: "the record") {
      $0.last == ">" && $0.contains { $0.hasPrefix("stop ") }
    }
    #expect(times(record) == 1)
  }

  @Test("long work shows how far it is, in a line that goes away")
  func progress() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.enter("s = sweep a=1..100000 { for i in 1..3000 { x = i }; a }")
    try terminal.wait(for: "progress") { $0.last?.contains("/s  ") == true }
    try terminal.press("C-c")
    let end = try terminal.wait(for: "the prompt") { $0.last == ">" }
    #expect(!end.contains { $0.contains(" left") })
  }

  @Test("goes on after a notebook with its variables")
  func afterNotebook() throws {
    let folder = try TestFolder()
    try folder.make("a.md", "```tessera\nanswer = 6 * 7\n```\n")
    let terminal = try Terminal("repl a.md", in: folder)
    try terminal.wait(forLast: ">")
    try terminal.enter("answer + 1")
    try terminal.wait(for: "43") { $0.suffix(2) == ["43", ">"] }
  }

  @Test("text cannot do anything to the terminal")
  func escapes() throws {
    let terminal = try Terminal()
    try terminal.wait(forLast: ">")
    try terminal.enter("print \"\\u{1B}[2Jstill\\u{7} here\"")
    try terminal.wait(for: "the text") {
      $0.last == ">" && $0.contains { $0.contains("still") && $0.contains("1b") }
    }
  }
}
