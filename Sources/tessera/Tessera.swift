import ArgumentParser
import Glibc
import Models
import Prompt

/// The program: a prompt, a script, or one of the subcommands on notebooks.
@main
struct Tessera: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tessera",
    abstract: "A notebook-style scripting language for research on tokens.",
    usage: """
      tessera
             tessera -c 'SCRIPT'
             tessera < SCRIPT
             tessera SUBCOMMAND …
      """,
    discussion: """
      Without a subcommand it opens a prompt, or runs the script on standard input.
      Exit codes: 0 fine, 1 a cell or script failed, 2 wrong usage, 3 output differs,
      4 unreadable input, 130 interrupted.
      """,
    version: Version.text,
    subcommands: [
      OpenPrompt.self, RunNotebooks.self, CheckNotebooks.self, ShowStatus.self, ManageCache.self,
      RunBenchmarks.self, WriteReference.self, ListSystems.self,
    ])

  @Option(
    name: .customShort("c"), parsing: .unconditional,
    help: ArgumentHelp("Run a script, which may have several lines.", valueName: "script"))
  var script: String?

  func run() throws {
    if let script { throw ScriptRun(text: script).run() }
    if isatty(STDIN_FILENO) == 1 { throw PromptRun().run() }
    throw try ScriptRun.fromStandardInput().run()
  }

  static func main() {
    // A reader that goes away is noticed where something is written.
    signal(SIGPIPE, SIG_IGN)
    PackedWeightCache.inUse = .standard { Console().say($0) }
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let status as ExitStatus {
      status.leave()
    } catch {
      leave(error)
    }
  }

  /// Shows what the argument parser has to say: help and version on standard output, wrong usage
  /// on standard error.
  private static func leave(_ error: any Error) -> Never {
    let console = Console()
    if exitCode(for: error) == .success {
      console.show(fullMessage(for: error))
      ExitStatus.after(console, otherwise: .fine).leave()
    }
    console.say(fullMessage(for: error))
    ExitStatus.wrongUsage.leave()
  }
}
