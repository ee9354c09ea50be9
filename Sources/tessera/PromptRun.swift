import Language
import Notebooks
import Prompt

/// Opens the prompt, with a new session or with one in which a notebook was run.
struct PromptRun {
  func run() -> ExitStatus {
    InterruptSignal.install()
    let console = Console()
    return PromptRun.converse(ProgramEnvironment.session(console), console)
  }

  static func converse(_ session: Session, _ console: Console) -> ExitStatus {
    let history = HistoryFile.standard(ProgramEnvironment.variable)
    let prompt = PromptSession(session: session, console: console, history: history)
    prompt.welcome("Tessera \(Version.text): 'help' shows what there is, 'exit' leaves")
    prompt.run()
    return ExitStatus.after(console, otherwise: .fine)
  }
}
