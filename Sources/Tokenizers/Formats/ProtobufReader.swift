/// Reads the fields of a protocol-buffer message in place (protobuf wire format, proto2/3).
///
/// Every length is checked against what is left before it is used; nested messages are readers of
/// their own, so depth is the caller's, and nothing is allocated.
struct ProtobufReader {
  /// A field's value as the wire has it.
  enum Value {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    case bytes(Range<Int>)
  }

  /// Why the bytes are no message, and at which of them.
  struct Failure: Error {
    var offset: Int
    var reason: String
  }

  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int
  let end: Int

  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>) {
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or nil at the message's end.
  mutating func next() throws(Failure) -> (number: Int, value: Value, offset: Int)? {
    guard offset < end else { return nil }
    let start = offset
    let key = try varint()
    guard key >> 3 > 0, key >> 3 < 1 << 29 else {
      throw Failure(offset: start, reason: "the field number \(key >> 3) is not possible")
    }
    let number = Int(key >> 3)
    switch key & 7 {
    case 0: return (number, .varint(try varint()), start)
    case 1: return (number, .fixed64(UInt64(littleEndian: try fixed(UInt64.self))), start)
    case 5: return (number, .fixed32(UInt32(littleEndian: try fixed(UInt32.self))), start)
    case 2:
      let length = try varint()
      guard length <= UInt64(end - offset) else {
        throw Failure(
          offset: start,
          reason: "field \(number) claims \(length) bytes, \(end - offset) are left")
      }
      let range = offset..<offset + Int(length)
      offset = range.upperBound
      return (number, .bytes(range), start)
    default:
      throw Failure(offset: start, reason: "the wire type \(key & 7) is not possible")
    }
  }

  private mutating func varint() throws(Failure) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < end else { throw Failure(offset: offset, reason: "the message is cut short") }
      let byte = bytes[offset]
      offset += 1
      if shift == 63, byte > 1 { break }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw Failure(offset: offset, reason: "a number has more than 64 bits")
  }

  private mutating func fixed<Word: FixedWidthInteger>(_ type: Word.Type) throws(Failure) -> Word {
    guard end - offset >= MemoryLayout<Word>.size else {
      throw Failure(offset: offset, reason: "the message is cut short")
    }
    defer { offset += MemoryLayout<Word>.size }
    return bytes.loadUnaligned(fromByteOffset: offset, as: Word.self)
  }
}

extension ProtobufReader.Value {
  func integer(_ offset: Int) throws(ProtobufReader.Failure) -> Int {
    guard case .varint(let value) = self else {
      throw ProtobufReader.Failure(offset: offset, reason: "a whole number is expected")
    }
    return Int(truncatingIfNeeded: value)
  }

  func flag(_ offset: Int) throws(ProtobufReader.Failure) -> Bool { try integer(offset) != 0 }

  func float(_ offset: Int) throws(ProtobufReader.Failure) -> Float {
    guard case .fixed32(let bits) = self else {
      throw ProtobufReader.Failure(offset: offset, reason: "a float is expected")
    }
    return Float(bitPattern: bits)
  }

  func range(_ offset: Int) throws(ProtobufReader.Failure) -> Range<Int> {
    guard case .bytes(let range) = self else {
      throw ProtobufReader.Failure(offset: offset, reason: "bytes are expected")
    }
    return range
  }
}
