import Language
import Tensors

/// `tensor.softmax`: logits as probabilities.
struct TensorSoftmax: Command {
  static let name = "tensor.softmax"
  static let summary = "Along an axis, positive shares that add up to 1 and go as e to the element."
  static let searchWords = ["probabilities", "logits", "normalize"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.softmax [0.0, 0.0]", shows: "tensor f32 [2]\n0.5  0.5")
  ]

  let tensor = Argument<Tensor>("The logits.")
  let axis = Option("The axis along which they add up to 1.", default: -1)

  func run(_ call: Call) throws -> Value {
    .tensor(try call[tensor].softmax(axis: try call[axis]))
  }
}

/// `tensor.log_softmax`: logits as log-probabilities.
struct TensorLogSoftmax: Command {
  static let name = "tensor.log_softmax"
  static let summary = "The natural logarithm of the softmax along an axis."
  static let searchWords = ["log-probabilities", "logits", "normalize"]
  static let result = ValueType.tensor
  static let examples = [
    Example("exp(tensor.log_softmax([0.0, 0.0]))", shows: "tensor f32 [2]\n0.5  0.5")
  ]

  let tensor = Argument<Tensor>("The logits.")
  let axis = Option("The axis along which the shares add up to 1.", default: -1)

  func run(_ call: Call) throws -> Value {
    .tensor(try call[tensor].logSoftmax(axis: try call[axis]))
  }
}

/// `tensor.argmax`: where the greatest is.
struct TensorArgmax: Command {
  static let name = "tensor.argmax"
  static let summary = "The index of the greatest element; of equal ones, the first."
  static let searchWords = ["maximum", "index", "best"]
  static let result = ValueType.oneOf([.int, .tensor])
  static let examples = [
    Example("tensor.argmax [3, 9, 9]", shows: "1"),
    Example("tensor.argmax [[1, 2], [4, 3]] axis=1", shows: "tensor i32 [2]\n1  0"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option<Int?>("The axis that goes away; without it, the tensor counts as one row.")

  func run(_ call: Call) throws -> Value {
    .number(try call[tensor].reduced(.argmax, axis: try call[axis]))
  }
}

/// `tensor.argmin`: where the least is.
struct TensorArgmin: Command {
  static let name = "tensor.argmin"
  static let summary = "The index of the least element; of equal ones, the first."
  static let searchWords = ["minimum", "index"]
  static let result = ValueType.oneOf([.int, .tensor])
  static let examples = [Example("tensor.argmin [3, 1, 1]", shows: "1")]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option<Int?>("The axis that goes away; without it, the tensor counts as one row.")

  func run(_ call: Call) throws -> Value {
    let negated = try Tensor.apply(.negate, try call[tensor].cast(to: .f64))
    return .number(try negated.reduced(.argmax, axis: try call[axis]))
  }
}

/// `tensor.argsort`: the order of elements.
struct TensorArgsort: Command {
  static let name = "tensor.argsort"
  static let summary = "Along an axis, the indices that put the elements in order."
  static let searchWords = ["rank", "order", "top"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.argsort [3, 1, 2]", shows: "tensor i32 [3]\n1  2  0"),
    Example("tensor.argsort([3, 1, 2], descending=true) | first 2", shows: "tensor i32 [2]\n0  2"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option("The axis along which to order.", default: -1)
  let descending = Option("The greatest first.", default: false)

  func run(_ call: Call) throws -> Value {
    .tensor(
      try call[tensor].sortedIndices(axis: try call[axis], descending: try call[descending]))
  }
}

/// `tensor.where`: one or the other.
struct TensorWhere: Command {
  static let name = "tensor.where"
  static let summary =
    "Element by element, one tensor where a condition holds and another elsewhere."
  static let searchWords = ["select", "mask", "if", "choose"]
  static let result = ValueType.tensor
  static let examples = [
    Example("x = tensor.from [-1, 2]; tensor.where (x > 0) x 0", shows: "tensor i32 [2]\n0  2")
  ]

  let condition = Argument<Tensor>("The truths.")
  let yes = Argument<Tensor>("What to take where they hold.", named: "then")
  let no = Argument<Tensor>("What to take elsewhere.", named: "otherwise")

  func run(_ call: Call) throws -> Value {
    .tensor(try .choose(try call[condition], try call[yes], try call[no]))
  }
}

/// `tensor.norm`: how long vectors are.
struct TensorNorm: Command {
  static let name = "tensor.norm"
  static let summary = "The Euclidean length: the root of the sum of squares."
  static let searchWords = ["length", "magnitude", "l2", "distance"]
  static let result = ValueType.oneOf([.number, .tensor])
  static let examples = [
    Example("tensor.norm [3, 4]", shows: "5.0"),
    Example("tensor.norm [[3, 4], [0, 1]] axis=1", shows: "tensor f32 [2]\n5  1"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option<Int?>("The axis that goes away; all of them, if not given.")

  func run(_ call: Call) throws -> Value {
    let tensor = try call[tensor]
    let real = tensor.elementType.isFloatingPoint ? tensor : try tensor.cast(to: .f32)
    let squares = try Tensor.apply(.multiply, real, real).reduced(.sum, axis: try call[axis])
    return .number(try Tensor.apply(.sqrt, squares))
  }
}

/// `tensor.close`: equal but for rounding.
struct TensorClose: Command {
  static let name = "tensor.close"
  static let summary = "Whether all elements of two tensors differ by no more than a tolerance."
  static let searchWords = ["allclose", "equal", "tolerance", "approximately"]
  static let result = ValueType.bool
  static let examples = [
    Example("tensor.close [0.1, 0.2] [0.1, 0.2000001]", shows: "true"),
    Example("tensor.close 1.0 1.1", shows: "false"),
  ]

  let first = Argument<Tensor>("A tensor or number.")
  let second = Argument<Tensor>("Another of the same shape.")
  let tolerance = Option(
    "The largest difference, as such and as a share of the size.", default: 1e-6, in: 0.0...)

  func run(_ call: Call) throws -> Value {
    let (a, b) = (try call[first], try call[second])
    let tolerance = try call[tolerance]
    guard a.shape == b.shape else {
      throw TensorError.shapeMismatch(operation: "close", left: a.shape, right: b.shape)
    }
    return .bool(
      zip(a.doubles, b.doubles).allSatisfy { x, y in
        x == y || (x - y).magnitude <= tolerance * (1 + max(x.magnitude, y.magnitude))
      })
  }
}
