/// How the tokens of a block read of each other: attention, or one of the simpler forms that stand in its
/// place (arXiv 2510.11602), all with as many weights.
public enum TokenMixer: String, Sendable, CaseIterable {
  /// The softmax of s = q · k / √width: attention as it is.
  case softmax
  /// Nothing is read: a gated part of its own for each token, down(silu(gate x) · up x).
  case mlp
  /// 1 + s + s² / 2 in place of e^s, divided by its sum: a linear recurrence in disguise.
  case approximate
  /// Weights that do not know who asks: each token has one score a head, s = Σ silu(q) · k / √width, and
  /// each row is the mean of the values so far, weighed by e^s.
  case nonapproximate
  /// Attention whose queries and keys are those of random rows that go through the same blocks.
  case randomSequence = "random_qk"
  /// The same, of one fixed sequence of tokens.
  case fixedSequence = "fixed_qk"
  /// Attention whose queries and keys are made from the tokens' embeddings in every block.
  case staticEmbeddings = "static_qk"

  /// Whether queries and keys are those of a ``CompanionSequence``.
  public var readsCompanion: Bool { self == .randomSequence || self == .fixedSequence }

  /// Whether tokens read of each other at all.
  public var mixes: Bool { self != .mlp }

  /// The attention that takes this mixer's queries, keys and values.
  func attention(_ attention: AttentionDescription) -> AttentionDescription {
    var attention = attention
    switch self {
    case .softmax, .mlp, .randomSequence, .fixedSequence, .staticEmbeddings: break
    case .approximate: attention.isPolynomial = true
    case .nonapproximate:
      // Queries and keys go together number by number, so there are as many; scores are scaled before.
      attention.heads = attention.keyValueHeads
      attention.scale = 1
      (attention.positions, attention.queryKeyNorm) = (.none, .none)
    }
    return attention
  }
}

extension AttentionDescription {
  /// The inner width of ``TokenMixer/mlp``, whose three matrices have as many numbers as attention's four:
  /// 4/3 of the stream's where heads take all of it, rounded down.
  var tokenwiseWidth: Int { max(2 * (queryWidth + keyWidth) / 3, 1) }
}
