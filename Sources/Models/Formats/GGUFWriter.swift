import Files

/// Writes a GGUF file, version 3, that ``GGUFFile``, the gguf Python package and llama.cpp read.
///
/// ```
/// magic  version  counts  metadata  tensor infos  padding  data, each tensor padded
/// ```
/// What is to come is declared first; data are asked for one tensor at a time, so that one is in memory.
public struct GGUFWriter: Sendable {
  /// Names have fewer bytes in llama.cpp, with the zero behind them.
  public static let longestName = 63
  /// llama.cpp has no more axes.
  public static let highestRank = 4

  private struct Tensor {
    let name: String
    let type: GGUFTensorType
    let shape: [Int]
    let offset: Int
    let length: Int
  }

  public let alignment: Int
  private var metadata: [(key: String, encoding: [UInt8])] = []
  private var keys: Set<String> = []
  private var tensors: [Tensor] = []
  private var names: Set<String> = []
  /// Behind all tensors so far, padded.
  private var end = 0

  /// - Parameter alignment: a power of two of at least 8; other values are taken as 32.
  public init(alignment: Int = 32) {
    let isPower = alignment >= 8 && alignment <= 1 << 20 && alignment & (alignment - 1) == 0
    self.alignment = isPower ? alignment : 32
  }

  private func fail(_ field: String, _ reason: String) -> ModelError {
    .malformed(path: "GGUF", field: field, reason: reason)
  }

  /// Adds a value to the metadata. The alignment is written by itself.
  ///
  /// - Throws: ``ModelError/malformed(path:field:reason:)`` for a key that is there or cannot be, and
  ///   for an array whose values are of several types.
  public mutating func set(_ key: String, _ value: GGUFValue) throws(ModelError) {
    guard let encoding = value.encoding else {
      throw fail(key, "an array holds values that are not of its type, or is nested too deeply")
    }
    try set(key, encoding: encoding)
  }

  /// Adds all of another file's metadata, bit for bit, but for its alignment and those that `leaving`
  /// says.
  public mutating func set(from header: GGUFHeader, leaving: Set<String> = []) throws(ModelError) {
    for (key, _) in header.metadata where key != "general.alignment" && !leaving.contains(key) {
      if let encoding = header.encoding(of: key) { try set(key, encoding: encoding) }
    }
  }

  private mutating func set(_ key: String, encoding: [UInt8]) throws(ModelError) {
    guard !key.isEmpty, key.utf8.count <= 65_535, key != "general.alignment" else {
      throw fail("'\(key)'", "it cannot be a key of the metadata")
    }
    guard keys.insert(key).inserted else { throw fail(key, "it is set twice") }
    metadata.append((key, encoding))
  }

  /// Says that a tensor comes next.
  ///
  /// - Parameter shape: outermost extent first.
  /// - Throws: ``ModelError/malformed(path:field:reason:)`` for a name that is taken or too long, more
  ///   than four axes, an extent below 1, and rows that are no whole blocks of the type.
  public mutating func declare(_ name: String, shape: [Int], type: GGUFTensorType)
    throws(ModelError)
  {
    let field = "tensor '\(name)'"
    guard !name.isEmpty, name.utf8.count <= Self.longestName else {
      throw fail(field, "a name has 1 to \(Self.longestName) bytes, not \(name.utf8.count)")
    }
    guard names.insert(name).inserted else { throw fail(field, "the name is taken") }
    guard shape.count <= Self.highestRank, shape.allSatisfy({ $0 > 0 }) else {
      throw fail(
        field, "the shape \(shape) cannot be: at most \(Self.highestRank) extents above 0")
    }
    guard let length = type.byteCount(shape: shape) else {
      throw fail(
        field,
        "rows of \(shape.last ?? 1) numbers are no whole blocks of \(type.blockLength) (\(type.name))"
      )
    }
    let (next, overflow) = end.addingReportingOverflow(length)
    let (padded, wraps) = next.addingReportingOverflow(alignment - 1)
    guard !overflow, !wraps else { throw fail(field, "the file would be larger than can be") }
    tensors.append(Tensor(name: name, type: type, shape: shape, offset: end, length: length))
    end = padded / alignment * alignment
  }

  private var header: [UInt8] {
    var out = Array("GGUF".utf8)
    GGUFValue.append(UInt32(3), to: &out)
    GGUFValue.append(UInt64(tensors.count), to: &out)
    GGUFValue.append(UInt64(metadata.count + 1), to: &out)
    for (key, encoding) in metadata {
      GGUFValue.append(text: Array(key.utf8), to: &out)
      out += encoding
    }
    GGUFValue.append(text: Array("general.alignment".utf8), to: &out)
    out += GGUFValue.uint32(UInt32(alignment)).encoding ?? []
    for tensor in tensors {
      GGUFValue.append(text: Array(tensor.name.utf8), to: &out)
      GGUFValue.append(UInt32(tensor.shape.count), to: &out)
      for extent in tensor.shape.reversed() { GGUFValue.append(UInt64(extent), to: &out) }
      GGUFValue.append(tensor.type.rawValue, to: &out)
      GGUFValue.append(UInt64(tensor.offset), to: &out)
    }
    return out + padding(out.count)
  }

  private func padding(_ length: Int) -> [UInt8] {
    [UInt8](repeating: 0, count: (alignment - length % alignment) % alignment)
  }

  /// Writes the file whole or not at all.
  ///
  /// - Parameter data: the bytes of a tensor, asked for in the order of declaration.
  /// - Throws: what `data` throws, ``ModelError/malformed(path:field:reason:)`` for other than a tensor's
  ///   bytes, ``ModelError/file(_:)``, ``ModelError/interrupted(_:)``.
  public func write(
    to path: String, data: (_ name: String) throws(ModelError) -> [UInt8]
  ) throws(ModelError) {
    let stream = try ModelFileStream(path: path)
    try stream.write(header)
    for tensor in tensors {
      let bytes = try data(tensor.name)
      guard bytes.count == tensor.length else {
        throw .malformed(
          path: path, field: "tensor '\(tensor.name)'",
          reason: "\(bytes.count) bytes were given, its shape and type need \(tensor.length)")
      }
      try stream.write(bytes)
      try stream.write(padding(bytes.count))
    }
    try stream.finish()
  }
}
