import Files
import Glibc
import Language
import Synchronization
import Testing

@testable import Notebooks

@Suite("Running a notebook") struct NotebookRunnerTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  // MARK: Outputs

  @Test("saves what cells show, and the second run changes nothing")
  func outputs() throws {
    try notebook.write(
      "# Title\n" + fence("a", "x = 1 + 1") + "prose\n" + fence("b", "x * 2\n\"two\\nlines\"")
        + fence("c", "show \"```\"") + "end")
    let report = notebook.run()
    #expect(report.outcome == .ok)
    #expect(report.cells.map(\.outcome) == [.done, .done, .done])
    #expect(report.savedPath == notebook.path())
    let keys = report.cells.map(\.key)
    #expect(keys.allSatisfy { $0.count == 12 })
    let text = try notebook.read()
    #expect(
      text == "# Title\n" + fence("a", "x = 1 + 1") + "prose\n"
        + fence("b", "x * 2\n\"two\\nlines\"") + "```output b key=\(keys[1])\n4\ntwo\nlines\n```\n"
        + fence("c", "show \"```\"") + "````output c key=\(keys[2])\n```\n````\n" + "end")
    let stamp = FileStamp(notebook.path())
    #expect(notebook.run().outcome == .ok)
    #expect(FileStamp(notebook.path()) == stamp)
    #expect(try notebook.read() == text)
  }

  @Test("an output that vanishes is taken away")
  func vanishing() throws {
    try notebook.write(fence("a", "1"))
    notebook.run()
    let text = try notebook.read().replacing("```tessera a\n1\n", with: "```tessera a\nx = 1\n")
    try notebook.write(text)
    notebook.run()
    #expect(try notebook.read() == fence("a", "x = 1"))
  }

  @Test("cells that took long come from the cache, others run again")
  func cache() throws {
    let tag = "cache"
    try notebook.write(
      fence("slow", "a = slow 250; count \"\(tag)-slow\"; a + 1")
        + fence("quick", "count \"\(tag)-quick\" (a * 2)"))
    #expect(notebook.run().outcome == .ok)
    let text = try notebook.read()
    let second = notebook.run()
    #expect(second.cells.map(\.outcome) == [.cached, .done])
    #expect(try notebook.read() == text)
    #expect(try notebook.outputs() == ["251\n", "500\n"])
    #expect(RunCounts[tag + "-slow"] == 1)
    #expect(RunCounts[tag + "-quick"] == 2)
    #expect(notebook.run { $0.isFresh = true }.cells.map(\.outcome) == [.done, .done])
    #expect(RunCounts[tag + "-slow"] == 2)
    #expect(try notebook.read() == text)
  }

  @Test("all kinds of values come back from the cache")
  func cachedValues() throws {
    try notebook.write(
      fence(
        "make",
        """
        fn double(x) { x * factor }
        factor = 2
        add = (a, b = 10) -> a + b + factor
        r = {a: [1, 2.5, null], t: true}
        o = make "one"
        {p, q} = {p: 1, q: "q"}
        for i in 1..3 { last = i }
        if false { never = 1 }
        """)
        + fence("use", "double(4)\nadd(1)\nr\ntake o\np\nq\nlast"))
    #expect(notebook.run(threshold: -1).outcome == .ok)
    let wanted = try notebook.outputs()
    #expect(wanted[1]?.hasPrefix("8\n13\n") == true)
    let second = notebook.run(threshold: -1)
    #expect(second.cells.map(\.outcome) == [.cached, .cached])
    let third = notebook.run(threshold: -1) { $0.only = ["use"] }
    #expect(third.cells.map(\.outcome) == [.cached, .cached])
    // The values themselves, not just the output.
    try notebook.write(try notebook.read().replacing("double(4)\n", with: "double(5)\n"))
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.cached, .done])
    #expect(try notebook.outputs()[1]?.hasPrefix("10\n13\n") == true)
    #expect(try notebook.outputs()[1]?.contains("thing one") == true)
  }

  @Test("what cannot be kept is run again")
  func notKept() throws {
    try notebook.write(fence("a", "o = make \"lost\"") + fence("b", "take o"))
    notebook.run(threshold: -1)
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.done, .cached])
  }

  @Test("a seed that a cell sets holds after a cached cell too")
  func cachedSeed() throws {
    try notebook.write(
      "---\nseed: 5\n---\n" + fence("a", "random") + fence("s", "seed 9") + fence("b", "random"))
    notebook.run(threshold: -1)
    let outputs = try notebook.outputs()
    #expect(outputs[0] != outputs[2])
    try notebook.write(try notebook.read().replacing("b\nrandom\n", with: "b\nrandom; 1\n"))
    let report = notebook.run(threshold: -1)
    #expect(report.cells.map(\.outcome) == [.cached, .cached, .done])
    #expect(try notebook.outputs()[2] == (outputs[2] ?? "") + "1\n")
  }

  @Test("files that a cached cell read or wrote are looked at")
  func cachedFiles() throws {
    try notebook.write("one", to: "in.txt")
    try notebook.write(
      fence("r", "t = readfile \"in.txt\"") + fence("w", "writefile t \"out.txt\"")
        + fence("s", "t"))
    #expect(notebook.run(threshold: -1).outcome == .ok)
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.cached, .cached, .cached])
    #expect(try notebook.read("out.txt") == "one")
    notebook.remove("out.txt")
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.cached, .done, .cached])
    #expect(try notebook.read("out.txt") == "one")
    try notebook.write("two", to: "in.txt")
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.done, .done, .done])
    #expect(try notebook.read("out.txt") == "two")
    #expect(try notebook.outputs()[2] == "two\n")
  }

  @Test("a cached cell gives nothing of a file that may no longer be read")
  func cachedForbidden() throws {
    try DurableFile.replace(notebook.folder + "/secret.txt", with: "secret")
    try notebook.write(fence("a", "readfile \"../secret.txt\""))
    #expect(notebook.run(permissions: Permissions(allowsAll: true), threshold: -1).outcome == .ok)
    let report = notebook.run(threshold: -1)
    #expect(report.outcome == .cellFailed)
    #expect(report.cells[0].errorCode == "E0505")
    #expect(try notebook.outputs()[0]?.contains("--allow-read ..") == true)
    #expect(
      notebook.run(permissions: Permissions(readable: [notebook.folder]), threshold: -1).outcome
        == .ok)
  }

  // MARK: Errors

  @Test("an error is saved as it is shown, and ends the run")
  func errors() throws {
    try notebook.write(
      fence("a", "1") + fence("b", "show \"before\"\nboom \"bad\"\nshow \"after\"")
        + fence("c", "3"))
    let report = notebook.run()
    #expect(report.outcome == .cellFailed)
    #expect(report.cells.map(\.outcome) == [.done, .failed])
    #expect(report.cells[1].errorCode == "E0307")
    #expect(
      try notebook.outputs() == [
        "1\n",
        "before\nerror[E0307]: bad\n  2 │ boom \"bad\"\n    │ ━━━━━━━━━━\n", nil,
      ])
    #expect(notebook.states() == ["fresh", "failed: E0307", "never run"])
    let text = try notebook.read()
    notebook.run()
    #expect(try notebook.read() == text)
    let all = notebook.run { $0.keepsGoing = true }
    #expect(all.outcome == .cellFailed)
    #expect(all.cells.map(\.outcome) == [.done, .failed, .done])
    #expect(try notebook.outputs()[2] == "3\n")
  }

  @Test("all that a check finds is saved, and nothing of the cell runs")
  func checkErrors() throws {
    try notebook.write(fence("a", "count \"check-errors\"\ncuont 1\ncount \"x\" valu=2"))
    let report = notebook.run()
    #expect(report.outcome == .cellFailed)
    #expect(RunCounts["check-errors"] == 0)
    let output = try #require(try notebook.outputs()[0])
    #expect(output.contains("error[E0102]: there is no command 'cuont'"))
    #expect(output.contains("error[E0104]: count has no parameter 'valu'"))
  }

  @Test("an expected error is no failure; any other end is")
  func expectations() throws {
    try notebook.write(
      fence("a expect=error[E0307]", "x = 5\nboom") + fence("b", "x")
        + fence("c expect=error", "nothing_of_that_name"))
    let report = notebook.run(threshold: -1)
    #expect(report.outcome == .ok)
    #expect(report.cells.map(\.errorCode) == ["E0307", nil, "E0101"])
    #expect(try notebook.outputs()[1] == "5\n")
    #expect(notebook.run(threshold: -1).cells.map(\.outcome) == [.cached, .cached, .done])
    #expect(notebook.states() == ["fresh", "fresh", "fresh"])
    #expect(notebook.check().outcome == .ok)

    try notebook.write(fence("a expect=error[E0104]", "boom"))
    let other = notebook.run()
    #expect(other.outcome == .cellFailed)
    #expect(
      try notebook.outputs()[0]?.hasSuffix(
        "error[E0822]: cell 'a' was to stop with E0104, but stopped with E0307\n") == true)
    try notebook.write(fence("a expect=error", "1"))
    #expect(notebook.run().outcome == .cellFailed)
    #expect(
      try notebook.outputs()[0]
        == "1\nerror[E0822]: cell 'a' was to stop with an error, but ran to its end\n")
  }

  @Test("show=false saves no output")
  func hidden() throws {
    try notebook.write(fence("a show=false", "1") + fence("b show=true", "2"))
    notebook.run()
    #expect(try notebook.outputs() == [nil, "2\n"])
    #expect(notebook.check().outcome == .ok)
  }

  @Test("a notebook that cannot be read is refused with all that is wrong")
  func unreadable() throws {
    #expect(notebook.run("none.md").outcome == .unreadable)
    #expect(notebook.run("none.md").errors.map(\.code) == ["E0501"])
    try notebook.write("```tessera a\n```\n```tessera a\n```\n```tessera\n")
    let report = notebook.run()
    #expect(report.outcome == .unreadable)
    #expect(report.errors.map(\.code) == ["E0805", "E0803"])
    #expect(notebook.check().errors.map(\.code) == ["E0805", "E0803"])
    #expect(notebook.status().errors.map(\.code) == ["E0805", "E0803"])
    #expect(notebook.status().outcome == .unreadable)
    #expect(notebook.status("none.md").errors.map(\.code) == ["E0501"])
    try DurableFile.replace(notebook.path(), with: [0x61, 0])
    #expect(notebook.run().errors.map(\.code) == ["E0802"])
  }

  // MARK: Volatile cells

  @Test("what depends on time is not compared, and stays as it was saved first")
  func volatile() throws {
    try notebook.write(fence("a", "n = now \"v1\"\nn") + fence("b", "n + 1") + fence("c", "7"))
    notebook.run()
    let document = try NotebookDocument(file: notebook.path())
    #expect(document.cells.map { $0.output?.isUnchecked } == [true, true, false])
    let text = try notebook.read()
    notebook.run()
    #expect(try notebook.read() == text)
    #expect(notebook.check().outcome == .ok)
    #expect(RunCounts["v1"] == 3)
    try notebook.write(text.replacing("n + 1", with: "n + 100"))
    notebook.run()
    let outputs = try notebook.outputs()
    #expect(outputs[0] == "1\n")
    #expect(outputs[1] == "104\n")
    notebook.run { $0.isFresh = true }
    #expect(try notebook.outputs()[0] == "5\n")
  }

  // MARK: Parameters

  static let parametric = """
    ---
    title: t   # kept
    params: {keep: 0.5, name: full}  # kept too
    ---

    """

  @Test("parameters make a copy that checks by itself")
  func parameters() throws {
    try notebook.write(Self.parametric + fence("a", "keep * 2") + fence("b", "name"))
    notebook.run()
    let original = try notebook.read()
    let report = notebook.run {
      $0.parameters = [("keep", "0.25"), ("name", "a b")]
      $0.outputPath = notebook.path("out.md")
    }
    #expect(report.outcome == .ok)
    #expect(report.savedPath == notebook.path("out.md"))
    #expect(try notebook.read() == original)
    let copy = try notebook.read("out.md")
    #expect(
      copy.hasPrefix("---\ntitle: t   # kept\nparams: {keep: 0.25, name: a b}  # kept too\n---\n"))
    #expect(try notebook.outputs("out.md") == ["0.5\n", "a b\n"])
    #expect(notebook.check("out.md").outcome == .ok)
    #expect(notebook.states("out.md") == ["fresh", "fresh"])
    #expect(notebook.run("out.md").outcome == .ok)
    #expect(try notebook.read("out.md") == copy)
  }

  @Test("wrong parameters and cells are wrong usage")
  func wrongUsage() throws {
    try notebook.write(Self.parametric + fence("first", "keep"))
    func codes(_ change: (inout RunOptions) -> Void) -> [String] {
      let report = notebook.run("nb.md", change)
      #expect(report.outcome == .wrongUsage)
      return report.errors.map { "\($0.code) \($0.hint ?? "")" }
    }
    #expect(
      codes {
        $0.parameters = [("kep", "1")]
        $0.outputPath = "x"
      }
        == ["E0811 did you mean 'keep'?"])
    #expect(
      codes {
        $0.parameters = [("keep", "x")]
        $0.outputPath = "x"
      } == ["E0812 "])
    #expect(
      codes { $0.parameters = [("keep", "1")] } == ["E0813 add -o with the name of the copy"])
    #expect(codes { $0.only = ["frst"] } == ["E0814 did you mean 'first'?"])
    #expect(codes { $0.from = "zzzzzz" } == ["E0814 its cells are first"])
    #expect(codes { $0.parameters = [("zzzzzz", "1")] } == ["E0811 its parameters are keep, name"])
  }

  // MARK: Choosing cells

  @Test("--only runs the cells it names, and those they need without saving")
  func only() throws {
    try notebook.write(
      fence("a", "count \"only-a\" 1\nx = 2") + fence("b", "count \"only-b\" 1")
        + fence("c", "x + 1") + fence("d", "4"))
    let observer = TestObserver()
    let report = notebook.run(observer: observer) { $0.only = ["c"] }
    #expect(report.outcome == .ok)
    #expect(report.cells.map(\.outcome) == [.done, .skipped, .done, .skipped])
    #expect(try notebook.outputs() == [nil, nil, "3\n", nil])
    #expect(RunCounts["only-a"] == 1)
    #expect(RunCounts["only-b"] == 0)
    #expect(observer.events == ["start c 3/4", "show 3", "end c done"])
    let key = report.cells[2].key
    #expect(notebook.run().cells[2].key == key)
  }

  @Test("--from runs a cell and all below it")
  func from() throws {
    try notebook.write(
      fence("a", "x = 2") + fence("b", "count \"from-b\" 1") + fence("c", "x + 1") + fence("d", "4")
    )
    let report = notebook.run { $0.from = "c" }
    #expect(report.cells.map(\.outcome) == [.done, .skipped, .done, .done])
    #expect(try notebook.outputs() == [nil, nil, "3\n", "4\n"])
  }

  @Test("a cell that is needed and fails ends the run without being saved")
  func neededFails() throws {
    try notebook.write(fence("a", "x = 1\nboom") + fence("b", "x"))
    let text = try notebook.read()
    let report = notebook.run {
      $0.only = ["b"]
      $0.keepsGoing = true
    }
    #expect(report.outcome == .cellFailed)
    #expect(try notebook.read() == text)
  }

  // MARK: Files

  @Test("the file is not overwritten where it changed meanwhile")
  func changedMeanwhile() throws {
    try notebook.write(fence("a", "1") + fence("b", "readfile \"mine.txt\"") + fence("c", "3"))
    try notebook.write("x", to: "mine.txt")
    let path = notebook.path()
    let observer = ChangingObserver(at: "b") {
      _ = try? DurableFile.replace(path, with: "changed\n")
    }
    let report = notebook.run(observer: observer)
    #expect(report.outcome == .cellFailed)
    #expect(report.errors.map(\.code) == ["E0825"])
    #expect(try notebook.read() == "changed\n")
    #expect(report.savedPath == notebook.path("nb.result.md"))
    #expect(try notebook.outputs("nb.result.md") == ["1\n", "x\n", "3\n"])
    #expect(report.difference.contains("-changed\n"))
    #expect(report.difference.contains("+```tessera a\n"))
    // The next conflict does not overwrite this result either.
    try notebook.write(fence("b", "5"))
    let again = notebook.run(
      observer: ChangingObserver(at: "b") { _ = try? DurableFile.replace(path, with: "again\n") })
    #expect(again.savedPath == notebook.path("nb.result-2.md"))
  }

  @Test("a file that is touched but says the same is no change")
  func touched() throws {
    try notebook.write(fence("a", "1"))
    let path = notebook.path()
    let report = notebook.run(
      observer: ChangingObserver(at: "a") {
        let text = (try? FileContents.bytes(at: path)) ?? []
        unlink(path)
        _ = try? DurableFile.replace(path, with: text)
      })
    #expect(report.outcome == .ok)
    #expect(try notebook.outputs() == ["1\n"])
  }

  @Test("a notebook that was taken away meanwhile is made again")
  func removed() throws {
    try notebook.write(fence("a", "1"))
    let path = notebook.path()
    #expect(notebook.run(observer: ChangingObserver(at: "a") { unlink(path) }).outcome == .ok)
    #expect(try notebook.outputs() == ["1\n"])
  }

  @Test("two runs of one notebook at once: the second says so")
  func locked() throws {
    try notebook.write(fence("a", "1"))
    do {
      let lock = try NotebookLock.take(notebook.path())
      var journal = Journal(for: notebook.path())
      try journal.start()
      let report = notebook.run()
      #expect(report.outcome == .cellFailed)
      #expect(
        report.errors.map(\.message) == [
          "process \(getpid()) is running '\(notebook.path())' already"
        ])
      #expect(notebook.check { $0.accepts = true }.errors.map(\.code) == ["E0821"])
      #expect(notebook.check().outcome == .differs)
      withExtendedLifetime(lock) {}
    }
    #expect(notebook.run().outcome == .ok)
  }

  @Test("a notebook writes its own files again, others never")
  func ownFiles() throws {
    try notebook.write("theirs", to: "theirs.txt")
    try notebook.write(
      fence("a", "writefile \"1\" \"mine.txt\"") + fence("b", "writefile \"2\" \"theirs.txt\""))
    let report = notebook.run()
    #expect(report.cells.map(\.errorCode) == [nil, "E0507"])
    #expect(try notebook.read("theirs.txt") == "theirs")
    try notebook.write(try notebook.read().replacing("\"1\"", with: "\"one\""))
    #expect(notebook.run().cells[0].outcome == .done)
    #expect(try notebook.read("mine.txt") == "one")
  }

  @Test("a file that was begun before a crash is the notebook's own")
  func ownAfterCrash() throws {
    try notebook.write(fence("a", "writefile \"1\" \"mine.txt\"\nboom"))
    notebook.run()
    // As if the record of the run had not been reached.
    let journal = try notebook.read("nb.runs.jsonl").split(separator: "\n")
      .filter { !$0.contains("\"record\": \"run\"") }.joined(separator: "\n")
    #expect(journal.contains("\"writes\""))
    try notebook.write(journal + "\n{\"record\": \"ru", to: "nb.runs.jsonl")
    try notebook.write(fence("a", "writefile \"2\" \"mine.txt\""))
    #expect(notebook.run().outcome == .ok)
    #expect(try notebook.read("mine.txt") == "2")
  }

  @Test("permissions: outside, links, hidden files and programs are refused, and widened by folder")
  func permissions() throws {
    try DurableFile.makeFolder(notebook.folder + "/other")
    try DurableFile.replace(notebook.folder + "/other/x.txt", with: "x")
    symlink(notebook.folder + "/other", notebook.path("link"))
    try notebook.write(
      fence("a expect=error[E0505]", "readfile \"/etc/passwd\"")
        + fence("b expect=error[E0505]", "readfile \"../other/x.txt\"")
        + fence("c expect=error[E0505]", "readfile \"link/x.txt\"")
        + fence("d expect=error[E0505]", "writefile \"x\" \"../other/y.txt\"")
        + fence("e expect=error[E0506]", "writefile \"x\" \".hidden.txt\"")
        + fence("f expect=error[E0506]", "writefile \"x\" \"run.sh\""))
    let report = notebook.run { $0.keepsGoing = true }
    #expect(report.outcome == .ok)
    let outputs = try notebook.outputs().map { $0 ?? "" }
    #expect(outputs[0].contains("run with --allow-read /etc to permit it"))
    #expect(outputs[1].contains("run with --allow-read ../other"))
    #expect(outputs[2].contains("--allow-read"))
    #expect(outputs.allSatisfy { !$0.contains(notebook.folder) })
    let wide = notebook.run(
      permissions: Permissions(writable: [notebook.folder + "/other"])
    ) { $0.keepsGoing = true }
    #expect(
      wide.cells.map { $0.outcome == .failed } == [false, true, true, true, false, false])
  }

  @Test("a folder that cannot be written is said at once")
  func readOnly() throws {
    try notebook.write(fence("a", "count \"read-only\" 1"))
    chmod(notebook.folder + "/nb", 0o500)
    defer { chmod(notebook.folder + "/nb", 0o700) }
    if getuid() != 0 {
      let report = notebook.run()
      #expect(report.outcome == .cellFailed)
      #expect(report.errors.map(\.code) == ["E0504"])
      #expect(RunCounts["read-only"] == 0)
    }
  }

  @Test("a failure to save ends the run and says so")
  func saveFails() throws {
    try notebook.write(fence("a", "1") + fence("b", "2"))
    let text = try notebook.read()
    let runner = NotebookRunner(notebook.path(), environment: notebook.environment())
    runner.replaceFile = { path, _ in throw FileError.noSpace(path: path) }
    let report = runner.run()
    #expect(report.outcome == .cellFailed)
    #expect(report.errors.map(\.code) == ["E0513"])
    #expect(report.cells.count == 1)
    #expect(try notebook.read() == text)
  }

  @Test("whichever save fails, the notebook is whole and the next run ends as if nothing had been")
  func everySaveFails() throws {
    let source = fence("a", "1") + fence("b", "writefile \"x\" \"out.txt\"\n2") + fence("c", "3")
    let whole = try TestNotebook()
    try whole.write(source)
    whole.run()
    for failing in 1...3 {
      try notebook.write(source)
      let saves = SaveCount()
      let runner = NotebookRunner(notebook.path(), environment: notebook.environment())
      runner.replaceFile = { path, bytes in
        if saves.next() == failing { throw FileError.noSpace(path: path) }
        try DurableFile.replace(path, with: bytes)
      }
      #expect(runner.run().outcome == .cellFailed)
      let saved = try notebook.outputs()
      #expect(saved.prefix { $0 != nil }.count == failing - 1)
      #expect(notebook.run().outcome == .ok)
      #expect(try notebook.read() == whole.read())
    }
  }

  // MARK: Telling

  @Test("an observer sees cells, outputs and notes in their order")
  func observing() throws {
    try notebook.write(
      fence("a", "show \"x\"\n1\nremark()") + fence("b", "fn count(x) { x }\nboom"))
    let observer = TestObserver()
    notebook.run(observer: observer)
    #expect(
      observer.events.prefix(6) == [
        "start a 1/2", "show x", "show 1", "note note: 2.1 GB free\n", "end a done", "start b 2/2",
      ])
    #expect(observer.events[6].hasPrefix("note note: the function 'count' hides"))
    #expect(observer.events.last == "end b failed")
    let journal = Journal(for: notebook.path())
    #expect(journal.last("a")?.notes == ["2.1 GB free"])
    #expect(journal.last("b")?.errorCode == "E0307")
    #expect(journal.last("a")?.version == "test")
    #expect((journal.last("a")?.peakMemory ?? 0) > 1_000_000)
    // What is cached is shown all the same.
    let again = TestObserver()
    notebook.run(threshold: -1)
    notebook.run(threshold: -1, observer: again)
    #expect(again.events.prefix(3) == ["start a 1/2", "show x\n1", "end a cached"])
  }

  @Test("the session goes on where the notebook ended")
  func session() throws {
    try notebook.write(fence("a", "x = 42"))
    let runner = NotebookRunner(notebook.path(), environment: notebook.environment())
    _ = runner.run()
    #expect(runner.session?.value("x")?.intValue == 42)
  }

  @Test("a link to a notebook is run as what it leads to")
  func links() throws {
    try DurableFile.makeFolder(notebook.path("deep"))
    try notebook.write(fence("a", "readfile \"here.txt\""), to: "deep/real.md")
    try notebook.write("here", to: "here.txt")
    symlink("deep/real.md", notebook.path("link.md"))
    #expect(notebook.run("link.md").outcome == .ok)
    #expect(try notebook.outputs("deep/real.md") == ["here\n"])
    var status = stat()
    #expect(lstat(notebook.path("link.md"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
  }

  @Test("points of a sweep know what their own cell bound before")
  func sweepsOfOneCell() throws {
    func source(_ x: Int) -> String {
      "x = \(x)\nsweep a=1..2 { slow 30; count \"own\"; {b: a * x} }"
    }
    try notebook.write(fence("a", source(2) + "\nboom"))
    notebook.run()
    #expect(RunCounts["own"] == 2)
    try notebook.write(fence("a", source(3)))
    #expect(notebook.run().outcome == .ok)
    #expect(RunCounts["own"] == 4)
    #expect(try notebook.outputs()[0]?.contains("2  6") == true)
  }

  @Test("sweep points that were computed are not computed again")
  func sweeps() throws {
    let source = "sweep a=1..3 { slow 30; count \"sweep\"; {b: a * 2} }"
    try notebook.write(fence("a", source + "\nboom"))
    notebook.run()
    #expect(RunCounts["sweep"] == 3)
    try notebook.write(fence("a", source))
    #expect(notebook.run().outcome == .ok)
    #expect(RunCounts["sweep"] == 3)
    #expect(try notebook.outputs()[0]?.contains("3  6") == true)
    notebook.run { $0.isFresh = true }
    #expect(RunCounts["sweep"] == 6)
  }
}

final class SaveCount: Sendable {
  private let count = Mutex(0)
  func next() -> Int {
    count.withLock {
      $0 += 1
      return $0
    }
  }
}

/// Does something when a cell starts.
final class ChangingObserver: RunObserver {
  private let cell: String
  private let action: @Sendable () -> Void
  init(at cell: String, _ action: @escaping @Sendable () -> Void) {
    self.cell = cell
    self.action = action
  }
  func cellStarts(_ cell: NotebookCell, number: Int, of count: Int) {
    if cell.name == self.cell { action() }
  }
}
