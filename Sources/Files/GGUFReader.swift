/// Reads the header of a GGUF file from its start to its end, checking every step.
struct GGUFReader {
  static let magic = Swift.Array("GGUF".utf8)
  private static let deepestArray = 8
  private static let mostDimensions = 8
  private static let longestName = 1 << 16

  struct Contents {
    var version = 0
    var metadata: [(key: String, value: GGUFHeader.Value)] = []
    var tensors: [GGUFHeader.TensorInfo] = []
    var alignment = 32
    var dataStart = 0
    var places: [String: Int] = [:]
    /// Of each value of `metadata`, its type's number before it.
    var ranges: [Range<Int>] = []
  }

  /// The file, or its first bytes.
  private let bytes: UnsafeRawBufferPointer
  /// The size of the whole file, which counts and offsets are checked against.
  private let end: Int
  private let path: String
  private var offset = 0

  init(_ file: MappedFile, size: Int) {
    bytes = file.bytes
    end = max(size, file.count)
    path = file.path
  }

  mutating func header() throws(FileError) -> Contents {
    var contents = Contents()
    try need(24, "the header")
    guard bytes.prefix(4).elementsEqual(Self.magic) else {
      throw fail("this is no GGUF file", at: 0)
    }
    offset = 4
    let version: UInt32 = try number()
    if version == 2 << 24 || version == 3 << 24 {
      throw fail("the file is big-endian, which is not supported", at: 4)
    }
    guard version == 2 || version == 3 else {
      throw fail("version \(version) of the format, 2 and 3 are supported", at: 4)
    }
    contents.version = Int(version)
    // A tensor takes at least 24 bytes here, a key with its value 13.
    let tensorCount = try count(least: 24, "tensors")
    let keyCount = try count(least: 13, "metadata keys")

    for _ in 0..<keyCount {
      let start = offset
      let key = try name("a metadata key")
      let place = offset
      let type = try type()
      let value = try value(type, depth: 0)
      guard contents.places.updateValue(contents.metadata.count, forKey: key) == nil else {
        throw fail("the key '\(key)' is there twice", at: start)
      }
      contents.metadata.append((key, value))
      contents.ranges.append(place..<offset)
    }
    if let place = contents.places["general.alignment"] {
      guard case .integer(let alignment) = contents.metadata[place].value, alignment > 0,
        alignment <= 1 << 20, alignment & (alignment - 1) == 0
      else { throw fail("general.alignment is no power of two below 2²⁰", at: offset) }
      contents.alignment = alignment
    }
    try readTensors(tensorCount, into: &contents)
    return contents
  }

  private mutating func readTensors(_ count: Int, into contents: inout Contents) throws(FileError) {
    var found: [(info: GGUFHeader.TensorInfo, relative: UInt64, place: Int)] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let start = offset
      let name = try name("a tensor's name")
      if !names.insert(name).inserted {
        throw fail("the tensor '\(name)' is there twice", at: start)
      }
      let rank: UInt32 = try number()
      guard rank <= Self.mostDimensions else {
        throw fail("the tensor '\(name)' has \(rank) dimensions", at: start)
      }
      var dimensions: [Int] = []
      var elements = 1
      for _ in 0..<rank {
        let size: UInt64 = try number()
        let (product, overflow) = elements.multipliedReportingOverflow(
          by: Int(truncatingIfNeeded: size))
        guard size > 0, size <= UInt64(Int.max), !overflow else {
          throw fail("the tensor '\(name)' has a dimension of \(size)", at: start)
        }
        elements = product
        dimensions.append(Int(size))
      }
      let type: UInt32 = try number()
      let relative: UInt64 = try number()
      let info = GGUFHeader.TensorInfo(name: name, dimensions: dimensions, type: type, offset: 0)
      found.append((info, relative, start))
    }
    let data = (offset + contents.alignment - 1) / contents.alignment * contents.alignment
    contents.dataStart = data
    for (info, relative, place) in found {
      guard relative % UInt64(contents.alignment) == 0 else {
        throw fail("the data of '\(info.name)' are not aligned to \(contents.alignment)", at: place)
      }
      guard data <= end, relative < UInt64(end - data) else {
        throw fail(
          "the data of '\(info.name)' start at byte \(relative) after the header, behind the file's end",
          at: place)
      }
      contents.tensors.append(
        GGUFHeader.TensorInfo(
          name: info.name, dimensions: info.dimensions, type: info.type,
          offset: data + Int(relative)))
    }
  }

  // MARK: Values

  private mutating func value(_ type: GGUFHeader.ValueType, depth: Int) throws(FileError)
    -> GGUFHeader.Value
  {
    switch type {
    case .string: return .string(try string())
    case .array: return .array(try array(depth: depth))
    default:
      let size = type.size ?? 1
      try need(size, "a value")
      defer { offset += size }
      if type == .bool, bytes[offset] > 1 { throw fail("a bool is 0 or 1", at: offset) }
      return Self.scalar(type, bytes, offset)
    }
  }

  static func scalar(_ type: GGUFHeader.ValueType, _ bytes: UnsafeRawBufferPointer, _ offset: Int)
    -> GGUFHeader.Value
  {
    func load<Word: FixedWidthInteger>(_ type: Word.Type) -> Word {
      Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
    }
    switch type {
    case .uint8: return .integer(Int(load(UInt8.self)))
    case .int8: return .integer(Int(load(Int8.self)))
    case .uint16: return .integer(Int(load(UInt16.self)))
    case .int16: return .integer(Int(load(Int16.self)))
    case .uint32: return .integer(Int(load(UInt32.self)))
    case .int32: return .integer(Int(load(Int32.self)))
    case .int64: return .integer(Int(load(Int64.self)))
    case .uint64:
      let value = load(UInt64.self)
      return Int(exactly: value).map { .integer($0) } ?? .large(value)
    case .float32: return .float(Double(Float(bitPattern: load(UInt32.self))))
    case .float64: return .float(Double(bitPattern: load(UInt64.self)))
    case .bool: return .bool(load(UInt8.self) != 0)
    case .string, .array: return .bool(false)
    }
  }

  private mutating func array(depth: Int) throws(FileError) -> GGUFHeader.Array {
    let start = offset
    guard depth < Self.deepestArray else {
      throw fail("arrays are nested deeper than \(Self.deepestArray)", at: start)
    }
    let type = try type()
    let count = try count(least: type.size ?? (type == .string ? 8 : 12), "elements")
    let first = offset
    if let size = type.size {
      try need(count * size, "an array")
      offset += count * size
    } else {
      for _ in 0..<count { _ = try value(type, depth: depth + 1) }
    }
    return GGUFHeader.Array(type: type, count: count, range: first..<offset)
  }

  private mutating func type() throws(FileError) -> GGUFHeader.ValueType {
    let start = offset
    let number: UInt32 = try number()
    guard let type = GGUFHeader.ValueType(rawValue: number) else {
      throw fail("\(number) is no type of value", at: start)
    }
    return type
  }

  private mutating func name(_ what: String) throws(FileError) -> String {
    let start = offset
    let range = try string()
    guard !range.isEmpty, range.count <= Self.longestName,
      let name = String(validating: bytes[range], as: UTF8.self)
    else { throw fail("\(what) is empty, too long or not UTF-8", at: start) }
    return name
  }

  private mutating func string() throws(FileError) -> Range<Int> {
    let length = try count(least: 1, "bytes of text")
    try need(length, "a text")
    defer { offset += length }
    return offset..<offset + length
  }

  /// A count of things that take at least `least` bytes each, checked against what is left.
  private mutating func count(least: Int, _ what: String) throws(FileError) -> Int {
    let start = offset
    let count: UInt64 = try number()
    let room = (end - offset) / least
    guard count <= UInt64(room) else {
      throw fail("\(count) \(what) are claimed, there is room for \(room)", at: start)
    }
    return Int(count)
  }

  private mutating func number<Word: FixedWidthInteger>() throws(FileError) -> Word {
    try need(MemoryLayout<Word>.size, "a number")
    defer { offset += MemoryLayout<Word>.size }
    return Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Word.self))
  }

  private func need(_ length: Int, _ what: String) throws(FileError) {
    if end - offset < length { throw fail("the file ends in \(what)", at: offset) }
    // Only where these are not all of the file's bytes.
    if bytes.count - offset < length {
      throw .truncated(path: path, needed: offset + length, found: bytes.count)
    }
  }

  private func fail(_ reason: String, at byte: Int) -> FileError {
    .malformed(path: path, byte: byte, reason: reason)
  }
}
