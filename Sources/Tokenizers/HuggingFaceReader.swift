import Files

/// Reads Hugging Face's `tokenizer.json` (format 1.0 of the `tokenizers` library).
///
/// Everything is checked before it is used; a component that is not known is refused by its name.
struct HuggingFaceReader {
  /// Ids that may lie unused between the model's vocabulary and the added tokens.
  private static let mostUnassigned = 4096

  let path: String

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    try HuggingFaceReader(path: path).definition(VocabularyJSON.read(path), name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    try HuggingFaceReader(path: path).definition(
      VocabularyJSON.parse(bytes, path: path), name: name)
  }

  private func definition(_ json: JSON, name: String) throws(TokenizerError) -> TokenizerDefinition
  {
    var top = try ComponentFields(json, path: path, place: "")
    if let version = top.take("version"), version != .string("1.0") {
      throw .unsupported(path: path, component: "version \(version.text()) of the format")
    }
    guard let model = top.take("model") else { try top.fail("the model is missing") }
    let added = try addedTokens(top.take("added_tokens"))
    var components = TokenizerDefinition.Components()
    components.truncation = top.take("truncation") ?? .null
    components.padding = top.take("padding") ?? .null
    components.normalizer = top.take("normalizer") ?? .null
    components.preTokenizer = top.take("pre_tokenizer") ?? .null
    components.postProcessor = top.take("post_processor") ?? .null
    components.decoder = top.take("decoder") ?? .null
    try top.finish("tokenizer.json")

    let reader = HuggingFaceComponents(path: path)
    let normalizers = try reader.normalizers(components.normalizer)
    var preTokenizer = try reader.preTokenizer(components.preTokenizer)
    // Bytes that would become characters and be merged at once are merged as bytes.
    let isByteLevel =
      preTokenizer.stages.last == .byteLevel
      && !preTokenizer.stages.dropLast().contains(.byteLevel)
      && !normalizers.contains(.byteLevel) && HuggingFaceModelReader.mergesBytes(model)
    if isByteLevel { preTokenizer.stages.removeLast() }
    let steps = try reader.decoder(components.decoder)

    let vocabulary = try HuggingFaceModelReader(path: path).read(
      model, isByteLevel: isByteLevel, components: &components)
    var definition = TokenizerDefinition(
      name: name, kind: .huggingface, normalizers: normalizers, preTokenizer: preTokenizer,
      model: vocabulary.model, literals: vocabulary.literals, addedTokens: added,
      unknownID: vocabulary.model.unknownID, decoder: TextDecoder())
    definition.components = components
    definition.decoderDescription = steps.description
    definition.provenance = vocabulary.provenance
    definition.truncation = try reader.truncation(components.truncation)
    definition.padding = try reader.padding(components.padding)

    let size = try checkIDs(of: definition, unassigned: vocabulary.unassigned)
    if let padding = definition.padding, padding.id >= size {
      throw .malformed(
        path: path, place: "padding.pad_id",
        reason: "id \(padding.id) is outside the vocabulary of \(size) tokens")
    }
    // A token that is sought in normalised text gives normalised text.
    let byID = Dictionary(
      uniqueKeysWithValues: added.map { token in
        (token.id, token.normalized ? normalized(token.content, by: normalizers) : token.content)
      })
    definition.decoder = try steps.table(
      size: size, definition: definition, added: byID, unassigned: vocabulary.unassigned,
      path: path)
    try addTemplate(components.postProcessor, reader: reader, to: &definition)
    return definition
  }

  private func normalized(_ text: String, by normalizers: [Normalizer]) -> String {
    let bytes = try? Normalizer.apply(normalizers, to: Array(text.utf8), limit: 1 << 20)
    return bytes.map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  // MARK: Added tokens

  private func addedTokens(_ json: JSON?) throws(TokenizerError) -> [AddedToken] {
    guard let json else { return [] }
    guard let items = json.arrayValue else {
      throw .malformed(path: path, place: "added_tokens", reason: "a list is expected")
    }
    var ids: Set<Int32> = []
    var contents: Set<[UInt8]> = []
    var tokens: [AddedToken] = []
    for (index, item) in items.enumerated() {
      var fields = try ComponentFields(item, path: path, place: "added_tokens[\(index)]")
      let id = try fields.integer("id")
      let content = try fields.text("content")
      guard let small = Int32(exactly: id), small >= 0 else {
        try fields.fail("\(id) is no token id", at: "id")
      }
      if content.isEmpty { try fields.fail("an empty token", at: "content") }
      if !ids.insert(small).inserted { try fields.fail("id \(id) is there twice", at: "id") }
      if !contents.insert(Array(content.utf8)).inserted {
        try fields.fail("the token \(quoted(content)) is there twice", at: "content")
      }
      tokens.append(
        AddedToken(
          id: small, content: content,
          singleWord: try fields.flag("single_word", default: false),
          stripsLeft: try fields.flag("lstrip", default: false),
          stripsRight: try fields.flag("rstrip", default: false),
          normalized: try fields.flag("normalized", default: true),
          special: try fields.flag("special", default: false)))
      try fields.finish("an added token")
    }
    return tokens
  }

  /// Added tokens agree with the model's vocabulary, and together they leave no hole.
  ///
  /// - Returns: the number of ids.
  private func checkIDs(of definition: TokenizerDefinition, unassigned: Set<Int32>)
    throws(TokenizerError) -> Int
  {
    let modelSize = definition.model.tokens.count
    var largest = modelSize - 1
    var filled: Set<Int32> = []
    for (index, token) in definition.addedTokens.enumerated() {
      let place = "added_tokens[\(index)]"
      let bytes =
        definition.isByteLevel ? ByteAlphabet.bytes(of: token.content) : Array(token.content.utf8)
      let known = bytes.flatMap { definition.model.tokens.find($0) }.map(Int32.init)
      if let known, known != token.id {
        throw .malformed(
          path: path, place: place,
          reason: "\(quoted(token.content)) has id \(token.id) here and \(known) in the vocabulary")
      }
      if known == nil, Int(token.id) < modelSize, !unassigned.contains(token.id) {
        let isSame =
          definition.literals.contains(token.id)
          && definition.model.tokens[Int(token.id)].elementsEqual(token.content.utf8)
        if !isSame {
          throw .malformed(
            path: path, place: place,
            reason: "id \(token.id) is another token in the vocabulary")
        }
      }
      filled.insert(token.id)
      largest = max(largest, Int(token.id))
    }
    if let hole = unassigned.subtracting(filled).min() {
      throw .malformed(path: path, place: "model.vocab", reason: "id \(hole) is missing")
    }
    let beyond = filled.filter { Int($0) >= modelSize }.count
    if largest + 1 - modelSize - beyond > Self.mostUnassigned {
      throw .malformed(
        path: path, place: "added_tokens",
        reason: "id \(largest) is far beyond the \(modelSize + beyond) tokens there are")
    }
    return largest + 1
  }

  // MARK: BOS and EOS

  private func addTemplate(
    _ json: JSON, reader: HuggingFaceComponents, to definition: inout TokenizerDefinition
  ) throws(TokenizerError) {
    guard let template = try reader.postProcessor(json) else { return }
    for token in template.tokens {
      let spelled = token.id < definition.decoder.count ? definition.spelling(of: token.id) : nil
      if spelled.map({ Array($0.utf8) == Array(token.spelling.utf8) }) != true {
        throw .malformed(
          path: path, place: "post_processor",
          reason: "\(quoted(token.spelling)) has id \(token.id), which is another token or none")
      }
    }
    definition.template = template
    definition.beginning = template.beginning.map(\.id)
    definition.ending = template.ending.map(\.id)
    definition.bosID = template.beginning.first?.id
    definition.eosID = template.ending.first?.id
  }
}
