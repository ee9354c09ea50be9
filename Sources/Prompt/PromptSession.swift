import Glibc
import Kernels
import Language

/// The conversation at a terminal: entries are read, run and shown until `exit` or Ctrl-D.
public final class PromptSession {
  private let session: Session
  private let console: Console
  private let history: HistoryFile
  private let reader: any LineReader
  private let entries: EntryReader
  private var lastRemembered: String?
  /// Part of every random stream's name, so that two entries do not draw the same numbers.
  private var entryNumber = 0

  /// - Parameter session: knows what a notebook bound before, if one was run.
  public init(session: Session, console: Console, history: HistoryFile) {
    self.session = session
    self.console = console
    self.history = history
    let earlier = history.load()
    lastRemembered = earlier.last
    reader = PromptSession.reader(session: session, console: console, history: earlier)
    entries = EntryReader(reader: reader) { text in
      InterpreterThread.run {
        Parser.parse(SourceText(PromptSession.source(of: text)), context: session).isIncomplete
      }
    }
  }

  private static func reader(
    session: Session, console: Console, history: [String]
  ) -> any LineReader {
    #if Editline || GNUReadline
      if isatty(STDIN_FILENO) == 1, console.isOutputTerminal {
        let completion = Completion(session: session)
        return LineEditor(history: history) { completion.candidates(after: $0) }
      }
    #endif
    return PlainReader(descriptor: STDIN_FILENO) { prompt in
      console.showPrompt(prompt)
    }
  }

  /// Reads and runs entries to the end.
  public func run() {
    while console.outcome == .fine {
      switch entries.next() {
      case .end:
        if console.isOutputTerminal { console.show("") }
        return
      case .interrupted:
        console.show("")
      case .text(let text):
        if EntryReader.isBlank(text), !text.contains("\n") { continue }
        remember(text)
        switch PromptWord(text, isVariable: session.isVariable) {
        case .leave: return
        case nil: evaluate(text)
        }
      }
    }
  }

  /// A line with a leading blank, and one that repeats the last, are kept out of the history.
  private func remember(_ text: String) {
    if text.first == " " || text.first == "\t" { return }
    session.entries.append(text)
    if text == lastRemembered { return }
    lastRemembered = text
    reader.remember(text)
    history.append(text)
  }

  /// An entry that begins with `|` takes the last value.
  static func source(of text: String) -> String {
    text.drop { $0 == " " || $0 == "\t" }.first == "|" ? "_ " + text : text
  }

  private func evaluate(_ text: String) {
    entryNumber += 1
    session.streamPrefix = ["entry \(entryNumber)"]
    Cancellation.reset()
    let source = SourceText(PromptSession.source(of: text))
    let (session, console) = (session, console)
    InterpreterThread.run {
      let cell = session.check(source)
      console.report(cell.diagnostics, in: source)
      if !cell.errors.isEmpty { return }
      do throws(Diagnostic) {
        if let value = try session.run(cell, output: console) { session.bind("_", to: value) }
        console.endStream()
      } catch {
        console.report([error], in: source)
      }
      for note in session.takeNotes() { console.say("note: \(note)") }
    }
    Cancellation.reset()
  }
}
