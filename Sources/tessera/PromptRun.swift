import Commands
import Glibc
import Language
import Prompt

/// Starts the prompt.
struct PromptRun {
  func run() -> ExitStatus {
    InterruptSignal.install()
    let console = Console()
    let session = Session(
      registry: TesseraCommands.registry,
      progress: ProgressReporter(display: console.progressDisplay))
    let history = HistoryFile.standard { name in getenv(name).map { String(cString: $0) } }
    console.say("Tessera \(Version.text): 'help' shows what there is, 'exit' leaves")
    PromptSession(session: session, console: console, history: history).run()
    return ExitStatus.after(console, otherwise: .fine)
  }
}
