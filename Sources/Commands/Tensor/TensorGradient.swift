import Language
import Tensors

/// `tensor.gradient`: of a loss.
struct TensorGradient: Command {
  static let name = "tensor.gradient"
  static let summary = "A loss of predictions, and its gradient with regard to them."
  static let searchWords = ["loss", "derivative", "backward", "cross-entropy", "differentiate"]
  static let result = ValueType.record
  static let examples = [
    Example(
      "tensor.gradient([[0.0, 0.0]], [1]).gradient", shows: "tensor f32 [1, 2]\n0.5  -0.5"),
    Example(
      "tensor.gradient([1, 4], [1, 2], loss=squared_error).loss", shows: "2.0"),
  ]

  let predictions = Argument<Tensor>("Logits, or plain predictions for the two errors.")
  let targets = Argument<Tensor>(
    "Ids for cross_entropy, else numbers or probabilities in the predictions' shape.")
  let loss = Option("The loss, a mean over rows or elements.", default: Loss.crossEntropy)

  func run(_ call: Call) throws -> Value {
    let found = try call[loss].gradient(
      try Variable.real(try call[predictions]).value, targets: try call[targets])
    return .record(
      Record([("loss", .number(found.loss)), ("gradient", .tensor(found.gradient))]))
  }
}

extension Loss: WordParameter {}

/// `tensor.slope`: of any function, by trying.
struct TensorSlope: Command {
  static let name = "tensor.slope"
  static let summary =
    "How a function's value changes with each element of a tensor, by central differences in f64."
  static let searchWords = ["gradient", "derivative", "finite differences", "numerical", "check"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.slope [1, 2] (x -> sum(x * x)) | round 6", shows: "tensor f64 [2]\n2  4")
  ]

  let tensor = Argument<Tensor>("Where.")
  let function = Argument<FunctionValue>(
    "The function: it gets an f64 tensor of the same shape and gives a number, twice an element.")
  let step = Option("How far up and down it is tried.", default: 1e-5, in: 1e-12...1)

  func run(_ call: Call) throws -> Value {
    let function = try call[function]
    var turn = 0
    return .tensor(
      try call[tensor].centralDifferences(step: try call[step]) { point in
        let value = try call.apply(function, [.tensor(point)], turn: turn)
        turn += 1
        guard let number = value.doubleValue else {
          throw call.wrongType(
            self.function, wanted: "a function that gives a number", given: value)
        }
        return number
      })
  }
}
