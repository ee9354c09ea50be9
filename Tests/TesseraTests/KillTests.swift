import Files
import Glibc
import Notebooks
import Testing

@Suite("Killed runs", .enabled(if: Program.isBuilt, "needs the built program"))
struct KillTests {
  /// Each cell says that it has begun before it does anything else; a cell whose successor has begun
  /// is finished.
  static let cells = [
    ("text", "stories = data.stories 40 seed=3\nlen stories"),
    ("work", "total = 0\nfor i in 1..400000 { total += i }\ntotal"),
    ("train", "t = tokenizer.train stories vocab=300\nlen tokenizer.encode(t, stories)"),
    ("sweep", "sweep n=1..6 { for i in 1..60000 { x = i }; {square: n * n} }"),
    ("sample", "decode.sample(\"default\", \"Once\", max=8, seed=4).text"),
    ("random", "shuffle 1..10"),
  ]

  static let source = cells.map { name, source in
    "# \(name)\n\n```tessera \(name)\n\"x\" | write \"begun-\(name).txt\"\n\(source)\n```\n\n"
  }.joined()

  @Test(
    "the notebook is whole with every finished cell's output, and a re-run gives the same bytes")
  func killed() throws {
    let undisturbed = try TestFolder()
    try undisturbed.make("n.md", Self.source)
    let begin = ContinuousClock.now
    #expect(try Program.run(["run", "n.md"], in: undisturbed).exitCode == 0)
    let duration = ContinuousClock.now - begin
    let wanted = try undisturbed.text("n.md")
    var finishedCounts: Set<Int> = []

    for _ in 0..<50 {
      let folder = try TestFolder()
      try folder.make("n.md", Self.source)
      try folder.make("in", "")
      let process = try Program.start(
        [try #require(Program.path), "run", "n.md"], in: folder.path,
        files: (folder.file("in"), folder.file("out"), folder.file("err")))
      let moment = duration * Double.random(in: 0..<1)
      usleep(useconds_t(moment / .microseconds(1)))
      kill(process, SIGKILL)
      _ = Program.wait(for: process)

      let document = try NotebookDocument(file: folder.file("n.md"))
      #expect(document.problems.isEmpty, "killed after \(moment)")
      #expect(document.cells.map(\.name) == Self.cells.map(\.0), "killed after \(moment)")
      let begun = Self.cells.count { Paths.exists(folder.file("begun-\($0.0).txt")) }
      let saved = document.cells.count { $0.output != nil }
      finishedCounts.insert(saved)
      #expect(saved >= begun - 1 && saved <= begun, "\(moment): \(begun) begun, \(saved) saved")
      #expect(
        document.cells.prefix(saved).allSatisfy { $0.output != nil }, "killed after \(moment)")

      #expect(try Program.run(["run", "n.md"], in: folder).exitCode == 0)
      #expect(try folder.text("n.md") == wanted, "killed after \(moment)")
      #expect(try Program.run(["status", "n.md"], in: folder).output.contains("stale") == false)
    }
    // The moments were spread over the run, not all before or after it.
    #expect(finishedCounts.count >= 4, "\(finishedCounts.sorted())")
  }
}
