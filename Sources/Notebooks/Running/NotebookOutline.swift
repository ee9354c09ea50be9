import Files
import Language

/// A notebook as far as its text tells: which cell reads from which, and what is wrong with it.
/// Nothing of it has run.
struct NotebookOutline {
  let document: NotebookDocument
  /// The notebook's folder, links resolved: relative paths start there.
  let folder: String
  let graph: CellGraph
  /// What checking found, cell by cell.
  let diagnostics: [[Diagnostic]]
  /// The session that checked it: it knows its `fn`s.
  let session: Session
  let modules: NotebookModules

  private let parameters: [String: String]

  init(_ document: NotebookDocument, folder: String, modules: NotebookModules) {
    self.document = document
    self.folder = folder
    self.modules = modules
    let environment = modules.environment
    let files = FileAccess(folder: folder, policy: modules.policy)
    let session = Session(registry: environment.registry, files: files)
    self.session = session
    session.importer = NotebookImports(modules: modules, mode: .outline)
    var graph = CellGraph(parameters: document.frontMatter.parameters.map(\.name))
    var diagnostics: [[Diagnostic]] = []
    var parameters: [String: String] = [:]
    for parameter in document.frontMatter.parameters {
      session.bind(parameter.name, to: parameter.value)
      parameters[parameter.name] = ValueArchive.digest(of: parameter.value) ?? ""
    }
    for cell in document.cells {
      let checked = session.check(cell.source)
      session.assume(checked.analysis)
      var analysis = checked.analysis
      if analysis.imports.contains(where: { modules.isVolatile($0, in: session) }) {
        analysis.uses.isVolatile = true
      }
      graph.add(cell.name, analysis)
      diagnostics.append(checked.diagnostics)
    }
    self.graph = graph
    self.diagnostics = diagnostics
    self.parameters = parameters
  }

  /// A cell's key without the files it opens.
  ///
  /// - Parameter keys: the whole keys of the cells before it.
  func baseKey(of index: Int, keys: [String]) -> CellKey {
    graph.key(
      of: index, source: document.cells[index].source, seed: document.frontMatter.seed, keys: keys,
      parameters: parameters,
      imports: { path in modules.digest(of: path, from: folder) })
  }

  /// A cell's key as far as it can be known without running it.
  ///
  /// - Returns: the key, and whether the files were guessed from the paths in the text.
  func expectedKey(
    of index: Int, keys: [String], journal: Journal, digests: inout FileDigests
  ) -> (key: CellKey, isGuess: Bool) {
    var key = baseKey(of: index, keys: keys)
    if let record = journal.record(base: key.base) {
      for file in record.files { key.files[file.path] = digest(of: file.path, &digests) }
      return (key, false)
    }
    let paths = graph.nodes[index].analysis.uses.paths.sorted()
    if paths.isEmpty { return (key, false) }
    var contents: [(String, String?)] = []
    let shared = paths.flatMap { modules.environment.sharedFiles.names(for: $0) }
    for path in paths + shared {
      if let digest = digest(of: path, &digests) { contents.append((path, digest)) }
    }
    // Some of the paths may be written, or not opened at all: those are not part of the key. Where
    // the saved key is that of some of them, these were the ones.
    if let saved = document.cells[index].output?.key, contents.count <= 8 {
      for choice in (0..<(1 << contents.count)).reversed() {
        var tried = key
        for (position, (path, digest)) in contents.enumerated() where choice >> position & 1 == 1 {
          tried.files[path] = digest
        }
        if tried.short == saved { return (tried, true) }
      }
    }
    for (path, digest) in contents { key.files[path] = digest }
    return (key, true)
  }

  private func digest(of path: String, _ digests: inout FileDigests) -> String? {
    let place = modules.environment.sharedFiles.path(of: path) ?? Paths.join(folder, path)
    return digests.digest(of: Paths.resolvedForWriting(place))
  }

  /// The names its cells bring to a notebook that imports it.
  var definitions: ImportedNames {
    var functions: Set<String> = []
    var variables: Set<String> = []
    for node in graph.nodes {
      functions.formUnion(node.analysis.functions)
      variables.formUnion(node.analysis.binds)
    }
    return ImportedNames(functions: functions.sorted(), variables: variables.sorted())
  }
}
