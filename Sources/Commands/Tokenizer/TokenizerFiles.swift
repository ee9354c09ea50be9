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
      shows: "tokenizer ab  BPE, 257 tokens")
  ]

  let path = Argument<FilePath>(
    "A vocabulary: tokenizer.json, SentencePiece, tiktoken ranks, GGUF, RWKV, vocab.txt, CLIP merges, llama2.c; or a folder that holds one."
  )
  let kind = Option<TokenizerKind?>("How to read the file, where it does not say so itself.")

  func run(_ call: Call) throws -> Value {
    .object(try TokenizerObject.load(try call[path].text, kind: try call[kind], call.session))
  }
}

/// `tokenizer.save`: a vocabulary as a file that other programs read.
struct TokenizerSave: Command {
  static let name = "tokenizer.save"
  static let summary = "Save a tokenizer as a Hugging Face tokenizer.json."
  static let searchWords = ["write", "export"]
  static let isSilent = true
  static let result = ValueType.null
  static let examples = [
    Example(
      #"tokenizer.train "ab ab ab" vocab=257 | tokenizer.save "ab.json"; len(read("ab.json").model.merges)"#,
      shows: "1")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer to save.", piped: true)
  let path = Argument<FilePath>("The file to write, ending in .json.")

  func run(_ call: Call) throws -> Value {
    let target = try call.session.files.writing(try call[path].text)
    try call[tokenizer].tokenizer.save(to: target)
    return .null
  }
}
