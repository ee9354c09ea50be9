import Files
import Glibc
import Kernels
import Testing

@testable import Notebooks

/// What ``StopTests`` runs in processes of their own.
@Suite(
  "In a process of its own",
  .enabled(
    if: getenv(ChildProcess.variable) != nil,
    "other tests start these as processes of their own"))
struct ChildTests {
  private func environment(_ folder: String) -> NotebookEnvironment {
    NotebookEnvironment(
      registry: TestCommands.registry, restorers: TestObject.restorers,
      cache: Cache(folder: folder + "/cache"))
  }

  private func run(_ folder: String, _ change: (inout RunOptions) -> Void = { _ in }) -> RunReport {
    var options = RunOptions()
    change(&options)
    return NotebookRunner(
      folder + "/nb/nb.md", environment: environment(folder), options: options
    ).run()
  }

  private func outputs(_ folder: String) throws -> [String?] {
    try NotebookDocument(file: folder + "/nb/nb.md").cells.map { $0.output?.body }
  }

  @Test func runsToTheEnd() throws {
    guard let folder = ChildProcess.task("runsToTheEnd") else { return }
    #expect(run(folder).outcome == .ok)
  }

  @Test func timeLimit() throws {
    guard let folder = ChildProcess.task("timeLimit") else { return }
    let report = run(folder) {
      $0.maximumSeconds = 0.15
      $0.keepsGoing = true
    }
    #expect(report.outcome == .cellFailed)
    #expect(report.cells.map(\.errorCode) == [nil, "E0402", nil])
    #expect(
      try outputs(folder)[1]?.contains("error[E0402]: stopped: the cell's time limit has passed")
        == true)
    #expect(try outputs(folder)[2] == "3\n")
    #expect(Cancellation.pending == nil)
  }

  @Test func memoryLimit() throws {
    guard let folder = ChildProcess.task("memoryLimit") else { return }
    let report = run(folder) { $0.maximumBytes = 1 }
    #expect(report.cells.last?.errorCode == "E0403")
    #expect(Cancellation.pending == nil)
    let check = NotebookChecker(
      folder + "/nb/nb.md", environment: environment(folder),
      options: {
        var options = CheckOptions()
        options.maximumBytes = 1
        return options
      }()
    ).run()
    #expect(check.outcome == .cellFailed)
  }

  @Test func interruption() throws {
    guard let folder = ChildProcess.task("interruption") else { return }
    let before = try outputs(folder)
    let report = NotebookRunner(
      folder + "/nb/nb.md", environment: environment(folder),
      observer: ChangingObserver(at: "b") { Cancellation.request(.interrupted) }
    ).run()
    #expect(report.outcome == .interrupted)
    #expect(report.cells.map(\.outcome) == [.done, .interrupted])
    // The first is saved, the second's partial result is not.
    #expect(try outputs(folder) == ["1\n", before[1], before[2]])
    #expect(run(folder).outcome == .interrupted)
    #expect(
      NotebookChecker(folder + "/nb/nb.md", environment: environment(folder)).run().outcome
        == .interrupted)
    Cancellation.reset()
    let check = NotebookChecker(
      folder + "/nb/nb.md", environment: environment(folder),
      observer: ChangingObserver(at: "b") { Cancellation.request(.interrupted) }
    ).run()
    #expect(check.outcome == .interrupted)
    #expect(check.cells.map(\.outcome) == [.done, .interrupted])
    Cancellation.reset()
  }

  @Test func importInterrupted() throws {
    guard let folder = ChildProcess.task("importInterrupted") else { return }
    let report = NotebookRunner(
      folder + "/nb/nb.md", environment: environment(folder),
      observer: ChangingObserver(at: "b") { Cancellation.request(.interrupted) }
    ).run()
    #expect(report.outcome == .interrupted)
    Cancellation.reset()
  }
}
