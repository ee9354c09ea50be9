/// What an `.npy` header says, checked.
struct NPYHeader {
  /// The type without its byte order, such as `f4`.
  var kind: String
  var isBigEndian: Bool
  var isFortran: Bool
  var shape: [Int]
  /// The offset of the first element.
  var dataStart: Int

  /// The bytes of one element.
  var width: Int { kind.last?.wholeNumberValue ?? 1 }

  /// The number of the elements' bytes.
  func byteCount(path: String) throws(TensorError) -> Int {
    let count = try Shape.count(shape)
    let (bytes, overflow) = count.multipliedReportingOverflow(by: width)
    if overflow {
      throw .malformed(path: path, byte: 10, reason: "the shape \(shape) overflows")
    }
    return bytes
  }
}

/// Parses the header: a Python dictionary literal of three known keys.
struct NPYHeaderReader {
  private static let kinds = [
    "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "b1",
  ]
  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  private var end = 0

  init(_ bytes: [UInt8], path: String) { (self.bytes, self.path) = (bytes, path) }

  private func fail(_ reason: String, at place: Int? = nil) throws(TensorError) -> Never {
    throw .malformed(path: path, byte: place ?? position, reason: reason)
  }

  mutating func header() throws(TensorError) -> NPYHeader {
    guard bytes.count >= 10, bytes.starts(with: NPY.magic) else {
      try fail("this is not an .npy file", at: 0)
    }
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      try fail("the .npy version \(version).\(bytes[7]) is not known", at: 6)
    }
    var length = Int(bytes[8]) | Int(bytes[9]) << 8
    position = 10
    if version >= 2 {
      guard bytes.count >= 12 else { try fail("the file ends inside its header", at: 8) }
      length |= Int(bytes[10]) << 16 | Int(bytes[11]) << 24
      position = 12
    }
    end = position + length
    guard end <= bytes.count else {
      try fail("the header needs \(length) bytes, \(bytes.count - position) are there", at: 8)
    }
    return try dictionary()
  }

  private mutating func dictionary() throws(TensorError) -> NPYHeader {
    var kind: String?
    var isFortran: Bool?
    var shape: [Int]?
    try expect("{")
    while !take("}") {
      let start = position
      let key = try string()
      try expect(":")
      switch key {
      case "descr" where kind == nil: kind = try string()
      case "fortran_order" where isFortran == nil: isFortran = try truth()
      case "shape" where shape == nil: shape = try tuple()
      default: try fail("the key '\(key)' is unknown or there twice", at: start)
      }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard position == end else { try fail("there is text after the header's dictionary") }
    guard let kind, let isFortran, let shape else {
      try fail("the header lacks 'descr', 'fortran_order' or 'shape'", at: 10)
    }
    guard let order = kind.first, "<>|=".contains(order),
      Self.kinds.contains(String(kind.dropFirst()))
    else { try fail("the element type '\(kind)' is not one that tensors have", at: 10) }
    return NPYHeader(
      kind: String(kind.dropFirst()), isBigEndian: order == ">", isFortran: isFortran,
      shape: shape, dataStart: end)
  }

  private mutating func skipBlanks() {
    while position < end, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[position]) { position += 1 }
  }

  private mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    guard position < end, bytes[position] == character.asciiValue else { return false }
    position += 1
    return true
  }

  private mutating func expect(_ character: Character) throws(TensorError) {
    if !take(character) { try fail("'\(character)' was expected in the header") }
  }

  private mutating func string() throws(TensorError) -> String {
    skipBlanks()
    guard position < end, [UInt8(ascii: "'"), UInt8(ascii: "\"")].contains(bytes[position]) else {
      try fail("a string was expected in the header")
    }
    let quote = bytes[position]
    position += 1
    let start = position
    while position < end, bytes[position] != quote { position += 1 }
    guard position < end else { try fail("a string has no end in the header", at: start) }
    defer { position += 1 }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func truth() throws(TensorError) -> Bool {
    skipBlanks()
    for (word, value) in [("True", true), ("False", false)]
    where position + word.utf8.count <= end
      && bytes[position...].starts(with: word.utf8)
    {
      position += word.utf8.count
      return value
    }
    try fail("True or False was expected in the header")
  }

  private mutating func tuple() throws(TensorError) -> [Int] {
    try expect("(")
    var extents: [Int] = []
    while !take(")") {
      extents.append(try extent())
      if extents.count > Shape.maximumRank {
        try fail("the rank is above \(Shape.maximumRank)")
      }
      if !take(",") {
        try expect(")")
        break
      }
    }
    return extents
  }

  private mutating func extent() throws(TensorError) -> Int {
    skipBlanks()
    let start = position
    var value = 0
    while position < end, bytes[position] >= 0x30, bytes[position] <= 0x39 {
      let (ten, tenOverflow) = value.multipliedReportingOverflow(by: 10)
      let (next, overflow) = ten.addingReportingOverflow(Int(bytes[position] - 0x30))
      if tenOverflow || overflow { try fail("an extent overflows", at: start) }
      value = next
      position += 1
    }
    if position == start { try fail("an extent was expected in the header") }
    // Python 2 wrote long integers with an L.
    if position < end, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}
