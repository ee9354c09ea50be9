/// Which weight of a network: a part, of which layer, of which expert.
///
/// The same for every architecture, so that a script finds `layers.3.attn.q.weight` in each of them.
public struct WeightKey: Hashable, Sendable {
  /// What a weight is for.
  public enum Part: String, Sendable, CaseIterable {
    case embedding = "embed"
    case learnedPositions = "positions"
    case tokenTypes = "types"
    case embeddingNorm = "embed_norm"
    case classToken = "class_token"
    case patches = "patches"
    case finalNorm = "final_norm"
    case head = "head"
    case headTransform = "head.transform"
    case headNorm = "head.norm"
    case pooler, classifier, projection
    case projectorInput = "projector.in"
    case projectorOutput = "projector.out"
    case relativeBias = "relative_bias"

    case attentionNorm = "attn_norm"
    case query = "attn.q"
    case key = "attn.k"
    case value = "attn.v"
    case output = "attn.o"
    case queryNorm = "attn.q_norm"
    case keyNorm = "attn.k_norm"
    case attentionOutputNorm = "attn_out_norm"

    case mixerGate = "mixer.gate"
    case mixerUp = "mixer.up"
    case mixerDown = "mixer.down"

    case crossNorm = "cross_norm"
    case crossQuery = "cross.q"
    case crossKey = "cross.k"
    case crossValue = "cross.v"
    case crossOutput = "cross.o"

    case feedForwardNorm = "ffn_norm"
    case gate = "ffn.gate"
    case up = "ffn.up"
    case down = "ffn.down"
    case feedForwardOutputNorm = "ffn_out_norm"
    case router = "ffn.router"
    case expertGate = "gate"
    case expertUp = "up"
    case expertDown = "down"
    case sharedRouter = "ffn.shared.router"
    case sharedGate = "ffn.shared.gate"
    case sharedUp = "ffn.shared.up"
    case sharedDown = "ffn.shared.down"
  }

  public var part: Part
  public var layer: Int?
  public var expert: Int?
  public var isBias: Bool

  public init(_ part: Part, layer: Int? = nil, expert: Int? = nil, isBias: Bool = false) {
    (self.part, self.layer, self.expert, self.isBias) = (part, layer, expert, isBias)
  }

  /// The bias beside a weight.
  public var bias: WeightKey { WeightKey(part, layer: layer, expert: expert, isBias: true) }

  /// Such as `layers.3.attn.q.weight`.
  public var name: String {
    var name = layer.map { "layers.\($0)." } ?? ""
    if let expert { name += "ffn.experts.\(expert)." }
    return name + part.rawValue + (isBias ? ".bias" : ".weight")
  }
}
