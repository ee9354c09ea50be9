import Files
import Glibc
import Testing

@testable import Notebooks

@Suite("Stopped notebooks") struct StopTests {
  let notebook: TestNotebook

  init() throws { notebook = try TestNotebook() }

  private func fence(_ name: String, _ source: String) -> String {
    "```tessera \(name)\n\(source)\n```\n"
  }

  private func passes(_ test: String) throws -> Bool {
    try ChildProcess(test: test, notebook.folder).wait()
  }

  @Test("a cell ends at its time limit")
  func timeLimit() throws {
    try notebook.write(fence("a", "1") + fence("b", "spin()") + fence("c", "3"))
    #expect(try passes("timeLimit"))
  }

  @Test("a cell ends at the memory limit")
  func memoryLimit() throws {
    try notebook.write(fence("a", "slow 50; spin()"))
    #expect(try passes("memoryLimit"))
  }

  @Test("Ctrl-C saves what is done")
  func interruption() throws {
    try notebook.write(
      fence("a", "1") + fence("b", "show \"partial\"\nspin()") + fence("c", "3")
        + "```output c\nold\n```\n")
    #expect(try passes("interruption"))
  }

  @Test("Ctrl-C stops an imported notebook too")
  func importInterrupted() throws {
    try notebook.write(fence("a", "x = spin()"), to: "other.md")
    try notebook.write(fence("a", "1") + fence("b", "import \"other.md\"\nx"))
    #expect(try passes("importInterrupted"))
  }

  @Test(
    "killed at any moment, the notebook is whole, and a re-run gives the same bytes",
    arguments: 0..<25)
  func killed(turn: Int) throws {
    let source =
      fence("a", "a = slow 20\na")
      + fence("b", "b = slow 230\nwritefile \"${b}\" \"out.txt\"\nb + a")
      + fence("c", "sweep n=1..4 { slow 25; {m: n * 2} }") + fence("d", "readfile \"out.txt\"")
      + fence("e", "random")
    try notebook.write(source)
    var random = TestRandom(UInt64(turn))
    let child = try ChildProcess(test: "runsToTheEnd", notebook.folder)
    // The program itself takes a while to start.
    let first = try notebook.read()
    while try notebook.read() == first, !child.hasEnded { usleep(200) }
    usleep(UInt32.random(in: 0..<500_000, using: &random))
    child.kill(SIGKILL)
    child.wait()

    let document = try NotebookDocument(file: notebook.path())
    #expect(document.problems.isEmpty)
    #expect(document.cells.map(\.name) == ["a", "b", "c", "d", "e"])
    let saved = document.cells.map { $0.output?.body }
    let count = saved.prefix { $0 != nil }.count
    #expect(count > 0)
    #expect(saved.dropFirst(count).allSatisfy { $0 == nil })

    #expect(notebook.run().outcome == .ok)
    let whole = try notebook.read()
    let names = try Paths.names(in: notebook.folder + "/nb")
    #expect(names == ["nb.md", "nb.runs.jsonl", "out.txt"])
    let other = try TestNotebook()
    try other.write(source)
    other.run()
    #expect(try other.read() == whole)
    #expect(notebook.status().isFresh)
  }

  @Test("two processes do not run one notebook at once")
  func twoProcesses() throws {
    try notebook.write(fence("a", "1") + fence("b", "slow 600\n2") + fence("c", "3"))
    let first = try notebook.read()
    let child = try ChildProcess(test: "runsToTheEnd", notebook.folder)
    while try notebook.read() == first, !child.hasEnded { usleep(500) }
    let report = notebook.run()
    #expect(report.errors.map(\.code) == ["E0821"])
    #expect(report.errors.first?.message.contains("process \(child.process) ") == true)
    #expect(child.wait())
    #expect(notebook.run().outcome == .ok)
  }
}
