import Files

/// A value of a GGUF file's metadata, to be written.
public enum GGUFValue: Sendable, Equatable {
  case uint8(UInt8)
  case int8(Int8)
  case uint16(UInt16)
  case int16(Int16)
  case uint32(UInt32)
  case int32(Int32)
  case float32(Float)
  case bool(Bool)
  case string(String)
  /// Values of one type. What an empty array would hold is said apart.
  case array(of: GGUFHeader.ValueType, [GGUFValue])
  case uint64(UInt64)
  case int64(Int64)
  case float64(Double)
  /// A text that need not be UTF-8, as tokens are.
  case bytes([UInt8])

  var type: GGUFHeader.ValueType {
    switch self {
    case .uint8: .uint8
    case .int8: .int8
    case .uint16: .uint16
    case .int16: .int16
    case .uint32: .uint32
    case .int32: .int32
    case .float32: .float32
    case .bool: .bool
    case .string, .bytes: .string
    case .array: .array
    case .uint64: .uint64
    case .int64: .int64
    case .float64: .float64
    }
  }

  /// The type's number and the value; nil for an array of values that are not all of its type.
  var encoding: [UInt8]? {
    var out: [UInt8] = []
    Self.append(type.rawValue, to: &out)
    return append(to: &out, depth: 0) ? out : nil
  }

  /// The reader's own limit.
  private static let deepestArray = 8

  private func append(to out: inout [UInt8], depth: Int) -> Bool {
    switch self {
    case .uint8(let value): out.append(value)
    case .int8(let value): out.append(UInt8(bitPattern: value))
    case .uint16(let value): Self.append(value, to: &out)
    case .int16(let value): Self.append(value, to: &out)
    case .uint32(let value): Self.append(value, to: &out)
    case .int32(let value): Self.append(value, to: &out)
    case .float32(let value): Self.append(value.bitPattern, to: &out)
    case .bool(let value): out.append(value ? 1 : 0)
    case .string(let text): Self.append(text: Array(text.utf8), to: &out)
    case .bytes(let text): Self.append(text: text, to: &out)
    case .uint64(let value): Self.append(value, to: &out)
    case .int64(let value): Self.append(value, to: &out)
    case .float64(let value): Self.append(value.bitPattern, to: &out)
    case .array(let type, let values):
      guard depth < Self.deepestArray else { return false }
      Self.append(type.rawValue, to: &out)
      Self.append(UInt64(values.count), to: &out)
      for value in values {
        guard value.type == type, value.append(to: &out, depth: depth + 1) else { return false }
      }
    }
    return true
  }

  static func append<Word: FixedWidthInteger>(_ word: Word, to out: inout [UInt8]) {
    withUnsafeBytes(of: word.littleEndian) { out.append(contentsOf: $0) }
  }

  static func append(text: [UInt8], to out: inout [UInt8]) {
    append(UInt64(text.count), to: &out)
    out += text
  }
}
