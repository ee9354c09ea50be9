import Files
import Language
import Tokenizers

extension TokenizerKind: WordParameter {}
extension SpecialPolicy: WordParameter {}

/// `tokenizer.load`: somebody's vocabulary.
struct TokenizerLoad: Command {
  static let name = "tokenizer.load"
  static let summary = "Load a vocabulary from a file or from a model's folder."
  static let searchWords = ["open", "tokenizer.json", "llama2.c", "vocabulary"]
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"tokenizer.train "ab ab ab" vocab=257 name="ab" | tokenizer.save "ab.json"; tokenizer.load "ab.json""#,
      shows: "tokenizer ab  BPE, 257 tokens"),
    Example(
      #"tokenizer.load("default") == model.load("default").tokenizer"#, shows: "true"),
  ]

  let path = Argument<FilePath>(
    "A vocabulary: tokenizer.json, SentencePiece, tiktoken ranks, GGUF, RWKV, vocab.txt, CLIP merges, llama2.c; a folder that holds one; or \"default\"."
  )
  let kind = Option<TokenizerKind?>("How to read the file, where it does not say so itself.")

  func run(_ call: Call) throws -> Value {
    .object(try TokenizerObject.load(try call[path].text, kind: try call[kind], call.session))
  }
}

/// The forms that a vocabulary is written in.
enum SavedForm: String, WordParameter {
  case huggingface, tiktoken, mapped

  /// The form that a file's name asks for; nil where it does not say.
  init?(path: String) {
    switch Paths.fileExtension(of: path).lowercased() {
    case "json": self = .huggingface
    case "tiktoken": self = .tiktoken
    case "mapped": self = .mapped
    default: return nil
    }
  }
}

/// `tokenizer.save`: a vocabulary as a file that other programs read.
struct TokenizerSave: Command {
  static let name = "tokenizer.save"
  static let summary =
    "Save a tokenizer as a Hugging Face tokenizer.json, as tiktoken ranks, or in a form that opens fast."
  static let searchWords = ["write", "export", "tokenizer.json", "tiktoken", "mapped"]
  static let isSilent = true
  static let result = ValueType.null
  static let examples = [
    Example(
      #"tokenizer.train "ab ab ab" vocab=257 | tokenizer.save "ab.json"; len(read("ab.json").model.merges)"#,
      shows: "1"),
    Example(
      #"tokenizer.train "ab ab ab" vocab=257 | tokenizer.save "ab.tiktoken"; tokenizer.load("ab.tiktoken", kind=gpt2) | tokenizer.vocab contains="ab" | map (t -> t.id)"#,
      shows: "[256]"),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer to save.", piped: true)
  let path = Argument<FilePath>("The file to write.")
  let kind = Option<SavedForm?>(
    "The form; by default the file's ending says it: .json, .tiktoken or .mapped.")

  func run(_ call: Call) throws -> Value {
    let (tokenizer, path) = (try call[tokenizer].tokenizer, try call[path].text)
    guard let form = try call[kind] ?? SavedForm(path: path) else {
      throw LanguageError.invalid(
        "the name '\(path)' does not say in which form to save",
        hint: "end it in .json, .tiktoken or .mapped, or say kind=huggingface|tiktoken|mapped"
      ).at(call.span(of: self.path))
    }
    var kindOfRanks: TokenizerKind?
    let bytes: [UInt8]
    switch form {
    case .huggingface: bytes = Array((try tokenizer.json().text(pretty: true) + "\n").utf8)
    case .tiktoken:
      kindOfRanks = try tokenizer.kindOfRanks()
      bytes = try tokenizer.tiktokenRanks()
    case .mapped: bytes = try tokenizer.mappedForm()
    }
    try DurableFile.replace(try call.session.files.writing(path), with: bytes)
    // A rank file does not hold its pattern.
    if let kindOfRanks { call.session.note("load it with kind=\(kindOfRanks.rawValue)") }
    return .null
  }
}
