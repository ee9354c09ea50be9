/// A `tokenizer.json`'s chain of decoders, brought into a table of what each token gives where that
/// is possible, else kept as a ``DecoderChain``.
///
/// Before the tokens are fused, a step sees one token at a time and can be worked out beforehand;
/// afterwards only the text's start can change.
struct DecoderSteps: CustomStringConvertible {
  typealias Step = DecoderChain.Step

  private static let longestTable = 1 << 29

  private(set) var steps: [Step] = []
  private var perToken: [Step] = []
  private var isFused = false
  private var startStrip: (byte: UInt8, count: Int)?
  /// No table can express the chain.
  private var needsChain = false
  var separator: [UInt8] = []

  var description: String {
    steps.isEmpty ? "none" : steps.map(\.description).joined(separator: ", ")
  }

  mutating func add(_ step: Step) {
    steps.append(step)
    let bytesAreText = !perToken.contains(.byteFallback)
    switch step {
    case .fuse: isFused = true
    case .strip(let character, let start, 0)
    where isFused && startStrip == nil && character.count == 1:
      startStrip = (character[0], start)
    case .byteLevel where !isFused && bytesAreText:
      perToken.append(step)
      isFused = true
    case .replace where !isFused && bytesAreText, .strip where !isFused && bytesAreText:
      perToken.append(step)
    case .byteFallback where !isFused: perToken.append(step)
    default: needsChain = true
    }
  }

  /// What every id of a vocabulary gives; a chain's tokens stay as they are spelled.
  func table(
    size: Int, definition: TokenizerDefinition, added: [Int32: String], unassigned: Set<Int32>,
    path: String
  ) throws(TokenizerError) -> TextDecoder {
    var table = TextDecoder()
    table.separator = separator
    if needsChain {
      table.chain = DecoderChain(steps: steps)
    } else if let startStrip {
      (table.strippedByte, table.strippedCount) = startStrip
    }
    let tokens = definition.model.tokens
    for id in 0..<size {
      let id32 = Int32(id)
      if let content = added[id32] {
        table.append(apply(to: Array(content.utf8), raw: nil))
      } else if id < tokens.count, !unassigned.contains(id32) {
        let bytes = tokens[id]
        if definition.isByteLevel && !definition.literals.contains(id32) {
          if perToken == [.byteLevel] && !needsChain {
            table.append(bytes)
          } else {
            let spelled = ByteAlphabet.text(of: bytes)
            table.append(apply(to: Array(spelled.utf8), raw: spelled))
          }
        } else {
          table.append(apply(to: Array(bytes), raw: String(decoding: bytes, as: UTF8.self)))
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
    if needsChain { return token }
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
      case .strip(let character, let start, let stop):
        bytes = DecoderChain.Run.stripped(bytes, character, start, stop)
      default: break
      }
    }
    return bytes
  }
}
