import Kernels
import Language
import Tensors

/// `tensor.sort`: in order.
struct TensorSort: Command {
  static let name = "tensor.sort"
  static let summary = "The elements in order along an axis."
  static let searchWords = ["order", "ascending", "descending", "rank"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.sort [3, 1, 2]", shows: "tensor i32 [3]\n1  2  3"),
    Example(
      "tensor.sort [[3, 1], [2, 5]] axis=0 descending=true",
      shows: "tensor i32 [2, 2]\n3  5\n2  1"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let axis = Option("The axis along which to order.", default: -1)
  let descending = Option("The greatest first.", default: false)

  func run(_ call: Call) throws -> Value {
    .tensor(
      try call[tensor].sorted(axis: try call[axis], descending: try call[descending]).values)
  }
}

/// `tensor.top_k`: the greatest few.
struct TensorTopK: Command {
  static let name = "tensor.top_k"
  static let summary =
    "Along an axis, the k greatest elements, the greatest first, and their indices."
  static let searchWords = ["largest", "smallest", "maximum", "beam", "best"]
  static let result = ValueType.record
  static let examples = [
    Example("tensor.top_k([3, 9, 9, 1], 2).indices", shows: "tensor i32 [2]\n1  2"),
    Example("tensor.top_k([3, 9, 9, 1], 2, largest=false).values", shows: "tensor i32 [2]\n1  3"),
  ]

  let tensor = Argument<Tensor>("The tensor.")
  let k = Argument<Int>("How many.")
  let axis = Option("The axis along which to choose.", default: -1)
  let largest = Option("The greatest; else the least.", default: true)

  func run(_ call: Call) throws -> Value {
    let found = try call[tensor].top(
      try call[k], axis: try call[axis], largest: try call[largest])
    return .record(
      Record([("values", .tensor(found.values)), ("indices", .tensor(found.indices))]))
  }
}

/// `tensor.segment_sum`: rows that belong together as one.
struct TensorSegmentSum: Command {
  static let name = "tensor.segment_sum"
  static let summary = "The sum, mean or greatest of the rows that have the same id."
  static let searchWords = ["scatter", "group", "pool", "bincount", "segment mean", "aggregate"]
  static let result = ValueType.tensor
  static let examples = [
    Example(
      "tensor.segment_sum [[1, 2], [3, 4], [5, 6]] [1, 0, 1]",
      shows: "tensor f32 [2, 2]\n3  4\n6  8"),
    Example(
      "tensor.segment_sum [1, 3, 5] [0, 0, 1] reduce=mean", shows: "tensor f32 [2]\n2  5"),
  ]

  let tensor = Argument<Tensor>("The rows, [rows, …].")
  let ids = Argument<Tensor>("Which segment each row belongs to, from 0 on, in any order.")
  let segments = Option<Int?>(
    "How many segments there are; up to the greatest id if not given.", in: 0...)
  let reduce = Option("What is made of a segment's rows.", default: SegmentReduction.sum)
  let empty = Option<Double?>("The mean or greatest of no rows, else an error.")

  func run(_ call: Call) throws -> Value {
    .tensor(
      try Variable.real(try call[tensor]).segmented(
        try call[reduce], by: try call[ids], segments: try call[segments],
        empty: try call[empty]
      ).value)
  }
}

extension SegmentReduction: WordParameter {}

/// `tensor.nearest`: which codes are closest.
struct TensorNearest: Command {
  static let name = "tensor.nearest"
  static let summary =
    "For each row the nearest rows of a table, nearest first, and how far they are."
  static let searchWords = [
    "neighbour", "neighbor", "codebook", "quantize", "search", "knn", "cosine", "similarity",
  ]
  static let result = ValueType.record
  static let examples = [
    Example(
      "tensor.nearest([[0, 1], [5, 5]], [[0, 0], [4, 4]]).indices",
      shows: "tensor i32 [2, 1]\n0\n1"),
    Example(
      "tensor.nearest([[0, 1]], [[0, 0], [0, 4]], count=2).distances",
      shows: "tensor f32 [1, 2]\n1  9"),
  ]

  enum Distance: String, WordParameter { case squared, dot, cosine }

  let tensor = Argument<Tensor>("The rows, [rows, width].")
  let codes = Argument<Tensor>("The table, [count, width].")
  let count = Option("How many for each row.", default: 1, in: 1...)
  let by = Option(
    "The sum of squared differences, the least first; or products or cosines, the greatest first.",
    default: Distance.squared)

  func run(_ call: Call) throws -> Value {
    let inputs = try Variable.reals([try call[tensor], try call[codes]])
    guard let x = inputs[0], let codes = inputs[1] else { return .null }
    let distance: CodeDistance =
      switch try call[by] {
      case .squared: .squared
      case .dot: .dot
      case .cosine: .cosine
      }
    let found = try x.value.nearest(try call[count], of: codes.value, by: distance)
    return .record(
      Record([("indices", .tensor(found.indices)), ("distances", .tensor(found.distances))]))
  }
}
