/// A place in the forward pass whose numbers can be looked at or replaced.
///
/// Shapes: `rows` are the tokens of all sequences; attention's own sites come once for each sequence.
public enum HookSite: String, Sendable, CaseIterable {
  /// Embeddings, before the first block: `[rows, width]`.
  case embedding = "embed"
  /// The stream before a block, between its parts and behind it: `[rows, width]`.
  case streamBefore = "resid_pre"
  case streamBetween = "resid_mid"
  case streamAfter = "resid_post"
  /// Outputs of norms, `[rows, width]`.
  case attentionNorm = "attn_norm"
  case attentionOutputNorm = "attn_out_norm"
  case feedForwardNorm = "ffn_norm"
  case feedForwardOutputNorm = "ffn_out_norm"
  /// What attention reads, `[rows, width]`.
  case attentionInput = "attn_in"
  /// Queries, keys and values, `[rows, heads, width of a head]`.
  case query = "q"
  case key = "k"
  case value = "v"
  /// Queries and keys behind their turn by positions.
  case turnedQuery = "q_rot"
  case turnedKey = "k_rot"
  /// All keys and values that a sequence's attention reads, cached ones first:
  /// `[1, keys, heads, width of a head]`.
  case cachedKeys = "kv_keys"
  case cachedValues = "kv_values"
  /// What enters the softmax, and what leaves it: `[1, heads, rows of a sequence, keys]`.
  case attentionScores = "attn_scores"
  case attentionProbabilities = "attn_probs"
  /// Each head's result, `[rows, heads, width of a head]`.
  case headResult = "z"
  /// What attention adds, `[rows, width]`.
  case attentionOutput = "attn_out"
  /// The same of attention over an encoder's states.
  case crossQuery = "cross_q"
  case crossKey = "cross_k"
  case crossValue = "cross_v"
  case crossScores = "cross_scores"
  case crossProbabilities = "cross_probs"
  case crossHeadResult = "cross_z"
  case crossOutput = "cross_out"
  /// What the feed-forward part reads, `[rows, width]`; its gate before the activation, what enters its
  /// last matrix (the neurons), `[rows, hidden]`; what it adds, `[rows, width]`.
  case feedForwardInput = "ffn_in"
  case gate = "ffn_gate"
  case neurons = "ffn_act"
  case feedForwardOutput = "ffn_out"
  /// The router's scores of experts, `[rows, experts]`.
  case router = "router"
  /// The stream behind the final norm, `[rows, width]`.
  case final = "final"
  /// Image features as the language model reads them, `[rows, width]`.
  case projector = "projector"

  /// Whether it stands in every block.
  public var isInBlocks: Bool {
    switch self {
    case .embedding, .final, .projector: false
    default: true
    }
  }

  /// Whether its values come once for each sequence, with an axis of one sequence in front.
  public static func isPerSequence(_ site: HookSite) -> Bool {
    switch site {
    case .cachedKeys, .cachedValues, .attentionScores, .attentionProbabilities, .crossKey,
      .crossValue, .crossScores, .crossProbabilities:
      true
    default: false
    }
  }

  /// Such as `layers.3.attn_out`, or `embed`.
  public func name(layer: Int?) -> String { (layer.map { "layers.\($0)." } ?? "") + rawValue }
}

/// Where a hook is called.
public struct HookPoint: Sendable {
  public let site: HookSite
  public let layer: Int?
  /// The sequence, for attention's own sites.
  public let sequence: Int?
  /// The positions of the rows.
  public let positions: [Int32]

  public var name: String { site.name(layer: layer) }

  /// Whether a pattern such as `layers.*.attn_out` meets it.
  public func meets(_ pattern: String) -> Bool { HookPattern.meets(pattern, name) }
}
