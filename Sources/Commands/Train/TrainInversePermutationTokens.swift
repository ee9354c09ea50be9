import Language
import Training

extension PermutedTokens.Reading: WordParameter {}

/// `train.inverse_permutation_tokens`: an ordinary decoder on the task in tokens.
struct TrainInversePermutationTokens: Command {
  static let name = "train.inverse_permutation_tokens"
  static let summary =
    "Train an ordinary decoder to find symbols from a permutation and the permuted symbols, read at various places."
  static let searchWords = ["scratch", "pads", "pause", "impossibility", "causal", "decoder"]
  static let source: Source? = InversePermutationOptions.source
  static let result = ValueType.record
  static let examples = [
    Example(
      "r = train.inverse_permutation_tokens(n=4, symbols=2, width=8, heads=2, batch=4, steps=2); [len(r.losses), r.floor_accuracy]",
      shows: "[2, 0.8125]"),
    Example(
      "r = train.inverse_permutation_tokens(n=2, answers=pads, width=8, heads=2, batch=4, steps=1); [len(r.by_answer), r.floor_accuracy]",
      shows: "[2, 1.0]"),
  ]

  let n = Option("How many symbols are permuted.", default: 4, in: 2...32)
  let symbols = Option("How many symbols there are.", default: 8, in: 2...1024)
  let answers = Option(
    "Where answers are read: at the permuted string, with pads before the data or without; at pads behind it; at a second copy of the string; or written one after the other.",
    default: PermutedTokens.Reading.string)
  let layers = Option("How many layers.", default: 2, in: 1...64)
  let width = Option("Numbers a position has.", default: 64, in: 2...4096)
  let heads = Option("Attention heads; they divide the width.", default: 4, in: 1...256)
  let batch = Option("Examples in a batch, all of them new.", default: 64, in: 1...65_536)
  let steps = Option("How many steps.", default: 1000, in: 0...10_000_000)
  let rate = Option(
    "Adam's largest learning rate, which falls along half a cosine.", default: 0.003,
    in: 0.000001...1.0)
  let seed = Option("Names the first weights and the examples.", default: 1, in: 0...)

  func run(_ call: Call) throws -> Value {
    let task = try PermutedTokens(
      size: try call[n], symbols: try call[symbols], reading: try call[answers])
    let configuration = PermutedTokensTraining.Configuration(
      task: task, layers: try call[layers], width: try call[width], heads: try call[heads],
      batch: try call[batch], steps: try call[steps], rate: try call[rate],
      seed: UInt64(try call[seed]))
    let progress = call.session.progress.start("training", total: configuration.steps)
    defer { progress.finish() }
    let result = try PermutedTokensTraining.run(configuration) { _, loss in
      progress.advance(detail: "loss \((loss * 10_000).rounded() / 10_000)")
    }
    return .record(
      Record([
        ("parameters", .int(result.parameterCount)), ("tokens", .int(task.length)),
        ("losses", .list(result.losses.map(Value.float))), ("loss", .float(result.loss)),
        ("accuracy", .float(result.accuracy)),
        ("by_answer", .list(result.accuracyByAnswer.map(Value.float))),
        ("floor_loss", .float(task.leastLoss)), ("floor_accuracy", .float(task.greatestAccuracy)),
      ]))
  }
}
