/// Reads RWKV World's vocabulary: on every line an id, the token as a Python literal and its length
/// in bytes. Ids start at 1; 0 ends a text.
struct RWKVReader {
  private static let longestFile = 1 << 27

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    let bytes = try VocabularyFile.bytes(at: path, limit: longestFile)
    return try read(bytes, path: path, name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let lines = try VocabularyLines.split(bytes, path: path)
    var tokens = ByteStringTable(capacity: lines.count + 1)
    var decoder = TextDecoder()
    tokens.appendHidden([])
    decoder.append([])
    for (index, line) in lines.enumerated() {
      func fail(_ reason: String) -> TokenizerError {
        .malformed(path: path, place: "line \(index + 1)", reason: reason)
      }
      guard let first = line.firstIndex(of: UInt8(ascii: " ")),
        let last = line.lastIndex(of: UInt8(ascii: " ")), first < last,
        let id = number(line[..<first]), let length = number(line[(last + 1)...])
      else { throw fail("an id, a Python literal and a length are expected") }
      guard let token = PythonLiteral.bytes(of: line[(first + 1)..<last]), !token.isEmpty else {
        let text = String(decoding: line[(first + 1)..<last], as: UTF8.self)
        throw fail("\(quoted(text)) is no Python literal of a token")
      }
      guard id == index + 1 else {
        throw fail("id \(id) stands where id \(index + 1) is expected")
      }
      guard token.count == length else {
        throw fail("the token has \(token.count) bytes, the line says \(length)")
      }
      let (other, isNew) = tokens.insert(token)
      if !isNew { throw fail("the token is the same as that of id \(other)") }
      decoder.append(token)
    }
    if lines.isEmpty {
      throw .malformed(path: path, place: "line 1", reason: "there are no tokens")
    }
    var definition = TokenizerDefinition(
      name: name, kind: .rwkv, model: .longestMatch(LongestMatchModel(tokens: tokens)),
      decoder: decoder)
    definition.decoderDescription = "bytes"
    definition.eosID = 0
    return definition
  }

  /// A whole number of at most nine digits.
  private static func number(_ text: ArraySlice<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 9, text.allSatisfy({ (0x30...0x39).contains($0) }) else {
      return nil
    }
    return text.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}
