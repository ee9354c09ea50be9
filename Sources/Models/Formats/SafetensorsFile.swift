import Files
import Kernels
import Tensors

/// The element types of safetensors.
enum SafetensorsType: String, CaseIterable {
  case bool = "BOOL"
  case u8 = "U8"
  case i8 = "I8"
  case f8e4m3 = "F8_E4M3"
  case f8e5m2 = "F8_E5M2"
  case i16 = "I16"
  case u16 = "U16"
  case f16 = "F16"
  case bf16 = "BF16"
  case i32 = "I32"
  case u32 = "U32"
  case f32 = "F32"
  case i64 = "I64"
  case u64 = "U64"
  case f64 = "F64"

  var byteCount: Int {
    switch self {
    case .bool, .u8, .i8, .f8e4m3, .f8e5m2: 1
    case .i16, .u16, .f16, .bf16: 2
    case .i32, .u32, .f32: 4
    case .i64, .u64, .f64: 8
    }
  }
}

/// A safetensors file (github.com/huggingface/safetensors), its header checked completely.
///
/// ```
/// header length (8 bytes)  header (JSON: name → dtype, shape, data_offsets)  data
/// ```
/// Tensors fill the data region without overlap, gap or rest; each range is exactly what its shape and
/// type need. Nothing is allocated for a tensor before all of this is known.
public final class SafetensorsFile: TensorSource {
  /// The longest header taken, in bytes.
  public static let headerLimit = 100_000_000
  /// The most tensors taken.
  public static let tensorLimit = 1_000_000
  static let rankLimit = 8

  struct Entry: Sendable {
    var name: String
    var type: SafetensorsType
    var shape: [Int]
    /// Offset in the file, and length, in bytes.
    var offset: Int
    var length: Int
  }

  let file: WeightFile
  public var path: String { file.path }
  /// The free text pairs of `__metadata__`.
  public let metadata: [(key: String, value: String)]
  private let entries: [String: Entry]
  /// The tensors' names in the order of their data.
  public let names: [String]

  public init(path: String) throws(ModelError) {
    file = try WeightFile(path: path)
    guard file.count >= 8 else { throw .size(path: path, needed: 8, found: file.count) }
    let words: [UInt64] = try file.values(0, 1)
    let stated = UInt64(littleEndian: words[0])
    guard stated <= Self.headerLimit else {
      throw .malformed(
        path: path, field: "header length",
        reason: "\(stated) bytes are above the limit of \(Self.headerLimit)")
    }
    let length = Int(stated)
    guard length <= file.count - 8 else {
      throw .size(path: path, needed: 8 + length, found: file.count)
    }
    let header = try file.bytes(8, length)
    guard header.first == UInt8(ascii: "{") else {
      throw .malformed(path: path, field: "header", reason: "it does not begin with '{'")
    }
    let json: JSON
    do throws(FileError) {
      json = try JSONParser.parse(header, path: path, uniqueKeys: true)
    } catch { throw .file(error) }
    let reader = SafetensorsHeader(path: path, dataStart: 8 + length, end: file.count)
    let (entries, metadata) = try reader.read(json)
    self.metadata = metadata
    names = entries.map(\.name)
    self.entries = Dictionary(
      entries.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  public func contains(_ name: String) -> Bool { entries[name] != nil }

  /// A tensor's shape, or nil if there is no such tensor.
  public func shape(of name: String) -> [Int]? { entries[name]?.shape }

  public var tensorNames: [String] { names }
  public func typeName(of name: String) -> String? { entries[name]?.type.rawValue }
  public func byteCount(of name: String) -> Int? { entries[name]?.length }
  public func digest() throws(ModelError) -> String { try file.digest() }
  public var identity: String? { file.identity }

  /// Nil: the format has no quantised blocks.
  public func quantized(_ name: String) throws(ModelError) -> QuantizedMatrix? {
    if entries[name] == nil { throw .missingTensor(path: path, name: name) }
    return nil
  }

  public func halves(_ name: String) throws(ModelError) -> StoredHalves? {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    let format: HalfFormat
    switch entry.type {
    case .f16: format = .f16
    case .bf16: format = .bf16
    default: return nil
    }
    guard entry.shape.count == 2 else { return nil }
    return StoredHalves(
      format: format, values: try file.values(entry.offset, entry.length / 2),
      outputs: entry.shape[0], inputs: entry.shape[1])
  }

  /// A tensor's values as f32; F16 and BF16 are widened exactly, F64 is rounded.
  public func floats(_ name: String) throws(ModelError) -> [Float] {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    return try decoder(entry).floats(file.bytes(entry.offset, entry.length))
  }

  public func rows(_ name: String, _ range: Range<Int>) throws(ModelError) -> [Float] {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    let place = try RowRange(path: path, name: name, shape: entry.shape, range)
      .bytes(of: entry.length)
    return try decoder(entry).floats(file.bytes(entry.offset + place.lowerBound, place.count))
  }

  private func decoder(_ entry: Entry) throws(ModelError) -> ElementDecoder {
    switch entry.type {
    case .f32: return .f32
    case .f64: return .f64
    case .f16: return .f16
    case .bf16: return .bf16
    default:
      throw .unsupported(
        path: path, feature: "a weight '\(entry.name)' of type \(entry.type.rawValue)")
    }
  }

  /// A tensor of floats (f32) or of 32-bit integers.
  public func tensor(_ name: String) throws(ModelError) -> Tensor {
    guard let entry = entries[name] else { throw .missingTensor(path: path, name: name) }
    let result: Tensor?
    if entry.type == .i32 {
      let bits: [UInt32] = try file.values(entry.offset, entry.length / 4)
      result = try? Tensor(
        bits.map { Int32(bitPattern: UInt32(littleEndian: $0)) }, shape: entry.shape)
    } else {
      result = try? Tensor(try floats(name), shape: entry.shape)
    }
    guard let result else { throw .memory(needed: entry.length) }
    return result
  }
}

/// Checks a header against the file's size.
private struct SafetensorsHeader {
  let path: String
  let dataStart: Int
  let end: Int

  func read(_ json: JSON) throws(ModelError)
    -> ([SafetensorsFile.Entry], [(key: String, value: String)])
  {
    guard let members = json.objectValue else {
      throw .malformed(path: path, field: "header", reason: "it is not an object")
    }
    guard members.count <= SafetensorsFile.tensorLimit else {
      throw .malformed(
        path: path, field: "header",
        reason: "\(members.count) tensors are above the limit of \(SafetensorsFile.tensorLimit)")
    }
    var entries: [SafetensorsFile.Entry] = []
    var metadata: [(key: String, value: String)] = []
    for member in members {
      if member.key == "__metadata__" {
        metadata = try pairs(member.value)
      } else {
        entries.append(try entry(member))
      }
    }
    entries.sort { ($0.offset, $0.length, $0.name) < ($1.offset, $1.length, $1.name) }
    var next = dataStart
    for entry in entries {
      guard entry.offset == next else {
        throw .malformed(
          path: path, field: "tensor '\(entry.name)'",
          reason: "its data begins at byte \(entry.offset), "
            + (entry.offset < next ? "inside the tensor before it" : "after a gap")
            + " that ends at byte \(next)")
      }
      next = entry.offset + entry.length
    }
    guard next == end else { throw .size(path: path, needed: next, found: end) }
    return (entries, metadata)
  }

  private func pairs(_ value: JSON) throws(ModelError) -> [(key: String, value: String)] {
    guard let members = value.objectValue else {
      throw .malformed(path: path, field: "__metadata__", reason: "it is not an object")
    }
    var result: [(key: String, value: String)] = []
    for member in members {
      guard let text = member.value.stringValue else {
        throw .malformed(
          path: path, field: "__metadata__", reason: "the value of '\(member.key)' is not a text")
      }
      result.append((member.key, text))
    }
    return result
  }

  private func entry(_ member: JSON.Member) throws(ModelError) -> SafetensorsFile.Entry {
    func fail(_ reason: String) -> ModelError {
      .malformed(path: path, field: "tensor '\(member.key)'", reason: reason)
    }
    guard let fields = member.value.objectValue,
      fields.map(\.key).sorted() == ["data_offsets", "dtype", "shape"]
    else { throw fail("it needs dtype, shape and data_offsets, and nothing else") }
    guard let name = member.value["dtype"]?.stringValue else { throw fail("its dtype is no text") }
    guard let type = SafetensorsType(rawValue: name) else {
      throw fail("its dtype '\(name)' is not known")
    }
    guard let shape = extents(member.value["shape"]) else {
      throw fail("its shape is not a list of sizes")
    }
    if shape.count > SafetensorsFile.rankLimit {
      throw fail("its rank \(shape.count) is above \(SafetensorsFile.rankLimit)")
    }
    guard let range = extents(member.value["data_offsets"]), range.count == 2 else {
      throw fail("its data_offsets are not two places")
    }
    guard range[0] <= range[1], range[1] <= end - dataStart else {
      throw fail("its data_offsets \(range) do not lie in the \(end - dataStart) bytes of data")
    }
    var bytes = type.byteCount
    for extent in shape {
      let (next, overflow) = bytes.multipliedReportingOverflow(by: extent)
      if overflow { throw fail("the shape \(shape) overflows") }
      bytes = next
    }
    guard bytes == range[1] - range[0] else {
      throw fail(
        "the shape \(shape) of \(name) needs \(bytes) bytes, data_offsets hold \(range[1] - range[0])"
      )
    }
    return SafetensorsFile.Entry(
      name: member.key, type: type, shape: shape, offset: dataStart + range[0], length: bytes)
  }

  /// A list of integers that are not negative; `3.0` is not one.
  private func extents(_ value: JSON?) -> [Int]? {
    guard let items = value?.arrayValue else { return nil }
    var result: [Int] = []
    for item in items {
      guard case .integer(let extent) = item, extent >= 0 else { return nil }
      result.append(extent)
    }
    return result
  }
}
