import Language
import Tensors

/// `tensor.reshape`: other extents.
struct TensorReshape: Command {
  static let name = "tensor.reshape"
  static let summary =
    "The same elements in another shape; one extent may be -1, which takes what is left."
  static let searchWords = ["view", "ravel", "shape"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.from(1..6) | tensor.reshape [2, -1]", shows: "tensor i32 [2, 3]\n1  2  3\n4  5  6")
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let shape = Argument<TensorShape>("The new extents.")

  func run(_ call: Call) throws -> Value {
    .tensor(try call[tensor].reshaped(try call[shape].extents))
  }
}

/// `tensor.transpose`: axes in another order.
struct TensorTranspose: Command {
  static let name = "tensor.transpose"
  static let summary = "The axes in another order; the reverse one, if none is given."
  static let searchWords = ["permute", "swap", "axes"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.transpose [[1, 2], [3, 4]]", shows: "tensor i32 [2, 2]\n1  3\n2  4")
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axes = Argument<[Int]?>("For every new axis the old one.")

  func run(_ call: Call) throws -> Value { .tensor(try call[tensor].transposed(try call[axes])) }
}

/// `tensor.cast`: another element type.
struct TensorCast: Command {
  static let name = "tensor.cast"
  static let summary =
    "The elements in another type; fractions are cut off where it holds integers."
  static let searchWords = ["convert", "type", "astype"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.cast [1.5, -2.5] i32", shows: "tensor i32 [2]\n1  -2")
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let type = Argument<ElementType>("The element type.")

  func run(_ call: Call) throws -> Value { .tensor(try call[tensor].cast(to: try call[type])) }
}

/// `tensor.stack`: along a new axis.
struct TensorStack: Command {
  static let name = "tensor.stack"
  static let summary = "Tensors of one shape put along a new axis."
  static let searchWords = ["combine", "rows", "batch"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.stack [tensor.zeros([2]), tensor.ones([2])]", shows: "tensor f32 [2, 2]\n0  0\n1  1")
  ]

  let tensors = Argument<[Tensor]>("The tensors.")
  let axis = Option("Where the new axis stands.", default: 0)

  func run(_ call: Call) throws -> Value {
    .tensor(try .stack(try call[tensors], axis: try call[axis]))
  }
}

/// `tensor.take`: rows by index.
struct TensorTake: Command {
  static let name = "tensor.take"
  static let summary = "The parts along the first axis that indices name, in their order."
  static let searchWords = ["gather", "index", "rows", "select"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.take [[1, 2], [3, 4]] [1, 1, 0]", shows: "tensor i32 [3, 2]\n3  4\n3  4\n1  2")
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let indices = Argument<[Int]>("The indices; negative ones count from the end.")

  func run(_ call: Call) throws -> Value { .tensor(try call[tensor].taking(try call[indices])) }
}

/// `tensor.one_hot`: indices as rows.
struct TensorOneHot: Command {
  static let name = "tensor.one_hot"
  static let summary = "For every index a row of zeros with a 1 in its place."
  static let searchWords = ["indicator", "classes", "encode"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.one_hot [2, 0] 3", shows: "tensor f32 [2, 3]\n0  0  1\n1  0  0")
  ]

  let indices = Argument<Tensor>("The indices.")
  let classes = Argument<Int>("How long the rows are.")

  func run(_ call: Call) throws -> Value {
    .tensor(try call[indices].oneHot(classes: try call[classes]))
  }
}
