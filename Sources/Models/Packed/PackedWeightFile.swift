import Files
import Kernels
import Synchronization
import Tensors

/// Packed matrices in a file that is mapped: what a model's products read, ready to use.
///
/// `TESSPACK`, the length and the checksum of a header, a header in JSON, then at the next page the
/// matrices, each at a multiple of 64 bytes and with a checksum of its own. A machine writes these files
/// for itself; one that is torn, stale or of another version is taken for none.
final class PackedWeightFile: Sendable {
  static let magic = Array("TESSPACK".utf8)
  static let version = 1
  static let alignment = 64
  static let page = 4096
  /// Bytes before the header.
  static let prefix = 24
  private static let headerLimit = 1 << 26

  private struct Entry {
    let form: PackedForm
    let inputs, outputs: Int
    let bytes: UnsafeRawBufferPointer
    let checksum: String
  }

  private let file: MappedFile
  private nonisolated(unsafe) let entries: [String: Entry]

  /// Nil where the file is not there, is damaged, or is not the one that `identity` names.
  /// - Complexity: reads all bytes once, on the threads of the pool.
  init?(path: String, identity: String) {
    guard let file = try? MappedFile(path: path), file.count >= Self.prefix,
      Array(file.bytes[..<8]) == Self.magic
    else { return nil }
    let length = file.bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
    let checksum = file.bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self)
    guard length <= Self.headerLimit,
      let header = try? file.slice(Self.prefix, Int(length)), Checksum.of(header) == checksum,
      let json = try? JSONParser.parse(Array(header), path: path),
      json["version"]?.intValue == Self.version,
      json["layout"]?.stringValue == PackedForm.layout,
      json["identity"]?.stringValue == identity, let members = json["matrices"]?.objectValue
    else { return nil }
    let start = Self.aligned(Self.prefix + Int(length), to: Self.page)
    var entries: [String: Entry] = [:]
    for member in members {
      guard let entry = Self.entry(member.value, file, start: start) else { return nil }
      entries[member.key] = entry
    }
    guard Self.areWhole(Array(entries.values)) else { return nil }
    (self.file, self.entries) = (file, entries)
  }

  static func aligned(_ value: Int, to step: Int) -> Int { (value + step - 1) / step * step }

  private static func entry(_ json: JSON, _ file: MappedFile, start: Int) -> Entry? {
    guard let name = json["form"]?.stringValue, let form = PackedForm(name: name),
      let inputs = json["inputs"]?.intValue, let outputs = json["outputs"]?.intValue,
      let offset = json["offset"]?.intValue, let checksum = json["checksum"]?.stringValue,
      inputs > 0, outputs > 0, offset >= 0, offset <= file.count - start, offset % alignment == 0,
      let length = form.byteCount(inputs: inputs, outputs: outputs),
      let bytes = try? file.slice(start + offset, length)
    else { return nil }
    return Entry(form: form, inputs: inputs, outputs: outputs, bytes: bytes, checksum: checksum)
  }

  private static func areWhole(_ entries: [Entry]) -> Bool {
    let isDamaged = Mutex(false)
    nonisolated(unsafe) let entries = entries
    let most = entries.map(\.bytes.count).max() ?? 0
    SharedWork.run(entries.count, operations: Double(most)) { index in
      let entry = entries[index]
      if String(Checksum.of(entry.bytes), radix: 16) != entry.checksum {
        isDamaged.withLock { $0 = true }
      }
    }
    return !isDamaged.withLock { $0 }
  }

  /// A matrix where it lies in the file; nil where the file has none of that name and shape.
  func matrix(_ name: String, shape: [Int]) -> (any FrozenMatrix)? {
    guard let entry = entries[name], shape == [entry.outputs, entry.inputs] else { return nil }
    return try? entry.form.matrix(
      entry.bytes, owner: file, inputs: entry.inputs, outputs: entry.outputs)
  }
}
