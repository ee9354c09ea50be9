import Kernels
import Tensors

/// Where a pass takes a network's weights from: as they are stored, or from a tape.
public protocol NetworkWeights {
  /// x · Wᵀ, and the bias where there is one: `[…, inputs]` to `[…, outputs]`.
  func linear(_ key: WeightKey, _ x: Variable) throws(TensorError) -> Variable
  /// A vector or a small table; nil where the network has none of that name.
  func tensor(_ key: WeightKey) throws(TensorError) -> Variable?
  /// Rows of a matrix by ids of i32.
  func rows(_ key: WeightKey, _ ids: Tensor) throws(TensorError) -> Variable
}

/// A network's weights as they are stored: packed or quantised for products, read only.
public final class FrozenWeights: NetworkWeights, Sendable {
  let matrices: [WeightKey: any FrozenMatrix]
  let tensors: [WeightKey: Tensor]
  /// The matrix of the scores where it is the embedding's.
  private let headKey: WeightKey

  init(
    matrices: [WeightKey: any FrozenMatrix], tensors: [WeightKey: Tensor], isHeadTied: Bool
  ) {
    (self.matrices, self.tensors) = (matrices, tensors)
    headKey = WeightKey(isHeadTied ? .embedding : .head)
  }

  /// What products with a matrix use.
  func matrix(_ key: WeightKey) throws(TensorError) -> any FrozenMatrix {
    let key = key.part == .head && !key.isBias ? headKey : key
    guard let matrix = matrices[key] else {
      throw .invalidArgument(operation: "a network", reason: "it has no matrix \(key.name)")
    }
    return matrix
  }

  public func linear(_ key: WeightKey, _ x: Variable) throws(TensorError) -> Variable {
    let product = try x.linear(try matrix(key))
    guard let bias = tensors[key.bias] else { return product }
    return try product + Variable(constant: bias)
  }

  public func tensor(_ key: WeightKey) throws(TensorError) -> Variable? {
    tensors[key].map { Variable(constant: $0) }
  }

  public func rows(_ key: WeightKey, _ ids: Tensor) throws(TensorError) -> Variable {
    if let table = tensors[key] { return try Variable(constant: table).rows(ids) }
    return try Variable.rows(ids, of: try matrix(key))
  }

  /// The numbers of a vector or a small table; nil where the network has none of that name.
  func values(of key: WeightKey) -> [Float]? { tensors[key]?.floats }

  /// Whether some matrices lie in a file that is mapped.
  var isMapped: Bool { matrices.values.contains { ($0 as? any PackedStorage)?.isMapped == true } }

  /// What a weight means, in f32; nil where the network has none of that name.
  public func values(_ key: WeightKey) throws(ModelError) -> [Float]? {
    if let tensor = tensors[key] { return tensor.floats }
    guard let matrix = matrices[key] else { return nil }
    do throws(KernelError) { return try matrix.weights() } catch { throw ModelError(error) }
  }
}

/// A network's weights as variables of a tape, so that gradients can be asked for.
public struct RecordedWeights: NetworkWeights {
  public let variables: [WeightKey: Variable]
  private let headKey: WeightKey

  public init(_ variables: [WeightKey: Variable], isHeadTied: Bool) {
    self.variables = variables
    headKey = WeightKey(isHeadTied ? .embedding : .head)
  }

  private func variable(_ key: WeightKey) throws(TensorError) -> Variable {
    let key = key.part == .head && !key.isBias ? headKey : key
    guard let variable = variables[key] else {
      throw .invalidArgument(operation: "a network", reason: "it has no weight \(key.name)")
    }
    return variable
  }

  public func linear(_ key: WeightKey, _ x: Variable) throws(TensorError) -> Variable {
    let product = try x.linear(try variable(key))
    guard let bias = variables[key.bias] else { return product }
    return try product + bias
  }

  public func tensor(_ key: WeightKey) throws(TensorError) -> Variable? { variables[key] }

  public func rows(_ key: WeightKey, _ ids: Tensor) throws(TensorError) -> Variable {
    try variable(key).rows(ids)
  }
}
