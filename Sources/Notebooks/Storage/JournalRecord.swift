import Files

/// One run of one cell, as the journal keeps it.
public struct JournalRecord: Sendable {
  public enum Outcome: String, Sendable {
    case done
    /// Its values and output came from the cache.
    case cached
    case failed
  }

  /// A file that the cell opened or wrote.
  public struct File: Sendable, Equatable {
    /// As the cell wrote it.
    public let path: String
    public let resolved: String
    public let digest: String?
    public init(path: String, resolved: String, digest: String?) {
      (self.path, self.resolved, self.digest) = (path, resolved, digest)
    }
  }

  public let cell: String
  public let key: CellKey
  /// ``CellKey/base`` and ``CellKey/short`` of its key.
  let base: String
  let short: String
  public var outcome: Outcome
  /// The code of the error it stopped with, also where that was expected.
  public var errorCode: String?
  public var seconds: Double
  /// The largest resident memory of the process while it ran, in bytes.
  public var peakMemory: Int?
  public var threads: Int
  public var host: String
  public var version: String
  /// Seconds since 1970.
  public var time: Int
  public var files: [File] = []
  public var written: [File] = []
  /// Numbers that depend on the machine, as commands said them.
  public var notes: [String] = []

  init(
    cell: String, key: CellKey, outcome: Outcome, errorCode: String? = nil, seconds: Double,
    peakMemory: Int? = nil, threads: Int = 1, host: String = "", version: String = "",
    time: Int = 0, files: [File] = [], written: [File] = [],
    notes: [String] = []
  ) {
    self.cell = cell
    self.key = key
    base = key.base
    short = key.short
    self.outcome = outcome
    self.errorCode = errorCode
    self.seconds = seconds
    self.peakMemory = peakMemory
    self.threads = threads
    self.host = host
    self.version = version
    self.time = time
    self.files = files
    self.written = written
    self.notes = notes
  }
}

extension JournalRecord {
  var json: JSON {
    func list(_ files: [File]) -> JSON {
      .array(
        files.map {
          .object([
            .init("path", .string($0.path)), .init("resolved", .string($0.resolved)),
            .init("digest", $0.digest.map(JSON.string) ?? .null),
          ])
        })
    }
    var members: [JSON.Member] = [
      .init("record", .string("run")), .init("cell", .string(cell)),
      .init("key", .string(short)), .init("outcome", .string(outcome.rawValue)),
    ]
    if let errorCode { members.append(.init("error", .string(errorCode))) }
    members += [
      .init("seconds", .number((seconds * 1e6).rounded() / 1e6)),
      .init("peak_memory", peakMemory.map(JSON.integer) ?? .null),
      .init("threads", .integer(threads)), .init("host", .string(host)),
      .init("version", .string(version)), .init("time", .integer(time)),
    ]
    if !files.isEmpty { members.append(.init("files", list(files))) }
    if !written.isEmpty { members.append(.init("written", list(written))) }
    if !notes.isEmpty { members.append(.init("notes", .array(notes.map(JSON.string)))) }
    members.append(.init("parts", key.json))
    return .object(members)
  }

  init?(_ json: JSON) {
    guard json["record"]?.stringValue == "run", let cell = json["cell"]?.stringValue,
      let key = json["parts"].flatMap(CellKey.init),
      let outcome = json["outcome"]?.stringValue.flatMap(Outcome.init)
    else { return nil }
    func list(_ name: String) -> [File] {
      (json[name]?.arrayValue ?? []).compactMap { entry in
        guard let path = entry["path"]?.stringValue, let resolved = entry["resolved"]?.stringValue
        else { return nil }
        return File(path: path, resolved: resolved, digest: entry["digest"]?.stringValue)
      }
    }
    self.init(
      cell: cell, key: key, outcome: outcome, errorCode: json["error"]?.stringValue,
      seconds: json["seconds"]?.doubleValue ?? 0, peakMemory: json["peak_memory"]?.intValue,
      threads: json["threads"]?.intValue ?? 1, host: json["host"]?.stringValue ?? "",
      version: json["version"]?.stringValue ?? "", time: json["time"]?.intValue ?? 0,
      files: list("files"), written: list("written"),
      notes: (json["notes"]?.arrayValue ?? []).compactMap(\.stringValue))
  }
}
