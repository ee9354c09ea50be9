import ArgumentParser
import Notebooks
import Prompt

/// `tessera check FILES…`
struct CheckNotebooks: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Run notebooks afresh and compare what they show with what is saved.",
    discussion: "Exits with 3 where something differs, and shows what.")

  @OptionGroup var files: NotebookFiles

  @Flag(name: .customLong("accept"), help: "Take the new outputs over.")
  var accepts = false

  @Flag(name: .customLong("keep-going"), help: "Go on after a cell that stopped.")
  var keepsGoing = false

  @Flag(name: .customLong("quiet"), help: "Show differences and errors only.")
  var isQuiet = false

  @OptionGroup var limits: LimitOptions
  @OptionGroup var access: AccessOptions

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    let environment = ProgramEnvironment.notebooks(console, permissions: access.permissions)
    let notes = RunDisplay(console, isQuiet: true)
    var options = CheckOptions()
    options.accepts = accepts
    options.keepsGoing = keepsGoing
    options.maximumSeconds = limits.time?.seconds
    options.maximumBytes = limits.memory?.bytes

    var status = ExitStatus.fine
    for path in try files.found(console) {
      let checker = NotebookChecker(
        path, environment: environment, options: options, observer: notes)
      let report = checker.run()
      show(report, of: path, console, notes)
      status.include(ExitStatus(report.outcome))
      if report.outcome == .interrupted || console.outcome != .fine { break }
    }
    throw ExitStatus.after(console, otherwise: status)
  }

  private func show(
    _ report: RunReport, of path: String, _ console: Console, _ notes: RunDisplay
  ) {
    for difference in report.cells.map(\.difference) + report.files.map(\.difference)
    where !difference.isEmpty {
      console.show(difference.hasSuffix("\n") ? String(difference.dropLast()) : difference)
    }
    notes.summarize(report, of: path)
    if isQuiet { return }
    let differing = report.cells.count { $0.outcome == .differs } + report.files.count
    switch report.outcome {
    case .ok where differing > 0: console.show("\(path): \(differing) taken over")
    case .ok: console.show("\(path): agrees, \(report.cells.count) cells")
    case .differs: console.show("\(path): \(differing) of \(report.cells.count) cells differ")
    default: break
    }
  }
}
