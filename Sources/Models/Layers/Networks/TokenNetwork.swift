import Kernels
import Tensors

/// Ids to states: a table, learned positions where nothing turns, blocks, a norm. Ids are a constant of i32
/// `[batch, tokens]`, states `[batch, tokens, width]`.
///
/// Bidirectional it is an encoder, causal a decoder; with cross-attention it reads the pass's memory.
public struct TokenNetwork: Layer {
  public let vocabulary: Int
  /// The most tokens of a sequence.
  public let context: Int
  public let width: Int
  private let embedding: EmbeddingLayer
  private let positions: PositionLayer?
  private let blocks: LayerSequence
  private let norm: NormLayer
  private let head: LinearLayer?

  /// - Parameters:
  ///   - blocks: of `[batch, tokens, width]`, whatever they are made of.
  ///   - hasPositions: whether a learned row is added for each place.
  ///   - outputs: scores of so many classes by a matrix of their own; nil: scores of the vocabulary by the table.
  public init(
    vocabulary: Int, context: Int, width: Int, blocks: [any Layer], hasPositions: Bool = true,
    norm: NormDescription = .init(.layer, epsilon: 1e-5), outputs: Int? = nil
  ) throws(ModelError) {
    embedding = try EmbeddingLayer(vocabulary, width: width)
    positions = hasPositions ? try PositionLayer(context, width: width) : nil
    self.blocks = LayerSequence(blocks)
    self.norm = try NormLayer(width, norm)
    head =
      if let outputs {
        try LinearLayer(width, outputs, initial: .normal(deviation: 0.02))
      } else { nil }
    (self.vocabulary, self.context, self.width) = (vocabulary, context, width)
  }

  /// Blocks of attention that see all of a text, or earlier tokens alone.
  ///
  /// - Parameters:
  ///   - memoryWidth: of what cross-attention reads, where there is one.
  ///   - mixer: what takes attention's place in a block, by its number; nil: attention.
  public init(
    vocabulary: Int, context: Int, sizes: BlockSizes, isCausal: Bool = false,
    memoryWidth: Int? = nil, outputs: Int? = nil,
    mixer: (Int) throws(ModelError) -> (any Layer)? = { _ in nil }
  ) throws(ModelError) {
    try self.init(
      vocabulary: vocabulary, context: context, width: sizes.width,
      blocks: try sizes.blocks(isCausal: isCausal, memoryWidth: memoryWidth, mixer: mixer),
      hasPositions: sizes.positions == .none, norm: sizes.norm, outputs: outputs)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    var list: [(name: String, layer: any LayerGroup)] = [("embedding", embedding)]
    if let positions { list.append(("positions", positions)) }
    list += [("blocks", blocks), ("norm", norm)]
    if let head { list.append(("head", head)) }
    return list
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    var states = try pass.run("embedding", embedding, x)
    if let positions { states = try pass.run("positions", positions, states) }
    let before = pass.embedded
    pass.embedded = states
    defer { pass.embedded = before }
    return try pass.run("norm", norm, pass.run("blocks", blocks, states))
  }

  /// States of sequences of different lengths.
  public func states(of batch: TokenBatch, in pass: inout LayerPass) throws -> Variable {
    let before = pass.visibility
    pass.visibility = before & batch.visibility()
    defer { pass.visibility = before }
    return try forward(Variable(constant: batch.ids), in: &pass)
  }

  /// Scores `[…, vocabulary or classes]` of states `[…, width]`.
  public func scores(_ states: Variable, in pass: inout LayerPass) throws -> Variable {
    if let head { return try pass.run("head", head, states) }
    return try pass.within("embedding") { try embedding.scores(states, in: &$0) }
  }
}
