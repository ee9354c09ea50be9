import Files

/// Reads the `model` of a `tokenizer.json`: vocabulary and merges of a BPE.
struct HuggingFaceModelReader {
  let path: String

  struct Vocabulary {
    var model: BytePairModel
    var literals: Set<Int32>
    var unknownID: Int32?
    /// Ids below the largest one that no token has.
    var unassigned: Set<Int32>
    /// What our own trainer wrote about itself.
    var provenance: JSON?
  }

  func read(
    _ json: JSON, isByteLevel: Bool, components: inout TokenizerDefinition.Components
  ) throws(TokenizerError) -> Vocabulary {
    var fields = try ComponentFields(json, path: path, place: "model")
    if let type = try fields.optionalText("type"), type != "BPE" {
      throw .unsupported(path: path, component: "the model \(type)")
    }
    if let dropout = fields.take("dropout"), dropout.doubleValue != 0 {
      throw .unsupported(path: path, component: "dropout \(dropout.text())")
    }
    for option in ["continuing_subword_prefix", "end_of_word_suffix"] {
      if let text = try fields.optionalText(option), !text.isEmpty {
        throw .unsupported(path: path, component: "\(option) \(quoted(text))")
      }
    }
    components.unknownToken = try fields.optionalText("unk_token")
    components.fusesUnknown = try fields.flag("fuse_unk", default: false)
    components.byteFallback = try fields.flag("byte_fallback", default: false)
    components.ignoresMerges = try fields.flag("ignore_merges", default: false)
    guard let vocabulary = fields.take("vocab"), case .object(let members) = vocabulary else {
      try fields.fail("an object from tokens to ids is expected", at: "vocab")
    }
    let merges = try fields.list("merges")
    let provenance = fields.take("tessera")
    try fields.finish("the model BPE")

    let (tokens, literals, unassigned) = try self.tokens(members, isByteLevel: isByteLevel)
    let pairs = try self.merges(merges, tokens: tokens, isByteLevel: isByteLevel)
    let byteIDs = (0..<256).map { byte -> Int32 in
      let key = isByteLevel ? [UInt8(byte)] : Array(ByteToken.spelling(of: UInt8(byte)).utf8)
      return tokens.find(key).map(Int32.init) ?? -1
    }
    var model = BytePairModel(
      alphabet: isByteLevel ? .bytes : .characters, tokens: tokens, merges: pairs, byteIDs: byteIDs)
    model.ignoresMerges = components.ignoresMerges
    model.fusesUnknown = components.fusesUnknown
    model.fallsBackToBytes = components.byteFallback && !isByteLevel
    var unknownID: Int32?
    if let unknown = components.unknownToken {
      let bytes = isByteLevel ? ByteAlphabet.bytes(of: unknown) : Array(unknown.utf8)
      guard let id = bytes.flatMap({ tokens.find($0) }) else {
        throw .malformed(
          path: path, place: "model.unk_token",
          reason: "\(quoted(unknown)) is not in the vocabulary"
        )
      }
      unknownID = Int32(id)
    }
    model.unknownID = unknownID
    return Vocabulary(
      model: model, literals: literals, unknownID: unknownID, unassigned: unassigned,
      provenance: provenance)
  }

  /// The tokens by id. Every id below the largest has one token; what lacks is left to the added
  /// tokens, of which there cannot be more than there are tokens here.
  private func tokens(_ members: [JSON.Member], isByteLevel: Bool) throws(TokenizerError)
    -> (ByteStringTable, literals: Set<Int32>, unassigned: Set<Int32>)
  {
    if members.isEmpty {
      throw .malformed(path: path, place: "model.vocab", reason: "the vocabulary is empty")
    }
    // Holes below the largest id must be filled by added tokens; a wild id must not cost memory.
    let limit = members.count + max(4096, members.count)
    var memberOfID = [Int32](repeating: -1, count: limit)
    var size = 0
    for (index, member) in members.enumerated() {
      let place = { "model.vocab[\(quoted(member.key))]" }
      guard case .integer(let id) = member.value else {
        throw .malformed(path: path, place: place(), reason: "a whole number is expected")
      }
      guard id >= 0 else {
        throw .malformed(path: path, place: place(), reason: "id \(id) is negative")
      }
      guard id < limit else {
        throw .malformed(
          path: path, place: place(),
          reason: "id \(id) is far beyond the \(members.count) tokens there are")
      }
      if memberOfID[id] >= 0 {
        let other = members[Int(memberOfID[id])].key
        throw .malformed(
          path: path, place: place(), reason: "id \(id) belongs to \(quoted(other)) already")
      }
      memberOfID[id] = Int32(index)
      size = max(size, id + 1)
    }

    var table = ByteStringTable(capacity: size)
    var literals: Set<Int32> = []
    var literalTexts: Set<[UInt8]> = []
    var unassigned: Set<Int32> = []
    for id in 0..<size {
      let index = Int(memberOfID[id])
      if index < 0 {
        unassigned.insert(Int32(id))
        table.appendHidden([])
        continue
      }
      let key = members[index].key
      let isNew: Bool
      if key.isEmpty {
        throw .malformed(
          path: path, place: "model.vocab", reason: "id \(id) is an empty token")
      } else if !isByteLevel {
        isNew = table.insert(Array(key.utf8)).isNew
      } else if let bytes = ByteAlphabet.bytes(of: key) {
        isNew = table.insert(bytes).isNew
      } else {
        isNew = literalTexts.insert(Array(key.utf8)).inserted
        literals.insert(Int32(id))
        table.appendHidden(Array(key.utf8))
      }
      if !isNew {
        throw .malformed(
          path: path, place: "model.vocab", reason: "the token \(quoted(key)) is there twice")
      }
    }
    return (table, literals, unassigned)
  }

  private func merges(_ items: [JSON], tokens: ByteStringTable, isByteLevel: Bool)
    throws(TokenizerError) -> PairTable
  {
    let pairs = PairTable(capacity: items.count)
    for (rank, item) in items.enumerated() {
      func fail(_ reason: String) -> TokenizerError {
        .malformed(path: path, place: "model.merges[\(rank)]", reason: reason)
      }
      let parts: [String]
      switch item {
      case .string(let line):
        parts = line.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
          .map { String(Substring($0)) }
      case .array(let items): parts = items.compactMap(\.stringValue)
      default: parts = []
      }
      guard parts.count == 2 else { throw fail("two tokens are expected") }
      var ids: [Int32] = []
      var whole: [UInt8] = []
      for part in parts {
        guard let bytes = isByteLevel ? ByteAlphabet.bytes(of: part) : Array(part.utf8),
          let id = tokens.find(bytes)
        else { throw fail("\(quoted(part)) is not in the vocabulary") }
        ids.append(Int32(id))
        whole += bytes
      }
      guard let merged = tokens.find(whole) else {
        throw fail(
          "what \(quoted(parts[0])) and \(quoted(parts[1])) make is not in the vocabulary")
      }
      if !pairs.insert(ids[0], ids[1], rank: UInt32(rank), merged: Int32(merged)) {
        throw fail("\(quoted(parts[0])) and \(quoted(parts[1])) are merged twice")
      }
    }
    return pairs
  }
}

/// How vocabularies with byte fallback write a byte: `<0x0A>`.
enum ByteToken {
  private static let digits = Array("0123456789ABCDEF".utf8)

  static func spelling(of byte: UInt8) -> String {
    String(
      decoding: Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        + [UInt8(ascii: ">")], as: UTF8.self)
  }

  /// The byte that `text` writes, or nil if it is something else.
  static func byte(of text: some Collection<UInt8>) -> UInt8? {
    let bytes = Array(text)
    guard bytes.count == 6, bytes.starts(with: "<0x".utf8), bytes[5] == UInt8(ascii: ">"),
      let high = Character(Unicode.Scalar(bytes[3])).hexDigitValue,
      let low = Character(Unicode.Scalar(bytes[4])).hexDigitValue
    else { return nil }
    return UInt8(high << 4 | low)
  }
}
