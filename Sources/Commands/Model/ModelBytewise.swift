import Decoding
import Language
import Models
import Tensors

/// Where exact probabilities of bytes come from.
private let byteSource = Source.arXiv(
  "2410.09303",
  "Exact Byte-Level Probabilities from Tokenized Language Models for FIM-Tasks and Model Ensembles",
  year: 2024)

/// `model.bytewise`: a language model as a model of bytes.
struct ModelBytewise: Command {
  static let name = "model.bytewise"
  static let summary =
    "See a language model byte by byte: exact probabilities of the next byte, wherever a prompt ends."
  static let searchWords = ["byte-level", "covers", "exact", "tokenization bias", "fim"]
  static let source: Source? = byteSource
  static let result = ValueType.object("byte_model")
  static let examples = [
    Example(#"bm = model.bytewise "default"; bm.mask"#, shows: "true"),
    Example(
      #"abs(sum(model.next_byte(model.bytewise("default"), "Once upon a ti")) - 1) < 1e-9"#,
      shows: "true"),
  ]

  let model = Argument<ModelObject>("The model, or the path of one.", piped: true)
  let mask = Option(
    "Give no probability to tokens that no text has at a place; without is faster, and not exact.",
    default: true)

  func run(_ call: Call) throws -> Value {
    .object(try ByteModelObject(try call[model], masks: try call[mask]))
  }
}

/// `model.ensemble`: the mean of byte models.
struct ModelEnsemble: Command {
  static let name = "model.ensemble"
  static let summary = "Average byte models, whatever their vocabularies, byte by byte."
  static let searchWords = ["mixture", "mean", "combine", "vocabularies"]
  static let source: Source? = byteSource
  static let result = ValueType.object("byte_model")
  static let examples = [
    Example(
      #"model.ensemble(["default", "default"], weights=[1, 3]).weights"#, shows: "[0.25, 0.75]")
  ]

  let models = Argument<[ByteModelObject]>("Byte models, or models.", piped: true)
  let weights = Option<[Double]?>("One a model; equal where absent. They are made to sum to 1.")

  func run(_ call: Call) throws -> Value {
    .object(try ByteModelObject(mean: try call[models], weights: try call[weights]))
  }
}

extension PromptReading: WordParameter {}

/// `model.next_byte`: a distribution of next bytes.
struct ModelNextByte: Command {
  static let name = "model.next_byte"
  static let summary =
    "Give the probabilities of the 256 next bytes and of the text's end behind a prompt."
  static let searchWords = ["byte", "distribution", "token healing", "raw", "exact"]
  static let source: Source? = byteSource
  static let result = ValueType.tensor
  static let examples = [
    Example(#"model.next_byte("default", "Once upon a tim").shape"#, shows: "[257]")
  ]

  let model = Argument<ByteModelObject>("A byte model, a model, or the path of one.")
  let prompt = Argument<ByteText>("A text, or a list of bytes.", piped: true)
  let reading = Option(
    "How the prompt is read: by all its covers, by its own ids, or with its last token healed.",
    default: PromptReading.exact)

  func run(_ call: Call) throws -> Value {
    let (object, bytes, reading) = (try call[model], try call[prompt].bytes, try call[reading])
    if let model = object.tokenModel {
      return .tensor(Tensor(try TokenHealing.nextByte(model, after: bytes, reading: reading)))
    }
    guard reading == .exact else {
      throw DecodingError.ensemble(reason: "only the exact reading of a prompt is one of bytes")
    }
    var state = try object.model.start(bytes)
    return .tensor(Tensor(try state.next()))
  }
}

/// `model.markov`: a model whose probabilities are all known.
struct ModelMarkov: Command {
  static let name = "model.markov"
  static let summary =
    "Make the model over tokens that a random Markov source of letters induces, exactly."
  static let searchWords = ["toy", "exact", "source", "oracle", "enumerate"]
  static let isRandom = true
  static let result = ValueType.object("model")
  static let examples = [
    Example(
      #"t = tokenizer.train "abab aab bba" vocab=260; m = model.markov(t, "ab", longest=5, seed=1); m.architecture"#,
      shows: "markov")
  ]

  let tokenizer = Argument<TokenizerObject>("The tokenizer, or the path of one.")
  let letters = Argument<ByteText>("The letters of the source.")
  let order = Option("How many letters before a letter decide.", default: 2, in: 0...16)
  let longest = Option("The most letters of a string.", default: 9, in: 0...20)
  let end = Option("The probability that a string ends, before each letter.", default: 0.1)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let source = try MarkovSource(
      alphabet: try call[letters].bytes, order: try call[order], longest: try call[longest],
      endProbability: try call[end],
      stream: randomStream(call, seed: try call[seed], name: Self.name))
    let model = try MarkovTokenModel(source, try call[tokenizer].tokenizer)
    return .object(ModelObject(model, path: model.name))
  }
}
