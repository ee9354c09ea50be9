import Tensors

/// The velocity (or the noise) in pictures at given times, by class and by what the pass's memory says
/// (W. Peebles, S. Xie, arXiv 2212.09748): squares as tokens, adaptive blocks, an adaptive norm and a linear map back
/// to squares that begins as 0. Pictures are `[batch, channels, height, width]`.
public struct DiffusionTransformer: LayerGroup {
  public let patches: PatchLayer
  /// Nil where nothing says what a picture shows but the memory.
  public let classes: Int?
  private let positions: PositionLayer
  private let time: TimeEmbedding
  private let labels: EmbeddingLayer?
  private let blocks: LayerSequence
  private let norm: AdaptiveNormLayer
  private let last: LinearLayer

  /// - Parameters:
  ///   - sizes: `positions` may let heads turn by rows and columns, beside the learned ones.
  ///   - classes: labels are 0..<classes, and `classes` stands for no label.
  ///   - memoryWidth: of the states that cross-attention reads, a text's.
  public init(
    patches: PatchLayer, sizes: BlockSizes, classes: Int? = nil, memoryWidth: Int? = nil
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: "diffusion transformer", ["layers": sizes.layers, "classes": classes ?? 1])
    let width = sizes.width
    guard patches.outputs == width else {
      throw .layer(
        name: "diffusion transformer",
        reason: "squares become \(patches.outputs) numbers, blocks take \(width)")
    }
    var blocks: [any Layer] = []
    for _ in 0..<sizes.layers {
      let cross: AttentionLayer? =
        if let memoryWidth {
          try AttentionLayer(
            width, heads: sizes.heads, memoryWidth: memoryWidth, hasBias: sizes.hasBias)
        } else { nil }
      blocks.append(
        try AdaptiveBlock(
          width, conditionWidth: width, mixer: try sizes.attention(), cross: cross,
          feedForward: try sizes.feedForward()))
    }
    self.blocks = LayerSequence(blocks)
    positions = try PositionLayer(patches.tokens, width: width)
    time = try TimeEmbedding(width)
    labels =
      if let classes { try EmbeddingLayer(classes + 1, width: width) } else { nil }
    norm = try AdaptiveNormLayer(width, conditionWidth: width)
    last = try LinearLayer(width, patches.squareCount, initial: .zeros)
    (self.patches, self.classes) = (patches, classes)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    var list: [(name: String, layer: any LayerGroup)] = [
      ("patches", patches), ("positions", positions), ("time", time),
    ]
    if let labels { list.append(("labels", labels)) }
    return list + [("blocks", blocks), ("norm", norm), ("last", last)]
  }

  /// `[batch, channels, height, width]` of pictures at times `[batch]`.
  ///
  /// - Parameter labels: one a picture; nil: none is known.
  public func velocity(
    _ x: Variable, times: Variable, labels known: [Int]? = nil, in pass: inout LayerPass
  ) throws -> Variable {
    let before = pass.condition
    defer { pass.condition = before }
    var condition = try pass.run("time", time, times)
    if let labels, let classes {
      let ids = known ?? [Int](repeating: classes, count: x.shape[0])
      let rows = Variable(
        constant: try Tensor(ids.map { Int32(truncatingIfNeeded: $0) }, shape: [ids.count]))
      condition = try condition + pass.run("labels", labels, rows)
    }
    pass.condition = condition
    let tokens = try pass.run("positions", positions, pass.run("patches", patches, x))
    let states = try pass.run("blocks", blocks, tokens)
    return try patches.picture(of: pass.run("last", last, pass.run("norm", norm, states)))
  }
}
