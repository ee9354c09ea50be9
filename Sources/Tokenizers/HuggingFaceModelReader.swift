import Files

/// Reads the `model` of a `tokenizer.json`: BPE, WordPiece, WordLevel or Unigram.
struct HuggingFaceModelReader {
  /// The longest prefix or suffix that a model may put around a character, in bytes.
  private static let longestAffix = 64

  let path: String

  struct Vocabulary {
    var model: VocabularyModel
    /// Byte-level tokens that stand for themselves.
    var literals: Set<Int32> = []
    /// Ids below the largest one that no token has.
    var unassigned: Set<Int32> = []
    /// What our own trainer wrote about itself.
    var provenance: JSON?
  }

  /// Whether pieces of bytes may be merged as bytes: a BPE that looks at nothing but its bytes'
  /// characters.
  static func mergesBytes(_ json: JSON) -> Bool {
    kind(of: json) == "BPE" && json["byte_fallback"]?.boolValue != true
      && ["continuing_subword_prefix", "end_of_word_suffix"].allSatisfy {
        (json[$0]?.stringValue ?? "").isEmpty
      }
  }

  /// What the model says it is, else what its fields show (files older than the field `type`).
  private static func kind(of json: JSON) -> String? {
    if let type = json["type"] { return type.stringValue }
    if json["merges"] != nil { return "BPE" }
    if json["unk_id"] != nil || json["vocab"]?.arrayValue != nil { return "Unigram" }
    if json["max_input_chars_per_word"] != nil { return "WordPiece" }
    return json["unk_token"] != nil && json["vocab"] != nil ? "WordLevel" : "BPE"
  }

  func read(
    _ json: JSON, isByteLevel: Bool, components: inout TokenizerDefinition.Components
  ) throws(TokenizerError) -> Vocabulary {
    var fields = try ComponentFields(json, path: path, place: "model")
    let kind = try fields.optionalText("type") ?? Self.kind(of: json) ?? "BPE"
    let provenance = fields.take("tessera")
    var vocabulary: Vocabulary
    switch kind {
    case "BPE": vocabulary = try bytePair(&fields, isByteLevel: isByteLevel, &components)
    case "WordPiece": vocabulary = try wordPiece(&fields)
    case "WordLevel": vocabulary = try wordLevel(&fields)
    case "Unigram": vocabulary = try unigram(&fields, &components)
    default: throw .unsupported(path: path, component: "the model \(kind)")
    }
    try fields.finish("the model \(kind)")
    vocabulary.provenance = provenance
    return vocabulary
  }

  private func members(of fields: inout ComponentFields) throws(TokenizerError) -> [JSON.Member] {
    guard let vocabulary = fields.take("vocab"), case .object(let members) = vocabulary else {
      try fields.fail("an object from tokens to ids is expected", at: "vocab")
    }
    return members
  }

  // MARK: BPE

  private func bytePair(
    _ fields: inout ComponentFields, isByteLevel: Bool,
    _ components: inout TokenizerDefinition.Components
  ) throws(TokenizerError) -> Vocabulary {
    var dropout: Double?
    if let value = fields.take("dropout") {
      guard let number = value.doubleValue, (0...1).contains(number) else {
        try fields.fail("a probability is expected", at: "dropout")
      }
      dropout = number
    }
    let prefix = try affix("continuing_subword_prefix", of: &fields)
    let suffix = try affix("end_of_word_suffix", of: &fields)
    components.unknownToken = try fields.optionalText("unk_token")
    components.fusesUnknown = try fields.flag("fuse_unk", default: false)
    components.byteFallback = try fields.flag("byte_fallback", default: false)
    components.ignoresMerges = try fields.flag("ignore_merges", default: false)
    let members = try members(of: &fields)
    let merges = try fields.list("merges")

    let (tokens, literals, unassigned) = try self.tokens(members, isByteLevel: isByteLevel)
    let pairs = try self.merges(
      merges, tokens: tokens, isByteLevel: isByteLevel, prefix: prefix.unicodeScalars.count)
    let byteIDs = (0..<256).map { byte -> Int32 in
      let key = isByteLevel ? [UInt8(byte)] : Array(ByteToken.spelling(of: UInt8(byte)).utf8)
      return tokens.find(key).map(Int32.init) ?? -1
    }
    var model = BytePairModel(
      alphabet: isByteLevel ? .bytes : .characters, tokens: tokens, merges: pairs, byteIDs: byteIDs)
    model.ignoresMerges = components.ignoresMerges
    model.fusesUnknown = components.fusesUnknown
    model.fallsBackToBytes = components.byteFallback && !isByteLevel
    model.continuingPrefix = Array(prefix.utf8)
    model.wordSuffix = Array(suffix.utf8)
    model.dropout = dropout
    if let unknown = components.unknownToken {
      let bytes = isByteLevel ? ByteAlphabet.bytes(of: unknown) : Array(unknown.utf8)
      let literal = literals.first { tokens[Int($0)].elementsEqual(unknown.utf8) }
      guard let id = bytes.flatMap({ tokens.find($0) }).map(Int32.init) ?? literal else {
        throw .malformed(
          path: path, place: "model.unk_token",
          reason: "\(quoted(unknown)) is not in the vocabulary"
        )
      }
      model.unknownID = id
    }
    return Vocabulary(
      model: .bytePair(model), literals: literals, unassigned: unassigned)
  }

  private func affix(_ field: String, of fields: inout ComponentFields) throws(TokenizerError)
    -> String
  {
    let text = try fields.optionalText(field) ?? ""
    guard text.utf8.count <= Self.longestAffix else {
      try fields.fail("more than \(Self.longestAffix) bytes", at: field)
    }
    return text
  }

  // MARK: Other models

  private func wordPiece(_ fields: inout ComponentFields) throws(TokenizerError) -> Vocabulary {
    let unknown = try fields.text("unk_token")
    let prefix = try affix("continuing_subword_prefix", of: &fields)
    let longest = try fields.integer("max_input_chars_per_word")
    if longest < 0 {
      try fields.fail("a count is expected", at: "max_input_chars_per_word")
    }
    let members = try members(of: &fields)
    let (tokens, _, unassigned) = try self.tokens(members, isByteLevel: false)
    return Vocabulary(
      model: .wordPiece(
        WordPieceModel(
          tokens: tokens, continuingPrefix: Array(prefix.utf8), longestWord: longest,
          unknownToken: unknown)), unassigned: unassigned)
  }

  private func wordLevel(_ fields: inout ComponentFields) throws(TokenizerError) -> Vocabulary {
    let unknown = try fields.text("unk_token")
    let members = try members(of: &fields)
    let (tokens, _, unassigned) = try self.tokens(members, isByteLevel: false)
    return Vocabulary(
      model: .wordLevel(
        WordLevelModel(
          tokens: tokens, unknownID: tokens.find(Array(unknown.utf8)).map(Int32.init),
          unknownToken: unknown)), unassigned: unassigned)
  }

  private func unigram(
    _ fields: inout ComponentFields, _ components: inout TokenizerDefinition.Components
  ) throws(TokenizerError) -> Vocabulary {
    guard let items = fields.take("vocab")?.arrayValue else {
      try fields.fail("a list of tokens with their scores is expected", at: "vocab")
    }
    if items.isEmpty { try fields.fail("the vocabulary is empty", at: "vocab") }
    var unknownID: Int32?
    if let value = fields.take("unk_id") {
      guard let id = value.intValue, items.indices.contains(id) else {
        try fields.fail("the id of a token is expected", at: "unk_id")
      }
      unknownID = Int32(id)
    }
    components.byteFallback = try fields.flag("byte_fallback", default: false)

    var pieces: [(bytes: [UInt8], score: Double)] = []
    pieces.reserveCapacity(items.count)
    var ids: [[UInt8]: Int32] = [:]
    for (id, item) in items.enumerated() {
      let place = "vocab[\(id)]"
      guard case .array(let entry) = item, entry.count == 2, let text = entry[0].stringValue,
        let score = entry[1].doubleValue, score.isFinite
      else { try fields.fail("a token and its score are expected", at: place) }
      if text.isEmpty { try fields.fail("an empty token", at: place) }
      let bytes = Array(text.utf8)
      if ids.updateValue(Int32(id), forKey: bytes) != nil {
        try fields.fail("the token \(quoted(text)) is there twice", at: place)
      }
      pieces.append((bytes, score))
    }
    let byteIDs = (0..<256).map { byte -> Int32 in
      ids[Array(ByteToken.spelling(of: UInt8(byte)).utf8)] ?? -1
    }
    components.scores = pieces.map(\.score)
    return Vocabulary(
      model: .unigram(
        UnigramModel(
          pieces: pieces, unknownID: unknownID, byteIDs: components.byteFallback ? byteIDs : [],
          fusesUnknown: true, userDefined: [])))
  }

  // MARK: Tokens and merges

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

  /// - Parameter prefix: how many bytes the second part of a merge loses before it is joined.
  private func merges(
    _ items: [JSON], tokens: ByteStringTable, isByteLevel: Bool, prefix: Int
  ) throws(TokenizerError) -> PairTable {
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
        if !ids.isEmpty && bytes.count < prefix {
          throw fail("\(quoted(part)) is shorter than the prefix that it should have")
        }
        whole += bytes.dropFirst(ids.isEmpty ? 0 : prefix)
        ids.append(Int32(id))
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
