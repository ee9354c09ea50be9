import Files
import Language
import Models
import Tokenizers
import Training

extension InputMap.Kind: WordParameter {}
extension InputMap.CodeValues: WordParameter {}
extension ModelSizes.Positions: WordParameter {}
extension ModelSizes.Norm: WordParameter {}
extension TokenMixer: WordParameter {}
extension MixingPattern: WordParameter {}

/// What a model is for, which decides who sees whom.
enum NewArchitecture: String, WordParameter {
  case decoder, masked
}

/// Where a new model's scores come from.
enum NewHead: String, WordParameter {
  case tied, untied
}

/// The sizes and parts of a model to be made, as several commands take them.
struct ModelSizeOptions: ParameterGroup {
  static let mixerSource = Source.arXiv(
    "2510.11602",
    "Deconstructing Attention: Investigating Design Principles for Effective Language Modeling",
    year: 2025)

  let layers = Option("How many layers.", default: 4, in: 1...256)
  let width = Option("Numbers a position has.", default: 96, in: 2...16384)
  let heads = Option("Attention heads; they divide the width.", default: 3, in: 1...1024)
  let kvHeads = Option<Int?>(
    "Heads of keys and values; as many as heads where absent.", in: 1...1024)
  let mlp = Option<Int?>(
    "The inner width of the MLP; where absent about 8/3 of the width if it is gated, 4 widths if not.",
    in: 1...65536)
  let context = Option("The longest sequence, in tokens.", default: 256, in: 2...131072)
  let positions = Option("What tokens know of their places.", default: ModelSizes.Positions.rotary)
  let norm = Option(
    "With rms the MLP is gated and nothing has biases, with layer it is plain and all have them.",
    default: ModelSizes.Norm.rms)
  let head = Option("Whether the input's table scores tokens too.", default: NewHead.tied)
  let input = Option(
    "What an id becomes: a learned table, a frozen one, its code's bits repeated over the width, or numbers drawn anew for each sequence.",
    default: InputMap.Kind.learned)
  let values = Option("What the bits of codes stand for.", default: InputMap.CodeValues.signs)
  let bits = Option<Int?>(
    "Bits a code; as many as the vocabulary needs where absent.", in: 1...62)
  let codeSeed = Option<Int?>(
    "Names what affine codes are drawn from; the seed of the weights where absent.", in: 0...)
  let drawn = Option(
    "The probability of a drawn row in place of a trained one, for input=semilex.", default: 0.2,
    in: 0.0...1.0)

  let deviation = Option(
    "The deviation of the normal numbers that matrices begin with.", default: 0.02, in: 0.0...1000.0
  )
  let scoreScale = Option<Double?>(
    "What scores are multiplied by: 1, and 1/√width of rows that are drawn for each sequence, where absent.",
    in: 0.000001...1000.0)

  let mixer = Option(
    "How tokens read of each other: by softmax attention, or by a form that stands in its place with as many weights.",
    default: TokenMixer.softmax)
  let pattern = Option(
    "Which layers keep softmax beside another mixer, counted from 1: none, every second, half of them, one, every fourth, or the first and the last.",
    default: MixingPattern.uniform)
  let fixed = Option<String?>(
    "The text whose beginning gives the queries and keys of mixer=fixed_qk; of the texts that are trained on unless given."
  )

  /// - Parameter texts: what is trained on, if anything is.
  func sizes(
    _ call: Call, tokenizer: Tokenizer, texts: [String] = [], seed: UInt64, isCausal: Bool = true
  ) throws -> ModelSizes {
    var sizes = ModelSizes(
      layers: try call[layers], width: try call[width], heads: try call[heads],
      keyValueHeads: try call[kvHeads], mlp: try call[mlp],
      vocabulary: tokenizer.vocabularySize, context: try call[context],
      positions: try call[positions], norm: try call[norm], isTied: try call[head] == .tied)
    sizes.isCausal = isCausal
    sizes.deviation = try call[deviation]
    sizes.scoreScale = try call[scoreScale].map { Float($0) }
    let mixer = try call[mixer]
    let companion = try CompanionSequence(
      of: mixer, count: sizes.context, texts: try call[fixed].map { [$0] } ?? texts,
      tokenizer: tokenizer, seed: seed)
    return sizes.mixing(mixer, try call[pattern], companion: companion)
  }

  func input(_ call: Call, vocabulary: Int, seed: UInt64) throws -> InputMap {
    try InputMap(
      try call[input], vocabulary: vocabulary, values: try call[values], bits: try call[bits],
      probability: try call[drawn], seed: try call[codeSeed].map { UInt64($0) } ?? seed)
  }
}

/// `model.new`: a model with fresh weights.
struct ModelNew: Command {
  static let name = "model.new"
  static let summary = "Make a model of given sizes with fresh weights, and save it where asked."
  static let searchWords = [
    "create", "initialise", "random", "transformer", "llama", "gpt2", "mixer", "hybrid",
    "linear attention",
  ]
  static let result = ValueType.object("model")
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; model.new(t, layers=1, width=8, heads=2, context=4).parameters"#,
      shows: "3112"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, layers=1, width=8, heads=2, context=4, input=binary); model.logits(m, "ab").shape[1]"#,
      shows: "258"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; fn made(s, c) { model.new(t, layers=1, width=18, heads=1, context=4, input=affine, seed=s, code_seed=c) }; all(model.weight(made(1, 5), "embed.weight") == model.weight(made(2, 5), "embed.weight"))"#,
      shows: "true"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; m = model.new(t, layers=4, width=12, heads=2, context=4, mixer=approximate, pattern=quarter); m.config.mixers"#,
      shows: #"["approximate", "approximate", "approximate", "softmax"]"#),
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let arch = Option(
    "A decoder sees what is before a token, a masked model all of a text.",
    default: NewArchitecture.decoder)
  let size = ModelSizeOptions()
  let seed = Option("Names the weights.", default: 1, in: 0...)
  let out = Option<FilePath?>("The folder to save the model to, for model.load.")

  func run(_ call: Call) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    let seed = UInt64(try call[seed])
    let folder = try call[out]
    let writable = try folder.map { try ModelFolder.writable($0.text, call.session) }
    let sizes = try size.sizes(
      call, tokenizer: tokenizer, seed: seed, isCausal: try call[arch] == .decoder)
    let made = try MadeModel(
      sizes, input: size.input(call, vocabulary: tokenizer.vocabularySize, seed: seed),
      fresh: .init(seed: seed, deviation: sizes.deviation))
    if let writable { try made.save(folder: writable, tokenizer: tokenizer) }
    return .object(
      ModelObject(try made.model(tokenizer: tokenizer), path: folder?.text ?? ModelObject.unsaved))
  }
}

/// The folder that a model is written to.
enum ModelFolder {
  /// The path to write to, once each file of a model in it may be written.
  static func writable(_ path: String, _ session: Session) throws -> String {
    var folder = path
    for name in TrainedLanguageModel.fileNames {
      folder = Paths.parent(of: try session.files.writing(Paths.join(path, name)))
    }
    return folder
  }
}
