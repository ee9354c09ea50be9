import Files
import Kernels

/// A GGUF file (ggml's docs/gguf.md), version 2 or 3: its metadata and its tensors.
///
/// Everything is checked before a tensor is read: types are known, rows are whole blocks, sizes do not
/// overflow, and data fill the file from the header to its end, one aligned tensor after another with
/// only padding between them. The header is copied and tensors are read, not mapped: a file that
/// becomes shorter meanwhile is an error, where a mapping would end the process (SIGBUS).
public final class GGUFFile: TensorSource {
  /// The longest header taken, in bytes; so also the longest text in it.
  public static let headerLimit = 100_000_000
  /// The most tensors taken.
  public static let tensorLimit = 1_000_000

  struct Entry: Sendable {
    let name: String
    let type: GGUFTensorType
    /// Outermost first.
    let shape: [Int]
    /// In the file, in bytes.
    let offset: Int
    let length: Int
  }

  public let header: GGUFHeader
  public let tensorNames: [String]
  public var path: String { file.path }
  let file: WeightFile
  private let entries: [String: Entry]

  public init(path: String) throws(ModelError) {
    file = try WeightFile(path: path)
    header = try Self.header(of: file)
    guard header.tensors.count <= Self.tensorLimit else {
      throw .malformed(
        path: path, field: "tensor count",
        reason: "\(header.tensors.count) are above the limit of \(Self.tensorLimit)")
    }
    if let parts = header.integer("split.count"), parts > 1 {
      throw .unsupported(
        path: path, feature: "the other \(parts - 1) of its \(parts) files (split.count)")
    }
    let sorted = try Self.entries(of: header, file: file)
    tensorNames = sorted.map(\.name)
    entries = Dictionary(
      sorted.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Headers are a few megabytes of a file of gigabytes: ever more of it is read until they end.
  private static func header(of file: WeightFile) throws(ModelError) -> GGUFHeader {
    // Most headers with a vocabulary end within four megabytes.
    var length = min(file.count, 4 << 20)
    while true {
      let bytes = try file.bytes(0, length)
      do throws(FileError) {
        return try GGUFHeader(path: file.path, firstBytes: bytes, size: file.count)
      } catch {
        guard case .truncated(_, let needed, _) = error else { throw .file(error) }
        guard length < headerLimit else {
          throw .malformed(
            path: file.path, field: "header",
            reason: "it is longer than the limit of \(headerLimit) bytes")
        }
        length = min(file.count, max(2 * length, min(needed, headerLimit)), headerLimit)
      }
    }
  }

  private static func entries(of header: GGUFHeader, file: WeightFile) throws(ModelError)
    -> [Entry]
  {
    func fail(_ name: String, _ reason: String) -> ModelError {
      .malformed(path: file.path, field: "tensor '\(name)'", reason: reason)
    }
    var entries: [Entry] = []
    entries.reserveCapacity(header.tensors.count)
    for info in header.tensors {
      guard let type = GGUFTensorType(rawValue: info.type) else {
        throw fail(info.name, "\(info.type) is no number of an element type")
      }
      let shape = Array(info.dimensions.reversed())
      let width = shape.last ?? 1
      if width % type.blockLength != 0 {
        throw fail(
          info.name,
          "rows of \(width) numbers are no whole blocks of \(type.blockLength) (\(type.name))")
      }
      guard let length = type.byteCount(shape: shape) else {
        throw fail(info.name, "the shape \(shape) of \(type.name) overflows")
      }
      entries.append(
        Entry(name: info.name, type: type, shape: shape, offset: info.offset, length: length))
    }
    entries.sort { ($0.offset, $0.name) < ($1.offset, $1.name) }
    var next = header.dataStart
    for entry in entries {
      guard entry.offset == next else {
        throw fail(
          entry.name,
          "its data begin at byte \(entry.offset), "
            + (entry.offset < next
              ? "inside what ends at byte \(next)" : "after a gap from byte \(next)"))
      }
      let (end, overflow) = entry.offset.addingReportingOverflow(entry.length)
      guard !overflow, end <= file.count else {
        throw .size(path: file.path, needed: overflow ? Int.max : end, found: file.count)
      }
      // Cannot overflow: the alignment is at most 2²⁰, and `end` a place in the file.
      next = (end + header.alignment - 1) / header.alignment * header.alignment
    }
    // The last tensor may be padded too.
    guard file.count <= next else {
      throw .size(path: file.path, needed: next, found: file.count)
    }
    return entries
  }

  public func shape(of name: String) -> [Int]? { entries[name]?.shape }
  public func typeName(of name: String) -> String? { entries[name]?.type.name }
  public func byteCount(of name: String) -> Int? { entries[name]?.length }
  public func type(of name: String) -> GGUFTensorType? { entries[name]?.type }
  public func digest() throws(ModelError) -> String { try file.digest() }
  public var identity: String? { file.identity }

  private func entry(_ name: String) throws(ModelError) -> Entry {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    return entry
  }

  private func decoder(_ entry: Entry) throws(ModelError) -> ElementDecoder {
    if let decoder = entry.type.decoder { return decoder }
    throw .unsupported(path: path, feature: "the tensor '\(entry.name)' of type \(entry.type.name)")
  }

  public func floats(_ name: String) throws(ModelError) -> [Float] {
    let entry = try entry(name)
    return try decoder(entry).floats(file.bytes(entry.offset, entry.length))
  }

  public func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    let entry = try entry(name)
    let place = try RowRange(path: path, name: name, shape: entry.shape, range)
      .bytes(of: entry.length)
    return try decoder(entry).floats(file.bytes(entry.offset + place.lowerBound, place.count))
  }

  public func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? {
    let entry = try entry(name)
    guard entry.shape.count == 2, let format = entry.type.blockFormat else { return nil }
    let bytes = try file.bytes(entry.offset, entry.length)
    do throws(KernelError) {
      return try .copying(
        bytes, format: format, inputs: entry.shape[1], outputs: entry.shape[0])
    } catch { throw ModelError(error) }
  }

  public func halves(_ name: String) throws(ModelError) -> StoredHalves? {
    let entry = try entry(name)
    guard entry.shape.count == 2, let format = entry.type.halfFormat else { return nil }
    return StoredHalves(
      format: format, values: try file.values(entry.offset, entry.length / 2),
      outputs: entry.shape[0], inputs: entry.shape[1])
  }

  /// A tensor's bytes as they stand in the file.
  public func bytes(_ name: String) throws(ModelError) -> [UInt8] {
    let entry = try entry(name)
    return try file.bytes(entry.offset, entry.length)
  }
}

extension GGUFTensorType {
  var decoder: ElementDecoder? {
    switch self {
    case .f32: .f32
    case .f16: .f16
    case .bf16: .bf16
    case .f64: .f64
    case .i8: .i8
    case .i16: .i16
    case .i32: .i32
    case .i64: .i64
    default: blockFormat.map { .blocks($0) }
    }
  }
}
