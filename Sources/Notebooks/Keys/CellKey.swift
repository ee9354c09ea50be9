import Files
import Kernels

/// All that a cell's output depends on, and the digest of it that stands in the output's first line.
///
/// Not part of it: comments, blank lines, names of cells, threads, host, time.
public struct CellKey: Sendable, Equatable {
  /// Digest of the normalised source.
  public var source = ""
  /// The digests of the parameters it reads, by name.
  public var parameters: [String: String] = [:]
  /// The seed it draws from, where it draws from the notebook's.
  public var seed: String?
  /// The keys of the cells it reads from, by the names it reads.
  public var upstream: [Upstream] = []
  /// The versions of the commands it calls, by name.
  public var commands: [String: Int] = [:]
  /// Digests of the notebooks it imports, by path as written.
  public var imports: [String: String] = [:]
  /// Digests of the files it opens, by path as written; nil where there is none.
  public var files: [String: String?] = [:]
  /// Raised when outputs change though no command's version did.
  public var numerics = Machine.numericsVersion

  /// A name that the cell reads, and the cell that may have bound it.
  public struct Upstream: Sendable, Equatable {
    public let name: String
    /// The cell's name, for people; it is not part of the digest.
    public let cell: String
    /// The cell's whole key.
    public let key: String
  }

  public init() {}

  /// The digest of everything but the files' content: known before the cell runs.
  public var base: String {
    var digest = Digest()
    digest.add(field: "tessera cell 1")
    digest.add(field: String(numerics))
    digest.add(field: source)
    func add(_ title: String, _ entries: [(String, String)]) {
      digest.add(field: title)
      digest.add(field: String(entries.count))
      for (name, value) in entries.sorted(by: { $0 < $1 }) {
        digest.add(field: name)
        digest.add(field: value)
      }
    }
    add("parameters", parameters.map { ($0.key, $0.value) })
    add("seed", seed.map { [("", $0)] } ?? [])
    add("upstream", upstream.map { ($0.name, $0.key) })
    add("commands", commands.map { ($0.key, String($0.value)) })
    add("imports", imports.map { ($0.key, $0.value) })
    return digest.hexadecimal()
  }

  /// The digest of everything.
  public var whole: String {
    var digest = Digest()
    digest.add(field: base)
    for (path, content) in files.sorted(by: { $0.key < $1.key }) {
      digest.add(field: path)
      digest.add(field: content ?? "")
    }
    return digest.hexadecimal()
  }

  /// As it stands in the notebook: twelve hexadecimal digits.
  public var short: String { String(whole.prefix(12)) }
}

extension CellKey {
  /// What differs between the key of a saved output and the present one, in words.
  public func reasons(comparedTo saved: CellKey) -> [String] {
    var reasons: [String] = []
    if source != saved.source { reasons.append("source changed") }
    for name in Set(parameters.keys).union(saved.parameters.keys).sorted()
    where parameters[name] != saved.parameters[name] {
      reasons.append("param \(name)")
    }
    if seed != saved.seed { reasons.append("seed") }
    for path in Set(files.keys).union(saved.files.keys).sorted()
    where (files[path] ?? nil) != (saved.files[path] ?? nil) {
      reasons.append("file \(path)")
    }
    for path in Set(imports.keys).union(saved.imports.keys).sorted()
    where imports[path] != saved.imports[path] {
      reasons.append("import \(path)")
    }
    let cells = { (key: CellKey) in Set(key.upstream.map { "\($0.name) \($0.key)" }) }
    let known = cells(saved)
    var changed: [String] = []
    for entry in upstream where !known.contains("\(entry.name) \(entry.key)") {
      if !changed.contains(entry.cell) { changed.append(entry.cell) }
    }
    reasons += changed.map { "upstream `\($0)`" }
    if changed.isEmpty, cells(self) != known, source == saved.source {
      reasons.append("the names it reads come from other cells")
    }
    for name in Set(commands.keys).intersection(saved.commands.keys).sorted() {
      if let now = commands[name], let then = saved.commands[name], now != then {
        reasons.append("command \(name) version \(now)")
      }
    }
    if source == saved.source, Set(commands.keys) != Set(saved.commands.keys) {
      reasons.append("the commands it calls")
    }
    if numerics != saved.numerics { reasons.append("numerics version \(numerics)") }
    return reasons
  }
}

extension CellKey {
  init?(_ json: JSON) {
    guard let source = json["source"]?.stringValue, let numerics = json["numerics"]?.intValue
    else { return nil }
    self.source = source
    self.numerics = numerics
    seed = json["seed"]?.stringValue
    for member in json["parameters"]?.objectValue ?? [] {
      parameters[member.key] = member.value.stringValue
    }
    for member in json["commands"]?.objectValue ?? [] {
      commands[member.key] = member.value.intValue
    }
    for member in json["imports"]?.objectValue ?? [] {
      imports[member.key] = member.value.stringValue
    }
    for member in json["files"]?.objectValue ?? [] {
      files[member.key] = .some(member.value.stringValue)
    }
    for entry in json["upstream"]?.arrayValue ?? [] {
      guard let name = entry["name"]?.stringValue, let cell = entry["cell"]?.stringValue,
        let key = entry["key"]?.stringValue
      else { return nil }
      upstream.append(Upstream(name: name, cell: cell, key: key))
    }
  }

  var json: JSON {
    func object(_ values: [String: String]) -> JSON {
      .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) })
    }
    var members: [JSON.Member] = [
      .init("source", .string(source)), .init("numerics", .integer(numerics)),
    ]
    if let seed { members.append(.init("seed", .string(seed))) }
    if !parameters.isEmpty { members.append(.init("parameters", object(parameters))) }
    if !commands.isEmpty {
      members.append(
        .init(
          "commands",
          .object(
            commands.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })))
    }
    if !imports.isEmpty { members.append(.init("imports", object(imports))) }
    if !files.isEmpty {
      members.append(
        .init(
          "files",
          .object(
            files.sorted { $0.key < $1.key }.map {
              .init($0.key, $0.value.map(JSON.string) ?? .null)
            })))
    }
    if !upstream.isEmpty {
      members.append(
        .init(
          "upstream",
          .array(
            upstream.map {
              .object([
                .init("name", .string($0.name)), .init("cell", .string($0.cell)),
                .init("key", .string($0.key)),
              ])
            })))
    }
    return .object(members)
  }
}
