import Files
import Kernels
import Language

/// Runs a notebook's cells one after another in one session, or takes them from the cache.
///
/// It saves nothing: that is the runner's part, and the checker has no such part.
final class CellSteps {
  let outline: NotebookOutline
  let session: Session
  let files: FileAccess
  private let environment: NotebookEnvironment
  private let path: String
  private let isFresh: Bool
  private let watchdog: Watchdog?
  var digests: FileDigests
  /// The whole keys of the cells so far.
  private(set) var keys: [String] = []

  init(
    outline: NotebookOutline, path: String, files: FileAccess, environment: NotebookEnvironment,
    modules: NotebookModules, isFresh: Bool, digests: FileDigests, watchdog: Watchdog? = nil
  ) {
    self.outline = outline
    self.files = files
    self.environment = environment
    self.path = path
    self.isFresh = isFresh
    self.digests = digests
    self.watchdog = watchdog
    session = Session(
      registry: environment.registry, files: files, progress: environment.progress)
    session.seed = outline.document.frontMatter.seed
    session.importer = NotebookImports(modules: modules, mode: .run)
    for parameter in outline.document.frontMatter.parameters {
      session.bind(parameter.name, to: parameter.value)
    }
    if let cache = environment.cache {
      session.points = PointCache(
        cache: cache, session: session, restorers: environment.restorers,
        label: Paths.name(of: path), threshold: environment.cacheThreshold / 10, reads: !isFresh)
    }
  }

  /// What one cell did.
  struct Result {
    var key: CellKey
    /// What it showed, and the errors it stopped with.
    var body = ""
    /// The errors it stopped with.
    var diagnostics: [Diagnostic] = []
    /// Why it counts as failed: an error that was not expected, or the lack of one that was.
    var failure: NotebookFailure?
    var isCached = false
    var seconds = 0.0
    var peakMemory: Int?
    var files: [JournalRecord.File] = []
    var written: [JournalRecord.File] = []
    /// What commands said of this machine.
    var notes: [String] = []

    var isInterrupted: Bool { diagnostics.contains { $0.code == "E0401" } }
  }

  /// Goes past a cell that is not run.
  func skip(_ key: CellKey) { keys.append(key.whole) }

  /// Runs the next cell.
  func run(_ index: Int, observer: (any RunObserver)?) -> Result {
    let cell = outline.document.cells[index]
    let clock = ContinuousClock()
    // A check runs imported notebooks.
    watchdog?.begin()
    defer { watchdog?.end() }
    let mark = files.useCount
    let checked = session.check(cell.source)
    for note in checked.notes {
      observer?.note(DiagnosticPrinter(source: cell.source).text(note))
    }
    var result = Result(key: outline.baseKey(of: index, keys: keys))
    if checked.errors.isEmpty, !isFresh, let entry = restore(index, checked, base: result.key.base)
    {
      observer?.showBody(entry.output)
      result.isCached = true
      result.body = entry.output
      result.seconds = entry.seconds
      note(files.uses(since: mark), of: index, in: &result)
      result.written = entry.written
      keys.append(result.key.whole)
      return result
    }

    let sink = CellSink(observer)
    let seed = session.seed
    result.diagnostics = checked.errors
    if checked.errors.isEmpty {
      ProcessMemory.resetPeak()
      let start = clock.now
      do throws(Diagnostic) {
        try session.run(checked, output: sink)
      } catch {
        result.diagnostics = [error]
      }
      result.seconds = (clock.now - start) / .seconds(1)
      result.peakMemory = ProcessMemory.peak
      result.notes = session.takeNotes()
      for note in result.notes { observer?.note("note: \(note)\n") }
    }
    if !result.diagnostics.isEmpty {
      let printer = DiagnosticPrinter(source: cell.source)
      sink.showBody(printer.text(result.diagnostics))
      for detail in result.diagnostics.compactMap(\.machineDetail) {
        observer?.note("note: \(detail)\n")
      }
    }
    result.failure = failure(of: cell, result.diagnostics)
    if let failure = result.failure, failure.code == "E0822" { sink.showBody(failure.text) }
    result.body = sink.body
    note(files.uses(since: mark), of: index, in: &result)
    keys.append(result.key.whole)
    if result.failure == nil, result.seconds > environment.cacheThreshold {
      store(index, result, seed: session.seed == seed ? nil : session.seed)
    }
    return result
  }

  /// Whether the cell's end is the one that its options ask for.
  private func failure(of cell: NotebookCell, _ diagnostics: [Diagnostic]) -> NotebookFailure? {
    guard let expectation = cell.options.expectation else {
      return diagnostics.first.map { NotebookFailure($0) }
    }
    if let interruption = diagnostics.first(where: { $0.code == "E0401" }) {
      return NotebookFailure(interruption)
    }
    let given = diagnostics.first?.code
    switch expectation {
    case .anyError where given != nil: return nil
    case .error(let code) where diagnostics.contains { $0.code == code }: return nil
    default:
      return NotebookFailure(
        NotebookError.expectedError(cell: cell.name, wanted: expectation.text, given: given))
    }
  }

  /// Takes in which files the cell opened and wrote.
  private func note(_ uses: [FileUse], of index: Int, in result: inout Result) {
    // Imported notebooks have a place of their own in the key.
    let imports = Set(
      outline.graph.nodes[index].analysis.imports.map {
        Paths.resolvedForWriting(Paths.join(files.folder, $0))
      })
    var seen: Set<FileUse> = []
    var written: Set<String> = []
    for use in uses where seen.insert(use).inserted {
      if use.isWrite {
        written.insert(use.resolved)
        continue
      }
      // What it made itself it does not depend on.
      if written.contains(use.resolved) || imports.contains(use.resolved) { continue }
      let digest = digest(of: use)
      result.files.append(
        JournalRecord.File(path: use.path, resolved: use.resolved, digest: digest))
      result.key.files[use.path] = digest
    }
    // A file may be written many times: its last content counts.
    for use in seen where use.isWrite {
      result.written.append(
        JournalRecord.File(path: use.path, resolved: use.resolved, digest: digest(of: use)))
    }
    result.written.sort { $0.path < $1.path }
  }

  private func digest(of use: FileUse) -> String? {
    digests.digest(of: files.redirected[use.resolved] ?? use.resolved)
  }

  // MARK: The cache

  private func restore(_ index: Int, _ checked: CheckedCell, base: String) -> CacheEntry? {
    guard let cache = environment.cache, let entry = cache.entry(base) else { return nil }
    guard CacheValidity.holds(entry, files: files, digests: &digests) else { return nil }
    var variables: [(name: String, value: Value)] = []
    for (name, bytes) in entry.variables {
      guard
        let value = ValueArchive.value(
          from: bytes, session: session, restorers: environment.restorers)
      else { return nil }
      variables.append((name, value))
    }
    session.restore(checked, variables: variables)
    if let seed = entry.seed { session.seed = seed }
    return entry
  }

  private func store(_ index: Int, _ result: Result, seed: UInt64?) {
    guard let cache = environment.cache else { return }
    let analysis = outline.graph.nodes[index].analysis
    // What an import brings comes by the import again.
    let imported = analysis.imports.flatMap {
      session.importer?.names($0, in: session).variables ?? []
    }
    var variables: [(name: String, bytes: [UInt8])] = []
    for name in analysis.binds.subtracting(imported).sorted() {
      guard let value = session.value(name) else { continue }
      guard session.owns(value), let bytes = ValueArchive.bytes(of: value) else { return }
      variables.append((name, bytes))
    }
    var entry = CacheEntry(
      key: result.key.base, label: "\(Paths.name(of: path)) \(outline.document.cells[index].name)",
      seconds: result.seconds, output: result.body, variables: variables, seed: seed)
    entry.files = result.files
    entry.written = result.written
    cache.store(entry)
  }
}

/// Whether what the cache keeps still fits the files around it.
enum CacheValidity {
  /// The files it read are readable and as they were, the files it wrote are as it left them; notes
  /// the uses as the cell's run would have.
  static func holds(_ entry: CacheEntry, files: FileAccess, digests: inout FileDigests) -> Bool {
    for file in entry.files {
      guard let path = try? files.readingAgain(file.path),
        digests.digest(of: Paths.resolvedForWriting(path)) == file.digest
      else { return false }
    }
    for file in entry.written {
      let resolved = Paths.resolvedForWriting(Paths.join(files.folder, file.path))
      guard let digest = file.digest, digests.digest(of: resolved) == digest else { return false }
      files.record(FileUse(path: file.path, resolved: resolved, isWrite: true))
    }
    return true
  }
}

/// Collects what a cell shows, as it may stand in a notebook, and passes it on.
final class CellSink: OutputSink, @unchecked Sendable {
  private(set) var body = ""
  private let observer: (any RunObserver)?

  init(_ observer: (any RunObserver)?) { self.observer = observer }

  func show(_ text: String) {
    let clean = OutputBlock.sanitized(text)
    body += clean + "\n"
    observer?.show(clean)
  }

  /// Shows text whose last line has its end already.
  func showBody(_ text: String) { show(text.hasSuffix("\n") ? String(text.dropLast()) : text) }

  func stream(_ text: String) { observer?.stream(OutputBlock.sanitized(text)) }
}

extension RunObserver {
  fileprivate func showBody(_ text: String) {
    if !text.isEmpty { show(text.hasSuffix("\n") ? String(text.dropLast()) : text) }
  }
}
