import Files
import Tensors

/// The sizes and parts of a decoder to be made.
public struct ModelSizes: Sendable, Equatable {
  /// What tokens know of their places.
  public enum Positions: String, Sendable, CaseIterable {
    /// Queries and keys turn (arXiv 2104.09864).
    case rotary
    /// A table of learned rows is added to the input.
    case learned
    /// Nothing: causal attention alone tells places apart.
    case none
  }

  public enum Norm: String, Sendable, CaseIterable {
    case rms, layer
  }

  public var layers: Int
  public var width: Int
  public var heads: Int
  public var keyValueHeads: Int
  /// The inner width of the feed-forward part.
  public var mlp: Int
  public var vocabulary: Int
  public var context: Int
  public var positions: Positions
  public var norm: Norm
  public var activation: NetworkActivation
  /// down(f(gate x) · up x), else down(f(up x)).
  public var isGated: Bool
  /// Whether matrices of blocks have biases.
  public var hasBias: Bool
  /// Whether the embedding scores tokens.
  public var isTied: Bool
  /// Whether tokens see their own past alone.
  public var isCausal = true
  /// What takes attention's place, one a layer; none: attention in all.
  public var mixers: [TokenMixer] = []
  /// What goes along with each text, where a mixer reads it.
  public var companion: CompanionSequence?
  /// What scores are multiplied by.
  public var scoreScale: Float?
  /// The deviation of the normal numbers that matrices begin with.
  public var deviation = 0.02
  public var rotaryBase = 10_000.0
  public var epsilon = 1e-5

  /// - Parameters:
  ///   - mlp: unless given 8/3 of the width where it is gated, 4 widths else.
  ///   - isGated: with RMS norms unless given; biases with layer norms.
  public init(
    layers: Int, width: Int, heads: Int, keyValueHeads: Int? = nil, mlp: Int? = nil,
    vocabulary: Int, context: Int, positions: Positions = .rotary, norm: Norm = .rms,
    activation: NetworkActivation? = nil, isGated: Bool? = nil, hasBias: Bool? = nil,
    isTied: Bool = true
  ) {
    (self.layers, self.width, self.heads) = (layers, width, heads)
    self.keyValueHeads = keyValueHeads ?? heads
    (self.vocabulary, self.context) = (vocabulary, context)
    (self.positions, self.norm, self.isTied) = (positions, norm, isTied)
    self.isGated = isGated ?? (norm == .rms)
    self.hasBias = hasBias ?? (norm == .layer)
    self.activation = activation ?? (norm == .rms ? .silu : .geluTanh)
    let inside = max(min(width, SizeChecks.limit), 0)
    self.mlp = mlp ?? (self.isGated ? max((inside / 6 + 1) * 16, 16) : 4 * inside)
  }

  /// The format of Hugging Face's that says all of it; nil where none does.
  public enum Format: String, Sendable {
    case llama, gpt2
    /// This program's own, read by it alone.
    case tessera
  }

  public var format: Format {
    guard isCausal, scoreScale == nil, mixers.allSatisfy({ $0 == .softmax }) else {
      return .tessera
    }
    if positions == .rotary, norm == .rms, isGated { return .llama }
    if positions == .learned, norm == .layer, !isGated, hasBias, keyValueHeads == heads {
      return .gpt2
    }
    return .tessera
  }

  /// What the network is made of.
  ///
  /// - Throws: ``ModelError/configuration(path:field:reason:)`` for sizes that cannot be.
  public func network() throws(ModelError) -> NetworkDescription {
    try check()
    let norm = NormDescription(self.norm == .rms ? .rms : .layer, epsilon: epsilon)
    let headWidth = width / heads
    let rotary = RotaryDescription(base: rotaryBase, width: headWidth)
    let block = BlockDescription(
      attention: AttentionDescription(
        heads: heads, keyValueHeads: keyValueHeads, headWidth: headWidth, isCausal: isCausal,
        hasBias: hasBias, positions: positions == .rotary ? .rotary(rotary) : .none),
      feedForward: FeedForwardDescription(
        width: mlp, activation: activation, isGated: isGated, hasBias: hasBias),
      attentionNorm: norm, feedForwardNorm: norm)
    var network = NetworkDescription(
      width: width, blocks: [BlockDescription](repeating: block, count: layers),
      embedding: EmbeddingDescription(
        vocabularySize: vocabulary, contextLength: context,
        learnedPositions: positions == .learned ? context : nil),
      finalNorm: norm, head: HeadDescription(isTied: isTied, scoreScale: scoreScale))
    for (layer, mixer) in mixers.enumerated() { network.blocks[layer].mixer = mixer }
    network.companion = companion
    try SizeChecks.check(network, path: Self.path)
    return network
  }

  private static let path = "the sizes of the model"

  private func check() throws(ModelError) {
    let limit = SizeChecks.limit
    for (field, value, most) in [
      ("layers", layers, SizeChecks.layerLimit), ("width", width, limit), ("heads", heads, limit),
      ("kv_heads", keyValueHeads, limit), ("mlp", mlp, limit), ("vocab", vocabulary, 1 << 22),
      ("context", context, SizeChecks.contextLimit),
    ] { try SizeChecks.check(Self.path, field, value, upTo: most) }
    if width % heads != 0 {
      throw .configuration(
        path: Self.path, field: "heads", reason: "\(heads) does not divide the width \(width)")
    }
    if !mixers.isEmpty, mixers.count != layers {
      throw .configuration(
        path: Self.path, field: "mixers", reason: "\(mixers.count) for \(layers) layers")
    }
    if !(deviation >= 0 && deviation <= 1000) {
      throw .configuration(
        path: Self.path, field: "deviation", reason: "\(deviation) is not from 0 to 1000")
    }
    if let scoreScale, !scoreScale.isFinite {
      throw .configuration(path: Self.path, field: "score_scale", reason: "it is not finite")
    }
  }
}
