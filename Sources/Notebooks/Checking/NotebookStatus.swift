import Files
import Language

/// Says of each cell whether its saved output still fits; nothing runs.
public struct NotebookStatus: Sendable {
  public enum State: String, Sendable {
    case fresh
    /// The source or something it depends on changed since it ran.
    case stale
    case neverRun = "never run"
    /// Its last run stopped with an error.
    case failed
  }

  public struct Cell: Sendable {
    public let name: String
    /// Its line in the notebook, from 1.
    public let line: Int
    public var state: State
    /// Why it is stale: `source changed`, `param keep`, `file corpus.txt`, `` upstream `train` ``.
    public var reasons: [String]
    /// The files were taken from the paths in the text, since no journal knows which it opened.
    public var filesAreGuessed: Bool
    /// It is `check=none`.
    public var isUnchecked: Bool
  }

  public private(set) var cells: [Cell] = []
  /// Why the notebook cannot be read; then there are no cells.
  public private(set) var errors: [NotebookFailure] = []

  public var outcome: RunOutcome { errors.isEmpty ? .ok : .unreadable }
  public var isFresh: Bool { errors.isEmpty && cells.allSatisfy { $0.state == .fresh } }

  /// Reads a notebook's status.
  public init(of path: String, environment: NotebookEnvironment) {
    self = InterpreterThread.run { NotebookStatus(path, environment) }
  }

  private init(_ path: String, _ environment: NotebookEnvironment) {
    do {
      let document = try NotebookDocument(file: path)
      guard document.problems.isEmpty else {
        errors = document.problems.map(NotebookFailure.init)
        return
      }
      let location = NotebookLocation(path)
      let modules = NotebookModules(
        root: location.resolved,
        policy: environment.permissions.policy(folder: location.folder), environment: environment)
      read(NotebookOutline(document, folder: location.folder, modules: modules), Journal(for: path))
    } catch {
      errors = [NotebookFailure(error)]
    }
  }

  private mutating func read(_ outline: NotebookOutline, _ journal: Journal) {
    var keys: [String] = []
    var digests = FileDigests(journal.digests)
    for (index, cell) in outline.document.cells.enumerated() {
      let (key, isGuess) = outline.expectedKey(
        of: index, keys: keys, journal: journal, digests: &digests)
      keys.append(key.whole)
      var status = Cell(
        name: cell.name, line: cell.line, state: .neverRun, reasons: [], filesAreGuessed: isGuess,
        isUnchecked: outline.graph.nodes[index].isVolatile)
      judge(cell, key, journal, &status)
      cells.append(status)
    }
    // A cell that shows nothing, and of which no journal tells, is as fresh as the cells that read
    // from it: their keys hold its own.
    for index in cells.indices.reversed()
    where cells[index].state == .neverRun && outline.document.cells[index].output == nil {
      let isRead = outline.graph.nodes.indices.contains { reader in
        cells[reader].state == .fresh
          && outline.graph.nodes[reader].reads.contains { $0.cells.contains(index) }
      }
      if isRead { cells[index].state = .fresh }
    }
  }

  private func judge(
    _ cell: NotebookCell, _ key: CellKey, _ journal: Journal, _ status: inout Cell
  ) {
    let record: JournalRecord?
    if let output = cell.output {
      guard let saved = output.key else {
        status.state = .stale
        status.reasons = ["its output has no key"]
        return
      }
      record = journal.record(key: saved, cell: cell.name)
      if saved == key.short {
        status.state = journal.hasFailed(cell) ? .failed : .fresh
        if status.state == .failed, let code = record?.errorCode { status.reasons = [code] }
        return
      }
    } else {
      record = journal.last(cell.name)
      guard let record else { return }
      if record.short == key.short {
        status.state = record.outcome == .failed ? .failed : .fresh
        if status.state == .failed, let code = record.errorCode { status.reasons = [code] }
        return
      }
    }
    status.state = .stale
    if let record { status.reasons = key.reasons(comparedTo: record.key) }
    if status.reasons.isEmpty {
      status.reasons = [
        record == nil ? "its key differs, and no journal says why" : "its key differs"
      ]
    }
  }

  /// One line a cell: name, state, reasons.
  public var text: String {
    let width = cells.map { $0.name.unicodeScalars.count }.max() ?? 0
    var text = ""
    for cell in cells {
      let name = cell.name + String(repeating: " ", count: width - cell.name.unicodeScalars.count)
      var reasons = cell.reasons.joined(separator: ", ")
      if cell.filesAreGuessed {
        reasons += (reasons.isEmpty ? "" : ", ") + "files taken from the text"
      }
      let state = cell.state.rawValue
      if reasons.isEmpty {
        text += "\(name)  \(state)\n"
      } else {
        text += "\(name)  \(state + String(repeating: " ", count: 9 - state.count))  \(reasons)\n"
      }
    }
    return text
  }
}
