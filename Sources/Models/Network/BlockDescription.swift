import Kernels

/// One block of a transformer.
public struct BlockDescription: Sendable, Equatable {
  /// Where attention and feed-forward read, and where norms of what they give stand.
  public enum Arrangement: Sendable, Equatable {
    /// x + attention(norm x), then x + feedForward(norm x). Norms of the branches' outputs, where there
    /// are any, come before the sums (Gemma 2, OLMo 2).
    case sequential
    /// norm(x + attention(x)), then norm(x + feedForward(x)) (BERT).
    case normedSums
    /// x + attention(norm x) + feedForward(norm x): the feed-forward's own norm where it has one
    /// (GPT-NeoX), else the attention's (Phi, Falcon).
    case parallel
  }

  public var arrangement: Arrangement
  public var attention: AttentionDescription
  /// What makes attention of these sizes, or stands in its place.
  public var mixer = TokenMixer.softmax
  /// Attention over an encoder's states, behind the own one.
  public var crossAttention: AttentionDescription?
  public var feedForward: FeedForwardDescription
  public var attentionNorm: NormDescription?
  public var attentionOutputNorm: NormDescription?
  public var crossNorm: NormDescription?
  public var feedForwardNorm: NormDescription?
  public var feedForwardOutputNorm: NormDescription?

  public init(
    _ arrangement: Arrangement = .sequential, attention: AttentionDescription,
    crossAttention: AttentionDescription? = nil, feedForward: FeedForwardDescription,
    attentionNorm: NormDescription? = nil, attentionOutputNorm: NormDescription? = nil,
    crossNorm: NormDescription? = nil, feedForwardNorm: NormDescription? = nil,
    feedForwardOutputNorm: NormDescription? = nil
  ) {
    (self.arrangement, self.attention, self.crossAttention) =
      (arrangement, attention, crossAttention)
    self.feedForward = feedForward
    (self.attentionNorm, self.attentionOutputNorm) = (attentionNorm, attentionOutputNorm)
    self.crossNorm = crossNorm
    (self.feedForwardNorm, self.feedForwardOutputNorm) = (feedForwardNorm, feedForwardOutputNorm)
  }
}

/// An attention's heads and rules.
public struct AttentionDescription: Sendable, Equatable {
  /// What queries and keys know of their places.
  public enum Positions: Sendable, Equatable {
    /// Nothing here: learned positions, or none at all (SmolLM 3's bare layers).
    case none
    case rotary(RotaryDescription)
    /// A multiple of the keys' positions is added to scores.
    case linearBias(LinearBias)
    /// A learned number for each bucket of distances is added (T5, arXiv 1910.10683).
    case relativeBuckets(RelativeBuckets)
  }

  /// Norms of queries and keys, before they turn.
  public enum QueryKeyNorm: Sendable, Equatable {
    case none
    /// Of each head, gains that all heads share (Qwen 3, Gemma 3).
    case perHead(NormDescription)
    /// Of each head, gains of its own (StableLM).
    case ownPerHead(NormDescription)
    /// Of all heads together (OLMo 2).
    case full(NormDescription)
  }

  public var heads: Int
  /// Each serves `heads / keyValueHeads` query heads.
  public var keyValueHeads: Int
  public var headWidth: Int
  /// What scores are multiplied by.
  public var scale: Double
  /// Rows see their own and earlier tokens.
  public var isCausal: Bool
  /// How many tokens a row sees, its own among them; nil: all.
  public var window: Int?
  public var softcap: Double?
  public var hasQueryKeyBias: Bool
  public var hasValueBias: Bool
  public var hasOutputBias: Bool
  public var queryKeyNorm: QueryKeyNorm
  public var positions: Positions
  /// Queries, keys and values are cut to ±this (OLMo).
  public var clip: Double?
  /// 1 + s + s² / 2 in place of e^s, as ``TokenMixer/approximate`` has it.
  var isPolynomial = false

  public init(
    heads: Int, keyValueHeads: Int, headWidth: Int, scale: Double? = nil, isCausal: Bool = true,
    window: Int? = nil, softcap: Double? = nil, hasBias: Bool = false, hasOutputBias: Bool? = nil,
    queryKeyNorm: QueryKeyNorm = .none, positions: Positions = .none, clip: Double? = nil
  ) {
    (self.heads, self.keyValueHeads, self.headWidth) = (heads, keyValueHeads, headWidth)
    self.scale = scale ?? 1 / Double(max(headWidth, 1)).squareRoot()
    (self.isCausal, self.window, self.softcap) = (isCausal, window, softcap)
    (hasQueryKeyBias, hasValueBias) = (hasBias, hasBias)
    self.hasOutputBias = hasOutputBias ?? hasBias
    (self.queryKeyNorm, self.positions, self.clip) = (queryKeyNorm, positions, clip)
  }

  /// The width of all query heads together, and of all key heads.
  public var queryWidth: Int { heads * headWidth }
  public var keyWidth: Int { keyValueHeads * headWidth }
}

/// Rotary positions of a head (arXiv 2104.09864).
public struct RotaryDescription: Sendable, Equatable {
  public var base: Double
  /// How many of a head's first values turn.
  public var width: Int
  public var scaling: RotaryScaling
  public var pairing: RotaryPairing

  public init(
    base: Double, width: Int, scaling: RotaryScaling = .none, pairing: RotaryPairing = .halves
  ) {
    (self.base, self.width, self.scaling, self.pairing) = (base, width, scaling, pairing)
  }
}

/// slope · key position, added to scores (ALiBi, arXiv 2108.12409).
public struct LinearBias: Sendable, Equatable {
  /// One a head.
  public var slopes: [Float]
  /// What the products are multiplied by: Falcon divides them by the square root of a head's width, as it
  /// does scores.
  public var factor: Float
  /// Positions and products are rounded to bfloat16, as Falcon was trained. Positions then count from the
  /// start of the text; else from the row, which a softmax does not tell apart.
  public var isRounded: Bool

  public init(slopes: [Float], factor: Float = 1, isRounded: Bool = false) {
    (self.slopes, self.factor, self.isRounded) = (slopes, factor, isRounded)
  }
}

/// Distances of keys to rows, in buckets: the nearer half one each, the rest by their logarithm.
public struct RelativeBuckets: Sendable, Equatable {
  public var count: Int
  public var maximumDistance: Int
  /// Half of the buckets is for keys behind the row.
  public var isBidirectional: Bool

  public init(count: Int, maximumDistance: Int, isBidirectional: Bool) {
    (self.count, self.maximumDistance) = (count, maximumDistance)
    self.isBidirectional = isBidirectional
  }
}

/// A block's feed-forward part.
public struct FeedForwardDescription: Sendable, Equatable {
  public var width: Int
  public var activation: NetworkActivation
  /// down(f(gate x) · up x), else down(f(up x)).
  public var isGated: Bool
  public var hasBias: Bool
  /// Several in place of one.
  public var experts: ExpertsDescription?

  public init(
    width: Int, activation: NetworkActivation, isGated: Bool, hasBias: Bool = false,
    experts: ExpertsDescription? = nil
  ) {
    (self.width, self.activation, self.isGated) = (width, activation, isGated)
    (self.hasBias, self.experts) = (hasBias, experts)
  }
}

/// A mixture of experts: each token goes to the few that a router scores best (arXiv 1701.06538).
public struct ExpertsDescription: Sendable, Equatable {
  public var count: Int
  /// How many a token goes to.
  public var active: Int
  /// Each expert's width.
  public var width: Int
  /// The chosen probabilities are divided by their sum (Mixtral); else they stay as the softmax over all
  /// experts gave them.
  public var normalizesWeights: Bool
  /// The width of one more that every token goes to, weighed by a sigmoid of its own (Qwen 2 MoE).
  public var sharedWidth: Int?

  public init(
    count: Int, active: Int, width: Int, normalizesWeights: Bool, sharedWidth: Int? = nil
  ) {
    (self.count, self.active, self.width) = (count, active, width)
    (self.normalizesWeights, self.sharedWidth) = (normalizesWeights, sharedWidth)
  }
}

/// The activations that checkpoints ask for.
public enum NetworkActivation: String, Sendable, CaseIterable {
  case silu, gelu, relu
  case geluTanh = "gelu_tanh"
  /// x · sigmoid(1.702 x) (CLIP).
  case quickGELU = "quick_gelu"
  case squaredReLU = "relu2"

  /// By the names of Hugging Face's `hidden_act`; nil for others.
  public init?(huggingFace name: String) {
    switch name {
    case "silu", "swish": self = .silu
    case "gelu", "gelu_python": self = .gelu
    case "gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_accurate": self = .geluTanh
    case "quick_gelu": self = .quickGELU
    case "relu": self = .relu
    case "relu2": self = .squaredReLU
    default: return nil
    }
  }
}
