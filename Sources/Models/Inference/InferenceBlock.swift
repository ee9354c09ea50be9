import Kernels
import Tensors

/// One block of a network as ``InferencePlan`` runs it: descriptions with the weights at hand.
struct InferenceBlock: Sendable {
  /// A norm with its parameters.
  struct Norm: Sendable {
    let description: NormDescription
    let gain: [Float]?
    let bias: [Float]?

    /// Nil where there is none.
    init?(_ description: NormDescription?, _ key: WeightKey, _ weights: FrozenWeights) {
      guard let description else { return nil }
      self.description = description
      gain = description.hasGain ? weights.values(of: key) : nil
      bias = description.kind == .layer && description.hasBias ? weights.values(of: key.bias) : nil
    }

    /// y `[rows, width]` = the norm of x; y may be x.
    func apply(_ x: FloatView, into y: FloatView, rows: Int, width: Int) throws(KernelError) {
      let from = UnsafeBufferPointer(x)
      let epsilon = Float(description.epsilon)
      try Self.withPointers(gain, bias) { (gain, bias) throws(KernelError) in
        switch description.kind {
        case .rms:
          try Norms.rms(
            from, gain: gain, epsilon: epsilon, gainOffset: Float(description.gainOffset),
            into: y, rows: rows, width: width)
        case .layer:
          try Norms.layer(
            from, gain: gain, bias: bias, epsilon: epsilon, into: y, rows: rows, width: width)
        }
      }
    }

    private static func withPointers(
      _ a: [Float]?, _ b: [Float]?,
      _ body: (UnsafeBufferPointer<Float>?, UnsafeBufferPointer<Float>?) throws(KernelError) -> Void
    ) throws(KernelError) {
      try (a ?? []).withUnsafeBufferPointer { (first) throws(KernelError) in
        try (b ?? []).withUnsafeBufferPointer { (second) throws(KernelError) in
          try body(a == nil ? nil : first, b == nil ? nil : second)
        }
      }
    }
  }

  let description: BlockDescription
  let activation: Activation
  let attentionNorm, attentionOutputNorm, feedForwardNorm, feedForwardOutputNorm: Norm?
  /// Norms of queries and keys: of each head, or of all together.
  let queryNorm, keyNorm: Norm?
  let projections: LinearMaps
  let output: LinearMaps
  /// Gate and up, or up alone.
  let entrance: LinearMaps
  let exit: LinearMaps
  /// Which of the plan's rotations turns queries and keys.
  let rotation: Int?

  /// Nil for a block with parts that only the general pass has.
  init?(
    _ block: BlockDescription, layer: Int, weights: FrozenWeights,
    rotations: inout [RotaryDescription]
  ) throws(TensorError) {
    let attention = block.attention
    guard block.mixer == .softmax, block.arrangement != .normedSums, block.crossAttention == nil,
      block.feedForward.experts == nil, attention.isCausal, attention.softcap == nil,
      attention.clip == nil, let activation = block.feedForward.activation.kernel
    else { return nil }
    func key(_ part: WeightKey.Part) -> WeightKey { WeightKey(part, layer: layer) }
    switch attention.queryKeyNorm {
    case .none: (queryNorm, keyNorm) = (nil, nil)
    case .perHead(let norm), .full(let norm):
      queryNorm = Norm(norm, key(.queryNorm), weights)
      keyNorm = Norm(norm, key(.keyNorm), weights)
    case .ownPerHead: return nil
    }
    switch attention.positions {
    case .none: rotation = nil
    case .rotary(let rotary):
      if !rotations.contains(rotary) { rotations.append(rotary) }
      rotation = rotations.firstIndex(of: rotary)
    case .linearBias, .relativeBuckets: return nil
    }
    description = block
    self.activation = activation
    attentionNorm = Norm(block.attentionNorm, key(.attentionNorm), weights)
    attentionOutputNorm = Norm(block.attentionOutputNorm, key(.attentionOutputNorm), weights)
    feedForwardNorm = Norm(block.feedForwardNorm, key(.feedForwardNorm), weights)
    feedForwardOutputNorm = Norm(
      block.feedForwardOutputNorm, key(.feedForwardOutputNorm), weights)
    projections = try LinearMaps([key(.query), key(.key), key(.value)], of: weights)
    output = try LinearMaps([key(.output)], of: weights)
    entrance = try LinearMaps(
      block.feedForward.isGated ? [key(.gate), key(.up)] : [key(.up)], of: weights)
    exit = try LinearMaps([key(.down)], of: weights)
  }

  /// The norm in front of the feed-forward part, which reads what attention reads where a parallel block
  /// has none of its own.
  var feedForwardInputNorm: Norm? {
    description.arrangement == .parallel && feedForwardNorm == nil
      ? attentionNorm : feedForwardNorm
  }
}
