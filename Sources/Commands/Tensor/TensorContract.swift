import Language
import Tensors

/// `tensor.contract`: products and sums along named axes.
struct TensorContract: Command {
  static let name = "tensor.contract"
  static let summary = "Multiply tensors and sum over the axes that a pattern of names leaves out."
  static let searchWords = [
    "einsum", "einstein", "product", "dot", "trace", "diagonal", "attention",
  ]
  static let result = ValueType.oneOf([.number, .tensor])
  static let examples = [
    Example(
      #"tensor.contract "row i, i column -> row column" [[1, 2], [3, 4]] [[0, 1], [1, 0]]"#,
      shows: "tensor i32 [2, 2]\n2  1\n4  3"),
    Example(#"tensor.contract "i, i ->" [1, 2, 3] [4, 5, 6]"#, shows: "32"),
    Example(#"tensor.contract "i i -> i" [[1, 2], [3, 4]]"#, shows: "tensor i32 [2]\n1  4"),
  ]

  let pattern = Argument<String>(
    "The names of each tensor's axes, a comma between tensors, `->` and the result's names.")
  let tensors = Rest<Tensor>("The tensors, as many as the pattern has.")

  func run(_ call: Call) throws -> Value {
    .number(try Tensor.contract(try call[pattern], try call[tensors]))
  }
}
