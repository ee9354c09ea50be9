/// What `b h q d, b h k d -> b h q k` says: names for the axes of each operand and of the result.
struct ContractionPattern: Equatable {
  private(set) var operands: [[String]] = []
  private(set) var output: [String] = []

  /// - Throws: ``TensorError/malformedPattern(pattern:column:reason:)`` with the place.
  init(_ text: String) throws(TensorError) {
    var reader = ContractionPatternReader(text)
    operands = [try reader.names()]
    while reader.take(",") { operands.append(try reader.names()) }
    guard reader.take("-"), reader.takeNext(">") else {
      try reader.fail("a name, ',' or '->' was expected")
    }
    while let (name, column) = try reader.name() {
      if output.contains(name) {
        try reader.fail("the result has '\(name)' twice", at: column)
      }
      if !operands.contains(where: { $0.contains(name) }) {
        try reader.fail("no operand has '\(name)'", at: column)
      }
      output.append(name)
    }
    if !reader.isAtEnd { try reader.fail("a name was expected") }
  }

  /// All names in the order of their first appearance.
  var names: [String] {
    operands.joined().reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }
}

/// Reads names and signs, counting columns from 1.
private struct ContractionPatternReader {
  let text: String
  let characters: [Character]
  var position = 0

  init(_ text: String) { (self.text, characters) = (text, Array(text)) }

  func fail(_ reason: String, at column: Int? = nil) throws(TensorError) -> Never {
    throw .malformedPattern(pattern: text, column: column ?? position + 1, reason: reason)
  }

  private mutating func skipBlanks() {
    while position < characters.count, characters[position].isWhitespace { position += 1 }
  }

  var isAtEnd: Bool { position == characters.count }

  mutating func take(_ character: Character) -> Bool {
    skipBlanks()
    return takeNext(character)
  }

  mutating func takeNext(_ character: Character) -> Bool {
    guard position < characters.count, characters[position] == character else { return false }
    position += 1
    return true
  }

  mutating func names() throws(TensorError) -> [String] {
    var names: [String] = []
    while let (name, _) = try self.name() { names.append(name) }
    return names
  }

  /// The next name and its column; nil where something else or nothing follows.
  mutating func name() throws(TensorError) -> (String, Int)? {
    skipBlanks()
    let start = position
    while position < characters.count,
      characters[position].isLetter || characters[position].isNumber || characters[position] == "_"
    {
      position += 1
    }
    if position == start { return nil }
    if characters[start].isNumber { try fail("a name begins with a letter", at: start + 1) }
    return (String(characters[start..<position]), start + 1)
  }
}
