import Kernels
import Models
import Tensors

/// What a text's loss becomes where one part of the model after another is taken out.
public struct AblationStudy: Sendable {
  /// What is taken out at a time.
  public enum Part: String, Sendable, CaseIterable {
    /// Each head's result.
    case head
    /// What each layer's attention, or feed-forward part, adds.
    case attention
    case feedForward = "ffn"
    /// A whole layer: the stream goes by.
    case layer
  }

  /// What stands in its place.
  public enum Kind: String, Sendable, CaseIterable {
    case zero
    /// The mean over the text's tokens.
    case mean
  }

  public struct Outcome: Sendable, Equatable {
    public let layer: Int
    public let head: Int?
    /// Nats a token with the part taken out.
    public let loss: Double
  }

  /// Nats a token of the model as it is.
  public let loss: Double
  /// In the order of the network.
  public let outcomes: [Outcome]

  /// - Parameter layers: all unless given.
  /// - Complexity: one forward pass a part.
  public init(
    _ model: TransformerModel, ids: [Int32], part: Part, kind: Kind = .zero, layers: [Int]? = nil,
    onPart: (() -> Void)? = nil
  ) throws(TracingError) {
    let all = model.network.blocks.indices
    let layers = layers ?? Array(all)
    for layer in layers where !all.contains(layer) {
      throw .setting(
        name: "layer", value: String(layer), range: "0 to \(all.count - 1)")
    }
    if part == .layer, kind != .zero {
      throw .setting(
        name: "kind", value: kind.rawValue, range: "zero where layers are taken out whole")
    }
    var outcomes: [Outcome] = []
    do {
      loss = try Self.loss(model, ids, .init())
      for layer in layers {
        let heads = model.network.blocks[layer].attention.heads
        for head in part == .head ? Array(0..<heads) : [0] {
          var options = PassOptions()
          switch part {
          case .layer: options.skippedLayers = [layer]
          case .head:
            try Intervention(
              kind == .zero ? .zero : .mean, at: "layers.\(layer).z", heads: [head]
            ).add(to: &options.hooks)
          case .attention, .feedForward:
            let site = part == .attention ? "attn_out" : "ffn_out"
            try Intervention(kind == .zero ? .zero : .mean, at: "layers.\(layer).\(site)").add(
              to: &options.hooks)
          }
          outcomes.append(
            Outcome(
              layer: layer, head: part == .head ? head : nil,
              loss: try Self.loss(model, ids, options)))
          onPart?()
        }
      }
    } catch { throw TracingError(cause: error) }
    self.outcomes = outcomes
  }

  /// Nats a token, over all tokens but the first.
  private static func loss(_ model: TransformerModel, _ ids: [Int32], _ options: PassOptions)
    throws -> Double
  {
    guard ids.count > 1 else { throw ModelError.noTokens(operation: "an ablation") }
    var caches: [KeyValueCache] = []
    let state = try model.run(
      [try SequenceInput(ids: Array(ids.dropLast()))], caches: &caches, options: options)
    let logits = try model.scores(state.x).value.floats
    let losses = try ids.indices.dropFirst().map { place in
      Double(
        try TokenLoss.nats(
          logits, row: place - 1, target: ids[place], width: model.vocabularySize))
    }
    return Sums.sum(losses) / Double(losses.count)
  }
}
