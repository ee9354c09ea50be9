import Language
import Tensors

/// `tensor.solve`: linear systems.
struct TensorSolve: Command {
  static let name = "tensor.solve"
  static let summary =
    "What a matrix has to be multiplied with to give a right side; with more rows, the nearest to it."
  static let searchWords = ["linear system", "least squares", "inverse", "regression", "lstsq"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.solve [[2, 0], [0, 4]] [1, 2]", shows: "tensor f32 [2]\n0.5  0.5"),
    Example("tensor.solve [[1], [1]] [1, 3]", shows: "tensor f32 [1]\n2"),
  ]

  let matrix = Argument<Tensor>("The matrix, [rows, columns].")
  let right = Argument<Tensor>("The right side, [rows] or [rows, count].")

  func run(_ call: Call) throws -> Value { .tensor(try call[matrix].solving(try call[right])) }
}

/// `tensor.cholesky`: the triangular root.
struct TensorCholesky: Command {
  static let name = "tensor.cholesky"
  static let summary =
    "The lower triangular matrix whose product with its transpose is a positive definite matrix."
  static let searchWords = ["decomposition", "covariance", "square root"]
  static let result = ValueType.tensor
  static let examples = [
    Example("tensor.cholesky [[4, 2], [2, 5]]", shows: "tensor f32 [2, 2]\n2  0\n1  2")
  ]

  let matrix = Argument<Tensor>("A symmetric matrix; its lower triangle is read.")

  func run(_ call: Call) throws -> Value { .tensor(try call[matrix].cholesky()) }
}

/// `tensor.qr`: orthonormal columns.
struct TensorQR: Command {
  static let name = "tensor.qr"
  static let summary = "A matrix as orthonormal columns q times an upper triangle r."
  static let searchWords = ["decomposition", "orthogonal", "gram-schmidt", "householder"]
  static let result = ValueType.record
  static let examples = [
    Example("tensor.qr([[0, 2], [3, 0]]).r", shows: "tensor f32 [2, 2]\n3  0\n0  2")
  ]

  let matrix = Argument<Tensor>("The matrix.")

  func run(_ call: Call) throws -> Value {
    let found = try call[matrix].qr()
    return .record(Record([("q", .tensor(found.q)), ("r", .tensor(found.r))]))
  }
}

/// `tensor.svd`: singular values.
struct TensorSVD: Command {
  static let name = "tensor.svd"
  static let summary = "A matrix as u times its singular values, the greatest first, times vt."
  static let searchWords = ["singular values", "rank", "pca", "decomposition", "spectral"]
  static let result = ValueType.record
  static let examples = [
    Example("tensor.svd([[0, 2], [3, 0]]).values", shows: "tensor f32 [2]\n3  2")
  ]

  let matrix = Argument<Tensor>("The matrix.")

  func run(_ call: Call) throws -> Value {
    let found = try call[matrix].singularValues()
    return .record(
      Record([
        ("u", .tensor(found.u)), ("values", .tensor(found.values)), ("vt", .tensor(found.vt)),
      ]))
  }
}

/// `tensor.eigen`: of symmetric matrices.
struct TensorEigen: Command {
  static let name = "tensor.eigen"
  static let summary =
    "The eigenvalues of a symmetric matrix, the greatest first, and its eigenvectors as columns."
  static let searchWords = ["eigenvalues", "eigenvectors", "spectrum", "pca", "diagonalize"]
  static let result = ValueType.record
  static let examples = [
    Example("tensor.eigen([[2, 1], [1, 2]]).values", shows: "tensor f32 [2]\n3  1")
  ]

  let matrix = Argument<Tensor>("A symmetric matrix; its lower triangle is read.")

  func run(_ call: Call) throws -> Value {
    let found = try call[matrix].symmetricEigen()
    return .record(
      Record([("values", .tensor(found.values)), ("vectors", .tensor(found.vectors))]))
  }
}
