import Files
import Glibc
import Kernels
import Language

/// Runs a notebook cell by cell and saves what the cells show into it.
///
/// After each cell the file is replaced whole, so that a crash loses at most the cell that was
/// running. Ctrl-C (``Cancellation``) ends the run after saving.
public final class NotebookRunner {
  public let path: String
  private let environment: NotebookEnvironment
  private let options: RunOptions
  private let observer: (any RunObserver)?
  /// The session in which the cells ran, for a prompt that goes on with its variables.
  public private(set) var session: Session?
  /// Replaces a file; tests make it fail.
  var replaceFile: @Sendable (String, [UInt8]) throws -> Void = {
    try DurableFile.replace($0, with: $1)
  }

  public init(
    _ path: String, environment: NotebookEnvironment, options: RunOptions = RunOptions(),
    observer: (any RunObserver)? = nil
  ) {
    self.path = path
    self.environment = environment
    self.options = options
    self.observer = observer
  }

  /// Runs the notebook.
  public func run() -> RunReport { InterpreterThread.run { self.runHere() } }

  private func runHere() -> RunReport {
    var report = RunReport()
    do {
      let bytes = try FileContents.bytes(at: path, limit: NotebookDocument.sizeLimit)
      var document = try NotebookDocument(reading: bytes, path: path)
      if !document.problems.isEmpty {
        report.outcome = .unreadable
        report.errors = document.problems.map(NotebookFailure.init)
        return report
      }
      do {
        try document.setParameters(options.parameters, hasOutput: options.outputPath != nil)
        try checkNames(document)
      } catch {
        report.outcome = .wrongUsage
        report.errors = [NotebookFailure(error)]
        return report
      }
      return run(document, read: bytes)
    } catch {
      report.outcome = .unreadable
      report.errors = [NotebookFailure(error)]
      return report
    }
  }

  private func checkNames(_ document: NotebookDocument) throws(NotebookError) {
    let names = document.cells.map(\.name)
    for name in options.only + [options.from].compactMap({ $0 }) where !names.contains(name) {
      throw .unknownCell(
        name: name, cells: names, suggestion: Suggestion.nearest(to: name, among: names))
    }
  }

  private func run(_ document: NotebookDocument, read bytes: [UInt8]) -> RunReport {
    let target = options.outputPath ?? path
    var report = RunReport()
    let lock: NotebookLock
    var journal: Journal
    do {
      lock = try NotebookLock.take(target)
      journal = Journal(for: target)
      Leftovers.remove(from: Paths.parent(of: target))
      if journal.size > Journal.sizeLimit {
        try journal.compact(cells: Set(document.cells.map(\.name)))
      }
      try journal.start()
    } catch {
      report.outcome = .cellFailed
      report.errors = [NotebookFailure(error)]
      return report
    }
    defer { withExtendedLifetime(lock) {} }

    var run = Run(self, document, journal: journal, report: report)
    var known: [UInt8]? = bytes
    if target != path { known = try? FileContents.bytes(at: target) }
    run.saver = NotebookSaver(path: target, known: known, replace: replaceFile)
    run.start()
    session = run.steps.session
    return run.report
  }

  /// The state of one run.
  private struct Run {
    let runner: NotebookRunner
    let options: RunOptions
    let observer: (any RunObserver)?
    var document: NotebookDocument
    var report: RunReport
    var saver: NotebookSaver
    let steps: CellSteps
    let journal: JournalWriter
    let watchdog: Watchdog?
    let host: String

    init(
      _ runner: NotebookRunner, _ document: NotebookDocument, journal: Journal, report: RunReport
    ) {
      self.runner = runner
      self.document = document
      self.report = report
      options = runner.options
      observer = runner.observer
      self.journal = JournalWriter(journal, observer: runner.observer)
      saver = NotebookSaver(path: runner.path, known: nil)
      host = Run.hostName()

      let location = NotebookLocation(runner.path)
      let policy = runner.environment.permissions.policy(folder: location.folder)
      let modules = NotebookModules(
        root: location.resolved, policy: policy, environment: runner.environment,
        isFresh: options.isFresh)
      let files = FileAccess(
        folder: location.folder, policy: policy, sharedFiles: runner.environment.sharedFiles)
      files.adopt(ownFiles: journal.ownFiles)
      files.willWrite = { [journal = self.journal] in journal.add(writes: $0.resolved) }
      watchdog = Watchdog(seconds: options.maximumSeconds, bytes: options.maximumBytes)
      let outline = NotebookOutline(document, folder: location.folder, modules: modules)
      steps = CellSteps(
        outline: outline, path: runner.path, files: files, environment: runner.environment,
        modules: modules, isFresh: options.isFresh, digests: FileDigests(journal.digests),
        watchdog: watchdog)
    }

    private static func hostName() -> String {
      var buffer = [CChar](repeating: 0, count: 256)
      guard gethostname(&buffer, 255) == 0 else { return "" }
      return String(
        decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: The cells

    private enum Part { case saved, needed, skipped }

    /// Which cells are asked for, which of the others they need, and which are left out.
    private func parts() -> [Part] {
      let count = document.cells.count
      if options.only.isEmpty && options.from == nil {
        return Array(repeating: .saved, count: count)
      }
      var parts = Array(repeating: Part.skipped, count: count)
      for index in 0..<count where options.only.contains(document.cells[index].name) {
        parts[index] = .saved
      }
      if let from = options.from.flatMap(document.cellIndex) {
        for index in from..<count { parts[index] = .saved }
      }
      for index in 0..<count where parts[index] == .saved {
        for needed in steps.outline.graph.ancestors(of: index) where parts[needed] == .skipped {
          parts[needed] = .needed
        }
      }
      return parts
    }

    mutating func start() {
      defer { watchdog?.finish() }
      let parts = parts()
      // The copy with its parameters is there even if the first cell is interrupted.
      if options.outputPath != nil, !save() { return }
      for index in document.cells.indices {
        if Cancellation.pending == .interrupted {
          report.outcome = .interrupted
          break
        }
        switch parts[index] {
        case .skipped: skip(index)
        case .saved, .needed:
          if !run(index, saves: parts[index] == .saved) {
            finish()
            return
          }
        }
      }
      finish()
    }

    private mutating func skip(_ index: Int) {
      let expected = steps.outline.expectedKey(
        of: index, keys: steps.keys, journal: journal.journal, digests: &steps.digests)
      steps.skip(expected.key)
      let cell = document.cells[index]
      report.cells.append(CellReport(name: cell.name, line: cell.line, outcome: .skipped))
    }

    /// Runs a cell; false where the run ends with it.
    private mutating func run(_ index: Int, saves: Bool) -> Bool {
      let cell = document.cells[index]
      let shown = saves ? observer : nil
      shown?.cellStarts(cell, number: index + 1, of: document.cells.count)
      let result = steps.run(index, observer: shown)
      var outcome =
        result.failure != nil
        ? CellReport.Outcome.failed : result.isCached ? .cached : .done
      if result.isInterrupted { outcome = .interrupted }
      var cellReport = CellReport(name: cell.name, line: cell.line, outcome: outcome)
      cellReport.seconds = result.seconds
      cellReport.key = result.key.short
      cellReport.errorCode = result.diagnostics.first?.code ?? result.failure?.code
      cellReport.output = result.body
      report.cells.append(cellReport)

      var goesOn = true
      if result.isInterrupted {
        // What it had done is dropped; the saved output stays.
        report.outcome = .interrupted
        goesOn = false
      } else {
        if saves { document.setOutput(block(index, result), ofCell: index) }
        journal.add(record(cell, result), digests: steps.digests)
        if saves { goesOn = save() }
        if result.failure != nil {
          if report.outcome == .ok { report.outcome = .cellFailed }
          if !options.keepsGoing || !saves { goesOn = false }
        }
      }
      shown?.cellEnds(cell, cellReport)
      if !saves, result.failure != nil {
        observer?.note("cell '\(cell.name)', which others need, stops:\n\(result.body)")
      }
      return goesOn
    }

    /// What is saved of a cell's output.
    private func block(_ index: Int, _ result: CellSteps.Result) -> OutputBlock? {
      let cell = document.cells[index]
      let isVolatile = steps.outline.graph.nodes[index].isVolatile
      var block = OutputBlock(
        name: cell.name, key: result.key.short, isUnchecked: isVolatile, body: result.body)
      // What depends on time or machine stays as it was saved first.
      if isVolatile, !options.isFresh, result.failure == nil, let old = cell.output,
        old.key == block.key, !journal.journal.hasFailed(cell)
      {
        block.body = old.body
      }
      return cell.options.isShown && !block.body.isEmpty ? block : nil
    }

    private func record(_ cell: NotebookCell, _ result: CellSteps.Result) -> JournalRecord {
      JournalRecord(
        cell: cell.name, key: result.key,
        outcome: result.failure != nil ? .failed : result.isCached ? .cached : .done,
        errorCode: result.diagnostics.first?.code ?? result.failure?.code, seconds: result.seconds,
        peakMemory: result.peakMemory, threads: runner.environment.threads, host: host,
        version: runner.environment.version, time: Int(time(nil)), files: result.files,
        written: result.written, notes: result.notes)
    }

    // MARK: Saving

    /// Saves the notebook as it is now; false where that failed.
    private mutating func save() -> Bool {
      do {
        try saver.save(document.bytes)
        report.savedPath = saver.beside ?? saver.path
        return true
      } catch {
        report.outcome = .cellFailed
        report.errors.append(NotebookFailure(error))
        return false
      }
    }

    private mutating func finish() {
      guard let beside = saver.beside, let changed = saver.changed else { return }
      report.errors.append(
        NotebookFailure(NotebookError.conflict(path: saver.path, beside: beside)))
      report.difference = TextDifference.unified(
        String(decoding: changed, as: UTF8.self), document.text, from: saver.path, to: beside)
      if report.outcome == .ok { report.outcome = .cellFailed }
    }
  }
}

/// Where a notebook is, links resolved.
struct NotebookLocation {
  let resolved: String
  /// Where its relative paths start: the folder in which it was named, not that of a link's target.
  let folder: String

  init(_ path: String) {
    resolved = Paths.resolvedForWriting(path)
    folder = Paths.resolvedForWriting(Paths.parent(of: path))
  }
}

extension NotebookDocument {
  /// Sets the parameters of `-p`, by their types.
  mutating func setParameters(_ values: [(name: String, text: String)], hasOutput: Bool)
    throws(NotebookError)
  {
    for (name, text) in values {
      let declared = frontMatter.parameters
      guard let parameter = declared.first(where: { $0.name == name }) else {
        throw .unknownParameter(
          name: name, declared: declared.map(\.name),
          suggestion: Suggestion.nearest(to: name, among: declared.map(\.name)))
      }
      let value = try parameter.value(from: text)
      if !hasOutput { throw .parametersNeedOutput }
      try setParameter(name, to: value, written: text)
    }
  }
}
