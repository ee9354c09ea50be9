import Language
import Training

extension InversePermutationLayout.Reading: WordParameter {}
extension InversePermutationRecipe: WordParameter {}

/// The inverse permutation task, as its commands take it.
struct InversePermutationOptions: ParameterGroup {
  /// Which rows a row sees.
  enum Mask: String, WordParameter { case causal, none }

  static let source = Source.arXiv(
    "2509.24125", "The Impossibility of Inverse Permutation Learning in Transformer Models",
    year: 2025)

  let n = Option("The size of the permutations and of the binary strings.", default: 4, in: 1...32)
  let mask = Option<Mask>(
    "Whether a row sees itself and the rows before it only, or all.", default: Mask.causal)
  let scratch = Option(
    "Rows of zeros behind the data, up to n; answer j is read at the j-th of them.", default: 0,
    in: 0...32)
  let scratchBefore = Option("Rows of zeros before the data, up to n.", default: 0, in: 0...32)
  let answers = Option<InversePermutationLayout.Reading?>(
    "Where the other answers are read: at the rows of the permuted string, or of the permutation; the first with a causal mask, the second without one unless given."
  )

  func layout(_ call: Call) throws -> InversePermutationLayout {
    try InversePermutationLayout(
      size: try call[n], isCausal: try call[mask] == .causal, before: try call[scratchBefore],
      after: try call[scratch], reading: try call[answers])
  }
}

/// `train.inverse_permutation`: a disentangled attention-only transformer on the task.
struct TrainInversePermutation: Command {
  static let name = "train.inverse_permutation"
  static let summary =
    "Train an attention-only transformer to find a string from a permutation and the permuted string."
  static let searchWords = ["disentangled", "scratch", "impossibility", "causal mask", "attention"]
  static let source: Source? = InversePermutationOptions.source
  static let result = ValueType.record
  static let examples = [
    Example(
      "r = train.inverse_permutation(n=4, steps=2, batch=4); [len(r.losses), r.floor_mse, r.floor_accuracy]",
      shows: "[2, 0.09375, 0.8125]"),
    Example(
      "train.inverse_permutation(n=2, mask=none, steps=0).floor_mse", shows: "0.0"),
    Example(
      "r = train.inverse_permutation(n=2, optimizer=sgd, steps=0); abs(r.accuracy + r.mse - 1) < 1e-9",
      shows: "true"),
  ]

  let task = InversePermutationOptions()
  let layers = Option("Layers of attention.", default: 2, in: 1...4)
  let steps = Option("How many steps.", default: 3000, in: 0...10_000_000)
  let batch = Option("Examples in a batch, all of them new.", default: 128, in: 1...65_536)
  let optimizer = Option(
    "Adam from weights of N(0, 0.01²), or the paper's plain descent from zero, each element of the gradient kept within ±1 and the errors of a row added up.",
    default: InversePermutationRecipe.adam)
  let rate = Option<Double?>(
    "The largest learning rate, which falls along half a cosine; 0.02 for adam and 1 for sgd where absent.",
    in: 0.000001...1.0)
  let seed = Option("Names the first weights and the examples.", default: 1, in: 0...)

  func run(_ call: Call) throws -> Value {
    let layout = try task.layout(call)
    let configuration = InversePermutationTraining.Configuration(
      layout: layout, layers: try call[layers], batch: try call[batch], steps: try call[steps],
      recipe: try call[optimizer], rate: try call[rate], seed: UInt64(try call[seed]))
    let progress = call.session.progress.start("training", total: configuration.steps)
    defer { progress.finish() }
    let result = try InversePermutationTraining.run(configuration) { _, loss in
      progress.advance(detail: "loss \((loss * 10_000).rounded() / 10_000)")
    }
    return .record(
      Record([
        ("losses", .list(result.losses.map(Value.float))),
        ("mse", .float(result.score.squaredError)), ("accuracy", .float(result.score.accuracy)),
        ("floor_mse", .float(layout.leastSquaredError)),
        ("floor_accuracy", .float(layout.greatestAccuracy)),
      ]))
  }
}
