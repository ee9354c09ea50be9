import Tensors

/// An encoder that reads one sequence and a decoder that writes another, by cross-attention (A. Vaswani and others,
/// arXiv 1706.03762).
public struct SequenceToSequenceNetwork: LayerGroup {
  public let encoder: TokenNetwork
  public let decoder: TokenNetwork

  /// - Parameters:
  ///   - encoder: whatever gives states.
  ///   - decoder: causal, with cross-attention over states of the encoder's width.
  public init(encoder: TokenNetwork, decoder: TokenNetwork) {
    (self.encoder, self.decoder) = (encoder, decoder)
  }

  /// Both of attention, of the same sizes.
  public init(
    sourceVocabulary: Int, targetVocabulary: Int, context: Int, sizes: BlockSizes
  ) throws(ModelError) {
    self.init(
      encoder: try TokenNetwork(vocabulary: sourceVocabulary, context: context, sizes: sizes),
      decoder: try TokenNetwork(
        vocabulary: targetVocabulary, context: context, sizes: sizes, isCausal: true,
        memoryWidth: sizes.width))
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("encoder", encoder), ("decoder", decoder)]
  }

  /// What the decoder reads of its sources.
  ///
  /// - Parameter rows: how many tokens the decoder's sequences have.
  public func memory(of sources: TokenBatch, rows: Int, in pass: inout LayerPass) throws
    -> LayerPass.Memory
  {
    let states = try pass.within("encoder") { try encoder.states(of: sources, in: &$0) }
    return .init(states, visibility: sources.visibility(rows: rows))
  }

  /// States `[sequences, longest, width]` of the decoder's sequences.
  public func states(
    of targets: TokenBatch, reading memory: LayerPass.Memory, in pass: inout LayerPass
  ) throws -> Variable {
    let before = pass.memory
    pass.memory = memory
    defer { pass.memory = before }
    return try pass.within("decoder") { try decoder.states(of: targets, in: &$0) }
  }

  /// Scores of the tokens behind the decoder's, `[…, vocabulary]`.
  public func scores(_ states: Variable, in pass: inout LayerPass) throws -> Variable {
    try pass.within("decoder") { try decoder.scores(states, in: &$0) }
  }

  /// The most probable token again and again, of equals the first, until `end` or `limit` tokens.
  ///
  /// - Complexity: the decoder runs over all tokens for each new one.
  public func written(
    for source: [Int32], begin: Int32, end: Int32, limit: Int, in pass: inout LayerPass
  ) throws -> [Int32] {
    let sources = try TokenBatch([source])
    let states = try memory(of: sources, rows: 1, in: &pass).states
    var ids = [begin]
    while ids.count <= min(limit, decoder.context - 1) {
      let all = try self.states(of: TokenBatch([ids]), reading: .init(states), in: &pass)
      let last = try scores(all.indexed([.at(0), .at(-1)]), in: &pass)
      guard let next = try last.value.top(1).indices.int32s?.first, next != end else { break }
      ids.append(next)
    }
    return Array(ids.dropFirst())
  }
}
