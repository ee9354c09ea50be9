import ArgumentParser
import Notebooks
import Prompt

/// `tessera status FILES…`
struct ShowStatus: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status",
    abstract: "Tell which cells' outputs are fresh and which are stale, and why; nothing is run.")

  @OptionGroup var files: NotebookFiles
  @OptionGroup var access: AccessOptions

  func run() throws {
    InterruptSignal.install(alsoTermination: true)
    let console = Console()
    let environment = ProgramEnvironment.notebooks(console, permissions: access.permissions)
    let paths = try files.found(console)
    var outcome = ExitStatus.fine
    for (index, path) in paths.enumerated() {
      let status = NotebookStatus(of: path, environment: environment)
      if paths.count > 1 { console.show((index > 0 ? "\n" : "") + path) }
      let text = status.text
      if !text.isEmpty { console.show(text.hasSuffix("\n") ? String(text.dropLast()) : text) }
      for error in status.errors { console.say(String(error.text.dropLast())) }
      outcome.include(ExitStatus(status.outcome))
    }
    throw ExitStatus.after(console, otherwise: outcome)
  }
}
