import Files
import Language
import Tokenizers

/// Which kind of vocabulary is trained.
enum TrainedKind: String, WordParameter {
  case bpe
}

/// `tokenizer.train`: a vocabulary of one's own.
struct TokenizerTrain: Command {
  static let name = "tokenizer.train"
  static let summary = "Train a vocabulary on a text or a list of texts."
  static let searchWords = ["learn", "bpe", "byte pair encoding", "vocabulary", "merges"]
  static let source: Source? = .arXiv(
    "1508.07909", "Neural Machine Translation of Rare Words with Subword Units", year: 2015)
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"tokenizer.train "low lower lowest low low" vocab=260 name="small""#,
      shows: "tokenizer small  BPE, 260 tokens")
  ]

  let text = Argument<[String]>("The text, or a list of texts, to learn from.", piped: true)
  let kind = Option<TrainedKind>(
    "How tokens are learned: byte-level pairs, merged by count.", default: .bpe)
  let vocab = Option(
    "How many tokens the vocabulary shall have, the 256 bytes and special tokens included.",
    default: 4096, in: 1...)
  let minCount = Option(
    "Pairs that occur more rarely are not merged.", default: 2, in: 1...)
  let special = Option<[String]>("Special tokens, which get the last ids.", default: [])
  let name = Option("The tokenizer's name.", default: "bpe")

  func run(_ call: Call) throws -> Value {
    var trainer = BPETrainer(vocabularySize: try call[vocab], name: try call[name])
    trainer.minimumFrequency = try call[minCount]
    trainer.specialTokens = try call[special]
    let task = call.session.progress.start("training", total: nil)
    defer { task.finish() }
    let result = try trainer.train(texts: try call[text]) { progress in
      task.advance(by: 0, detail: "\(progress.merges) of \(progress.targetMerges) merges")
    }
    if result.report.endedEarly {
      call.session.note(
        "the text has pairs for \(result.report.size) tokens only, not \(result.report.askedSize)")
    }
    return .object(TokenizerObject(result.tokenizer))
  }
}
