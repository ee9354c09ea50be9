import Kernels
import Language
import Tensors

/// `tensor.from`: out of numbers.
struct TensorFrom: Command {
  static let name = "tensor.from"
  static let summary =
    "A tensor of a number, a list of numbers, or lists of equal lengths in lists."
  static let searchWords = ["array", "matrix", "vector", "convert"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.from [[1, 2], [3, 4]]", shows: "tensor i32 [2, 2]\n1  2\n3  4"),
    Example("tensor.from [1, 2.5] type=f64", shows: "tensor f64 [2]\n1  2.5"),
  ]

  let values = Argument<Tensor>("The numbers: integers give i32, floats f32, booleans bool.")
  let type = Option<ElementType?>("The element type.")

  func run(_ call: Call) throws -> Value {
    let tensor = try call[values]
    return .tensor(try call[type].map { type in try tensor.cast(to: type) } ?? tensor)
  }
}

/// `tensor.zeros`: nothing but 0.
struct TensorZeros: Command {
  static let name = "tensor.zeros"
  static let summary = "A tensor of zeros."
  static let searchWords = ["empty", "fill"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.zeros [2, 3]", shows: "tensor f32 [2, 3]\n0  0  0\n0  0  0")
  ]

  let shape = Argument<TensorShape>("The extents.")
  let type = Option<ElementType>("The element type.", default: .f32)

  func run(_ call: Call) throws -> Value {
    .tensor(try .full(try call[shape].extents, .int(0), try call[type]))
  }
}

/// `tensor.ones`: nothing but 1.
struct TensorOnes: Command {
  static let name = "tensor.ones"
  static let summary = "A tensor of ones."
  static let searchWords = ["fill"]
  static let result = ValueType.tensor
  static let examples = [Example("tensor.ones 3 type=i32", shows: "tensor i32 [3]\n1  1  1")]

  let shape = Argument<TensorShape>("The extents.")
  let type = Option<ElementType>("The element type.", default: .f32)

  func run(_ call: Call) throws -> Value {
    .tensor(try .full(try call[shape].extents, .int(1), try call[type]))
  }
}

/// `tensor.full`: one number everywhere.
struct TensorFull: Command {
  static let name = "tensor.full"
  static let summary = "A tensor whose elements are all the same number."
  static let searchWords = ["fill", "constant"]
  static let result = ValueType.tensor
  static let examples = [Example("tensor.full [2] 0.5", shows: "tensor f32 [2]\n0.5  0.5")]

  let shape = Argument<TensorShape>("The extents.")
  let value = Argument<Double>("The number.")
  let type = Option<ElementType>("The element type.", default: .f32)

  func run(_ call: Call) throws -> Value {
    .tensor(try .full(try call[shape].extents, .float(try call[value]), try call[type]))
  }
}

/// `tensor.identity`: ones on the diagonal.
struct TensorIdentity: Command {
  static let name = "tensor.identity"
  static let summary = "A square matrix with ones on its diagonal."
  static let searchWords = ["eye", "diagonal"]
  static let result = ValueType.tensor
  static let examples = [Example("tensor.identity 2", shows: "tensor f32 [2, 2]\n1  0\n0  1")]

  let size = Argument<Int>("How many rows and columns.")
  let type = Option<ElementType>("The element type.", default: .f32)

  func run(_ call: Call) throws -> Value {
    let size = try call[size]
    guard size >= 0, size <= 1 << 15 else {
      throw call.outOfRange(self.size, given: .int(size), range: "0...32768")
    }
    let indices = try Tensor((0..<size).map(Int32.init), shape: [size])
    return .tensor(try indices.oneHot(classes: size).cast(to: try call[type]))
  }
}

/// `tensor.uniform`: random, evenly.
struct TensorUniform: Command {
  static let name = "tensor.uniform"
  static let summary = "Random numbers, evenly distributed from low up to high."
  static let searchWords = ["random", "rand"]
  static let isRandom = true
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.uniform [3] seed=1", shows: "tensor f32 [3]\n0.999624  0.145841  0.682915")
  ]

  let shape = Argument<TensorShape>("The extents.")
  let low = Option("The least number.", default: 0.0)
  let high = Option("What all stay below.", default: 1.0)
  let type = Option<ElementType>("The element type, f32 or f64.", default: .f32)
  let seed = Option<Int?>("The seed; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    let (low, high) = (try call[low], try call[high])
    guard low.isFinite, high.isFinite, low <= high else {
      throw call.outOfRange(self.high, given: .float(high), range: "finite numbers from low on")
    }
    return try call.drawn(shape, type, seed, "tensor.uniform") {
      low + (high - low) * $0.uniform()
    }
  }
}

/// `tensor.normal`: random, around a mean.
struct TensorNormal: Command {
  static let name = "tensor.normal"
  static let summary = "Random numbers of the normal distribution."
  static let searchWords = ["random", "gaussian", "randn"]
  static let isRandom = true
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.normal [3] seed=1", shows: "tensor f32 [3]\n-1.88103  -0.0558803  0.234179")
  ]

  let shape = Argument<TensorShape>("The extents.")
  let mean = Option("The mean.", default: 0.0)
  let std = Option("The standard deviation.", default: 1.0, in: 0.0...)
  let type = Option<ElementType>("The element type, f32 or f64.", default: .f32)
  let seed = Option<Int?>("The seed; without it, the stream of this place in the text.")

  func run(_ call: Call) throws -> Value {
    let (mean, deviation) = (try call[mean], try call[std])
    return try call.drawn(shape, type, seed, "tensor.normal") { mean + deviation * $0.normal() }
  }
}

extension Call {
  /// A tensor whose elements are drawn one after another.
  fileprivate func drawn(
    _ shape: Argument<TensorShape>, _ type: Option<ElementType>, _ seed: Option<Int?>,
    _ name: String, _ draw: (inout RandomStream) -> Double
  ) throws -> Value {
    let extents = try self[shape].extents
    let type = try self[type]
    // Checks the shape before a number is drawn.
    let count = try Tensor.full(extents, .int(0), type).count
    var stream = stream(try self[seed], name)
    var values: [Double] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      if index & 0xFFFF == 0 { try Cancellation.check() }
      values.append(draw(&stream))
    }
    return .tensor(try Tensor(values, shape: extents).cast(to: type))
  }
}
