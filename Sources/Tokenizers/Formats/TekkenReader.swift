import Files

/// Reads Mistral's `tekken.json`: byte-pair ranks with their pattern, and special tokens before them.
///
/// The special tokens have the first ids, the token of rank `r` has the id `r` and their number
/// together. Of the ranks only those count that fit `default_vocab_size`.
struct TekkenReader {
  private static let mostSpecialTokens = 1 << 16
  /// The special tokens of files older than version 11, which do not list them, by id.
  private static let earlySpecialTokens = [
    "<unk>", "<s>", "</s>", "[INST]", "[/INST]", "[AVAILABLE_TOOLS]", "[/AVAILABLE_TOOLS]",
    "[TOOL_RESULTS]", "[/TOOL_RESULTS]", "[TOOL_CALLS]", "[IMG]", "<pad>", "[IMG_BREAK]",
    "[IMG_END]", "[PREFIX]", "[MIDDLE]", "[SUFFIX]", "[SYSTEM_PROMPT]", "[/SYSTEM_PROMPT]",
    "[TOOL_CONTENT]",
  ]

  let path: String

  static func read(_ path: String, name: String) throws(TokenizerError) -> TokenizerDefinition {
    try TekkenReader(path: path).definition(VocabularyJSON.read(path), name: name)
  }

  static func read(_ bytes: [UInt8], path: String, name: String) throws(TokenizerError)
    -> TokenizerDefinition
  {
    try TekkenReader(path: path).definition(VocabularyJSON.parse(bytes, path: path), name: name)
  }

  private func definition(_ json: JSON, name: String) throws(TokenizerError) -> TokenizerDefinition
  {
    var top = try ComponentFields(json, path: path, place: "")
    guard let settings = top.take("config") else { try top.fail("missing", at: "config") }
    var config = try ComponentFields(settings, path: path, place: "config")
    let stage = try stage(try config.text("pattern"))
    let size = try config.integer("default_vocab_size")
    let specialCount = try config.integer("default_num_special_tokens")
    guard (0...Self.mostSpecialTokens).contains(specialCount) else {
      try config.fail(
        "\(specialCount) special tokens, 0 to \(Self.mostSpecialTokens) are possible",
        at: "default_num_special_tokens")
    }
    for field in ["num_vocab_tokens", "version"] { _ = config.take(field) }
    try config.finish("the configuration")

    let items = try top.list("vocab")
    guard size > specialCount, size - specialCount <= items.count else {
      try config.fail(
        "\(size) tokens of which \(specialCount) are special, and \(items.count) are listed",
        at: "default_vocab_size")
    }
    let special = try specialTokens(top.take("special_tokens"), count: specialCount)
    // How pictures and sound become tokens, and settings of chats.
    for field in ["image", "multimodal", "audio", "model_settings_builder", "type", "version"] {
      _ = top.take(field)
    }
    try top.finish("tekken.json")

    let lines = try lines(items.prefix(size - specialCount), firstID: specialCount)
    var definition = try RankedTokens(path: path, lines: lines).definition(
      kind: .tekken, stages: [stage], name: name, special: special)
    definition.bosID = special.first { $0.content == "<s>" }?.id
    definition.eosID = special.first { $0.content == "</s>" }?.id
    return definition
  }

  private func stage(_ pattern: String) throws(TokenizerError) -> PreTokenizer.Stage {
    do { return try .pieces(matching: pattern) } catch {
      throw .unsupported(
        path: path,
        component: "the pattern \(quoted(pattern)) (byte \(error.place): \(error.reason))")
    }
  }

  private func specialTokens(_ json: JSON?, count: Int) throws(TokenizerError) -> [AddedToken] {
    var contents: [String]
    if let json {
      guard let items = json.arrayValue, items.count <= count else {
        throw .malformed(
          path: path, place: "special_tokens", reason: "a list of at most \(count) is expected")
      }
      contents = []
      for (index, item) in items.enumerated() {
        var fields = try ComponentFields(item, path: path, place: "special_tokens[\(index)]")
        let rank = try fields.integer("rank")
        if rank != index {
          try fields.fail("\(rank) stands where \(index) is expected", at: "rank")
        }
        let content = try fields.text("token_str")
        if content.isEmpty { try fields.fail("an empty token", at: "token_str") }
        contents.append(content)
      }
    } else {
      contents = Array(Self.earlySpecialTokens.prefix(count))
    }
    for id in contents.count..<count { contents.append("<SPECIAL_\(id)>") }
    var seen: Set<[UInt8]> = []
    for (id, content) in contents.enumerated()
    where !seen.insert(Array(content.utf8)).inserted {
      throw .malformed(
        path: path, place: "special_tokens[\(id)]",
        reason: "the token \(quoted(content)) is there twice")
    }
    return contents.enumerated().map {
      AddedToken(id: Int32($0.offset), content: $0.element, special: true)
    }
  }

  private func lines(_ items: ArraySlice<JSON>, firstID: Int) throws(TokenizerError)
    -> RankFileReader.Lines
  {
    var lines = RankFileReader.Lines()
    lines.isList = true
    for (index, item) in items.enumerated() {
      let place = "vocab[\(index)]"
      guard item["rank"]?.intValue == index else {
        throw .malformed(path: path, place: place + ".rank", reason: "\(index) is expected")
      }
      let before = lines.bytes.count
      guard var text = item["token_bytes"]?.stringValue,
        text.withUTF8({ Base64.decode($0, into: &lines.bytes) }), lines.bytes.count > before
      else {
        throw .malformed(
          path: path, place: place + ".token_bytes", reason: "a token in base64 is expected")
      }
      lines.ends.append(UInt32(lines.bytes.count))
      lines.ranks.append(UInt32(firstID + index))
      lines.numbers.append(UInt32(index))
    }
    return lines
  }
}
