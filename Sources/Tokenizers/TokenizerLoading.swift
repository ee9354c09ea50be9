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
      file = Paths.join(path, "tokenizer.json")
      if !Paths.exists(file), kind != .huggingface {
        for other in ["tokenizer.bin"] where Paths.exists(Paths.join(path, other)) {
          file = Paths.join(path, other)
        }
      }
      configuration = try TokenizerConfiguration.read(folder: path)
    }
    let name = nameOfVocabulary(file)
    let stated: TokenizerKind
    if let kind { stated = kind } else { stated = try kindOfFile(file) }
    switch stated {
    case .huggingface:
      return Tokenizer(try HuggingFaceReader.read(file, name: name), configuration: configuration)
    case .llama2c: return Tokenizer(try Llama2CReader.read(file, name: name))
    case .gpt2, .cl100k, .o200k, .qwen, .whisper:
      guard let publication = RankPublication(stated) else { throw .unknownKind(path: file) }
      return Tokenizer(try RankFileReader.read(file, publication: publication, name: name))
    case .sentencepiece:
      return Tokenizer(try SentencePieceReader.read(file, name: name))
    case .gguf:
      return Tokenizer(try GGUFVocabularyReader.read(file, name: name, pre: pre))
    case .rwkv: return Tokenizer(try RWKVReader.read(file, name: name))
    case .wordpiece:
      return Tokenizer(
        try BertVocabulary.read(file, name: name, lowercases: configuration.lowercases),
        configuration: configuration)
    default: throw .unknownKind(path: file)
    }
  }

  /// Reads a vocabulary from the bytes of a `tokenizer.json`; `source` is named in errors.
  public static func load(tokenizerJSON bytes: [UInt8], name: String, source: String)
    throws(TokenizerError) -> Tokenizer
  {
    Tokenizer(try HuggingFaceReader.read(bytes, path: source, name: name))
  }

  private static func kindOfFile(_ path: String) throws(TokenizerError) -> TokenizerKind {
    switch Paths.fileExtension(of: path) {
    case "json": return .huggingface
    case "bin": return .llama2c
    default:
      if !Paths.exists(path) { throw .file(.notFound(path: path)) }
      throw .unknownKind(path: path)
    }
  }

  /// `gpt2/tokenizer.json` → `gpt2`, `tok512.bin` → `tok512`.
  private static func nameOfVocabulary(_ path: String) -> String {
    var name = Paths.name(of: path)
    if name == "tokenizer.json" || name == "tokenizer.bin" {
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
