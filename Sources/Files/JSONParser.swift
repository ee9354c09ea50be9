/// Reads JSON text (RFC 8259) from bytes, with the offset in the file in every error.
///
/// Depth is limited, so that hostile nesting cannot exhaust the stack; keys may be asked to be
/// unique; trailing text is an error. Lone surrogates, invalid UTF-8, and numbers that no 64-bit
/// float holds are refused; an integer beyond 64 bits becomes the nearest float. A byte-order mark
/// at the start is skipped.
public struct JSONParser {
  /// How deep arrays and objects may nest.
  public static let depthLimit = 512

  private let bytes: UnsafeBufferPointer<UInt8>
  private let path: String
  private let uniqueKeys: Bool
  private var position: Int
  private var depth = 0
  /// Where a string with escapes is put together; kept, so that each of them costs no allocation.
  private var unescaped: [UInt8] = []

  /// Parses one document.
  ///
  /// - Parameters:
  ///   - path: named in errors.
  ///   - uniqueKeys: refuse an object that has a key twice (compared byte by byte). Otherwise all
  ///     members are kept, and ``JSON/subscript(_:)`` finds the first.
  /// - Throws: ``FileError/malformed(path:byte:reason:)``, ``FileError/notUTF8(path:byte:)``.
  /// - Complexity: linear in the number of bytes.
  public static func parse(_ bytes: [UInt8], path: String, uniqueKeys: Bool = false)
    throws(FileError) -> JSON
  {
    // Checked once here, so that no string in it needs a check of its own.
    if let byte = FileContents.firstInvalidUTF8(in: bytes) {
      throw .notUTF8(path: path, byte: byte)
    }
    var result: Result<JSON, FileError> = .success(.null)
    bytes.withUnsafeBufferPointer { buffer in
      var parser = JSONParser(bytes: buffer, path: path, uniqueKeys: uniqueKeys)
      do throws(FileError) {
        let value = try parser.value()
        parser.skipBlanks()
        if parser.position < buffer.count { try parser.fail("text after the end of the document") }
        result = .success(value)
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>, path: String, uniqueKeys: Bool) {
    (self.bytes, self.path, self.uniqueKeys) = (bytes, path, uniqueKeys)
    position = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
  }

  private func fail(_ reason: String, at offset: Int? = nil) throws(FileError) -> Never {
    throw .malformed(path: path, byte: offset ?? position, reason: reason)
  }

  /// The byte at the reading position, or 0 (which no document holds) at the end.
  private var next: UInt8 { position < bytes.count ? bytes[position] : 0 }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

  // MARK: Values

  private mutating func value() throws(FileError) -> JSON {
    skipBlanks()
    guard position < bytes.count else { try fail("the document ends too early") }
    switch bytes[position] {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    default: try fail("a value was expected here")
    }
  }

  private mutating func word(_ word: StaticString, _ value: JSON) throws(FileError) -> JSON {
    let count = word.utf8CodeUnitCount
    guard position + count <= bytes.count,
      (0..<count).allSatisfy({ bytes[position + $0] == word.utf8Start[$0] })
    else { try fail("a value was expected here") }
    position += count
    return value
  }

  /// Steps over an opening bracket; true if the closing one does not follow at once.
  private mutating func enter(before close: UInt8) throws(FileError) -> Bool {
    if depth == Self.depthLimit { try fail("nested deeper than \(Self.depthLimit)") }
    position += 1
    skipBlanks()
    if next == close {
      position += 1
      return false
    }
    depth += 1
    return true
  }

  /// After an item: true if another one follows, false if `close` ended the list.
  private mutating func another(before close: UInt8) throws(FileError) -> Bool {
    skipBlanks()
    guard position < bytes.count else { try fail("the document ends too early") }
    let byte = bytes[position]
    if byte == close {
      position += 1
      depth -= 1
      return false
    }
    if byte != UInt8(ascii: ",") {
      try fail("',' or '\(Character(Unicode.Scalar(close)))' was expected here")
    }
    position += 1
    return true
  }

  private mutating func array() throws(FileError) -> JSON {
    var items: [JSON] = []
    guard try enter(before: UInt8(ascii: "]")) else { return .array(items) }
    repeat { items.append(try value()) } while try another(before: UInt8(ascii: "]"))
    return .array(items)
  }

  private mutating func object() throws(FileError) -> JSON {
    var members: [JSON.Member] = []
    guard try enter(before: UInt8(ascii: "}")) else { return .object(members) }
    // Bytes, not strings: two spellings of "é" are equal as strings and different as keys.
    var seen: Set<[UInt8]> = []
    repeat {
      skipBlanks()
      let start = position
      guard next == UInt8(ascii: "\"") else { try fail("a key in quotes was expected here") }
      let key = try string()
      if uniqueKeys && !seen.insert(Array(key.utf8)).inserted {
        try fail("the key \"\(key)\" is there twice", at: start)
      }
      skipBlanks()
      guard next == UInt8(ascii: ":") else { try fail("':' was expected here") }
      position += 1
      members.append(JSON.Member(key, try value()))
    } while try another(before: UInt8(ascii: "}"))
    return .object(members)
  }

  // MARK: Numbers

  private mutating func number() throws(FileError) -> JSON {
    let start = position
    var isInteger = true
    let isNegative = next == UInt8(ascii: "-")
    if isNegative { position += 1 }
    let firstDigit = position
    if next == UInt8(ascii: "0") && position + 1 < bytes.count && isDigit(bytes[position + 1]) {
      try fail("a number must not start with 0", at: start)
    }
    try digits()
    if next == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      try digits()
    }
    if next | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { position += 1 }
      try digits()
    }
    if isInteger && position - firstDigit <= 18 {
      var value = 0
      for byte in bytes[firstDigit..<position] {
        value = value * 10 + Int(byte - UInt8(ascii: "0"))
      }
      return .integer(isNegative ? -value : value)
    }
    let text = String(
      decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text), value.isFinite else {
      try fail("a number beyond the range of 64-bit floats", at: start)
    }
    return .number(value)
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  private mutating func digits() throws(FileError) {
    guard isDigit(next) else { try fail("a digit was expected here") }
    while isDigit(next) { position += 1 }
  }

  // MARK: Strings

  /// The string whose opening quote is at the reading position.
  private mutating func string() throws(FileError) -> String {
    let start = position
    position += 1
    var run = position
    try skipPlainRun(of: start)
    if bytes[position] == UInt8(ascii: "\"") {
      defer { position += 1 }
      return String(decoding: UnsafeBufferPointer(rebasing: bytes[run..<position]), as: UTF8.self)
    }

    unescaped.removeAll(keepingCapacity: true)
    while true {
      unescaped.append(contentsOf: UnsafeBufferPointer(rebasing: bytes[run..<position]))
      if bytes[position] == UInt8(ascii: "\"") { break }
      try escape()
      run = position
      try skipPlainRun(of: start)
    }
    position += 1
    return String(decoding: unescaped, as: UTF8.self)
  }

  /// Moves to the next quote or backslash of the string that starts at `start`.
  @inline(__always)
  private mutating func skipPlainRun(of start: Int) throws(FileError) {
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { return }
      if byte < 0x20 { try fail("a control character inside a string") }
      position += 1
    }
    try fail("this string has no end", at: start)
  }

  /// Takes the escape at the reading position over into `unescaped`.
  private mutating func escape() throws(FileError) {
    let start = position
    position += 1
    guard position < bytes.count else { try fail("the document ends too early") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): unescaped.append(0x0A)
    case UInt8(ascii: "t"): unescaped.append(0x09)
    case UInt8(ascii: "r"): unescaped.append(0x0D)
    case UInt8(ascii: "b"): unescaped.append(0x08)
    case UInt8(ascii: "f"): unescaped.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): unescaped.append(byte)
    case UInt8(ascii: "u"):
      var unit = try fourDigits()
      if unit >= 0xD800 && unit < 0xDC00 {
        guard next == UInt8(ascii: "\\"), position + 1 < bytes.count,
          bytes[position + 1] == UInt8(ascii: "u")
        else { try fail("a lone surrogate", at: start) }
        position += 2
        let low = try fourDigits()
        guard low >= 0xDC00 && low < 0xE000 else { try fail("a lone surrogate", at: start) }
        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(unit) else { try fail("a lone surrogate", at: start) }
      if let encoded = UTF8.encode(scalar) { unescaped.append(contentsOf: encoded) }
    default: try fail("an unknown escape", at: start)
    }
  }

  private mutating func fourDigits() throws(FileError) -> UInt32 {
    var unit: UInt32 = 0
    for _ in 0..<4 {
      let digit: UInt8
      switch next {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = next - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = next - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = next - UInt8(ascii: "A") + 10
      default: try fail("four hexadecimal digits were expected here")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
