import Language
import Tensors
import Training

/// `measure.inverse_permutation`: the weights that need no training.
struct MeasureInversePermutation: Command {
  static let name = "measure.inverse_permutation"
  static let summary =
    "Measure how well two attention layers with weights by hand find a string from a permutation and the permuted string."
  static let searchWords = [
    "disentangled", "scratch", "impossibility", "causal mask", "construction", "sharpness",
  ]
  static let source: Source? = InversePermutationOptions.source
  static let result = ValueType.record
  static let examples = [
    Example("measure.inverse_permutation(n=4).solved", shows: "0.625"),
    Example("measure.inverse_permutation(n=4, scratch=4).solved", shows: "1.0"),
    Example("measure.inverse_permutation(n=4, mask=none).error < 1e-20", shows: "true"),
    Example(
      "measure.inverse_permutation(n=4, scratch=2, answers=permutation).solved", shows: "0.5"),
  ]

  let task = InversePermutationOptions()
  let sharpness = Option(
    "What a score that is meant has over the others.", default: 60.0, in: 0.0...1000.0)
  let strings = Option(
    "How many permutations and strings at least; up to n = 6 every permutation equally often.",
    default: 256, in: 1...10_000)
  let seed = Option("Names the examples.", default: 1, in: 0...)

  func run(_ call: Call) throws -> Value {
    let layout = try task.layout(call)
    let score = try InversePermutationScore(
      DisentangledTransformer(constructedFor: layout, sharpness: try call[sharpness]),
      on: InversePermutationExample.balanced(
        size: layout.size, count: try call[strings],
        stream: RandomStream(
          seed: UInt64(try call[seed]), path: ["inverse permutation", "measured"])), layout)
    return .record(
      Record([
        ("error", .float(score.solvableError)), ("mse", .float(score.squaredError)),
        ("accuracy", .float(score.accuracy)), ("solved", .float(score.solvedShare)),
        ("solvable", .float(layout.solvableShare)),
        ("floor_mse", .float(layout.leastSquaredError)),
        ("floor_accuracy", .float(layout.greatestAccuracy)),
      ]))
  }
}
