import Files
import Language

/// Which cell reads from which: filled cell by cell, in the order of the notebook.
struct CellGraph {
  struct Node {
    let name: String
    let analysis: CellAnalysis
    /// The names it reads, each with the earlier cells that may have bound it.
    var reads: [(name: String, cells: [Int])] = []
    /// The parameters it reads.
    var parameters: [String] = []
    /// The earlier cell whose `seed n` is in force.
    var seedCell: Int?
    /// Its result depends on time or machine, or on a cell's of which that is true.
    var isVolatile = false
    var isRandom = false
  }

  private(set) var nodes: [Node] = []
  let parameters: Set<String>

  init(parameters: some Sequence<String>) { self.parameters = Set(parameters) }

  /// Adds the next cell.
  mutating func add(_ name: String, _ analysis: CellAnalysis) {
    var node = Node(name: name, analysis: analysis)
    let present = nodes.count
    var waiting = analysis.reads
    var known: Set<String> = []
    var upstream: Set<Int> = []
    // What lambdas of cells above read when they are called counts as read here.
    while let name = waiting.popFirst() {
      guard known.insert(name).inserted else { continue }
      let binders = self.binders(of: name, before: present)
      if !binders.cells.isEmpty { node.reads.append((name, binders.cells)) }
      if binders.reachesParameter { node.parameters.append(name) }
      var cells = binders.cells
      while let cell = cells.popLast() {
        guard upstream.insert(cell).inserted else { continue }
        waiting.formUnion(nodes[cell].analysis.uses.deferredNames)
        cells += nodes[cell].reads.flatMap(\.cells)
      }
    }
    node.reads.sort { $0.name < $1.name }
    node.parameters.sort()
    node.isVolatile = analysis.uses.isVolatile || upstream.contains { nodes[$0].isVolatile }
    node.isRandom = analysis.uses.isRandom || upstream.contains { nodes[$0].isRandom }
    if node.isRandom {
      node.seedCell = nodes.lastIndex { $0.analysis.uses.commands["seed"] != nil }
    }
    nodes.append(node)
  }

  /// The cells that may have bound a name last: back to one that has for certain.
  private func binders(of name: String, before index: Int) -> (cells: [Int], reachesParameter: Bool)
  {
    var cells: [Int] = []
    for cell in (0..<index).reversed() {
      let analysis = nodes[cell].analysis
      if analysis.functions.contains(name) || analysis.certainBinds.contains(name) {
        return ([cell] + cells, false)
      }
      if analysis.binds.contains(name) { cells.insert(cell, at: 0) }
    }
    return (cells, parameters.contains(name))
  }

  /// The cells whose values a cell needs, directly or by others.
  func ancestors(of index: Int) -> Set<Int> {
    var found: Set<Int> = []
    var waiting = needs(of: index)
    while let cell = waiting.popLast() {
      guard found.insert(cell).inserted else { continue }
      waiting += needs(of: cell)
    }
    return found
  }

  private func needs(of index: Int) -> [Int] {
    nodes[index].reads.flatMap(\.cells) + [nodes[index].seedCell].compactMap { $0 }
  }

  /// A cell's key without files.
  ///
  /// - Parameters:
  ///   - keys: the whole keys of the cells before it.
  ///   - parameters: the digests of the parameters' values.
  ///   - imports: the digests of imported notebooks by path.
  func key(
    of index: Int, source: SourceText, seed: UInt64, keys: [String], parameters: [String: String],
    imports: (String) -> String
  ) -> CellKey {
    let node = nodes[index]
    var key = CellKey()
    key.source = Digest.hexadecimal(of: source.normalized)
    for name in node.parameters { key.parameters[name] = parameters[name] }
    for (name, cells) in node.reads {
      for cell in cells {
        key.upstream.append(.init(name: name, cell: nodes[cell].name, key: keys[cell]))
      }
    }
    if node.isRandom {
      if let cell = node.seedCell {
        key.upstream.append(.init(name: "seed()", cell: nodes[cell].name, key: keys[cell]))
      } else {
        key.seed = String(seed)
      }
    }
    key.commands = node.analysis.uses.commands
    for path in node.analysis.imports { key.imports[path] = imports(path) }
    return key
  }
}
