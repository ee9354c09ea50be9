import Language
import Models
import Tensors
import Training

extension AnySubset.Order: WordParameter {}

/// `train.network`: next tokens, with any input map and any loss of tokens.
struct TrainNetwork: Command {
  static let name = "train.network"
  static let summary =
    "Train a decoder of any parts on texts: other inputs, positions, norms and losses than train.lm's."
  static let searchWords = [
    "fit", "learn", "binary codes", "lexinvariant", "label smoothing", "focal", "z-loss", "mixer",
    "hybrid",
  ]
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; r = train.network(t, "ab ab ab ab ab ab", layers=1, width=18, heads=1, context=4, batch=1, steps=2, input=binary); [r.input_parameters, r.head_parameters]"#,
      shows: "[0, 4644]"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; counts = ["softmax", "mlp", "static_qk"] | map (kind -> train.network(t, "ab ab ab ab ab ab", layers=1, width=12, heads=2, context=4, batch=1, steps=1, mixer=(kind)).parameters); min(counts) == max(counts)"#,
      shows: "true"),
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=258 special=["<|endoftext|>"]; write "ab ab ab\nab ab ab\n" "ab.txt"; a = train.network(t, file="ab.txt", layers=1, width=8, heads=2, context=4, batch=1, steps=2); b = train.network(t, ["ab ab ab", "ab ab ab"], layers=1, width=8, heads=2, context=4, batch=1, steps=2); a.losses == b.losses"#,
      shows: "true"),
  ]

  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; its end-of-text token stands between texts.")
  let text = Argument<[String]?>(
    "A text, or a list of texts; file= may take their place.", piped: true)
  let size = ModelSizeOptions()
  let smoothing = Option(
    "The share of each target that goes to all tokens alike.", default: 0.0, in: 0.0...0.999)
  let zLoss = Option(
    "A multiple of the squared logarithm of the scores' sum of exponentials.", default: 0.0,
    in: 0.0...1000.0)
  let focal = Option(
    "The loss times (1 - p) to this power; 0, or from 1 on.", default: 0.0, in: 0.0...100.0)
  let training = TrainNetworkOptions()

  func run(_ call: Call) throws -> Value {
    let loss = TokenCrossEntropy(
      smoothing: try call[smoothing], zLoss: try call[zLoss], focal: try call[focal])
    return try training.run(
      call, size, tokenizer: try call[tokenizer].tokenizer, texts: try call[text],
      objective: NextToken(loss: loss))
  }
}

/// What training with hidden tokens takes.
struct HiddenTokenOptions: ParameterGroup {
  let tokenizer = Argument<TokenizerObject>(
    "The tokenizer, or the path of one; its end-of-text token stands between texts.")
  let text = Argument<[String]?>(
    "A text, or a list of texts; file= may take their place.", piped: true)
  let mask = Option<String?>(
    "The token that stands for a hidden one; <mask>, [MASK] or <|mask|> unless given.")
  let size = ModelSizeOptions()
  let training = TrainNetworkOptions()

  func run(
    _ call: Call, isCausal: Bool, objective: (_ mask: Int32) throws -> any TokenObjective
  ) throws -> Value {
    let tokenizer = try call[tokenizer].tokenizer
    return try training.run(
      call, size, tokenizer: tokenizer, texts: try call[text], isCausal: isCausal,
      objective: objective(MaskToken.id(of: tokenizer, named: try call[mask])))
  }
}

/// `train.masked`: absorbing diffusion.
struct TrainMasked: Command {
  static let name = "train.masked"
  static let summary =
    "Train a model that sees all of a text to foresee masked tokens, any share of them."
  static let searchWords = ["diffusion", "mdlm", "llada", "absorbing", "bert", "infill"]
  static let source: Source? = .arXiv(
    "2406.07524", "Simple and Effective Masked Diffusion Language Models", year: 2024)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=259 special=["<|endoftext|>", "<mask>"]; train.masked(t, "ab ab ab ab ab ab", layers=1, width=8, heads=2, context=4, batch=1, steps=2).tokens"#,
      shows: "6")
  ]

  let options = HiddenTokenOptions()

  func run(_ call: Call) throws -> Value {
    try options.run(call, isCausal: false) { MaskedDiffusion(mask: $0) }
  }
}

/// `train.any_order`: any tokens from any others.
struct TrainAnyOrder: Command {
  static let name = "train.any_order"
  static let summary =
    "Train a model to foresee any tokens of a text from any others, in any order."
  static let searchWords = ["any-subset", "xlnet", "permutation", "as-arm", "infill"]
  static let source: Source? = .arXiv(
    "2504.20456", "Reviving Any-Subset Autoregressive Models with Principled Parallel Sampling",
    year: 2025)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"t = tokenizer.train "ab ab ab" vocab=259 special=["<|endoftext|>", "<mask>"]; train.any_order(t, "ab ab ab ab ab ab", layers=1, width=8, heads=2, context=4, batch=1, steps=2).tokens"#,
      shows: "6")
  ]

  let options = HiddenTokenOptions()
  let order = Option(
    "The order of the tokens that are foreseen.", default: AnySubset.Order.ascending)

  func run(_ call: Call) throws -> Value {
    let order = try call[order]
    return try options.run(call, isCausal: true) { AnySubset(mask: $0, order: order) }
  }
}

/// `train.distill`: a small model learns what a large one foresees.
struct TrainDistill: Command {
  static let name = "train.distill"
  static let summary =
    "Train a small decoder to foresee what a teacher with the same tokens foresees."
  static let searchWords = ["teacher", "student", "knowledge", "compress"]
  static let source: Source? = .arXiv(
    "1503.02531", "Distilling the Knowledge in a Neural Network", year: 2015)
  static let result = ValueType.record
  static let examples = [
    Example(
      #"train.distill("default", data.stories(2, seed=1), layers=1, width=8, heads=2, context=8, batch=1, steps=2).tokens"#,
      shows: "14")
  ]

  let teacher = Argument<ModelObject>("The model to learn from, or the path of one.")
  let text = Argument<[String]?>(
    "A text, or a list of texts; file= may take their place.", piped: true)
  let temperature = Option(
    "What both models' scores are divided by.", default: 2.0, in: 0.01...100.0)
  let share = Option(
    "The teacher's share of the loss; the rest is that of the text itself.", default: 0.5,
    in: 0.0...1.0)
  let size = ModelSizeOptions()
  let training = TrainNetworkOptions()

  func run(_ call: Call) throws -> Value {
    let teacher = try call[teacher].model
    guard let tokenizer = teacher.tokenizer else {
      throw ModelError.noTokenizer(model: teacher.name)
    }
    return try training.run(
      call, size, tokenizer: tokenizer, texts: try call[text],
      objective: Distillation(
        teacher: teacher, temperature: try call[temperature], share: try call[share]))
  }
}
