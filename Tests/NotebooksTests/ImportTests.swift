import Files
import Language
import Testing

@testable import Notebooks

@Suite("Importing notebooks") struct ImportTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  @Test("brings functions and variables, each seeing its own notebook's names")
  func names() throws {
    try notebook.write(
      "---\nseed: 3\nparams: {k: 10}\n---\n"
        + fence("a", "fn scale(x) { helper(x) * k }\nfn helper(x) { x + 1 }\nbase = 5")
        + fence("b", "add = x -> x + base\ncount \"import-b\"\ndrawn = random")
        + fence("shows", "count \"import-shows\" 1"),
      to: "other.md")
    try notebook.write(
      "---\nparams: {k: 2}\n---\n"
        + fence("use", "import \"other.md\"\nbase = 100\n[scale(1), add(1), k, drawn > 0]")
        + fence("later", "scale(base)"))
    let report = notebook.run()
    #expect(report.outcome == .ok)
    #expect(try notebook.outputs()[0]?.contains("20, 6, 2, true") == true)
    #expect(try notebook.outputs()[1] == "1010\n")
    #expect(RunCounts["import-b"] == 1)
    #expect(RunCounts["import-shows"] == 0)
    #expect(notebook.status().isFresh)
    #expect(notebook.check().outcome == .ok)
    try notebook.write(
      try notebook.read("other.md").replacing("x + 1", with: "x + 2"), to: "other.md")
    #expect(notebook.states() == ["stale: import other.md", "stale: upstream `use`"])
    notebook.run()
    #expect(try notebook.outputs()[1] == "1020\n")
  }

  @Test("works from the cache, and values that hold its functions are not kept")
  func cached() throws {
    try notebook.write(
      fence("a", "k = 3\nfn f(x) { x * k }\nslowly = count \"import-cached\" 7"), to: "other.md")
    try notebook.write(
      fence("i", "import \"other.md\"\nn = 1") + fence("g", "g = x -> f(x)")
        + fence("h", "h = [f]\n1")
        + fence("u", "g(2) + slowly + n"))
    #expect(notebook.run(threshold: -1).outcome == .ok)
    let text = try notebook.read()
    let report = notebook.run(threshold: -1)
    #expect(report.cells.map(\.outcome) == [.cached, .cached, .done, .cached])
    #expect(try notebook.read() == text)
    #expect(try notebook.outputs()[3] == "14\n")
    #expect(RunCounts["import-cached"] == 1)
  }

  @Test("a circle is an error")
  func circles() throws {
    try notebook.write(fence("a", "import \"b.md\"\nx = 1"), to: "a.md")
    try notebook.write(fence("b", "import \"c.md\"\ny = 1"), to: "b.md")
    try notebook.write(fence("c", "import \"a.md\"\nz = 1"), to: "c.md")
    let report = notebook.run("a.md")
    #expect(report.outcome == .cellFailed)
    #expect(
      try notebook.outputs("a.md")[0]?.contains("E0824") == true
        || report.cells[0].errorCode == "E0823")
    let output = try #require(try notebook.outputs("a.md")[0])
    #expect(output.contains("a.md → b.md → c.md → a.md") || output.contains("circle"))
    try notebook.write(fence("s", "import \"self.md\""), to: "self.md")
    #expect(notebook.run("self.md").cells[0].errorCode == "E0823")
  }

  @Test("what is wrong with the other notebook is told")
  func broken() throws {
    func code(_ text: String?) throws -> String? {
      if let text { try notebook.write(text, to: "other.md") } else { notebook.remove("other.md") }
      try notebook.write(fence("a", "import \"other.md\"\n1"))
      let report = notebook.run()
      #expect(report.outcome == .cellFailed)
      return report.cells[0].errorCode.map {
        "\($0) \(report.cells[0].output.split(separator: "\n")[0])"
      }
    }
    #expect(try code(nil)?.hasPrefix("E0501") == true)
    #expect(
      try code("```tessera\n")?.hasSuffix(
        "cannot import 'other.md': the fence ``` that line 1 opens is never closed") == true)
    #expect(
      try code(fence("bad", "x = 1\nboom \"why\""))?.hasSuffix(
        "cannot import 'other.md': cell 'bad' stops with E0307: why") == true)
    #expect(try code(fence("bad", "x = nothing"))?.contains("E0101") == true)
    try notebook.write(fence("a", "import \"../outside.md\""))
    try DurableFile.replace(notebook.folder + "/outside.md", with: fence("a", "x = 1"))
    #expect(notebook.run().cells[0].errorCode == "E0505")
    #expect(notebook.run(permissions: Permissions(allowsAll: true)).outcome == .ok)
  }

  @Test("an imported notebook's files are found from its own folder")
  func folders() throws {
    try DurableFile.makeFolder(notebook.path("lib"))
    try notebook.write("data", to: "lib/data.txt")
    try notebook.write(
      fence("a", "text = readfile \"data.txt\"\nfn more() { readfile \"data.txt\" }"),
      to: "lib/other.md")
    try notebook.write(fence("a", "import \"lib/other.md\"\n[text, more()]"))
    #expect(notebook.run().outcome == .ok)
    #expect(try notebook.outputs()[0]?.contains("data") == true)
    #expect(notebook.status().isFresh)
    try notebook.write("changed", to: "lib/data.txt")
    #expect(notebook.states().first?.hasPrefix("stale") == true)
  }

  @Test("files that an imported notebook finds by itself are known to the importing cell")
  func foundFiles() throws {
    try DurableFile.makeFolder(notebook.path("lib"))
    try notebook.write("one", to: "lib/data.txt")
    try notebook.write(
      fence("a", "name = \"data\"\ntext = readfile \"${name}.txt\""), to: "lib/other.md")
    try notebook.write(fence("a", "import \"lib/other.md\"\ntext") + fence("b", "text"))
    #expect(notebook.run(threshold: -1).outcome == .ok)
    #expect(notebook.status().isFresh)
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.cached, .cached])
    try notebook.write("two", to: "lib/data.txt")
    #expect(notebook.states() == ["stale: file lib/data.txt", "stale: upstream `a`"])
    #expect(notebook.run(threshold: -1).outcome == .ok)
    #expect(try notebook.outputs() == ["two\n", "two\n"])
    // Prose of the other notebook makes nothing stale.
    try notebook.write("Prose.\n" + (try notebook.read("lib/other.md")), to: "lib/other.md")
    #expect(notebook.status().isFresh)
  }

  @Test("what an imported notebook takes from the clock is not compared")
  func volatileImports() throws {
    try notebook.write(fence("a", "n = now \"vi\""), to: "other.md")
    try notebook.write(fence("a", "import \"other.md\"\nn") + fence("b", "n"))
    notebook.run()
    #expect(notebook.check().outcome == .ok)
    let document = try NotebookDocument(file: notebook.path())
    #expect(document.cells.map { $0.output?.isUnchecked } == [true, true])
  }

  @Test("the prompt imports too")
  func prompt() throws {
    try notebook.write(fence("a", "x = 5\nfn f(y) { y + x }"), to: "other.md")
    let session = Session(
      registry: TestCommands.registry, files: FileAccess(folder: notebook.folder + "/nb"))
    session.importer = NotebookImports(
      modules: NotebookModules(
        root: "", policy: .unrestricted, environment: notebook.environment()), mode: .run)
    let output = OutputBuffer()
    try session.run("import \"other.md\"", output: output)
    try session.run("f 2", output: output)
    #expect(output.text == "7")
  }
}

@Suite("A session as a notebook") struct SessionNotebookTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  /// Runs entries as the prompt does, and gives what they show and the notebook.
  private func session(_ entries: [String]) throws -> (shown: [String], text: String) {
    let session = Session(registry: TestCommands.registry)
    var kept: [SessionEntry] = []
    var shown: [String] = []
    var base: UInt64 = 0
    for (number, source) in entries.enumerated() {
      let seed = SessionNotebook.seed(base, entry: number + 1)
      session.seed = seed
      let cell = session.check(SourceText(source.hasPrefix("|") ? "_ " + source : source))
      let output = OutputBuffer()
      if let value = try session.run(cell, output: output) { session.bind("_", to: value) }
      if session.seed != seed { base = session.seed }
      if !output.text.isEmpty { shown.append(output.text + "\n") }
      kept.append(SessionEntry(source: source, seed: cell.analysis.uses.isRandom ? seed : nil))
    }
    return (shown, SessionNotebook.text(of: kept, context: session))
  }

  @Test("re-runs to the same results")
  func reruns() throws {
    let (shown, text) = try session([
      "x = 2", "x + 1", "_ * 10", "| slow", "random", "random", "seed 5", "[random(), random()]",
      "\"```\"", "fn f(a) {\n  a + 1\n}\nf(3)", "_ + 1",
    ])
    try notebook.write(text)
    #expect(notebook.run().outcome == .ok)
    #expect(try notebook.outputs().compactMap(\.self) == shown)
    #expect(text.hasPrefix("# Session\n\n```tessera\nx = 2\n```\n"))
  }

  @Test("entries draw different numbers")
  func seeds() {
    #expect(Set((1...1000).map { SessionNotebook.seed(0, entry: $0) }).count == 1000)
    #expect(SessionNotebook.seed(1, entry: 1) != SessionNotebook.seed(2, entry: 1))
  }
}
