import Files
import Glibc
import Kernels
import Language

/// Runs a notebook afresh and compares what its cells show, and the files they write, with what is
/// saved.
///
/// Nothing comes from the cache, and files go into a temporary folder: the notebook and what lies
/// beside it stay as they are, unless the new outputs are accepted.
public final class NotebookChecker {
  public let path: String
  private let environment: NotebookEnvironment
  private let options: CheckOptions
  private let observer: (any RunObserver)?

  public init(
    _ path: String, environment: NotebookEnvironment, options: CheckOptions = CheckOptions(),
    observer: (any RunObserver)? = nil
  ) {
    self.path = path
    var environment = environment
    environment.cache = nil
    self.environment = environment
    self.options = options
    self.observer = observer
  }

  /// Checks the notebook.
  public func run() -> RunReport { InterpreterThread.run { self.runHere() } }

  private func runHere() -> RunReport {
    var report = RunReport()
    do {
      let bytes = try FileContents.bytes(at: path, limit: NotebookDocument.sizeLimit)
      let document = try NotebookDocument(reading: bytes, path: path)
      guard document.problems.isEmpty else {
        report.outcome = .unreadable
        report.errors = document.problems.map(NotebookFailure.init)
        return report
      }
      let lock = options.accepts ? try NotebookLock.take(path) : nil
      defer { withExtendedLifetime(lock) {} }
      let folder = try TemporaryFolder()
      var check = Check(self, document, bytes: bytes, temporary: folder.path)
      check.start()
      return check.report
    } catch {
      report.outcome = error is NotebookError || error is FileError ? .unreadable : .cellFailed
      if case NotebookError.locked = error { report.outcome = .cellFailed }
      report.errors = [NotebookFailure(error)]
      return report
    }
  }

  /// The state of one check.
  private struct Check {
    let options: CheckOptions
    let observer: (any RunObserver)?
    let environment: NotebookEnvironment
    let path: String
    let bytes: [UInt8]
    var document: NotebookDocument
    var report = RunReport()
    let steps: CellSteps
    let journal: JournalWriter
    let watchdog: Watchdog?
    let comparison: OutputComparison
    /// Files that earlier runs made.
    let ownFiles: Set<String>
    /// Files written by cells whose result depends on time or machine.
    var volatileFiles: Set<String> = []

    init(
      _ checker: NotebookChecker, _ document: NotebookDocument, bytes: [UInt8], temporary: String
    ) {
      options = checker.options
      observer = checker.observer
      environment = checker.environment
      path = checker.path
      self.bytes = bytes
      self.document = document
      journal = JournalWriter(Journal(for: checker.path), observer: checker.observer)
      ownFiles = journal.journal.ownFiles
      comparison = OutputComparison(tolerance: document.frontMatter.tolerance)
      let location = NotebookLocation(path)
      let policy = environment.permissions.policy(folder: location.folder)
      let modules = NotebookModules(
        root: location.resolved, policy: policy, environment: environment, isFresh: true,
        redirectFolder: temporary)
      let files = FileAccess(
        folder: location.folder, policy: policy, redirectFolder: temporary,
        sharedFiles: environment.sharedFiles)
      files.adopt(ownFiles: ownFiles)
      watchdog = Watchdog(seconds: options.maximumSeconds, bytes: options.maximumBytes)
      let outline = NotebookOutline(document, folder: location.folder, modules: modules)
      steps = CellSteps(
        outline: outline, path: path, files: files, environment: environment, modules: modules,
        isFresh: true, digests: FileDigests(journal.journal.digests), watchdog: watchdog)
    }

    mutating func start() {
      defer { watchdog?.finish() }
      for index in document.cells.indices {
        if Cancellation.pending == .interrupted {
          report.outcome = .interrupted
          return
        }
        if !check(index) { break }
      }
      if report.outcome == .interrupted { return }
      compareFiles()
      if options.accepts { save() }
    }

    /// Checks a cell; false where the check ends with it.
    private mutating func check(_ index: Int) -> Bool {
      let cell = document.cells[index]
      observer?.cellStarts(cell, number: index + 1, of: document.cells.count)
      let result = steps.run(index, observer: observer)
      var cellReport = CellReport(name: cell.name, line: cell.line, outcome: .done)
      cellReport.seconds = result.seconds
      cellReport.key = result.key.short
      cellReport.errorCode = result.diagnostics.first?.code ?? result.failure?.code
      cellReport.output = result.body
      let isVolatile = steps.outline.graph.nodes[index].isVolatile
      if isVolatile { volatileFiles.formUnion(result.written.map(\.resolved)) }

      if result.isInterrupted {
        cellReport.outcome = .interrupted
        report.outcome = .interrupted
      } else {
        let saved = cell.output?.body ?? ""
        let isCompared =
          cell.options.isShown && !isVolatile && !(cell.output?.isUnchecked ?? false)
        let differs = isCompared && !comparison.accepts(saved, result.body)
        if differs {
          cellReport.outcome = .differs
          cellReport.difference = TextDifference.unified(
            saved, result.body, from: "\(path) \(cell.name)", to: "check",
            areSame: comparison.areAlike)
          if cellReport.difference.isEmpty {
            cellReport.difference = TextDifference.unified(
              saved, result.body, from: "\(path) \(cell.name)", to: "check")
          }
        }
        if result.failure != nil {
          cellReport.outcome = .failed
          report.outcome = .cellFailed
        } else if options.accepts {
          accept(index, result, differs: differs, isVolatile: isVolatile)
        } else if differs, report.outcome == .ok {
          report.outcome = .differs
        }
      }
      report.cells.append(cellReport)
      observer?.cellEnds(cell, cellReport)
      return !result.isInterrupted && (result.failure == nil || options.keepsGoing)
    }

    private mutating func accept(
      _ index: Int, _ result: CellSteps.Result, differs: Bool, isVolatile: Bool
    ) {
      let cell = document.cells[index]
      var block = OutputBlock(
        name: cell.name, key: result.key.short, isUnchecked: isVolatile, body: result.body)
      // What is within the tolerance, or is not compared and still fits, stays as it was.
      if let old = cell.output, !differs, !isVolatile || old.key == block.key {
        block.body = old.body
      }
      document.setOutput(
        cell.options.isShown && !block.body.isEmpty ? block : nil, ofCell: index)
      journal.add(
        JournalRecord(
          cell: cell.name, key: result.key, outcome: .done,
          errorCode: result.diagnostics.first?.code, seconds: result.seconds,
          peakMemory: result.peakMemory, threads: environment.threads,
          version: environment.version, time: Int(time(nil)), files: result.files,
          written: result.written), digests: steps.digests)
    }

    // MARK: Files

    private mutating func compareFiles() {
      var names: [String: String] = [:]
      for use in steps.files.uses() where use.isWrite { names[use.resolved] = use.path }
      for (resolved, made) in steps.files.redirected.sorted(by: { $0.key < $1.key })
      where !volatileFiles.contains(resolved) {
        let name = names[resolved] ?? resolved
        // A cell that failed may have named a file and not made it.
        guard let new = try? FileContents.bytes(at: made) else { continue }
        let old = try? FileContents.bytes(at: resolved)
        let difference = difference(name, old, new)
        if difference.isEmpty { continue }
        report.files.append((name, difference))
        if options.accepts {
          accept(file: name, resolved, exists: old != nil, new)
        } else if report.outcome == .ok {
          report.outcome = .differs
        }
      }
    }

    private func difference(_ name: String, _ old: [UInt8]?, _ new: [UInt8]) -> String {
      guard let old else { return "the file '\(name)' is not there\n" }
      if old == new { return "" }
      let isText = FileAccess.textFormats.contains(Paths.fileExtension(of: name))
      guard isText, let before = try? FileContents.text(of: old, path: name),
        let after = try? FileContents.text(of: new, path: name)
      else {
        return "the file '\(name)' has other content: \(old.count) bytes saved, \(new.count) now\n"
      }
      if comparison.accepts(before, after) { return "" }
      let text = TextDifference.unified(
        before, after, from: name, to: "check", areSame: comparison.areAlike)
      return text.isEmpty ? TextDifference.unified(before, after, from: name, to: "check") : text
    }

    private mutating func accept(
      file name: String, _ resolved: String, exists: Bool, _ bytes: [UInt8]
    ) {
      do throws(FileError) {
        if exists, !environment.permissions.allowsAll, !ownFiles.contains(resolved) {
          throw .wouldOverwrite(path: name, reason: "this notebook did not make it")
        }
        journal.add(writes: resolved)
        try DurableFile.replace(resolved, with: bytes)
      } catch {
        report.outcome = .cellFailed
        report.errors.append(NotebookFailure(error))
      }
    }

    private mutating func save() {
      var saver = NotebookSaver(path: path, known: bytes)
      do {
        try saver.save(document.bytes)
        report.savedPath = saver.beside ?? path
        if let beside = saver.beside {
          report.outcome = .cellFailed
          report.errors.append(
            NotebookFailure(NotebookError.conflict(path: path, beside: beside)))
        }
      } catch {
        report.outcome = .cellFailed
        report.errors.append(NotebookFailure(error))
      }
    }
  }
}

/// What is asked of one check.
public struct CheckOptions: Sendable {
  /// `--accept`: takes the new outputs and files over.
  public var accepts = false
  /// `--keep-going`: goes on after a cell that failed.
  public var keepsGoing = false
  /// `--max-time`: of each cell, in seconds.
  public var maximumSeconds: Double?
  /// `--max-memory`: of the process, in bytes.
  public var maximumBytes: Int?
  public init() {}
}

extension FileAccess {
  /// Formats that are compared line by line, floats within the tolerance.
  fileprivate static let textFormats: Set<String> = [
    "txt", "md", "json", "jsonl", "csv", "tsv", "svg",
  ]
}

/// A folder that is removed with what is in it.
private final class TemporaryFolder {
  let path: String

  init() throws(FileError) {
    let base = getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
    var template = Array("\(base ?? "/tmp")/tessera-check-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw .noPermission(path: base ?? "/tmp") }
    path = Paths.resolvedForWriting(String(cString: made))
  }

  deinit {
    for name in (try? Paths.names(in: path)) ?? [] { unlink("\(path)/\(name)") }
    rmdir(path)
  }
}
