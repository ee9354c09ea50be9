import Files
import Kernels

/// Reads the vocabulary inside a GGUF file (`tokenizer.ggml.*`), with the ids that llama.cpp gives.
struct GGUFVocabularyReader {
  let header: GGUFHeader
  let tokens: [Range<Int>]
  let types: [Int]
  private let preOverride: String?

  private enum TokenType { static let (unknown, control, userDefined, byte) = (2, 3, 4, 6) }

  var path: String { header.file.path }

  /// - Parameter pre: takes the place of the file's `tokenizer.ggml.pre`.
  static func read(_ path: String, name: String, pre: String?) throws(TokenizerError)
    -> TokenizerDefinition
  {
    let header: GGUFHeader
    do { header = try GGUFHeader(path: path) } catch { throw .file(error) }
    return try read(header, name: name, pre: pre)
  }

  static func read(_ header: GGUFHeader, name: String, pre: String?) throws(TokenizerError)
    -> TokenizerDefinition
  {
    try GGUFVocabularyReader(header, pre: pre).definition(name: name)
  }

  private init(_ header: GGUFHeader, pre: String?) throws(TokenizerError) {
    self.header = header
    preOverride = pre
    guard let list = header.array("tokenizer.ggml.tokens"), list.type == .string, list.count > 0
    else {
      throw .malformed(
        path: header.file.path, place: "tokenizer.ggml.tokens",
        reason: "a list of texts is expected; the file has no vocabulary")
    }
    tokens = header.strings(list)
    if let array = header.array("tokenizer.ggml.token_type") {
      guard let numbers = header.integers(array), numbers.count == tokens.count else {
        throw .malformed(
          path: header.file.path, place: "tokenizer.ggml.token_type",
          reason: "\(tokens.count) whole numbers are expected, one a token")
      }
      types = numbers
    } else {
      types = [Int](repeating: 1, count: tokens.count)
    }
  }

  func fail(_ key: String, _ reason: String) -> TokenizerError {
    .malformed(path: path, place: "tokenizer.ggml." + key, reason: reason)
  }

  func bytes(_ id: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: header.file.bytes.bindMemory(to: UInt8.self)[tokens[id]])
  }

  private func definition(name: String) throws(TokenizerError) -> TokenizerDefinition {
    guard let model = header.text("tokenizer.ggml.model") else {
      throw fail("model", "the file does not say what its vocabulary is")
    }
    var definition: TokenizerDefinition
    switch model {
    case "llama": definition = try scored(name)
    case "gpt2": definition = try ranked(name, pre: header.text("tokenizer.ggml.pre") ?? "default")
    case "gemma4": definition = try ranked(name, pre: "gemma4")
    case "t5": definition = try unigram(name)
    case "bert": definition = try wordPiece(name)
    case "rwkv": definition = try longestMatch(name)
    case "no_vocab", "none":
      throw .unsupported(path: path, component: "no vocabulary (tokenizer.ggml.model is \(model))")
    default: throw .unsupported(path: path, component: "the tokenizer model \(quoted(model))")
    }
    try addSpecialTokens(to: &definition, model: model)
    return definition
  }

  // MARK: Special tokens

  private func id(_ role: String) throws(TokenizerError) -> Int32? {
    guard let number = header.integer("tokenizer.ggml.\(role)_token_id") else { return nil }
    guard number >= 0, number < tokens.count else {
      throw fail("\(role)_token_id", "\(number) is no id of the \(tokens.count) tokens")
    }
    return Int32(number)
  }

  private func addSpecialTokens(to definition: inout TokenizerDefinition, model: String)
    throws(TokenizerError)
  {
    for id in tokens.indices {
      let type = types[id]
      let isSpecial = type == TokenType.control || type == TokenType.unknown
      guard isSpecial || type == TokenType.userDefined, !tokens[id].isEmpty else { continue }
      definition.addedTokens.append(
        AddedToken(
          id: Int32(id), content: String(decoding: bytes(id), as: UTF8.self), special: isSpecial))
    }
    let (first, last): (Int32?, Int32?)
    if model == "bert" {
      let (named, separator) = (try id("cls"), try id("seperator"))
      let (bos, eos) = (try id("bos"), try id("eos"))
      (first, last) = (named ?? bos ?? 101, separator ?? eos ?? 102)
    } else {
      (first, last) = (try id("bos"), try id("eos"))
    }
    (definition.bosID, definition.eosID) = (first, last)
    let kind = preOverride ?? header.text("tokenizer.ggml.pre") ?? "default"
    let defaultBOS =
      model == "llama" || model == "bert" || (model == "gpt2" && GGUFPreTokenizer.addsBOS(kind))
    let defaultEOS = model == "t5" || model == "bert"
    if header.bool("tokenizer.ggml.add_bos_token") ?? defaultBOS, let first {
      definition.beginning = [first]
    }
    if header.bool("tokenizer.ggml.add_eos_token") ?? defaultEOS, let last {
      definition.ending = [last]
    }
    if definition.unknownID == nil { definition.unknownID = try id("unknown") }
  }

  // MARK: Models

  /// The model `llama`: SentencePiece's BPE as llama.cpp has it, where every token can be merged.
  private func scored(_ name: String) throws(TokenizerError) -> TokenizerDefinition {
    let table = try distinctTokens()
    let scores = try scores()
    let byteIDs = (0..<256).map { byte -> Int32 in
      (table.find(Array(ByteToken.spelling(of: UInt8(byte)).utf8)) ?? table.find([UInt8(byte)]))
        .map(Int32.init) ?? -1
    }
    var rules = SentencePieceRules()
    let pairs: PairTable
    do {
      pairs = try ScoredMerges.pairs(
        of: (0..<Int32(table.count)).map { $0 }, in: table, scores: scores,
        characters: &rules.characters)
    } catch { throw .interrupted(error) }
    var model = BytePairModel(
      alphabet: .characters, tokens: table, merges: pairs, byteIDs: byteIDs)
    model.unknownID = try id("unknown") ?? 0
    model.fallsBackToBytes = !byteIDs.contains(-1)
    if !rules.isTrivial { model.sentencePiece = rules }
    var definition = TokenizerDefinition(
      name: name, kind: .gguf, model: .bytePair(model), decoder: decoder(spaces: true))
    definition.normalizers = [.replace(" ", with: "▁")]
    if header.bool("tokenizer.ggml.add_space_prefix") ?? true {
      definition.normalizers.insert(.prepend(" "), at: 0)
      (definition.decoder.strippedByte, definition.decoder.strippedCount) = (UInt8(ascii: " "), 1)
    }
    definition.decoderDescription = "▁ as space, byte tokens"
    definition.unknownID = model.unknownID
    return definition
  }

  /// The model `gpt2`: merges in the order of a list.
  private func ranked(_ name: String, pre: String) throws(TokenizerError) -> TokenizerDefinition {
    let kind = preOverride ?? pre
    guard let preTokenizer = GGUFPreTokenizer(kind) else {
      throw .unknownPreTokenizer(path: path, kind: kind)
    }
    let isByteLevel = !preTokenizer.mergesCharacters
    let spelled = try distinctTokens()
    guard let list = header.array("tokenizer.ggml.merges"), list.type == .string else {
      throw fail("merges", "a list of texts is expected")
    }
    let pairs = try merges(list, spelled)
    var table = ByteStringTable(capacity: tokens.count)
    var literals: Set<Int32> = []
    var decoded: [UInt8] = []
    for id in tokens.indices {
      let plain = types[id] != TokenType.control && types[id] != TokenType.userDefined
      decoded.removeAll(keepingCapacity: true)
      if !isByteLevel {
        _ = table.insert(bytes(id))
      } else if plain, ByteAlphabet.appendBytes(of: bytes(id), to: &decoded) {
        if !table.insert(decoded).isNew { table.appendHidden(decoded) }
      } else {
        table.appendHidden(Array(bytes(id)))
        literals.insert(Int32(id))
      }
    }
    let byteIDs = (0..<256).map { byte -> Int32 in
      let key = isByteLevel ? [UInt8(byte)] : Array(ByteToken.spelling(of: UInt8(byte)).utf8)
      return table.find(key).map(Int32.init) ?? -1
    }
    var model = BytePairModel(
      alphabet: isByteLevel ? .bytes : .characters, tokens: table, merges: pairs, byteIDs: byteIDs)
    model.ignoresMerges = preTokenizer.ignoresMerges
    model.unknownID = try id("unknown")
    model.fallsBackToBytes = !isByteLevel
    // What a token of bytes says is what stands in the table, but for tokens that name a byte.
    let isInTable = isByteLevel && !types.contains(TokenType.byte)
    var definition = TokenizerDefinition(
      name: name, kind: .gguf, preTokenizer: PreTokenizer(stages: preTokenizer.stages),
      model: .bytePair(model),
      decoder: isInTable ? TextDecoder(table) : decoder(spaces: !isByteLevel, literals: literals))
    definition.literals = literals
    if !isByteLevel { definition.normalizers = [.replace(" ", with: "▁")] }
    definition.decoderDescription = isByteLevel ? "bytes" : "▁ as space, byte tokens"
    return definition
  }

  private func merges(_ list: GGUFHeader.Array, _ spelled: ByteStringTable)
    throws(TokenizerError) -> PairTable
  {
    let pairs = PairTable(capacity: list.count)
    let file = header.file.bytes.bindMemory(to: UInt8.self)
    var whole: [UInt8] = []
    for (rank, range) in header.strings(list).enumerated() {
      let line = UnsafeBufferPointer(rebasing: file[range])
      // A token may start with the blank that separates the two, but not the first.
      var cut = 1
      while cut < line.count, line[cut] != UInt8(ascii: " ") { cut += 1 }
      guard cut < line.count else { throw fail("merges[\(rank)]", "two tokens are expected") }
      let (first, second) = (line[..<cut], line[(cut + 1)...])
      let left = try id(of: UnsafeBufferPointer(rebasing: first), in: spelled, rank)
      let right = try id(of: UnsafeBufferPointer(rebasing: second), in: spelled, rank)
      whole.removeAll(keepingCapacity: true)
      whole.append(contentsOf: first)
      whole.append(contentsOf: second)
      let merged = try whole.withUnsafeBufferPointer { (whole) throws(TokenizerError) in
        try id(of: whole, in: spelled, rank)
      }
      // Of equal merges the first counts.
      _ = pairs.insert(left, right, rank: UInt32(rank), merged: merged)
    }
    return pairs
  }

  private func id(of part: UnsafeBufferPointer<UInt8>, in spelled: ByteStringTable, _ rank: Int)
    throws(TokenizerError) -> Int32
  {
    guard let id = spelled.find(part) else {
      let text = quoted(String(decoding: part, as: UTF8.self))
      throw fail("merges[\(rank)]", "\(text) is not in the vocabulary")
    }
    return Int32(id)
  }

  /// The model `t5`: SentencePiece's Unigram.
  private func unigram(_ name: String) throws(TokenizerError) -> TokenizerDefinition {
    let scores = try scores()
    func ids(_ test: (Int) -> Bool) -> Set<Int32> {
      Set(types.indices.filter { test(types[$0]) }.map(Int32.init))
    }
    let unknown = try id("unknown") ?? 2
    let userDefined = ids { $0 == TokenType.userDefined }
    let model = UnigramModel(
      pieces: tokens.indices.map { (Array(bytes($0)), Double(scores[$0])) }, unknownID: unknown,
      byteIDs: [], fusesUnknown: true, userDefined: userDefined,
      unmatched: ids { $0 != 1 && $0 != TokenType.userDefined })
    var normalizer = SentencePieceNormalizer()
    if !userDefined.isEmpty {
      normalizer.userDefined = ByteTrie(
        userDefined.sorted().map { (Array(bytes(Int($0)))[...], $0) })
    }
    normalizer.addsDummyPrefix = header.bool("tokenizer.ggml.add_space_prefix") ?? false
    normalizer.removesExtraSpaces =
      header.bool("tokenizer.ggml.remove_extra_whitespaces") ?? false
    if let map = header.array("tokenizer.ggml.precompiled_charsmap") {
      guard let numbers = header.integers(map) else {
        throw fail("precompiled_charsmap", "a list of bytes is expected")
      }
      let bytes = numbers.map { UInt8(truncatingIfNeeded: $0) }
      do { normalizer.charsMap = try PrecompiledCharsMap(bytes: bytes) } catch {
        throw fail("precompiled_charsmap", error.reason)
      }
    }
    var definition = TokenizerDefinition(
      name: name, kind: .gguf, normalizers: [.sentencePiece(normalizer)], model: .unigram(model),
      decoder: decoder(spaces: true))
    (definition.decoder.strippedByte, definition.decoder.strippedCount) = (UInt8(ascii: " "), 1)
    definition.decoderDescription = "▁ as space"
    definition.unknownID = unknown
    return definition
  }

  /// The model `bert`: WordPiece whose words start with `▁` and go on without a mark.
  private func wordPiece(_ name: String) throws(TokenizerError) -> TokenizerDefinition {
    let unknown = try id("unknown") ?? 100
    var table = ByteStringTable(capacity: tokens.count)
    for id in tokens.indices {
      let token = Array(bytes(id))
      if types[id] != 1 {
        table.appendHidden(token)
        continue
      }
      let isStart = token.starts(with: SentencePieceNormalizer.mark)
      let spelled = isStart ? Array(token.dropFirst(3)) : Array("##".utf8) + token
      if spelled.isEmpty || !table.insert(spelled).isNew { table.appendHidden(spelled) }
    }
    guard unknown < tokens.count else { throw fail("unknown_token_id", "\(unknown) is no id") }
    let lowercases = header.bool("tokenizer.ggml.normalizer.lowercase") ?? true
    return BertVocabulary.definition(
      name: name, kind: .gguf, tokens: table, unknownID: unknown, lowercases: lowercases,
      longestWord: .max)
  }

  /// The model `rwkv`: the longest token at every place; tokens are written with escapes.
  private func longestMatch(_ name: String) throws(TokenizerError) -> TokenizerDefinition {
    var table = ByteStringTable(capacity: tokens.count)
    var decoder = TextDecoder()
    for id in tokens.indices {
      guard let token = PythonLiteral.unescaped(bytes(id)) else {
        throw fail("tokens[\(id)]", "its escapes are wrong")
      }
      decoder.append(token)
      if token.isEmpty || types[id] != 1 {
        table.appendHidden(token)
      } else if !table.insert(token).isNew {
        throw fail("tokens[\(id)]", "the token is there twice")
      }
    }
    var definition = TokenizerDefinition(
      name: name, kind: .gguf, model: .longestMatch(LongestMatchModel(tokens: table)),
      decoder: decoder)
    definition.decoderDescription = "bytes"
    return definition
  }

  // MARK: Parts

  /// The tokens as the file spells them.
  private func distinctTokens() throws(TokenizerError) -> ByteStringTable {
    var table = ByteStringTable(capacity: tokens.count)
    for id in tokens.indices {
      let (other, isNew) = table.insert(bytes(id))
      if !isNew { throw fail("tokens[\(id)]", "the token is the same as that of id \(other)") }
    }
    return table
  }

  private func scores() throws(TokenizerError) -> [Float] {
    guard let array = header.array("tokenizer.ggml.scores"), let scores = header.floats(array),
      scores.count == tokens.count, scores.allSatisfy(\.isFinite)
    else { throw fail("scores", "\(tokens.count) finite floats are expected, one a token") }
    return scores
  }

  private func decoder(spaces: Bool, literals: Set<Int32>? = nil) -> TextDecoder {
    var decoder = TextDecoder()
    for id in tokens.indices {
      let token = Array(bytes(id))
      if types[id] == TokenType.byte, let byte = ByteToken.byte(of: token) {
        decoder.append([byte])
      } else if spaces {
        let isText = types[id] != TokenType.control && types[id] != TokenType.unknown
        decoder.append(
          isText ? Normalizer.replaced(SentencePieceNormalizer.mark, [0x20], in: token) : token)
      } else if let literals, !literals.contains(Int32(id)) {
        decoder.append(ByteAlphabet.bytes(of: String(decoding: token, as: UTF8.self)) ?? token)
      } else {
        decoder.append(token)
      }
    }
    return decoder
  }
}
