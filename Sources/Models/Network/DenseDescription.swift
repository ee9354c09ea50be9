/// A matrix beside a network's blocks.
public struct DenseDescription: Sendable, Equatable {
  public var part: WeightKey.Part
  public var outputs: Int
  public var inputs: Int
  public var hasBias: Bool

  public init(_ part: WeightKey.Part, outputs: Int, inputs: Int, hasBias: Bool) {
    (self.part, self.outputs, self.inputs, self.hasBias) = (part, outputs, inputs, hasBias)
  }
}

/// norm(f(W x + b)), what BERT's states go through before they are compared with the embeddings.
public struct HeadTransform: Sendable, Equatable {
  public var activation: NetworkActivation
  public var norm: NormDescription

  public init(activation: NetworkActivation, norm: NormDescription) {
    (self.activation, self.norm) = (activation, norm)
  }
}
