import Tensors

/// Pictures `[batch, channels, height, width]` to scores of classes `[batch, classes]`: squares as tokens, learned
/// positions, blocks, the mean of their states (arXiv 2010.11929; with MLPs over tokens arXiv 2105.01601).
public struct VisionNetwork: Layer {
  /// How tokens read each other.
  public enum Mixing: Sendable, Equatable {
    case attention
    /// An MLP over the tokens of each channel, of this inner width (MLP-Mixer).
    case mlp(inner: Int)
    /// MLPs along columns and then along rows of the grid, over so many channels at once (RaftMLP).
    case grid(raft: Int)
  }

  public let patches: PatchLayer
  private let positions: PositionLayer
  public let blocks: LayerSequence
  private let head: ClassifierHead

  /// - Parameter blocks: of `[batch, tokens, width]`, whatever they are made of.
  public init(
    patches: PatchLayer, blocks: [any Layer], classes: Int,
    norm: NormDescription = .init(.layer, epsilon: 1e-5)
  ) throws(ModelError) {
    positions = try PositionLayer(patches.tokens, width: patches.outputs)
    head = try ClassifierHead(patches.outputs, classes: classes, norm: norm)
    (self.patches, self.blocks) = (patches, LayerSequence(blocks))
  }

  /// Squares of a given side, and blocks of one kind.
  public init(
    channels: Int = 1, height: Int, width: Int, side: Int, sizes: BlockSizes, classes: Int,
    mixing: Mixing = .attention
  ) throws(ModelError) {
    let patches = try PatchLayer(
      channels: channels, height: height, width: width, side: side, outputs: sizes.width)
    try self.init(
      patches: patches, blocks: try Self.blocks(sizes, mixing, patches), classes: classes,
      norm: sizes.norm)
  }

  private static func blocks(_ sizes: BlockSizes, _ mixing: Mixing, _ patches: PatchLayer)
    throws(ModelError) -> [any Layer]
  {
    switch mixing {
    case .attention: return try sizes.blocks()
    case .mlp(let inner):
      return try sizes.blocks { _ throws(ModelError) in
        try TokenMLPLayer(tokens: patches.tokens, inner: inner, activation: sizes.activation)
      }
    case .grid(let raft):
      func mlp(_ axis: GridMLPLayer.Axis) throws(ModelError) -> GridMLPLayer {
        try GridMLPLayer(
          axis, height: patches.rows, width: patches.columns, raft: raft,
          activation: sizes.activation)
      }
      guard sizes.width % max(raft, 1) == 0 else {
        throw .layer(
          name: "grid MLP", reason: "a raft of \(raft) does not divide the width \(sizes.width)")
      }
      // Columns first, by a block that only mixes.
      var blocks: [any Layer] = []
      for block in try sizes.blocks(mixer: { _ throws(ModelError) in try mlp(.row) }) {
        blocks.append(
          try TransformerBlock(
            sizes.width, mixer: try mlp(.column), feedForward: nil, norm: sizes.norm))
        blocks.append(block)
      }
      return blocks
    }
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("patches", patches), ("positions", positions), ("blocks", blocks), ("head", head)]
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try pass.run("head", head, features(of: x, in: &pass))
  }

  /// The tokens behind the blocks, `[batch, tokens, width]`.
  public func features(of x: Variable, in pass: inout LayerPass) throws -> Variable {
    let tokens = try pass.run("positions", positions, pass.run("patches", patches, x))
    return try pass.run("blocks", blocks, tokens)
  }
}
