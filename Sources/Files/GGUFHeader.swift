/// The checked header of a GGUF file, version 2 or 3, little-endian: metadata, and where every
/// tensor's data lie. (Format: ggml's docs/gguf.md.)
///
/// The file is mapped and nothing is copied: strings and arrays are ranges of it. Every count,
/// length and offset is checked against the file's size before it is used.
public struct GGUFHeader: Sendable {
  /// How a value is stored, by the number that the file has for it.
  public enum ValueType: UInt32, Sendable {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array
    case uint64, int64, float64

    /// The bytes of one value; nil where they vary.
    var size: Int? {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      case .string, .array: nil
      }
    }
  }

  public enum Value: Sendable {
    case integer(Int)
    /// A uint64 above `Int.max`.
    case large(UInt64)
    case float(Double)
    case bool(Bool)
    /// The bytes of a UTF-8 text, as a range of the file.
    case string(Range<Int>)
    case array(Array)
  }

  /// An array's elements, as a range of the file.
  public struct Array: Sendable {
    public let type: ValueType
    public let count: Int
    public let range: Range<Int>
  }

  /// A tensor's place in the file.
  public struct TensorInfo: Sendable {
    public let name: String
    /// Innermost dimension first, as the file has it.
    public let dimensions: [Int]
    /// ggml's number of the element type.
    public let type: UInt32
    /// From the start of the file.
    public let offset: Int
  }

  /// The file, or a copy of its first bytes, which hold the header.
  public let file: MappedFile
  public let version: Int
  public let metadata: [(key: String, value: Value)]
  public let tensors: [TensorInfo]
  public let alignment: Int
  /// Where the data begin: the header's end, rounded up to the alignment.
  public let dataStart: Int
  private let places: [String: Int]
  private let ranges: [Range<Int>]

  /// - Throws: ``FileError/malformed(path:byte:reason:)`` with the byte that is wrong.
  public init(path: String) throws(FileError) {
    let file = try MappedFile(path: path)
    try self.init(file, size: file.count)
  }

  /// Reads a header from a copy of a file's first bytes: for files whose tensors are read too, where
  /// a mapped header would kill the process if the file became shorter meanwhile.
  ///
  /// - Parameter size: the size of the file.
  /// - Throws: ``FileError/truncated(path:needed:found:)`` if the header does not end in
  ///   `firstBytes`; then more of them are needed.
  public init(path: String, firstBytes: [UInt8], size: Int) throws(FileError) {
    try self.init(MappedFile(path: path, copying: firstBytes), size: size)
  }

  private init(_ file: MappedFile, size: Int) throws(FileError) {
    self.file = file
    var reader = GGUFReader(file, size: size)
    let contents = try reader.header()
    version = contents.version
    metadata = contents.metadata
    tensors = contents.tensors
    alignment = contents.alignment
    dataStart = contents.dataStart
    places = contents.places
    ranges = contents.ranges
  }

  public subscript(key: String) -> Value? { places[key].map { metadata[$0].value } }

  /// A value as the file has it: its type's number and its bytes, to be written into another file.
  public func encoding(of key: String) -> [UInt8]? {
    places[key].map { [UInt8](file.bytes[ranges[$0]]) }
  }

  public func integer(_ key: String) -> Int? {
    if case .integer(let value)? = self[key] { value } else { nil }
  }

  public func bool(_ key: String) -> Bool? {
    if case .bool(let value)? = self[key] { value } else { nil }
  }

  public func text(_ key: String) -> String? {
    guard case .string(let range)? = self[key] else { return nil }
    return String(decoding: file.bytes[range], as: UTF8.self)
  }

  public func array(_ key: String) -> Array? {
    if case .array(let array)? = self[key] { array } else { nil }
  }

  /// The bytes of every element of an array of strings.
  public func strings(_ array: Array) -> [Range<Int>] {
    guard array.type == .string else { return [] }
    var ranges: [Range<Int>] = []
    ranges.reserveCapacity(array.count)
    var offset = array.range.lowerBound
    for _ in 0..<array.count {
      // Checked when the header was read.
      let length = Int(
        UInt64(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)))
      ranges.append(offset + 8..<offset + 8 + length)
      offset += 8 + length
    }
    return ranges
  }

  /// The elements of an array of whole numbers; nil for other arrays.
  public func integers(_ array: Array) -> [Int]? {
    guard let size = array.type.size else { return nil }
    var result: [Int] = []
    result.reserveCapacity(array.count)
    for index in 0..<array.count {
      let offset = array.range.lowerBound + index * size
      guard case .integer(let value) = GGUFReader.scalar(array.type, file.bytes, offset) else {
        return nil
      }
      result.append(value)
    }
    return result
  }

  /// The elements of an array of float32; nil for other arrays.
  public func floats(_ array: Array) -> [Float]? {
    guard array.type == .float32 else { return nil }
    return (0..<array.count).map { index in
      let offset = array.range.lowerBound + index * 4
      return Float(
        bitPattern: UInt32(
          littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)))
    }
  }
}
