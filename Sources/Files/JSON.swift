/// A JSON document (RFC 8259) with its objects' key order and exact 64-bit integers.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  case number(Double)
  case string(String)
  case array([JSON])
  case object([Member])

  /// One `"key": value` of an object.
  public struct Member: Sendable, Equatable {
    public let key: String
    public let value: JSON
    public init(_ key: String, _ value: JSON) { (self.key, self.value) = (key, value) }

    public static func == (left: Member, right: Member) -> Bool {
      sameBytes(left.key, right.key) && left.value == right.value
    }
  }

  /// The value of an object's key, or nil. Linear in the number of keys.
  public subscript(_ key: String) -> JSON? {
    guard case .object(let members) = self else { return nil }
    return members.first { JSON.sameBytes($0.key, key) }?.value
  }

  public var stringValue: String? { if case .string(let text) = self { text } else { nil } }
  public var boolValue: Bool? { if case .bool(let flag) = self { flag } else { nil } }
  public var arrayValue: [JSON]? { if case .array(let items) = self { items } else { nil } }
  public var objectValue: [Member]? { if case .object(let members) = self { members } else { nil } }
  public var isNull: Bool { self == .null }

  /// The integer, also of a number such as `3.0`.
  public var intValue: Int? {
    switch self {
    case .integer(let value): value
    case .number(let value): Int(exactly: value)
    default: nil
    }
  }

  public var doubleValue: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}

extension JSON {
  /// Two documents are equal if they say the same in the same order. Strings are compared by their
  /// bytes: `==` of `String` takes the two spellings of "é" for one.
  public static func == (left: JSON, right: JSON) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.bool(let left), .bool(let right)): left == right
    case (.integer(let left), .integer(let right)): left == right
    case (.number(let left), .number(let right)): left == right
    case (.string(let left), .string(let right)): sameBytes(left, right)
    case (.array(let left), .array(let right)): left == right
    case (.object(let left), .object(let right)): left == right
    default: false
    }
  }

  fileprivate static func sameBytes(_ left: String, _ right: String) -> Bool {
    left.utf8.count == right.utf8.count && left.utf8.elementsEqual(right.utf8)
  }
}

extension JSON {
  /// The document as text: one line, or indented by two blanks a level.
  public func text(pretty: Bool = false) -> String {
    var out: [UInt8] = []
    write(to: &out, pretty: pretty, depth: 0)
    return String(decoding: out, as: UTF8.self)
  }

  private func write(to out: inout [UInt8], pretty: Bool, depth: Int) {
    func line(_ depth: Int) {
      guard pretty else { return }
      out.append(UInt8(ascii: "\n"))
      out += [UInt8](repeating: UInt8(ascii: " "), count: 2 * depth)
    }
    switch self {
    case .null: out += "null".utf8
    case .bool(let flag): out += (flag ? "true" : "false").utf8
    case .integer(let value): out += String(value).utf8
    case .number(let value):
      // JSON has no words for these; null is what other writers put.
      out += (value.isFinite ? "\(value)" : "null").utf8
    case .string(let text): JSON.write(string: text, to: &out)
    case .array(let items):
      out.append(UInt8(ascii: "["))
      for (index, item) in items.enumerated() {
        if index > 0 { out += (pretty ? "," : ", ").utf8 }
        line(depth + 1)
        item.write(to: &out, pretty: pretty, depth: depth + 1)
      }
      if !items.isEmpty { line(depth) }
      out.append(UInt8(ascii: "]"))
    case .object(let members):
      out.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { out += (pretty ? "," : ", ").utf8 }
        line(depth + 1)
        JSON.write(string: member.key, to: &out)
        out += ": ".utf8
        member.value.write(to: &out, pretty: pretty, depth: depth + 1)
      }
      if !members.isEmpty { line(depth) }
      out.append(UInt8(ascii: "}"))
    }
  }

  private static func write(string: String, to out: inout [UInt8]) {
    out.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): out += "\\\"".utf8
      case UInt8(ascii: "\\"): out += "\\\\".utf8
      case 0x0A: out += "\\n".utf8
      case 0x0D: out += "\\r".utf8
      case 0x09: out += "\\t".utf8
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        out += ("\\u" + String(repeating: "0", count: 4 - digits.utf8.count) + digits).utf8
      default: out.append(byte)
      }
    }
    out.append(UInt8(ascii: "\""))
  }
}
