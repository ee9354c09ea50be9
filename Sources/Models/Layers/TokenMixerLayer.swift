import Tensors

/// A ``TokenMixer`` of decoders as a layer: tokens `[batch, tokens, width]`, each sequence by itself.
///
/// A mixer that reads the embeddings gets the pass's ``LayerPass/embedded``; one that reads a companion finds
/// none and says so. Its norm of other rows is the one given.
public struct TokenMixerLayer: Layer {
  public let mixer: any TokenMixer
  public let attention: AttentionDescription
  public let width: Int
  public let norm: NormLayer?

  /// - Parameters:
  ///   - attention: what it takes the place of: heads, scale, direction, positions.
  ///   - norm: of other rows than the stream's.
  public init(
    _ mixer: any TokenMixer, in attention: AttentionDescription, width: Int, norm: NormLayer? = nil
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: mixer.name,
      ["width": width, "heads": attention.heads, "head width": attention.headWidth])
    (self.mixer, self.attention, self.width, self.norm) = (mixer, attention, width, norm)
  }

  public var ownParameters: [LayerParameter] {
    mixer.weightShapes(attention, width: width).map { part, shape in
      LayerParameter(WeightKey(part).name, shape, .scaled(inputs: shape.last ?? 1))
    }
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    norm.map { [("norm", $0)] } ?? []
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3 else {
      throw TensorError.invalidArgument(
        operation: mixer.name, reason: "\(x.shape) is not [batch, tokens, width]")
    }
    let (batch, tokens, rows) = (x.shape[0], x.shape[1], [x.shape[0] * x.shape[1], x.shape[2]])
    var weights: [WeightKey: Variable] = [:]
    for (part, _) in mixer.weightShapes(attention, width: width) {
      weights[WeightKey(part, layer: 0)] = try pass.parameter(WeightKey(part).name)
    }
    let flat = try x.reshaped(rows)
    let places = (0..<rows[0]).map { Int32(truncatingIfNeeded: $0 % max(tokens, 1)) }
    let state = TokenState(
      x: flat, positions: places, origins: places.map { [$0] },
      lengths: [Int](repeating: tokens, count: batch))
    let (norm, inside) = (norm, pass)
    let context = MixingContext(
      layer: 0, attention: attention, weights: RecordedWeights(weights, isHeadTied: false),
      state: state, embedded: try pass.embedded.map { try $0.reshaped(rows) } ?? flat,
      companion: nil
    ) { other in
      var pass = inside
      return try norm.map { try pass.run("norm", $0, other) } ?? other
    }
    return try mixer.mixed(flat, in: context).reshaped(x.shape)
  }
}
