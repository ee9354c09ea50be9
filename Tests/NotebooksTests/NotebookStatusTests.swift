import Files
import Language
import Testing

@testable import Notebooks

@Suite("A notebook's status") struct NotebookStatusTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  private func change(_ old: String, _ new: String) throws {
    try notebook.write(try notebook.read().replacing(old, with: new))
  }

  @Test("comments, blank lines, prose and names of cells make nothing stale")
  func unchanged() throws {
    try notebook.write(fence("a", "x = 1") + fence("b", "f = t -> t + x\nf(2)"))
    #expect(notebook.states() == ["never run", "never run"])
    notebook.run()
    #expect(notebook.states() == ["fresh", "fresh"])
    try change(
      "```tessera a\nx = 1\n", "Prose.\n```tessera renamed\n\n# why\nx =   1 # because\n\n")
    #expect(notebook.states() == ["fresh", "fresh"])
    notebook.run()
    #expect(notebook.status().isFresh)
  }

  @Test("the reason is told: source, and upstream by the cell's name")
  func upstream() throws {
    try notebook.write(
      fence("train", "x = 1") + fence("other", "y = 1") + fence("use", "x + 1")
        + fence("both", "[x, y]"))
    notebook.run()
    try change("x = 1", "x = 2")
    #expect(
      notebook.states() == [
        "stale: source changed", "fresh", "stale: upstream `train`", "stale: upstream `train`",
      ])
    #expect(
      notebook.status().text == """
        train  stale      source changed
        other  fresh
        use    stale      upstream `train`
        both   stale      upstream `train`

        """)
    notebook.run()
    #expect(notebook.status().isFresh)
  }

  @Test("functions, lambdas and conditions count as reading")
  func indirectReads() throws {
    try notebook.write(
      fence("k", "k = 1") + fence("fn", "fn f(x) { x + k }") + fence("lambda", "g = x -> x * k")
        + fence("maybe", "if k > 5 { k = 5 }") + fence("a", "f(1)") + fence("b", "g(1)")
        + fence("c", "h = g") + fence("rebind", "k = 10") + fence("d", "h(1)"))
    notebook.run()
    #expect(try notebook.outputs()[4...] == ["2\n", "1\n", nil, nil, "10\n"])
    try change("k > 5", "k > 6")
    #expect(
      notebook.states() == [
        "fresh", "fresh", "fresh", "stale: source changed", "stale: upstream `maybe`",
        "stale: upstream `maybe`", "stale: upstream `maybe`", "fresh", "stale: upstream `c`",
      ])
    notebook.run()
    try change("k = 10", "k = 11")
    #expect(
      notebook.states() == [
        "fresh", "fresh", "fresh", "fresh", "fresh", "fresh", "fresh", "stale: source changed",
        "stale: upstream `rebind`",
      ])
  }

  @Test("parameters and seeds make stale what uses them")
  func parameters() throws {
    try notebook.write(
      "---\nseed: 1\nparams: {keep: 1, other: 2}\n---\n" + fence("a", "keep") + fence("b", "other")
        + fence("c", "random") + fence("d", "seed 3") + fence("e", "random"))
    notebook.run()
    try change("keep: 1", "keep: 5")
    #expect(notebook.states() == ["stale: param keep", "fresh", "fresh", "fresh", "fresh"])
    try change("seed: 1", "seed: 2")
    #expect(notebook.states() == ["stale: param keep", "fresh", "stale: seed", "fresh", "fresh"])
    try change("seed 3", "seed 4")
    #expect(notebook.states()[3...] == ["stale: source changed", "stale: upstream `d`"])
  }

  @Test("files make stale what opened them, also by names that the text does not hold")
  func files() throws {
    try notebook.write("one", to: "a.txt")
    try notebook.write(
      fence("name", "n = \"a\"") + fence("read", "t = readfile \"${n}.txt\"\nt")
        + fence("use", "t + \"!\""))
    notebook.run()
    #expect(notebook.status().isFresh)
    try notebook.write("two", to: "a.txt")
    #expect(notebook.states() == ["fresh", "stale: file a.txt", "stale: upstream `read`"])
    try notebook.write("one", to: "a.txt")
    #expect(notebook.status().isFresh)
    notebook.remove("a.txt")
    #expect(notebook.states() == ["fresh", "stale: file a.txt", "stale: upstream `read`"])
  }

  @Test("without a journal, paths in the text are taken, and that is said")
  func withoutJournal() throws {
    try notebook.write("one", to: "a.txt")
    try notebook.write(
      fence("read", "t = readfile \"a.txt\"") + fence("write", "writefile \"x\" \"out.txt\"\n1")
        + fence("use", "t") + fence("last", "z = 1"))
    notebook.run()
    notebook.remove("nb.runs.jsonl")
    #expect(notebook.states() == ["fresh", "fresh", "fresh", "never run"])
    #expect(notebook.status().cells.map(\.filesAreGuessed) == [true, true, false, false])
    #expect(notebook.status().text.contains("read   fresh      files taken from the text\n"))
    try notebook.write("two", to: "a.txt")
    #expect(
      notebook.states() == [
        "never run", "fresh", "stale: its key differs, and no journal says why", "never run",
      ])
  }

  @Test("what is installed under a name makes stale what opened it; so do sweeps that did")
  func sharedFiles() throws {
    let installed = notebook.sharedFolder + "/default"
    try DurableFile.makeFolder(notebook.sharedFolder)
    try DurableFile.replace(installed, with: "one")
    try notebook.write(
      fence("m", "slow 250\nm = readmodel \"default\"") + fence("n", "m")
        + fence("s", "sweep a=1..2 { slow 60; {text: readmodel(\"default\")} }"))
    notebook.run()
    #expect(notebook.states() == ["fresh", "fresh", "fresh"])
    // A clone has no journal; the cell names what it read.
    let copy = try TestNotebook()
    try DurableFile.makeFolder(copy.sharedFolder)
    try DurableFile.replace(copy.sharedFolder + "/default", with: "one")
    try copy.write(try notebook.read())
    #expect(copy.states().allSatisfy { $0.hasPrefix("fresh") })

    try DurableFile.replace(installed, with: "two")
    #expect(
      notebook.states() == [
        "stale: file model:default", "stale: upstream `m`",
        "stale: file model:default",
      ])
    let report = notebook.run()
    #expect(report.cells.map(\.outcome.rawValue).contains("cached") == false)
    #expect(try notebook.outputs()[1]?.contains("two") == true)
    #expect(try notebook.outputs()[2]?.contains("two") == true)
    #expect(try notebook.outputs()[2]?.contains("one") == false)
    #expect(notebook.status().isFresh)
  }

  @Test("an output without a key is stale")
  func withoutKey() throws {
    try notebook.write(fence("a", "1") + "```output\n1\n```\n")
    #expect(notebook.states() == ["stale: its output has no key"])
    notebook.run()
    #expect(notebook.status().isFresh)
  }

  @Test("every part of a key is told apart from the others")
  func reasons() {
    var key = CellKey()
    key.source = "s"
    key.parameters = ["p": "1"]
    key.seed = "1"
    key.upstream = [.init(name: "x", cell: "c", key: "k")]
    key.commands = ["read": 1]
    key.imports = ["o.md": "1"]
    key.files = ["f": "1"]
    func changed(_ change: (inout CellKey) -> Void) -> [String] {
      var other = key
      change(&other)
      #expect(other.whole != key.whole)
      return other.reasons(comparedTo: key)
    }
    #expect(key.reasons(comparedTo: key).isEmpty)
    #expect(CellKey(key.json) == key)
    #expect(changed { $0.source = "t" } == ["source changed"])
    #expect(changed { $0.parameters["p"] = "2" } == ["param p"])
    #expect(changed { $0.parameters["q"] = "2" } == ["param q"])
    #expect(changed { $0.seed = nil } == ["seed"])
    #expect(changed { $0.upstream = [.init(name: "x", cell: "c", key: "l")] } == ["upstream `c`"])
    #expect(changed { $0.upstream = [] } == ["the names it reads come from other cells"])
    #expect(changed { $0.commands["read"] = 2 } == ["command read version 2"])
    #expect(changed { $0.commands = [:] } == ["the commands it calls"])
    #expect(changed { $0.imports["o.md"] = "2" } == ["import o.md"])
    #expect(changed { $0.files["f"] = .some(nil) } == ["file f"])
    #expect(changed { $0.numerics = 99 } == ["numerics version 99"])
    #expect(
      changed {
        $0.upstream = [.init(name: "x", cell: "c", key: "l")]
        $0.seed = "2"
      } == ["seed", "upstream `c`"])
    // The name of a cell is not part of the key.
    var renamed = key
    renamed.upstream = [.init(name: "x", cell: "d", key: "k")]
    #expect(renamed.whole == key.whole)
    #expect(key.short.count == 12)
  }

  @Test("digests are remembered for large files that look the same, and never trusted too early")
  func digests() throws {
    let large = String(repeating: "x", count: FileDigests.remembersFrom)
    try notebook.write(large, to: "large.txt")
    var digests = FileDigests()
    let first = digests.digest(of: notebook.path("large.txt"))
    #expect(first == Digest.hexadecimal(of: large))
    let entry = try #require(digests.entries[notebook.path("large.txt")])
    // Just written: it is read again.
    var doubtful = FileDigests([
      notebook.path("large.txt"): .init(stamp: entry.stamp, digest: "no", time: entry.time)
    ])
    #expect(doubtful.digest(of: notebook.path("large.txt")) == first)
    // Long ago: what is remembered is taken.
    var trusting = FileDigests([
      notebook.path("large.txt"): .init(
        stamp: entry.stamp, digest: "remembered", time: entry.time + 3_000_000_000)
    ])
    #expect(trusting.digest(of: notebook.path("large.txt")) == "remembered")
    try notebook.write("small", to: "small.txt")
    #expect(digests.digest(of: notebook.path("small.txt")) == Digest.hexadecimal(of: "small"))
    #expect(digests.digest(of: notebook.path("none.txt")) == nil)
  }

  @Test("a folder's digest changes with names and contents in it")
  func folders() throws {
    try DurableFile.makeFolder(notebook.path("m/sub"))
    try notebook.write("1", to: "m/a.txt")
    try notebook.write("2", to: "m/sub/b.txt")
    var digests = FileDigests()
    let first = digests.digest(of: notebook.path("m"))
    #expect(first != nil)
    try notebook.write("hidden", to: "m/.hidden")
    #expect(digests.digest(of: notebook.path("m")) == first)
    try notebook.write("3", to: "m/sub/b.txt")
    let second = digests.digest(of: notebook.path("m"))
    #expect(second != first)
    try notebook.write("", to: "m/sub/c.txt")
    #expect(digests.digest(of: notebook.path("m")) != second)
  }
}
