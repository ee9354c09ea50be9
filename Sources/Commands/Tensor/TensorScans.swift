import Language
import Tensors

/// `tensor.cumulative_sum`: sums so far.
struct TensorCumulativeSum: Command {
  static let name = "tensor.cumulative_sum"
  static let summary = "Along an axis, the sum of each element and all before it."
  static let searchWords = ["cumsum", "running total", "prefix sum", "logcumsumexp"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.cumulative_sum [1, 2, 3]", shows: "tensor f32 [3]\n1  3  6"),
    Example("exp(tensor.cumulative_sum([0.0, 0.0], log=true))", shows: "tensor f32 [2]\n1  2"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option("The axis.", default: -1)
  let log = Option("Whether elements and sums are logarithms.", default: false)

  func run(_ call: Call) throws -> Value {
    let x = try Variable.real(try call[tensor])
    return .tensor(
      try call[log]
        ? try x.cumulativeLogSumExp(axis: try call[axis]).value
        : try x.cumulativeSum(axis: try call[axis]).value)
  }
}

/// `tensor.recurrence`: a state that decays and takes in.
struct TensorRecurrence: Command {
  static let name = "tensor.recurrence"
  static let summary = "A linear recurrence along an axis: state = decay · state + input."
  static let searchWords = ["scan", "state space", "recurrent", "moving average", "ssm"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.recurrence [0.5, 0.5, 0.5] [4, 0, 1]", shows: "tensor f32 [3]\n4  2  2"),
    Example(
      "tensor.recurrence [[0.5, 0.5]] [[0, 0]] initial=[8]", shows: "tensor f32 [1, 2]\n4  2"),
  ]

  let decay = Argument<Tensor>("What the state is multiplied by in each step.")
  let input = Argument<Tensor>("What is added to it, of the same shape.", piped: true)
  let initial = Option<Tensor?>(
    "The state before the first step, without the axis; 0 if not given.")
  let axis = Option("The axis of steps.", default: -1)

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[decay], try call[input], try call[initial]])
    guard let decay = inputs[0], let input = inputs[1] else { return .null }
    return .tensor(
      try Variable.recurrence(
        decay: decay, input: input, initial: inputs[2], axis: try call[axis]
      ).value)
  }
}

/// `tensor.log_product`: matrix products of logarithms.
struct TensorLogProduct: Command {
  static let name = "tensor.log_product"
  static let summary = "The matrix product of numbers given as logarithms, as a logarithm."
  static let searchWords = ["log semiring", "forward algorithm", "hmm", "logsumexp", "logmatmul"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "exp(tensor.log_product([[0.0, 0.0]], [[0.0], [0.0]]))", shows: "tensor f32 [1, 1]\n2")
  ]

  let left = Argument<Tensor>("A matrix of logarithms, [rows, inner].")
  let right = Argument<Tensor>("Another, [inner, columns].")

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[left], try call[right]])
    guard let left = inputs[0], let right = inputs[1] else { return .null }
    return .tensor(try left.logProduct(right).value)
  }
}
