import Files
import Language
import Tokenizers

/// Which kind of vocabulary is trained.
enum TrainedKind: String, WordParameter {
  case bpe, superbpe, wordpiece, unigram, characters
}

/// How digits are cut before anything is learned.
enum TrainedDigits: String, WordParameter {
  case pattern, single, left, right

  var cutting: TextCutting {
    switch self {
    case .pattern: .gpt2
    case .single: .gpt2(digits: .single)
    case .left: .gpt2(digits: .leftToRight(3))
    case .right: .gpt2(digits: .rightToLeft(3))
    }
  }
}

/// How a text is normalized before anything is learned, and by the trained tokenizer.
enum TrainedNormalization: String, WordParameter {
  case none, nfc, nfd, nfkc, nfkd

  var form: NormalizationForm? { NormalizationForm(rawValue: rawValue.uppercased()) }
}

/// What fills a vocabulary up.
enum VocabularyPadding: String, WordParameter {
  case none, pow2
}

extension AppendedTokens.Matching: WordParameter {}

/// `tokenizer.train`: a vocabulary of one's own.
struct TokenizerTrain: Command {
  static let name = "tokenizer.train"
  static let summary = "Train a vocabulary on a text or a list of texts."
  static let searchWords = [
    "learn", "bpe", "byte pair encoding", "vocabulary", "merges", "superbpe",
  ]
  static let source: Source? = .arXiv(
    "1508.07909", "Neural Machine Translation of Rare Words with Subword Units", year: 2015)
  static let result = ValueType.object("tokenizer")
  static let examples = [
    Example(
      #"tokenizer.train "low lower lowest low low" vocab=260 name="small""#,
      shows: "tokenizer small  BPE, 260 tokens"),
    Example(
      #"t = tokenizer.train "by the way, by the way" kind=superbpe vocab=272 transition=0.98; tokenizer.encode(t, "by the way") | len"#,
      shows: "1"),
    Example(
      #"t = tokenizer.train "in (a) and (b)" vocab=300 normalize=nfkc extra=["(a)", "(b)"] pad=pow2; [t.vocab, tokenizer.count(t, "(a)")]"#,
      shows: "[512, 1]"),
    Example(
      #"tokenizer.train "low lower lowest" kind=wordpiece vocab=20 name="words""#,
      shows: "tokenizer words  WordPiece, 20 tokens"),
    Example(
      #"t = tokenizer.train "a cab" kind=characters special=["<|endoftext|>"]; tokenizer.encode(t, "cab").ids"#,
      shows: "[4, 2, 3]"),
  ]

  let text = Argument<[String]>("The text, or a list of texts, to learn from.", piped: true)
  let kind = Option<TrainedKind>(
    "How tokens are learned: bpe merges pairs of bytes by count, superbpe goes on across words, wordpiece merges by likelihood, unigram prunes by likelihood; with characters each character is a token.",
    default: .bpe)
  let vocab = Option(
    "How many tokens the vocabulary shall have, bytes and special tokens included.",
    default: 4096, in: 1...)
  let transition = Option(
    "With superbpe: the share of the vocabulary after which tokens may span words.", default: 0.8,
    in: 0...1)
  let maxWords = Option("With superbpe: the most words a token spans.", default: 4, in: 1...)
  let maxBytes = Option<Int?>("With bpe: the most bytes a token has.", in: 1...)
  let maxCharacters = Option<Int?>(
    "With bpe: the most characters a token has, a space in front not counted.", in: 1...)
  let normalize = Option<TrainedNormalization>(
    "With bpe: the Unicode normalization of all text.", default: TrainedNormalization.none)
  let extra = Option<[String]>(
    "With bpe: tokens beside the learned ones, found in text before anything is merged, the longest first.",
    default: [])
  let extraMatch = Option<AppendedTokens.Matching>(
    "Extra tokens that start with a letter or digit are found as words only, or anywhere.",
    default: .words)
  let pad = Option<VocabularyPadding>(
    "With bpe: pow2 fills the vocabulary up to a power of two with runs of spaces and line feeds.",
    default: VocabularyPadding.none)
  let digits = Option<TrainedDigits>(
    "How bpe cuts numbers: as GPT-2's pattern, each digit alone, or in threes from the left or the right.",
    default: .pattern)
  let pretokenizer = Option<TrainedCutting?>(
    "How bpe, and superbpe up to its transition, cut text: by GPT-2's pattern (bpe, if not given), GPT-4's (superbpe), at blanks only, or not at words."
  )
  let truncate = Option(
    "Longer texts of a list are cut to the length that this share of them does not exceed; SuperBPE's authors take 99%.",
    default: 1.0, in: 0.0...1.0)
  let minCount = Option(
    "Pairs that occur more rarely are not merged.", default: 2, in: 1...)
  let special = Option<[String]>("Special tokens; those of bpe get the last ids.", default: [])
  let name = Option<String?>("The tokenizer's name; without one, its kind.")

  func run(_ call: Call) throws -> Value {
    let task = call.session.progress.start("training", total: nil)
    defer { task.finish() }
    let run = TrainingRun { progress in
      switch progress {
      case .counting(let bytes): task.advance(by: 0, detail: "\(bytes) bytes read")
      case .merging(let merges, let all): task.advance(by: 0, detail: "\(merges) of \(all) merges")
      case .fitting(let pieces, let all, _):
        task.advance(by: 0, detail: "\(pieces) pieces, to become \(all)")
      }
    }
    let (tokenizer, asked) = (try tokenizer(call, run), try call[vocab])
    if tokenizer.vocabularySize < asked, try call[kind] != .characters {
      call.session.note(
        "the text gives \(tokenizer.vocabularySize) tokens only, not \(asked)")
    }
    return .object(TokenizerObject(tokenizer))
  }

  private func tokenizer(_ call: Call, _ run: TrainingRun) throws -> Tokenizer {
    let (kind, size) = (try call[kind], try call[vocab])
    let name = try call[name] ?? kind.rawValue
    let corpus = try TrainingCorpus.texts(try call[text]).truncated(atShare: call[truncate])
    switch kind {
    case .bpe:
      var trainer = BPETrainer(vocabularySize: size, name: name)
      trainer.minimumFrequency = try call[minCount]
      trainer.specialTokens = try call[special]
      let digits = try call[digits]
      let cutting = try call[pretokenizer]?.cutting ?? .gpt2
      trainer.cutting = digits == .pattern ? cutting : digits.cutting
      if let form = try call[normalize].form { trainer.cutting = trainer.cutting.normalized(form) }
      trainer.rules = MergeRules(
        mostBytes: try call[maxBytes], mostCharacters: try call[maxCharacters])
      trainer.appended.texts = try call[extra]
      trainer.appended.matching = try call[extraMatch]
      trainer.appended.padsToPowerOfTwo = try call[pad] == .pow2
      return try trainer.train(on: corpus, run: run).tokenizer
    case .superbpe:
      let special = try call[special]
      let merged = max(256, size - special.count)
      let share = try call[transition] * Double(merged)
      var trainer = SuperBPETrainer(
        vocabularySize: size,
        transition: min(merged, max(256, Int(exactly: share.rounded(.down)) ?? merged)), name: name)
      trainer.minimumFrequency = try call[minCount]
      trainer.specialTokens = special
      trainer.rules.mostWords = try call[maxWords]
      if let cutting = try call[pretokenizer]?.cutting { trainer.cutting = cutting }
      return try trainer.train(on: corpus, run: run).tokenizer
    case .wordpiece:
      var trainer = WordPieceTrainer(vocabularySize: size, name: name)
      trainer.minimumFrequency = try call[minCount]
      trainer.specialTokens += try call[special]
      return try trainer.train(on: corpus, run: run).tokenizer()
    case .unigram:
      var trainer = UnigramTrainer(vocabularySize: size, name: name)
      trainer.specialTokens += try call[special]
      return try trainer.train(on: corpus, run: run).tokenizer()
    case .characters:
      return try CharacterVocabulary(
        of: try call[text], specialTokens: try call[special], most: size, name: name
      ).tokenizer()
    }
  }
}
