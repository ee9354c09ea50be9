import Tensors

/// Learned queries that read features: `[batch, features, memoryWidth]` to `[batch, queries, width]`
/// (Q-Former: J. Li and others, arXiv 2301.12597; with queries that see earlier ones alone: SEED, arXiv 2307.08041).
///
/// Each block is attention among the queries, every few blocks cross-attention over the features, and a
/// feed-forward part.
public struct QueryTransformer: Layer {
  public let queries: Int
  public let sizes: BlockSizes
  public let blocks: LayerSequence
  public let norm: NormLayer

  /// - Parameters:
  ///   - queries: how many there are.
  ///   - memoryWidth: of the features.
  ///   - isCausal: query i sees the queries up to i.
  ///   - crossEvery: the first of so many blocks reads the features.
  public init(
    queries: Int, memoryWidth: Int, sizes: BlockSizes, isCausal: Bool = false, crossEvery: Int = 1
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: "queries",
      ["queries": queries, "layers": sizes.layers, "blocks between": crossEvery])
    let reading = try sizes.blocks(isCausal: isCausal, memoryWidth: memoryWidth)
    let own = try sizes.blocks(isCausal: isCausal)
    blocks = LayerSequence(
      reading.indices.map { $0 % crossEvery == 0 ? reading[$0] : own[$0] })
    norm = try NormLayer(sizes.width, sizes.norm)
    (self.queries, self.sizes) = (queries, sizes)
  }

  public var ownParameters: [LayerParameter] {
    [LayerParameter("queries", [queries, sizes.width], .normal(deviation: 0.02))]
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("blocks", blocks), ("norm", norm)]
  }

  /// - Parameter x: the features. The pass's memory may say who sees which of them; its states give way to these.
  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3 else {
      throw TensorError.invalidArgument(
        operation: "queries", reason: "\(x.shape) is not [batch, features, width]")
    }
    let (memory, visibility) = (pass.memory, pass.visibility)
    pass.memory = .init(x, visibility: memory?.visibility ?? .all)
    // What is said of the features' tokens does not hold among the queries.
    pass.visibility = .all
    defer { (pass.memory, pass.visibility) = (memory, visibility) }
    let own = try pass.parameter("queries").broadcast(to: [x.shape[0], queries, sizes.width])
    return try pass.run("norm", norm, pass.run("blocks", blocks, own))
  }
}
