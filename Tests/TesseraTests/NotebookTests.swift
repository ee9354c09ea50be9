import Files
import Glibc
import Testing

@Suite("Notebooks from the command line", .enabled(if: Program.isBuilt, "needs the built program"))
struct NotebookTests {
  static let notebook = """
    # A notebook

    ```tessera first
    x = [3, 1, 2] | sort
    x
    ```

    Some text.

    ```tessera second
    sum x
    ```

    """

  @Test("run echoes and saves, a second run changes no byte, check agrees")
  func runAndCheck() throws {
    let folder = try TestFolder()
    try folder.make("my notebook.md", Self.notebook)
    let first = try Program.run(["run", "my notebook.md"], in: folder)
    #expect(first.exitCode == 0)
    #expect(
      first.output == """
        ── first (1 of 2)
        > x = [3, 1, 2] | sort
        … x
        [1, 2, 3]

        ── second (2 of 2)
        > sum x
        6


        """)
    let saved = try folder.text("my notebook.md")
    #expect(saved.contains("```output first key="))
    #expect(saved.contains("\n6\n```\n"))

    #expect(try Program.run(["run", "--quiet", "my notebook.md"], in: folder).output == "")
    #expect(try folder.text("my notebook.md") == saved)
    let check = try Program.run(["check", "my notebook.md"], in: folder)
    #expect(check.exitCode == 0)
    #expect(check.output == "my notebook.md: agrees, 2 cells\n")
    #expect(try folder.text("my notebook.md") == saved)
  }

  @Test("check shows what differs and exits with 3; --accept takes it over")
  func differs() throws {
    let folder = try TestFolder()
    try folder.make("a.md", Self.notebook)
    _ = try Program.run(["run", "a.md"], in: folder)
    let wrong = try folder.text("a.md").replacing("\n6\n```", with: "\n7\n```")
    try folder.make("a.md", wrong)

    let check = try Program.run(["check", "a.md"], in: folder)
    #expect(check.exitCode == 3)
    #expect(check.output.contains("-7") && check.output.contains("+6"))
    #expect(try folder.text("a.md") == wrong)
    #expect(try Program.run(["check", "a.md", "--accept"], in: folder).exitCode == 0)
    #expect(try folder.text("a.md").contains("\n6\n```"))
    #expect(try Program.run(["check", "a.md", "--quiet"], in: folder).output == "")
  }

  @Test("a cell that stops ends the run with 1; --keep-going goes on")
  func failingCell() throws {
    let folder = try TestFolder()
    let text = "```tessera bad\n1 // 0\n```\n\n```tessera good\n2\n```\n"
    try folder.make("a.md", text)
    let stopped = try Program.run(["run", "a.md"], in: folder)
    #expect(stopped.exitCode == 1)
    #expect(stopped.errors.contains("a.md: the cell 'bad' in line 1 stopped with E0302"))
    #expect(!stopped.output.contains("good"))
    #expect(try folder.text("a.md").contains("error[E0302]"))

    let whole = try Program.run(["run", "--keep-going", "a.md"], in: folder)
    #expect(whole.exitCode == 1)
    #expect(whole.output.contains("── good (2 of 2)"))
  }

  @Test("an expected error is no failure")
  func expectedError() throws {
    let folder = try TestFolder()
    try folder.make("a.md", "```tessera bad expect=error[E0302]\n1 // 0\n```\n")
    #expect(try Program.run(["run", "a.md"], in: folder).exitCode == 0)
    #expect(try Program.run(["check", "a.md"], in: folder).exitCode == 0)
  }

  @Test("parameters need a name for the copy")
  func parameters() throws {
    let folder = try TestFolder()
    try folder.make("a.md", "---\nparams: {n: 2}\n---\n```tessera double\nn * 2\n```\n")
    let refused = try Program.run(["run", "a.md", "-p", "n=4"], in: folder)
    #expect(refused.exitCode == 2)
    #expect(refused.errors.contains("error[E0813]"))
    let copied = try Program.run(["run", "a.md", "-p", "n=4", "-o", "b.md"], in: folder)
    #expect(copied.exitCode == 0)
    #expect(try folder.text("b.md").contains("\n8\n```"))
    #expect(try !folder.text("a.md").contains("output"))
    #expect(try Program.run(["check", "b.md"], in: folder).exitCode == 0)
    #expect(
      try Program.run(["run", "a.md", "-p", "m=4", "-o", "c.md"], in: folder).exitCode == 2)
    #expect(try Program.run(["run", "a.md", "--only", "none"], in: folder).exitCode == 2)
  }

  @Test("a notebook reads below its folder; the error says which flag permits more")
  func confined() throws {
    let folder = try TestFolder()
    try folder.make("out side/x.txt", "there")
    try folder.make("in/a.md", "```tessera\nread \"../out side/x.txt\"\n```\n")
    let refused = try Program.run(["run", "in/a.md"], in: folder)
    #expect(refused.exitCode == 1)
    #expect(refused.output.contains("error[E0505]"))
    #expect(refused.output.contains("--allow-read"))
    for flags in [["--allow-read", "out side"], ["--allow"]] {
      let permitted = try Program.run(["run", "in/a.md"] + flags, in: folder)
      #expect(permitted.exitCode == 0)
      #expect(permitted.output.contains("\nthere\n"))
    }
  }

  @Test("input that cannot be read exits with 4")
  func unreadable() throws {
    let folder = try TestFolder()
    try folder.make("empty/readme.md", "no cells\n")
    try folder.make("broken.md", "```tessera\n1\n")
    for arguments in [
      ["run", "none.md"], ["run", "empty"], ["run", "broken.md"], ["check", "none.md"],
      ["status", "none.md"], ["repl", "none.md"],
    ] {
      let outcome = try Program.run(arguments, in: folder)
      #expect(outcome.exitCode == 4, "\(arguments)")
      #expect(outcome.errors.contains("error[E0"), "\(arguments)")
    }
  }

  @Test("a folder stands for its notebooks, below it too")
  func folders() throws {
    let folder = try TestFolder()
    try folder.make("all/b.md", "```tessera\n1 + 1\n```\n")
    try folder.make("all/deep/a.md", "```tessera\n2 + 2\n```\n")
    try folder.make("all/readme.md", "no cells\n")
    try folder.make("all/.hidden/c.md", "```tessera\n1 // 0\n```\n")
    let outcome = try Program.run(["run", "all"], in: folder)
    #expect(outcome.exitCode == 0)
    #expect(try folder.text("all/deep/a.md").contains("\n4\n```"))
    #expect(try folder.text("all/readme.md") == "no cells\n")
    let status = try Program.run(["status", "all"], in: folder)
    #expect(status.output.contains("all/b.md\n") && status.output.contains("all/deep/a.md\n"))
  }

  @Test("status tells fresh from stale, and why")
  func status() throws {
    let folder = try TestFolder()
    try folder.make("a.md", Self.notebook)
    _ = try Program.run(["run", "a.md"], in: folder)
    #expect(
      try Program.run(["status", "a.md"], in: folder).output == "first   fresh\nsecond  fresh\n")
    try folder.make("a.md", try folder.text("a.md").replacing("[3, 1, 2]", with: "[3, 1, 4]"))
    let outcome = try Program.run(["status", "a.md"], in: folder)
    #expect(outcome.exitCode == 0)
    #expect(outcome.output.contains("first   stale"))
    #expect(outcome.output.contains("second  stale"))
  }

  @Test("Ctrl-C keeps what was finished and exits with 130")
  func interrupted() throws {
    let folder = try TestFolder()
    try folder.make(
      "a.md",
      "```tessera quick\n1 + 1\n```\n\n```tessera long\n\"x\" | write \"begun.txt\"\nwhile true { }\n```\n"
    )
    try folder.make("in", "")
    let process = try Program.start(
      [try #require(Program.path), "run", "a.md"], in: folder.path,
      files: (folder.file("in"), folder.file("out"), folder.file("err")))
    while !Paths.exists(folder.file("begun.txt")) { usleep(2_000) }
    kill(process, SIGINT)
    #expect(Program.wait(for: process) == 130)
    #expect(try folder.text("a.md").contains("```output quick key="))
    #expect(try folder.text("err").contains("interrupted"))
  }

  @Test("a cell that takes too long or too much is stopped")
  func limits() throws {
    let folder = try TestFolder()
    try folder.make("a.md", "```tessera\nwhile true { }\n```\n")
    let time = try Program.run(["run", "a.md", "--max-time", "50ms"], in: folder)
    #expect(time.exitCode == 1)
    #expect(time.output.contains("error[E0402]"))
    try folder.make("b.md", "```tessera\nx = []\nwhile true { x += [1, 2, 3, 4] }\n```\n")
    let memory = try Program.run(["run", "b.md", "--max-memory", "200MiB"], in: folder)
    #expect(memory.exitCode == 1)
    #expect(memory.output.contains("error[E0403]"))
  }

  @Test("the cache is shown and cleared")
  func cache() throws {
    let folder = try TestFolder()
    let empty = try Program.run(["cache"], in: folder)
    #expect(empty.output == "0 entries, 0 B in \(folder.path)/cache\n")
    #expect(try Program.run(["cache", "clear"], in: folder).output == "0 entries removed, 0 B\n")
  }

  @Test("the reference page is written and told from an old one")
  func reference() throws {
    let folder = try TestFolder()
    #expect(try Program.run(["docs", "--check"], in: folder).exitCode == 3)
    #expect(try Program.run(["docs"], in: folder).exitCode == 0)
    #expect(try Program.run(["docs", "--check"], in: folder).exitCode == 0)
    #expect(try folder.text("docs/commands.md").contains("\n### read\n"))
  }

  @Test("pages of systems are written, told from old ones, and listed")
  func systems() throws {
    let folder = try TestFolder()
    #expect(try Program.run(["systems"], in: folder).exitCode == 1)
    let front = "---\ntitle: T?\nsystem: x\npaper: P\narxiv: 1\nclaim: c\neffect: It did.\n---\n"
    try folder.make("notebooks/a/x.md", front + "```tessera\n1\n```\n")
    let list = try Program.run(["systems"], in: folder)
    #expect(list.output == "x  a: T?\n   It did.\n" && list.exitCode == 0)
    #expect(try Program.run(["systems", "--check"], in: folder).exitCode == 3)
    #expect(try Program.run(["systems", "--write"], in: folder).exitCode == 0)
    #expect(try Program.run(["systems", "--check"], in: folder).exitCode == 0)
    #expect(try folder.text("docs/systems/x.md").contains("**Seen here.** It did.\n"))
    try folder.make("docs/systems/old.md", "")
    #expect(try Program.run(["systems", "--check"], in: folder).exitCode == 3)
    try folder.make("notebooks/a/y.md", front + "```tessera\n1\n```\n")
    let broken = try Program.run(["systems"], in: folder)
    #expect(broken.exitCode == 1 && broken.errors.contains("E0827"))
  }
}
