import Language
import Tokenizers

/// How text is cut before anything is learned.
enum TrainedCutting: String, WordParameter {
  case gpt2, gpt4, words, superwords

  var cutting: TextCutting {
    switch self {
    case .gpt2: .gpt2
    case .gpt4: .gpt4
    case .words: .words
    case .superwords: .superwords
    }
  }
}

/// `tokenizer.superwords`: the tokens that span words.
struct TokenizerSuperwords: Command {
  static let name = "tokenizer.superwords"
  static let summary = "List the tokens of a vocabulary that span several words."
  static let searchWords = ["superbpe", "multi-word", "phrases", "whitespace"]
  static let source: Source? = .arXiv(
    "2503.13423", "SuperBPE: Space Travel for Language Models", year: 2025)
  static let result = ValueType.table
  static let examples = [
    Example(
      #"t = tokenizer.train "by the way, by the way" kind=superbpe vocab=272 transition=0.98; tokenizer.superwords t "by the way, by the way" top=2"#,
      shows: """
         id  text        words  count
        264  by the way      3      2
        """)
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let text = Argument<[String]>(
    "A text, or a list of texts, on which they are counted; without it, they come as they were learned.",
    default: [])
  let top = Option<Int?>("How many; all, if not given.", in: 0...)

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    var superwords = try Superword.all(of: tokenizer)
    let texts = try call[text]
    var counts: [Int32: Int] = [:]
    for text in texts {
      for id in try tokenizer.encode(text) { counts[id, default: 0] += 1 }
    }
    if !texts.isEmpty {
      superwords.sort { (counts[$1.id] ?? 0, $0.id) < (counts[$0.id] ?? 0, $1.id) }
      superwords.removeAll { counts[$0.id] == nil }
    }
    if let top = try call[top] { superwords = Array(superwords.prefix(top)) }
    return .table(
      Table(
        rows: superwords.map { superword in
          var row = Record([
            ("id", .int(Int(superword.id))),
            ("text", .string(String(decoding: superword.bytes, as: UTF8.self))),
            ("words", .int(superword.words)),
          ])
          if !texts.isEmpty { row["count"] = .int(counts[superword.id] ?? 0) }
          return row
        }))
  }
}

/// `tokenizer.extend`: more tokens for a vocabulary.
struct TokenizerExtend: Command {
  static let name = "tokenizer.extend"
  static let summary =
    "Go on with the training of a byte-level vocabulary, its tokens kept, to a larger size."
  static let searchWords = ["continue", "superbpe", "add tokens", "resume", "grow"]
  static let source: Source? = .arXiv(
    "2503.13423", "SuperBPE: Space Travel for Language Models", year: 2025)
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"t = tokenizer.train "by the way, by the way" vocab=266; tokenizer.extend t "by the way, by the way" vocab=272 | tokenizer.superwords | map (w -> w.text)"#,
      shows: #"[" the way", "by the way"]"#)
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one: merges of bytes, without special tokens.")
  let text = Argument<[String]>("The text, or a list of texts, to learn from.", piped: true)
  let vocab = Option<Int>("How many tokens there shall be then.")
  let pretokenizer = Option<TrainedCutting>(
    "How text is cut from now on: superwords lets tokens span words.", default: .superwords)
  let maxWords = Option("The most words a new token spans.", default: 4, in: 1...)
  let forbid = Option<[String]>("No new token contains one of these texts.", default: [": "])
  let minCount = Option("Pairs that occur more rarely are not merged.", default: 2, in: 1...)
  let name = Option<String?>("The new tokenizer's name; the old one's, if not given.")

  func run(_ call: Call) throws -> Value {
    let task = call.session.progress.start("training", total: nil)
    defer { task.finish() }
    let size = try call[vocab]
    var training = VocabularyExtension(vocabularySize: size)
    training.cutting = try call[pretokenizer].cutting
    training.rules = MergeRules(mostWords: try call[maxWords], forbidden: try call[forbid])
    training.minimumFrequency = try call[minCount]
    training.name = try call[name]
    let extended = try training.extend(
      try call[tokenizer].tokenizer, on: .texts(try call[text]))
    if extended.vocabularySize < size {
      call.session.note("the text gives \(extended.vocabularySize) tokens only, not \(size)")
    }
    return .object(TokenizerObject(extended))
  }
}
