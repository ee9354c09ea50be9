import Tensors

/// Rows of a learned table: ids `[batch, tokens]`, a constant of i32, to `[batch, tokens, width]`.
public struct EmbeddingLayer: Layer, Equatable {
  public let count: Int
  public let width: Int
  public let initial: LayerInitialization

  public init(
    _ count: Int, width: Int, initial: LayerInitialization = .normal(deviation: 0.02)
  ) throws(ModelError) {
    try SizeChecks.check(layer: "embedding", ["count": count, "width": width])
    (self.count, self.width, self.initial) = (count, width, initial)
  }

  public var ownParameters: [LayerParameter] {
    [LayerParameter("weight", [count, width], initial)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try pass.parameter("weight").rows(x.value)
  }

  /// The table as the matrix of scores: `[…, width]` to `[…, count]`.
  public func scores(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try x.linear(pass.parameter("weight"))
  }
}

/// Learned rows added to tokens by their places: `[batch, tokens, width]`.
public struct PositionLayer: Layer, Equatable {
  /// The most tokens that there may be.
  public let count: Int
  public let width: Int
  public let initial: LayerInitialization

  public init(
    _ count: Int, width: Int, initial: LayerInitialization = .normal(deviation: 0.02)
  ) throws(ModelError) {
    try SizeChecks.check(layer: "positions", ["count": count, "width": width])
    (self.count, self.width, self.initial) = (count, width, initial)
  }

  public var ownParameters: [LayerParameter] {
    [LayerParameter("weight", [count, width], initial)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3, x.shape[1] <= count else {
      throw pass.failure(
        "there are \(count) positions for tokens of shape \(x.shape)")
    }
    // A row for each token of each batch, so that the table's gradient is one chain over them.
    let places = (0..<x.shape[0] * x.shape[1]).map { Int32(truncatingIfNeeded: $0 % x.shape[1]) }
    return try x + pass.parameter("weight").rows(Tensor(places, shape: [x.shape[0], x.shape[1]]))
  }
}
