/// Reads JSON text from bytes, with byte offsets in every error.
///
/// Depth is limited, so that hostile nesting cannot exhaust the stack; keys may be asked to be
/// unique; trailing text is an error. Lone surrogates and invalid UTF-8 are refused.
public struct JSONParser {
  private let bytes: UnsafeBufferPointer<UInt8>
  private let path: String
  private let uniqueKeys: Bool
  private var position = 0
  private var depth = 0

  public static let depthLimit = 512

  /// - Parameter path: named in errors.
  /// - Throws: ``FileError/malformed(path:byte:reason:)``.
  public static func parse(_ bytes: [UInt8], path: String, uniqueKeys: Bool = false)
    throws(FileError) -> JSON
  {
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    var result: Result<JSON, FileError> = .success(.null)
    bytes[start...].withUnsafeBufferPointer { buffer in
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
  }

  private func fail(_ reason: String, at offset: Int? = nil) throws(FileError) -> Never {
    throw .malformed(path: path, byte: offset ?? position, reason: reason)
  }

  private mutating func skipBlanks() {
    while position < bytes.count {
      switch bytes[position] {
      case 0x20, 0x09, 0x0A, 0x0D: position += 1
      default: return
      }
    }
  }

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

  private mutating func enter() throws(FileError) {
    depth += 1
    if depth > Self.depthLimit { try fail("nested deeper than \(Self.depthLimit)") }
    position += 1
    skipBlanks()
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
    try enter()
    var items: [JSON] = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "]") {
      position += 1
      depth -= 1
      return .array(items)
    }
    repeat { items.append(try value()) } while try another(before: UInt8(ascii: "]"))
    return .array(items)
  }

  private mutating func object() throws(FileError) -> JSON {
    try enter()
    var members: [JSON.Member] = []
    var seen: Set<String> = []
    if position < bytes.count, bytes[position] == UInt8(ascii: "}") {
      position += 1
      depth -= 1
      return .object(members)
    }
    repeat {
      skipBlanks()
      let start = position
      guard position < bytes.count, bytes[position] == UInt8(ascii: "\"") else {
        try fail("a key in quotes was expected here")
      }
      let key = try string()
      if uniqueKeys && !seen.insert(key).inserted {
        try fail("the key \"\(key)\" is there twice", at: start)
      }
      skipBlanks()
      guard position < bytes.count, bytes[position] == UInt8(ascii: ":") else {
        try fail("':' was expected here")
      }
      position += 1
      members.append(JSON.Member(key, try value()))
    } while try another(before: UInt8(ascii: "}"))
    return .object(members)
  }

  private mutating func number() throws(FileError) -> JSON {
    let start = position
    var isInteger = true
    if bytes[position] == UInt8(ascii: "-") { position += 1 }
    let firstDigit = position
    func isDigit(_ index: Int) -> Bool {
      index < bytes.count && bytes[index] >= UInt8(ascii: "0") && bytes[index] <= UInt8(ascii: "9")
    }
    while isDigit(position) { position += 1 }
    if position == firstDigit { try fail("a digit was expected here") }
    if bytes[firstDigit] == UInt8(ascii: "0") && position > firstDigit + 1 {
      try fail("a number must not start with 0", at: start)
    }
    if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
      isInteger = false
      position += 1
      if !isDigit(position) { try fail("a digit was expected here") }
      while isDigit(position) { position += 1 }
    }
    if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
      isInteger = false
      position += 1
      if position < bytes.count, [UInt8(ascii: "+"), UInt8(ascii: "-")].contains(bytes[position]) {
        position += 1
      }
      if !isDigit(position) { try fail("a digit was expected here") }
      while isDigit(position) { position += 1 }
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    if isInteger, let value = Int(text) { return .integer(value) }
    guard let value = Double(text) else { try fail("not a number", at: start) }
    return .number(value)
  }

  private mutating func string() throws(FileError) -> String {
    let start = position
    position += 1
    var run = position
    // The common case: no escapes, one slice of the input.
    while position < bytes.count {
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { break }
      if byte < 0x20 { try fail("a control character inside a string") }
      position += 1
    }
    guard position < bytes.count else { try fail("this string has no end", at: start) }
    if bytes[position] == UInt8(ascii: "\"") {
      defer { position += 1 }
      return try text(bytes[run..<position], at: run)
    }

    var out: [UInt8] = []
    while true {
      guard position < bytes.count else { try fail("this string has no end", at: start) }
      let byte = bytes[position]
      if byte == UInt8(ascii: "\"") {
        out += bytes[run..<position]
        position += 1
        guard let result = String(validating: out, as: UTF8.self) else {
          try fail("this string is not UTF-8", at: start)
        }
        return result
      }
      if byte < 0x20 { try fail("a control character inside a string") }
      if byte == UInt8(ascii: "\\") {
        out += bytes[run..<position]
        try escape(to: &out)
        run = position
      } else {
        position += 1
      }
    }
  }

  private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>, at offset: Int)
    throws(FileError) -> String
  {
    guard let text = String(validating: slice, as: UTF8.self) else {
      try fail("this string is not UTF-8", at: offset)
    }
    return text
  }

  private mutating func escape(to out: inout [UInt8]) throws(FileError) {
    let start = position
    position += 1
    guard position < bytes.count else { try fail("the document ends too early") }
    let byte = bytes[position]
    position += 1
    switch byte {
    case UInt8(ascii: "n"): out.append(0x0A)
    case UInt8(ascii: "t"): out.append(0x09)
    case UInt8(ascii: "r"): out.append(0x0D)
    case UInt8(ascii: "b"): out.append(0x08)
    case UInt8(ascii: "f"): out.append(0x0C)
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): out.append(byte)
    case UInt8(ascii: "u"):
      var unit = try fourDigits()
      if unit >= 0xD800 && unit < 0xDC00, position + 1 < bytes.count,
        bytes[position] == UInt8(ascii: "\\"), bytes[position + 1] == UInt8(ascii: "u")
      {
        position += 2
        let low = try fourDigits()
        guard low >= 0xDC00 && low < 0xE000 else { try fail("a lone surrogate", at: start) }
        unit = 0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(unit) else { try fail("a lone surrogate", at: start) }
      out += UTF8.encode(scalar).map(Array.init) ?? []
    default: try fail("an unknown escape", at: start)
    }
  }

  private mutating func fourDigits() throws(FileError) -> UInt32 {
    guard position + 4 <= bytes.count else {
      try fail("four hexadecimal digits were expected here")
    }
    var unit: UInt32 = 0
    for _ in 0..<4 {
      guard let digit = Character(Unicode.Scalar(bytes[position])).hexDigitValue else {
        try fail("four hexadecimal digits were expected here")
      }
      unit = unit << 4 | UInt32(digit)
      position += 1
    }
    return unit
  }
}
