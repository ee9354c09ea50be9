import Files
import Glibc
import Kernels
import Language
import Notebooks

/// The conversation at a terminal: entries are read, run and shown until `exit` or Ctrl-D.
public final class PromptSession {
  private let session: Session
  private let console: Console
  private let history: HistoryFile
  private let reader: any LineReader
  private let entries: EntryReader
  private var lastRemembered: String?
  /// Counts what was run, so that two entries do not draw the same random numbers.
  private var entryNumber = 0
  /// The seed that `seed` set, or the session's first; each entry gets its own from it.
  private var baseSeed: UInt64
  /// What ran to its end, for `save`.
  private var finished: [SessionEntry] = []
  /// Files that this session saved: it may save them again.
  private var savedPaths: Set<String> = []

  /// - Parameter session: knows what a notebook bound before, if one was run.
  public init(session: Session, console: Console, history: HistoryFile) {
    self.session = session
    self.console = console
    self.history = history
    baseSeed = session.seed
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
      if isatty(STDIN_FILENO) == 1 { console.showPrompt(prompt) }
    }
  }

  /// Says a line before the first prompt, where a person reads it.
  public func welcome(_ text: String) {
    if isatty(STDIN_FILENO) == 1, console.isErrorTerminal { console.say(text) }
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
        case .save(let path): save(path)
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
    if PromptSession.source(of: text) != text, session.value("_") == nil {
      let error = Diagnostic(
        LanguageError.notBound(name: "_", line: nil).code,
        "there is no last value yet that could be piped on")
      return console.report([error], in: nil)
    }
    entryNumber += 1
    let entrySeed = SessionNotebook.seed(baseSeed, entry: entryNumber)
    Cancellation.reset()
    let source = SourceText(PromptSession.source(of: text))
    let (session, console) = (session, console)
    let analysis = InterpreterThread.run { () -> CellAnalysis? in
      let cell = session.check(source)
      console.report(cell.diagnostics, in: source)
      if !cell.errors.isEmpty { return nil }
      if cell.analysis.uses.isRandom { session.seed = entrySeed }
      defer {
        console.endStream()
        for note in session.takeNotes() { console.say("note: \(note)") }
      }
      do throws(Diagnostic) {
        if let value = try session.run(cell, output: console) { session.bind("_", to: value) }
        return cell.analysis
      } catch {
        if console.outcome == .fine { console.report([error], in: source) }
        return nil
      }
    }
    Cancellation.reset()
    if session.seed != entrySeed { baseSeed = session.seed }
    session.seed = baseSeed
    guard let analysis, !PromptSession.isAboutSession(analysis) else { return }
    finished.append(
      SessionEntry(source: text, seed: analysis.uses.isRandom ? entrySeed : nil))
  }

  /// Nothing but questions about the session itself, which a notebook need not ask again.
  private static func isAboutSession(_ analysis: CellAnalysis) -> Bool {
    let commands = analysis.uses.commands.keys
    return !commands.isEmpty && commands.allSatisfy { ["help", "history", "vars"].contains($0) }
      && analysis.binds.isEmpty && analysis.functions.isEmpty
  }

  // MARK: Saving

  /// Writes what ran to its end as a notebook; a file that is no such notebook is not overwritten.
  private func save(_ path: String?) {
    guard let path else {
      console.say("save needs a file's name: save \"session.md\"")
      return
    }
    let target = Paths.join(session.files.folder, path)
    do throws(FileError) {
      if Paths.exists(target), !savedPaths.contains(target) {
        throw .wouldOverwrite(path: path, reason: "it is there already; choose another name")
      }
      let text = SessionNotebook.text(of: finished, context: session)
      try DurableFile.replace(target, with: text)
      savedPaths.insert(target)
      let count = finished.count
      console.say("saved \(count) \(count == 1 ? "entry" : "entries") in \(path)")
    } catch {
      console.report([Diagnostic(error, at: nil, in: nil)], in: nil)
    }
  }
}
