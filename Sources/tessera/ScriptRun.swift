import Commands
import Files
import Glibc
import Kernels
import Language
import Prompt

/// Runs a script given by `-c` or on standard input: it is one cell, checked before any of it runs.
struct ScriptRun {
  let text: String
  private let console = Console()

  init(text: String) { self.text = text }

  /// Reads standard input to its end.
  static func fromStandardInput() throws(ExitStatus) -> ScriptRun {
    InterruptSignal.install(alsoTermination: true)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(STDIN_FILENO, &chunk, chunk.count)
      if count < 0, errno == EINTR, Cancellation.pending == nil { continue }
      if count < 0, errno == EINTR { throw .interrupted }
      if count < 0 { throw unreadable(.system(path: name, operation: "read", errno: errno)) }
      if count == 0 { break }
      bytes += chunk[..<count]
      if bytes.count > limit {
        throw unreadable(.tooLarge(path: name, bytes: bytes.count, limit: limit))
      }
    }
    do throws(FileError) {
      return ScriptRun(text: try FileContents.text(of: bytes, path: name))
    } catch {
      throw unreadable(error)
    }
  }

  private static let name = "standard input"
  private static let limit = 1 << 28

  private static func unreadable(_ error: FileError) -> ExitStatus {
    Console().report([Diagnostic(error, at: nil, in: nil)], in: nil)
    return .unreadableInput
  }

  func run() -> ExitStatus {
    InterruptSignal.install(alsoTermination: true)
    let console = console
    let source = SourceText(text)
    let session = Session(
      registry: TesseraCommands.registry,
      progress: ProgressReporter(display: console.progressDisplay))
    let status = InterpreterThread.run { () -> ExitStatus in
      let cell = session.check(source)
      console.report(cell.diagnostics, in: source)
      if !cell.errors.isEmpty { return .failed }
      defer { for note in session.takeNotes() { console.say("note: \(note)") } }
      do throws(Diagnostic) {
        try session.run(cell, output: console)
        return .fine
      } catch {
        if console.outcome != .fine { return .failed }
        console.report([error], in: source)
        return error.code == LanguageError.interrupted.code ? .interrupted : .failed
      }
    }
    return ExitStatus.after(console, otherwise: status)
  }
}
