import Kernels

/// What a transformer is made of: sizes, blocks, and what stands before and behind them.
///
/// Everything that tells one architecture from another is data here; one forward pass
/// (``NetworkPass``) runs them all.
public struct NetworkDescription: Sendable, Equatable {
  /// The width of the residual stream.
  public var width: Int
  public var blocks: [BlockDescription]
  public var embedding: EmbeddingDescription
  /// Behind the last block; nil where there is none.
  public var finalNorm: NormDescription?
  /// The scores of tokens; nil for encoders.
  public var head: HeadDescription?
  /// Matrices beside the blocks, each for a use of its own: poolers, classifiers, projections.
  public var dense: [DenseDescription] = []
  /// What goes along with each text, where a block's mixer reads it.
  public var companion: CompanionSequence?

  /// Whether every token sees its own past alone, so that texts can go through piece by piece.
  public var isCausal: Bool { blocks.allSatisfy(\.attention.isCausal) }

  public init(
    width: Int, blocks: [BlockDescription], embedding: EmbeddingDescription,
    finalNorm: NormDescription?, head: HeadDescription?
  ) {
    (self.width, self.blocks, self.embedding) = (width, blocks, embedding)
    (self.finalNorm, self.head) = (finalNorm, head)
  }
}

/// What ids become before the first block.
public struct EmbeddingDescription: Sendable, Equatable {
  /// 0 for networks that take embeddings only.
  public var vocabularySize: Int
  /// The largest number of positions.
  public var contextLength: Int
  /// What embeddings are multiplied by (Gemma: √width, rounded as its weights are).
  public var scale: Float?
  /// Rows of a table of learned positions, added; nil where there is none.
  public var learnedPositions: Int?
  /// What is added to a position before the look-up (OPT: 2).
  public var positionOffset: Int
  /// Rows of a table of token types, added; nil where there is none.
  public var types: Int?
  /// Behind the sum (BERT).
  public var norm: NormDescription?
  /// Of pictures, for networks whose tokens are patches.
  public var patches: PatchDescription?

  public init(
    vocabularySize: Int, contextLength: Int, scale: Float? = nil, learnedPositions: Int? = nil,
    positionOffset: Int = 0, types: Int? = nil, norm: NormDescription? = nil
  ) {
    (self.vocabularySize, self.contextLength) = (vocabularySize, contextLength)
    (self.scale, self.learnedPositions, self.positionOffset) =
      (scale, learnedPositions, positionOffset)
    (self.types, self.norm) = (types, norm)
  }
}

/// How the last states become scores of tokens.
public struct HeadDescription: Sendable, Equatable {
  /// The matrix is the embedding.
  public var isTied: Bool
  public var hasBias: Bool
  /// What states are multiplied by before (T5: 1 / √width), or scores after.
  public var stateScale: Float?
  public var scoreScale: Float?
  /// c · tanh(scores / c) (Gemma 2).
  public var softcap: Float?
  /// What states go through before the matrix (BERT).
  public var transform: HeadTransform?

  public init(
    isTied: Bool, hasBias: Bool = false, stateScale: Float? = nil, scoreScale: Float? = nil,
    softcap: Float? = nil
  ) {
    (self.isTied, self.hasBias, self.stateScale) = (isTied, hasBias, stateScale)
    (self.scoreScale, self.softcap) = (scoreScale, softcap)
  }
}

/// A norm over the last axis.
public struct NormDescription: Sendable, Equatable {
  public enum Kind: Sendable, Equatable {
    /// Layer norm (arXiv 1607.06450).
    case layer
    /// RMS norm (arXiv 1910.07467).
    case rms
  }
  public var kind: Kind
  public var epsilon: Double
  /// Gains are multiplied with this added (Gemma: 1).
  public var gainOffset: Double
  /// OLMo's norm has neither.
  public var hasGain: Bool
  public var hasBias: Bool

  public init(
    _ kind: Kind, epsilon: Double, gainOffset: Double = 0, hasGain: Bool = true,
    hasBias: Bool? = nil
  ) {
    (self.kind, self.epsilon, self.gainOffset) = (kind, epsilon, gainOffset)
    (self.hasGain, self.hasBias) = (hasGain, hasBias ?? (kind == .layer))
  }
}
