import ArgumentParser
import Notebooks
import Prompt

/// `tessera repl [NOTEBOOK]`
struct OpenPrompt: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "repl",
    abstract: "Open the prompt; a notebook is run first, and its variables are there.")

  @Argument(help: "The notebook to run first.")
  var notebook: String?

  @OptionGroup var access: AccessOptions

  func run() throws {
    guard let notebook else { throw PromptRun().run() }
    InterruptSignal.install()
    let console = Console()
    let environment = ProgramEnvironment.notebooks(console, permissions: access.permissions)
    let display = RunDisplay(console, isQuiet: false)
    let runner = NotebookRunner(notebook, environment: environment, observer: display)
    let report = runner.run()
    display.summarize(report, of: notebook)
    // A cell that failed is no reason to send the user away: what ran before it is there.
    guard let session = runner.session, report.outcome != .interrupted else {
      throw ExitStatus.after(console, otherwise: ExitStatus(report.outcome))
    }
    throw PromptRun.converse(session, console)
  }
}
