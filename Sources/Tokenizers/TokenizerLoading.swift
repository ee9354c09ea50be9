import Files

extension Tokenizer {
  /// Loads a vocabulary from a file, or from a folder that has a `tokenizer.json`.
  ///
  /// - Parameter kind: how to read the file; by default its name and first bytes tell.
  /// - Parameter pre: how a GGUF vocabulary of byte pairs cuts text, in place of what its file says.
  /// - Throws: ``TokenizerError`` for what is missing, malformed or not supported.
  public static func load(path: String, kind: TokenizerKind? = nil, pre: String? = nil)
    throws(TokenizerError) -> Tokenizer
  {
    var file = path
    var configuration = TokenizerConfiguration()
    if Paths.isFolder(path) {
      file = vocabulary(in: path, kind: kind)
      configuration = try TokenizerConfiguration.read(folder: path)
    }
    let name = nameOfVocabulary(file)
    let stated: TokenizerKind
    if let kind { stated = kind } else { stated = try VocabularyDetection.kind(of: file) }
    switch stated {
    case .huggingface:
      return Tokenizer(try HuggingFaceReader.read(file, name: name), configuration: configuration)
    case .llama2c: return Tokenizer(try Llama2CReader.read(file, name: name))
    case .gpt2 where isPair(file):
      guard let pair = GPT2PairReader.files(in: Paths.parent(of: file)) else {
        throw .file(.notFound(path: Paths.join(Paths.parent(of: file), "encoder.json")))
      }
      return Tokenizer(
        try GPT2PairReader.read(vocabulary: pair.vocabulary, merges: pair.merges, name: name),
        configuration: configuration)
    case .gpt2, .cl100k, .o200k, .qwen, .whisper:
      guard let publication = RankPublication(stated) else { throw .unknownKind(path: file) }
      return Tokenizer(try RankFileReader.read(file, publication: publication, name: name))
    case .sentencepiece:
      return Tokenizer(try SentencePieceReader.read(file, name: name))
    case .tekken: return Tokenizer(try TekkenReader.read(file, name: name))
    case .gguf:
      return Tokenizer(try GGUFVocabularyReader.read(file, name: name, pre: pre))
    case .clip: return Tokenizer(try CLIPReader.read(file, name: name))
    case .rwkv: return Tokenizer(try RWKVReader.read(file, name: name))
    case .wordpiece:
      return Tokenizer(
        try BertVocabulary.read(file, name: name, lowercases: configuration.lowercases),
        configuration: configuration)
    case .hybrid: return try HybridFile.read(file, name: name)
    case .mapped: return Tokenizer(try MappedVocabulary.read(file, name: name))
    }
  }

  /// The vocabulary of a GGUF file whose header was read already.
  public static func load(gguf header: GGUFHeader) throws(TokenizerError) -> Tokenizer {
    Tokenizer(
      try GGUFVocabularyReader.read(header, name: nameOfVocabulary(header.file.path), pre: nil))
  }

  /// Reads a vocabulary from the bytes of a `tokenizer.json`; `source` is named in errors.
  public static func load(tokenizerJSON bytes: [UInt8], name: String, source: String)
    throws(TokenizerError) -> Tokenizer
  {
    if VocabularyDetection.kind(Array(bytes.prefix(VocabularyDetection.looked))) == .hybrid {
      return try HybridFile.read(bytes, name: name, path: source)
    }
    return Tokenizer(try HuggingFaceReader.read(bytes, path: source, name: name))
  }

  /// What in a folder is the vocabulary: the first of these that is there.
  private static func vocabulary(in folder: String, kind: TokenizerKind?) -> String {
    var names = ["tokenizer.json"]
    if kind != .huggingface {
      names += [
        "tokenizer.model", "tekken.json", "spiece.model", "vocab.bpe", "merges.txt", "vocab.txt",
        "tokenizer.bin",
      ]
    }
    if kind == .gpt2 { names = ["vocab.bpe", "merges.txt"] }
    let found = names.first { Paths.exists(Paths.join(folder, $0)) }
    return Paths.join(folder, found ?? "tokenizer.json")
  }

  /// One of GPT-2's two files, not a rank file.
  private static func isPair(_ file: String) -> Bool {
    GPT2PairReader.names.contains { Paths.name(of: file) == $0.0 || Paths.name(of: file) == $0.1 }
  }

  /// `gpt2/tokenizer.json` → `gpt2`, `tok512.bin` → `tok512`.
  private static func nameOfVocabulary(_ path: String) -> String {
    var name = Paths.name(of: path)
    let general = [
      "tokenizer.json", "tokenizer.bin", "tokenizer.model", "spiece.model", "tekken.json",
      "vocab.bpe", "encoder.json", "vocab.json", "merges.txt", "vocab.txt",
    ]
    if general.contains(name) {
      let folder = Paths.parent(of: Paths.resolved(path) ?? path)
      name = Paths.name(of: folder)
      return name.isEmpty || name == "." || name == "/" ? "tokenizer" : name
    }
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
    return name
  }
}

/// What a model folder's `tokenizer_config.json` says about BOS and EOS.
struct TokenizerConfiguration: Equatable {
  var bos: String?
  var eos: String?
  var addsBOS: Bool?
  var addsEOS: Bool?
  var lowercases: Bool?

  static func read(folder: String) throws(TokenizerError) -> TokenizerConfiguration {
    let path = Paths.join(folder, "tokenizer_config.json")
    guard Paths.exists(path) else { return TokenizerConfiguration() }
    let json: JSON
    do {
      json = try JSONParser.parse(try FileContents.bytes(at: path, limit: 1 << 26), path: path)
    } catch { throw .file(error) }
    /// A token is a text, or an object with its text as `content`.
    func token(_ key: String) -> String? {
      json[key]?.stringValue ?? json[key]?["content"]?.stringValue
    }
    return TokenizerConfiguration(
      bos: token("bos_token"), eos: token("eos_token"), addsBOS: json["add_bos_token"]?.boolValue,
      addsEOS: json["add_eos_token"]?.boolValue, lowercases: json["do_lower_case"]?.boolValue)
  }
}
