import Files
import Language
import Synchronization

/// The notebooks that a notebook imports, each read, checked and run at most once.
///
/// An imported notebook has a session of its own: its `fn`s see its names, its files are found from
/// its folder, and its seed is its own. The importing notebook's permissions hold for it too.
public final class NotebookModules: @unchecked Sendable {
  let environment: NotebookEnvironment
  let policy: FileAccess.Policy
  let isFresh: Bool
  /// Where written files go while a notebook is checked.
  let redirectFolder: String?
  /// The notebooks that are being read or run, outermost first, links resolved.
  private var open: [String]
  private var outlines: [String: Result<NotebookOutline, any Error>] = [:]
  private var sessions: [String: Result<Session, any Error>] = [:]
  private var digests: [String: String] = [:]

  /// - Parameter root: the notebook that is run, links resolved.
  public init(
    root: String, policy: FileAccess.Policy, environment: NotebookEnvironment,
    isFresh: Bool = false,
    redirectFolder: String? = nil
  ) {
    open = [root]
    self.policy = policy
    self.environment = environment
    self.isFresh = isFresh
    self.redirectFolder = redirectFolder
  }

  /// Where an import's path leads, links resolved, if it may be read.
  private func resolve(_ path: String, in session: Session) throws -> String {
    Paths.resolvedForWriting(try session.files.reading(path))
  }

  private func inside<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
    if let first = open.firstIndex(of: path) {
      throw NotebookError.importCycle((open[first...] + [path]).map(Paths.name))
    }
    open.append(path)
    defer { open.removeLast() }
    return try body()
  }

  /// True where some definition of the notebook depends on time or machine.
  func isVolatile(_ path: String, in session: Session) -> Bool {
    guard let outline = try? outline(path, in: session) else { return false }
    return outline.graph.nodes.contains { $0.isVolatile && !$0.analysis.binds.isEmpty }
  }

  func outline(_ path: String, in session: Session) throws -> NotebookOutline {
    try outline(resolved: resolve(path, in: session), as: path)
  }

  private func outline(resolved: String, as path: String) throws -> NotebookOutline {
    if let known = outlines[resolved] { return try known.get() }
    let result = Result {
      try inside(resolved) {
        let document = try NotebookDocument(
          reading: FileContents.bytes(at: resolved, limit: NotebookDocument.sizeLimit), path: path)
        if let problem = document.problems.first {
          throw NotebookError.importBroken(path: path, reason: problem.message)
        }
        return NotebookOutline(document, folder: Paths.parent(of: resolved), modules: self)
      }
    }
    // A circle is found from each of its notebooks anew.
    if case .failure(let error as NotebookError) = result, case .importCycle = error { throw error }
    outlines[resolved] = result
    return try result.get()
  }

  /// What an importing cell's key holds of the imported notebook: all its cells' keys.
  func digest(of path: String, from folder: String) -> String {
    let resolved = Paths.resolvedForWriting(Paths.join(folder, path))
    if let known = digests[resolved] { return known }
    guard let outline = try? outline(resolved: resolved, as: path) else { return "" }
    let journal = Journal(for: resolved)
    var files = FileDigests(journal.digests)
    var keys: [String] = []
    var digest = Digest()
    for index in outline.document.cells.indices {
      let key = outline.expectedKey(of: index, keys: keys, journal: journal, digests: &files).key
      keys.append(key.whole)
      digest.add(field: key.whole)
    }
    let result = digest.hexadecimal()
    digests[resolved] = result
    return result
  }

  /// A session in which the notebook's definitions have run.
  func session(_ path: String, in importing: Session) throws -> (Session, ImportedNames) {
    let resolved = try resolve(path, in: importing)
    let outline = try outline(resolved: resolved, as: path)
    if let known = sessions[resolved] { return (try known.get(), outline.definitions) }
    let result = Result { try inside(resolved) { try run(outline, path, resolved) } }
    // What was stopped may be asked for again.
    if case .failure(let error as Diagnostic) = result, error.isInterruption { throw error }
    sessions[resolved] = result
    return (try result.get(), outline.definitions)
  }

  private func run(_ outline: NotebookOutline, _ path: String, _ resolved: String) throws -> Session
  {
    let files = FileAccess(
      folder: outline.folder, policy: policy, redirectFolder: redirectFolder,
      sharedFiles: environment.sharedFiles)
    let journal = Journal(for: resolved)
    files.adopt(ownFiles: journal.ownFiles)
    let steps = CellSteps(
      outline: outline, path: path, files: files, environment: environment, modules: self,
      isFresh: isFresh, digests: FileDigests(journal.digests))
    for (index, cell) in outline.document.cells.enumerated() {
      let analysis = outline.graph.nodes[index].analysis
      let defines =
        !(analysis.binds.isEmpty && analysis.functions.isEmpty)
        || analysis.uses.commands["seed"] != nil
      guard defines else {
        steps.skip(
          outline.expectedKey(
            of: index, keys: steps.keys, journal: journal, digests: &steps.digests
          ).key)
        continue
      }
      let result = steps.run(index, observer: nil)
      if let interruption = result.diagnostics.first(where: \.isInterruption) { throw interruption }
      if let error = result.failure {
        throw NotebookError.importBroken(
          path: path, reason: "cell '\(cell.name)' stops with \(error.code): \(error.message)")
      }
    }
    return steps.session
  }
}

/// Serves a session's `import` statements.
public struct NotebookImports: NotebookImporter {
  public enum Mode: Sendable {
    /// Names are made known; nothing runs.
    case outline
    /// The imported notebook's definitions are run and brought.
    case run
  }

  let modules: NotebookModules
  let mode: Mode

  public init(modules: NotebookModules, mode: Mode) {
    self.modules = modules
    self.mode = mode
  }

  public func importNotebook(_ path: String, into session: Session) throws -> ImportedNames {
    switch mode {
    case .outline:
      let outline = try modules.outline(path, in: session)
      let names = outline.definitions
      session.assume(functions: names.functions, of: outline.session)
      return names
    case .run:
      let (module, names) = try modules.session(path, in: session)
      // What it read, the importing cell depends on.
      for use in module.files.uses() where !use.isWrite {
        let isShared = module.files.sharedFiles.path(of: use.path) != nil
        session.files.record(
          FileUse(
            path: isShared
              ? use.path : Paths.relative(use.resolved, to: session.files.folder),
            resolved: use.resolved, isWrite: false))
      }
      for name in names.functions {
        if let function = module.function(name) { session.take(function: function) }
      }
      var bound: [String] = []
      for name in names.variables {
        guard let value = module.value(name) else { continue }
        session.bind(name, to: value)
        bound.append(name)
      }
      return ImportedNames(functions: names.functions, variables: bound)
    }
  }

  public func names(_ path: String, in session: Session) -> ImportedNames {
    (try? modules.outline(path, in: session))?.definitions ?? ImportedNames()
  }
}

extension Paths {
  /// A resolved path as seen from a resolved folder.
  static func relative(_ path: String, to folder: String) -> String {
    let target = path.split(separator: "/")
    let start = Paths.resolvedForWriting(folder.isEmpty ? "." : folder).split(separator: "/")
    let shared = zip(target, start).prefix { $0 == $1 }.count
    let up = Array(repeating: Substring(".."), count: start.count - shared)
    return (up + target[shared...]).joined(separator: "/")
  }
}
