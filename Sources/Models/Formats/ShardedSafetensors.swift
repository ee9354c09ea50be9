import Files
import Kernels

/// A checkpoint in several safetensors files and an index (`model.safetensors.index.json`), which says
/// in which file each tensor is.
///
/// Files stand in the index's own folder. Every tensor of the index must be in its file and every tensor
/// of a file in the index; each is there once. `metadata.total_size` is not looked at: writers do not agree
/// on whether tensors that share memory count once.
public final class ShardedSafetensors: TensorSource {
  /// The most files taken.
  public static let shardLimit = 10_000

  public let path: String
  public let tensorNames: [String]
  /// The free text pairs of the first file.
  public let metadata: [(key: String, value: String)]
  private let shards: [SafetensorsFile]
  private let places: [String: Int]
  private let indexDigest: String

  /// - Parameter path: the index.
  public init(path: String) throws(ModelError) {
    self.path = path
    let bytes: [UInt8]
    let json: JSON
    do throws(FileError) {
      bytes = try FileContents.bytes(at: path, limit: SafetensorsFile.headerLimit)
      json = try JSONParser.parse(bytes, path: path, uniqueKeys: true)
    } catch { throw .file(error) }
    indexDigest = Digest.hexadecimal(of: bytes)
    let (files, map) = try Self.files(json, path: path)

    var shards: [SafetensorsFile] = []
    var places: [String: Int] = [:]
    var names: [String] = []
    for (index, file) in files.enumerated() {
      let shard = try SafetensorsFile(path: Paths.join(Paths.parent(of: path), file))
      for name in shard.names {
        guard let wanted = map[name] else {
          throw .unexpectedTensor(
            path: shard.path, name: name, reason: "the index does not have it")
        }
        // Also where both files have it: the index names one of them.
        guard wanted == file else {
          throw .unexpectedTensor(
            path: shard.path, name: name, reason: "the index has it in '\(wanted)'")
        }
        places[name] = index
        names.append(name)
      }
      shards.append(shard)
    }
    for (name, file) in map.sorted(by: { $0.key < $1.key }) where places[name] == nil {
      throw .missingTensor(path: Paths.join(Paths.parent(of: path), file), name: name)
    }
    (self.shards, self.places, tensorNames) = (shards, places, names)
    metadata = shards.first?.metadata ?? []
  }

  /// The files in the order of their names, and the file of each tensor.
  private static func files(_ json: JSON, path: String) throws(ModelError)
    -> ([String], [String: String])
  {
    guard let members = json["weight_map"]?.objectValue else {
      throw .malformed(path: path, field: "weight_map", reason: "it is missing or not an object")
    }
    guard members.count <= SafetensorsFile.tensorLimit else {
      throw .malformed(
        path: path, field: "weight_map",
        reason: "\(members.count) tensors are above the limit of \(SafetensorsFile.tensorLimit)")
    }
    var map: [String: String] = [:]
    for member in members {
      guard let file = member.value.stringValue, isPlainName(file) else {
        throw .malformed(
          path: path, field: "weight_map['\(member.key)']",
          reason: "the name of a .safetensors file in the same folder is expected")
      }
      map[member.key] = file
    }
    let files = Set(map.values).sorted()
    guard !files.isEmpty, files.count <= shardLimit else {
      throw .malformed(
        path: path, field: "weight_map",
        reason: "\(files.count) files, 1 to \(shardLimit) are taken")
    }
    return (files, map)
  }

  /// No way out of the folder: no separators, and neither `.` nor `..` ends in `.safetensors`.
  private static func isPlainName(_ file: String) -> Bool {
    file.hasSuffix(".safetensors") && !file.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
  }

  private func shard(_ name: String) throws(ModelError) -> SafetensorsFile {
    guard let place = places[name] else { throw .missingTensor(path: path, name: name) }
    return shards[place]
  }

  public func shape(of name: String) -> [Int]? {
    places[name].flatMap { shards[$0].shape(of: name) }
  }
  public func typeName(of name: String) -> String? {
    places[name].flatMap { shards[$0].typeName(of: name) }
  }
  public func byteCount(of name: String) -> Int? {
    places[name].flatMap { shards[$0].byteCount(of: name) }
  }
  public func floats(_ name: String) throws(ModelError) -> [Float] {
    try shard(name).floats(name)
  }
  public func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    try shard(name).rows(name, range)
  }
  public func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? {
    try shard(name).quantized(name)
  }

  public func halves(_ name: String) throws(ModelError) -> StoredHalves? {
    try shard(name).halves(name)
  }

  public var identity: String? {
    let all = shards.compactMap(\.identity)
    return all.count == shards.count ? indexDigest + all.joined(separator: "+") : nil
  }

  /// The digest of the index's and of every file's digest.
  public func digest() throws(ModelError) -> String {
    var digest = Digest()
    digest.add(field: indexDigest)
    for shard in shards { digest.add(field: try shard.digest()) }
    return digest.hexadecimal()
  }
}
