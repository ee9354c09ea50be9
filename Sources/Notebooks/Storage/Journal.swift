import Files
import Glibc

/// What is volatile about runs, one JSON record a line, in a file beside the notebook:
/// `nb.md` → `nb.runs.jsonl`.
///
/// It is only appended to; a line that a crash cut short is passed over. It may be deleted at any
/// time: then `status` knows less of the reasons, and nothing else is lost.
public struct Journal: Sendable {
  /// Where a journal grows beyond this many bytes, records that newer ones replace are dropped.
  static let sizeLimit = 1 << 20

  public let path: String
  /// The records of runs, oldest first.
  public private(set) var records: [JournalRecord] = []
  /// Files that this notebook made, resolved.
  public private(set) var ownFiles: Set<String> = []
  private(set) var digests: [String: FileDigests.Entry] = [:]
  /// The process that started the last run.
  private(set) var process: Int?
  /// The file's last line has no end.
  private var isTorn = false
  private(set) var size = 0

  /// The journal of a notebook.
  public static func path(for notebook: String) -> String {
    let name = Paths.name(of: notebook)
    let base =
      Paths.fileExtension(of: name).isEmpty
      ? notebook : String(notebook[..<(notebook.lastIndex(of: ".") ?? notebook.endIndex)])
    return base + ".runs.jsonl"
  }

  /// Reads the journal of a notebook; one that is not there or cannot be read is empty.
  public init(for notebook: String) {
    self.init(file: Journal.path(for: notebook))
  }

  init(file path: String) {
    self.path = path
    guard let bytes = try? FileContents.bytes(at: path, limit: 1 << 28) else { return }
    size = bytes.count
    isTorn = bytes.last.map { $0 != 0x0A } ?? false
    bytes.withUnsafeBufferPointer { buffer in
      var lines = LineScanner(buffer)
      while let line = lines.next() {
        guard line.next > line.end else { break }
        let text = Array(buffer[line.start..<line.end])
        guard let json = try? JSONParser.parse(text, path: path) else { continue }
        take(json)
      }
    }
  }

  private mutating func take(_ json: JSON) {
    switch json["record"]?.stringValue {
    case "run": JournalRecord(json).map { take($0) }
    case "start": process = json["process"]?.intValue
    case "writes": json["resolved"]?.stringValue.map { _ = ownFiles.insert($0) }
    case "digest":
      guard let path = json["path"]?.stringValue, let digest = json["digest"]?.stringValue,
        let size = json["size"]?.intValue, let modified = json["modified"]?.intValue,
        let changed = json["changed"]?.intValue, let inode = json["inode"]?.intValue,
        let time = json["time"]?.intValue
      else { return }
      digests[path] = FileDigests.Entry(
        stamp: FileStamp(size: size, modified: modified, changed: changed, inode: inode),
        digest: digest, time: time)
    default: break
    }
  }

  private mutating func take(_ record: JournalRecord) {
    records.append(record)
    ownFiles.formUnion(record.written.map(\.resolved))
  }

  // MARK: Asking

  /// The newest record of a cell.
  public func last(_ cell: String) -> JournalRecord? { records.last { $0.cell == cell } }

  /// The record of the run that gave the output with this key, of whatever cell: it may have been
  /// renamed.
  func record(key short: String, cell: String) -> JournalRecord? {
    records.last { $0.cell == cell && $0.short == short }
      ?? records.last { $0.short == short }
  }

  /// The newest record of a run with the same source, parameters, seed, versions and upstream: it
  /// knows which files are opened.
  func record(base: String) -> JournalRecord? {
    records.last { $0.outcome != .failed && $0.base == base }
  }

  /// The cell's saved output is that of a run that stopped; without a record, its text tells.
  func hasFailed(_ cell: NotebookCell) -> Bool {
    guard let output = cell.output else { return false }
    if let record = output.key.flatMap({ record(key: $0, cell: cell.name) }) {
      return record.outcome == .failed
    }
    guard cell.options.expectation == nil else { return false }
    return TextDifference.lines(output.body).contains { $0.hasPrefix("error[E") }
  }

  // MARK: Writing

  private mutating func append(_ json: JSON) throws(FileError) {
    let text = (isTorn ? "\n" : "") + json.text() + "\n"
    try DurableFile.append(text, to: path)
    isTorn = false
    size += text.utf8.count
  }

  /// Notes who runs the notebook.
  mutating func start() throws(FileError) {
    process = Int(getpid())
    try append(
      .object([
        .init("record", .string("start")), .init("process", .integer(Int(getpid()))),
        .init("time", .integer(Int(time(nil)))),
      ]))
  }

  mutating func add(_ record: JournalRecord) throws(FileError) {
    take(record)
    try append(record.json)
  }

  /// Notes a file that is about to be written, so that the notebook may write it again after a
  /// crash.
  mutating func add(writes resolved: String) throws(FileError) {
    guard ownFiles.insert(resolved).inserted else { return }
    try append(
      .object([.init("record", .string("writes")), .init("resolved", .string(resolved))]))
  }

  mutating func add(digest entry: FileDigests.Entry, of path: String) throws(FileError) {
    guard digests[path] != entry else { return }
    digests[path] = entry
    try append(Journal.json(entry, path))
  }

  private static func json(_ entry: FileDigests.Entry, _ path: String) -> JSON {
    .object([
      .init("record", .string("digest")), .init("path", .string(path)),
      .init("digest", .string(entry.digest)), .init("size", .integer(entry.stamp.size)),
      .init("modified", .integer(entry.stamp.modified)),
      .init("changed", .integer(entry.stamp.changed)), .init("inode", .integer(entry.stamp.inode)),
      .init("time", .integer(entry.time)),
    ])
  }

  /// Writes the journal anew without the records that newer ones replace.
  ///
  /// - Parameter cells: the cells the notebook has; of others nothing is kept.
  mutating func compact(cells: Set<String>) throws(FileError) {
    // Of each cell the newest of two keys: the one that gave the saved output may not be the last.
    var kept: [JournalRecord] = []
    var keys: [String: Set<String>] = [:]
    for record in records.reversed() where cells.contains(record.cell) {
      guard keys[record.cell, default: []].count < 2,
        keys[record.cell, default: []].insert(record.short).inserted
      else { continue }
      kept.append(record)
    }
    records = kept.reversed()
    digests = digests.filter { FileStamp($0.key) == $0.value.stamp }
    ownFiles = ownFiles.filter(Paths.exists)
    var lines = records.map(\.json)
    lines += ownFiles.sorted().map {
      .object([.init("record", .string("writes")), .init("resolved", .string($0))])
    }
    lines += digests.sorted { $0.key < $1.key }.map { Journal.json($0.value, $0.key) }
    let text = lines.map { $0.text() + "\n" }.joined()
    try DurableFile.replace(path, with: text)
    isTorn = false
    size = text.utf8.count
  }
}
