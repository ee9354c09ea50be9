import Files
import Language

/// What the cache keeps of a cell or of a sweep's point.
struct CacheEntry: Sendable {
  /// ``CellKey/base``, or the point's key.
  var key: String
  /// How `tessera cache` names it: the notebook's and the cell's name.
  var label: String
  var seconds: Double
  /// What the cell showed.
  var output: String
  /// The values it bound, as ``ValueArchive`` writes them; a point's value has no name.
  var variables: [(name: String, bytes: [UInt8])]
  /// The session's seed behind the cell, where it changed it.
  var seed: UInt64?
  /// The files it read and wrote, with the digests of their content.
  var files: [JournalRecord.File] = []
  var written: [JournalRecord.File] = []

  /// Says what kind of file it is, and which version of the form.
  static let mark = Array("tessera-cache 1\n".utf8)

  /// The entry as a file: the mark, the digest of the rest, a line with label and seconds, the length
  /// of the JSON part, the JSON part, and the values one after another.
  var bytes: [UInt8] {
    func list(_ files: [JournalRecord.File]) -> JSON {
      .array(
        files.map {
          .array([
            .string($0.path), .string($0.resolved), $0.digest.map(JSON.string) ?? .null,
          ])
        })
    }
    let head = Array(
      JSON.object([
        .init("key", .string(key)), .init("output", .string(output)),
        .init("seed", seed.map { .string(String($0)) } ?? .null),
        .init("files", list(files)), .init("written", list(written)),
        .init(
          "variables",
          .array(variables.map { .array([.string($0.name), .integer($0.bytes.count)]) })),
      ]).text().utf8)
    let summary = JSON.object([
      .init("label", .string(label)), .init("seconds", .number(seconds)),
    ])
    var rest = Array((summary.text() + "\n").utf8)
    rest.reserveCapacity(256 + head.count + variables.reduce(0) { $0 + $1.bytes.count })
    withUnsafeBytes(of: UInt64(head.count).littleEndian) { rest += $0 }
    rest += head
    for (_, bytes) in variables { rest += bytes }
    return CacheEntry.mark + Array((Digest.hexadecimal(of: rest) + "\n").utf8) + rest
  }

  init(
    key: String, label: String, seconds: Double, output: String,
    variables: [(name: String, bytes: [UInt8])], seed: UInt64? = nil
  ) {
    self.key = key
    self.label = label
    self.seconds = seconds
    self.output = output
    self.variables = variables
    self.seed = seed
  }

  /// What the start of an entry's file says of it; nothing is checked.
  static func summary(ofFile bytes: [UInt8]) -> (label: String, seconds: Double)? {
    let start = CacheEntry.mark.count + 65
    guard bytes.count > start, bytes.starts(with: CacheEntry.mark),
      let end = bytes[start...].firstIndex(of: 0x0A),
      let json = try? JSONParser.parse(Array(bytes[start..<end]), path: "cache"),
      let label = json["label"]?.stringValue, let seconds = json["seconds"]?.doubleValue
    else { return nil }
    return (label, seconds)
  }

  /// Reads an entry; nil where it is damaged or of another version.
  init?(_ bytes: [UInt8]) {
    let start = CacheEntry.mark.count + 65
    guard bytes.count >= start + 8, bytes.starts(with: CacheEntry.mark),
      bytes[start - 1] == 0x0A
    else { return nil }
    let rest = Array(bytes[start...])
    guard
      Digest.hexadecimal(of: rest).utf8.elementsEqual(bytes[CacheEntry.mark.count..<(start - 1)])
    else { return nil }
    guard let summary = CacheEntry.summary(ofFile: bytes),
      let lengthStart = rest.firstIndex(of: 0x0A).map({ $0 + 1 }), rest.count - lengthStart >= 8
    else { return nil }
    var length: UInt64 = 0
    for index in 0..<8 { length |= UInt64(rest[lengthStart + index]) << (8 * UInt64(index)) }
    let headStart = lengthStart + 8
    guard length <= UInt64(rest.count - headStart),
      let head = try? JSONParser.parse(
        Array(rest[headStart..<(headStart + Int(length))]), path: "cache"),
      let key = head["key"]?.stringValue, let output = head["output"]?.stringValue
    else { return nil }
    var position = headStart + Int(length)
    var variables: [(name: String, bytes: [UInt8])] = []
    for item in head["variables"]?.arrayValue ?? [] {
      guard case .array(let pair) = item, pair.count == 2, let name = pair[0].stringValue,
        let count = pair[1].intValue, count >= 0, count <= rest.count - position
      else { return nil }
      variables.append((name, Array(rest[position..<(position + count)])))
      position += count
    }
    guard position == rest.count else { return nil }
    func list(_ name: String) -> [JournalRecord.File] {
      (head[name]?.arrayValue ?? []).compactMap { item in
        guard case .array(let parts) = item, parts.count == 3, let path = parts[0].stringValue,
          let resolved = parts[1].stringValue
        else { return nil }
        return JournalRecord.File(path: path, resolved: resolved, digest: parts[2].stringValue)
      }
    }
    self.init(
      key: key, label: summary.label, seconds: summary.seconds, output: output,
      variables: variables,
      seed: head["seed"]?.stringValue.flatMap { UInt64($0) })
    files = list("files")
    written = list("written")
  }
}
