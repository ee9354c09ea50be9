/// A `tokenizer.json`'s chain of decoders, brought into a table of what each token gives.
///
/// Before the tokens are fused, a step sees one token at a time and can be worked out beforehand;
/// afterwards only the text's start can change.
struct DecoderSteps: CustomStringConvertible {
  enum Step: Equatable, CustomStringConvertible {
    case byteLevel
    case replace([UInt8], [UInt8])
    case byteFallback
    case fuse
    case strip(UInt8, start: Int, stop: Int)

    var description: String {
      switch self {
      case .byteLevel: "ByteLevel"
      case .replace(let pattern, let content):
        "Replace \(quoted(String(decoding: pattern, as: UTF8.self))) by "
          + quoted(String(decoding: content, as: UTF8.self))
      case .byteFallback: "ByteFallback"
      case .fuse: "Fuse"
      case .strip(let byte, let start, let stop):
        "Strip \(start) \(quoted(String(decoding: [byte], as: UTF8.self))) at the start, \(stop) at the end"
      }
    }
  }

  private static let longestTable = 1 << 29

  private var perToken: [Step] = []
  private var isFused = false
  private var startStrip: (byte: UInt8, count: Int)?
  var separator: [UInt8] = []
  private var names: [String] = []

  var description: String { names.isEmpty ? "none" : names.joined(separator: ", ") }

  /// Takes the next step, or refuses a chain that no table can express.
  mutating func add(_ step: Step, path: String) throws(TokenizerError) {
    func refuse(_ what: String) -> TokenizerError {
      .unsupported(path: path, component: "the decoder \(what)")
    }
    names.append(step.description)
    let bytesAreText = !perToken.contains(.byteFallback)
    switch step {
    case .fuse: isFused = true
    case .strip(let byte, let start, let stop) where isFused:
      if stop > 0 { throw refuse("Strip at the end of the text") }
      if startStrip != nil { throw refuse("Strip twice") }
      startStrip = (byte, start)
    case .byteLevel:
      if isFused || !bytesAreText { throw refuse("ByteLevel after Fuse or ByteFallback") }
      perToken.append(step)
      isFused = true
    case .replace, .strip:
      if isFused || !bytesAreText { throw refuse("Replace or Strip after Fuse or ByteFallback") }
      perToken.append(step)
    case .byteFallback:
      if isFused { throw refuse("ByteFallback after Fuse") }
      perToken.append(step)
    }
  }

  /// What every id of a vocabulary gives.
  func table(
    size: Int, definition: TokenizerDefinition, added: [Int32: String], unassigned: Set<Int32>,
    path: String
  ) throws(TokenizerError) -> TextDecoder {
    var table = TextDecoder()
    table.separator = separator
    if let startStrip { (table.strippedByte, table.strippedCount) = startStrip }
    for id in 0..<size {
      let id32 = Int32(id)
      if let content = added[id32] {
        table.append(apply(to: Array(content.utf8), raw: nil))
      } else if id < definition.model.tokens.count, !unassigned.contains(id32) {
        let bytes = definition.model.tokens[id]
        if definition.isByteLevel && !definition.literals.contains(id32) {
          let spelled = ByteAlphabet.text(of: bytes)
          table.append(
            perToken == [.byteLevel] ? Array(bytes) : apply(to: Array(spelled.utf8), raw: spelled))
        } else {
          table.append(apply(to: Array(bytes), raw: nil))
        }
      } else {
        table.appendUnassigned()
      }
      if table.bytes.count > Self.longestTable {
        throw .malformed(
          path: path, place: "decoder",
          reason: "the tokens' texts have more than \(Self.longestTable) bytes together")
      }
    }
    return table
  }

  /// - Parameter raw: the token's text if it may be written in the byte alphabet.
  private func apply(to token: [UInt8], raw: String?) -> [UInt8] {
    var bytes = token
    for step in perToken {
      switch step {
      case .replace(let pattern, let content):
        bytes = Normalizer.replaced(pattern, content, in: bytes, limit: Self.longestTable)
      case .byteFallback:
        if let byte = ByteToken.byte(of: bytes) { bytes = [byte] }
      case .byteLevel:
        if raw != nil, let decoded = ByteAlphabet.bytes(of: String(decoding: bytes, as: UTF8.self))
        {
          bytes = decoded
        }
      case .strip(let byte, let start, let stop):
        let leading = min(start, bytes.prefix { $0 == byte }.count)
        bytes.removeFirst(leading)
        let trailing = min(stop, bytes.reversed().prefix { $0 == byte }.count)
        bytes.removeLast(trailing)
      case .fuse: break
      }
    }
    return bytes
  }
}
