import Files
import Glibc
import Language
import Testing

@testable import Notebooks

@Suite("Checking a notebook") struct NotebookCheckerTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  private func change(_ old: String, _ new: String) throws {
    try notebook.write(try notebook.read().replacing(old, with: new))
  }

  @Test("a notebook that was run is as it says")
  func same() throws {
    try notebook.write(fence("a", "x = 1\nx + 1") + fence("b", "[0.1, 0.2]\nrandom"))
    notebook.run()
    let text = try notebook.read()
    let report = notebook.check()
    #expect(report.outcome == .ok)
    #expect(report.cells.map(\.outcome) == [.done, .done])
    #expect(try notebook.read() == text)
  }

  @Test("another output is shown as a difference, and accepted if asked for")
  func differs() throws {
    try notebook.write(fence("a", "1\n2\n3") + "between\n" + fence("b", "4"))
    notebook.run()
    let right = try notebook.read()
    try change("1\n2\n3\n```\nbetween", "1\n5\n3\n```\nbetween")
    let wrong = try notebook.read()
    let report = notebook.check()
    #expect(report.outcome == .differs)
    #expect(report.cells.map(\.outcome) == [.differs, .done])
    #expect(
      report.cells[0].difference
        == "--- \(notebook.path()) a\n+++ check\n@@ -1,3 +1,3 @@\n 1\n-5\n+2\n 3\n")
    #expect(try notebook.read() == wrong)
    #expect(notebook.check { $0.accepts = true }.outcome == .ok)
    #expect(try notebook.read() == right)
    #expect(notebook.states() == ["fresh", "fresh"])
  }

  @Test("an output that is missing, or should be, differs")
  func missing() throws {
    try notebook.write(fence("a", "1") + fence("b", "x = 1") + "```output b\nold\n```\n")
    let report = notebook.check()
    #expect(report.cells.map(\.outcome) == [.differs, .differs])
    notebook.check { $0.accepts = true }
    #expect(try notebook.outputs() == ["1\n", nil])
    #expect(notebook.check().outcome == .ok)
  }

  @Test("floats are compared within the notebook's tolerance, and accepted ones stay")
  func tolerance() throws {
    let text = "---\ntolerance: 1e-3\n---\n" + fence("a", "1.0001 / 1")
    try notebook.write(text + "```output a key=000000000000\n1.0002\n```\n")
    #expect(notebook.check().outcome == .ok)
    notebook.check { $0.accepts = true }
    #expect(try notebook.outputs() == ["1.0002\n"])
    #expect(notebook.states() == ["fresh"])
    try notebook.write(text + "```output a key=000000000000\n1.1002\n```\n")
    #expect(notebook.check().outcome == .differs)
    try notebook.write(
      text.replacing("1e-3", with: "{rel: 0, abs: 0.2}")
        + "```output a key=000000000000\n1.1002\n```\n")
    #expect(notebook.check().outcome == .ok)
  }

  @Test("a cell that fails ends the check, or not")
  func failing() throws {
    try notebook.write(fence("a", "boom") + fence("b", "1"))
    notebook.run { $0.keepsGoing = true }
    let report = notebook.check()
    #expect(report.outcome == .cellFailed)
    #expect(report.cells.map(\.outcome) == [.failed])
    #expect(notebook.check { $0.keepsGoing = true }.cells.map(\.outcome) == [.failed, .done])
    #expect(notebook.check { $0.accepts = true }.outcome == .cellFailed)
  }

  @Test("check=none is not compared")
  func unchecked() throws {
    try notebook.write(fence("a", "1") + "```output a check=none\n2\n```\n")
    #expect(notebook.check().outcome == .ok)
  }

  @Test("nothing comes from the cache")
  func fresh() throws {
    try notebook.write(fence("a", "count \"check-fresh\" 1"))
    notebook.run(threshold: -1)
    #expect(notebook.check().cells.map(\.outcome) == [.done])
    #expect(RunCounts["check-fresh"] == 2)
  }

  @Test("written files are compared, in a place of their own")
  func files() throws {
    try notebook.write("in", to: "in.txt")
    try notebook.write(
      fence("a", "writefile \"a 0.5\\n\" \"out.txt\"\nwritefile \"bin\" \"out.npy\"")
        + fence("b", "readfile \"out.txt\""))
    notebook.run()
    let stamp = FileStamp(notebook.path("out.txt"))
    #expect(notebook.check().outcome == .ok)
    #expect(FileStamp(notebook.path("out.txt")) == stamp)

    try notebook.write("a 0.500000001\n", to: "out.txt")
    #expect(notebook.check().outcome == .ok)
    try notebook.write("a 0.6\n", to: "out.txt")
    try notebook.write("bIn", to: "out.npy")
    let report = notebook.check()
    #expect(report.outcome == .differs)
    #expect(report.files.map(\.path) == ["out.npy", "out.txt"])
    #expect(
      report.files[0].difference == "the file 'out.npy' has other content: 3 bytes saved, 3 now\n")
    #expect(report.files[1].difference == "--- out.txt\n+++ check\n@@ -1 +1 @@\n-a 0.6\n+a 0.5\n")
    notebook.remove("out.npy")
    #expect(notebook.check().files[0].difference == "the file 'out.npy' is not there\n")
    #expect(notebook.check { $0.accepts = true }.outcome == .ok)
    #expect(try notebook.read("out.txt") == "a 0.5\n")
    #expect(try notebook.read("out.npy") == "bin")
    #expect(notebook.check().outcome == .ok)
    #expect(notebook.run().outcome == .ok)
  }

  @Test("files that the notebook did not make are not taken over")
  func foreignFiles() throws {
    try notebook.write(fence("a", "writefile \"mine\" \"x.txt\""))
    try notebook.write("theirs", to: "x.txt")
    let report = notebook.check { $0.accepts = true }
    #expect(report.outcome == .cellFailed)
    #expect(report.errors.map(\.code) == ["E0507"])
    #expect(try notebook.read("x.txt") == "theirs")
  }

  @Test("what a volatile cell writes is not compared")
  func volatileFiles() throws {
    try notebook.write(fence("a", "writefile \"${now \"vf\"}\" \"x.txt\""))
    try notebook.write(fence("a", "n = now \"vf\"\nwritefile \"${n}\" \"x.txt\""))
    notebook.run()
    #expect(notebook.check().outcome == .ok)
  }

  @Test("accepting writes nothing over a change made meanwhile")
  func changedMeanwhile() throws {
    try notebook.write(fence("a", "1"))
    let path = notebook.path()
    let report = notebook.check(
      observer: ChangingObserver(at: "a") { _ = try? DurableFile.replace(path, with: "changed") }
    ) { $0.accepts = true }
    #expect(report.outcome == .cellFailed)
    #expect(report.errors.map(\.code) == ["E0825"])
    #expect(try notebook.read() == "changed")
    #expect(try notebook.outputs("nb.result.md") == ["1\n"])
  }
}
