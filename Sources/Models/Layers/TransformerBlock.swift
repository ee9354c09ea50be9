import Tensors

/// A block of any mixer: x + mixer(norm x), then cross-attention over the pass's memory where there is one, then
/// x + feedForward(norm x) (arXiv 2002.04745): `[batch, tokens, width]`.
public struct TransformerBlock: Layer {
  public let branches: [(name: String, layer: any Layer)]
  /// Of each branch alike.
  public let norm: NormLayer

  /// - Parameters:
  ///   - mixer: attention, or what takes its place: a scan, a recurrence, an MLP over tokens.
  ///   - cross: attention over the pass's memory.
  ///   - feedForward: nil for blocks that only mix.
  public init(
    _ width: Int, mixer: any Layer, cross: AttentionLayer? = nil, feedForward: (any Layer)?,
    norm: NormDescription = .init(.layer, epsilon: 1e-5)
  ) throws(ModelError) {
    var branches: [(name: String, layer: any Layer)] = [("mixer", mixer)]
    if let cross { branches.append(("cross", cross)) }
    if let feedForward { branches.append(("feed_forward", feedForward)) }
    self.branches = branches
    self.norm = try NormLayer(width, norm)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    branches.flatMap { name, layer -> [(name: String, layer: any LayerGroup)] in
      [("\(name)_norm", norm), (name, layer)]
    }
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    var x = x
    for (name, layer) in branches {
      let input = try pass.run("\(name)_norm", norm, x)
      x = try x + pass.run(name, layer, input)
    }
    return x
  }
}

/// The sizes that blocks of a stack have in common.
public struct BlockSizes: Sendable, Equatable {
  public var width: Int
  public var heads: Int
  public var layers: Int
  /// The inner width of the feed-forward part; 4 widths unless given, 8/3 where it is gated.
  public var inner: Int?
  public var norm: NormDescription
  public var activation: NetworkActivation
  public var isGated: Bool
  public var hasBias: Bool
  public var positions: AttentionLayer.Positions
  public var dropout: Double

  public init(
    width: Int, heads: Int, layers: Int, inner: Int? = nil,
    norm: NormDescription = .init(.layer, epsilon: 1e-5), activation: NetworkActivation = .gelu,
    isGated: Bool = false, hasBias: Bool = true, positions: AttentionLayer.Positions = .none,
    dropout: Double = 0
  ) {
    (self.width, self.heads, self.layers, self.inner) = (width, heads, layers, inner)
    (self.norm, self.activation, self.isGated) = (norm, activation, isGated)
    (self.hasBias, self.positions, self.dropout) = (hasBias, positions, dropout)
  }

  public func attention(isCausal: Bool = false) throws(ModelError) -> AttentionLayer {
    try AttentionLayer(
      width, heads: heads, isCausal: isCausal, positions: positions, hasBias: hasBias)
  }

  public func feedForward() throws(ModelError) -> FeedForwardLayer {
    try FeedForwardLayer(
      width, inner: inner, activation: activation, isGated: isGated, hasBias: hasBias,
      dropout: dropout)
  }

  /// Blocks of attention, each with cross-attention where a width of the memory is given.
  ///
  /// - Parameter mixer: what takes attention's place in a block, by its number; nil: attention.
  public func blocks(
    isCausal: Bool = false, memoryWidth: Int? = nil,
    mixer: (Int) throws(ModelError) -> (any Layer)? = { _ in nil }
  ) throws(ModelError) -> [any Layer] {
    guard (0...SizeChecks.layerLimit).contains(layers) else {
      throw .layer(
        name: "blocks", reason: "layers: \(layers) is outside 0...\(SizeChecks.layerLimit)")
    }
    var blocks: [any Layer] = []
    for layer in 0..<layers {
      let cross: AttentionLayer? =
        if let memoryWidth {
          try AttentionLayer(width, heads: heads, memoryWidth: memoryWidth, hasBias: hasBias)
        } else { nil }
      let own: any Layer =
        if let other = try mixer(layer) { other } else { try attention(isCausal: isCausal) }
      blocks.append(
        try TransformerBlock(
          width, mixer: own, cross: cross, feedForward: try feedForward(), norm: norm))
    }
    return blocks
  }
}
