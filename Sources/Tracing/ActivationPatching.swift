import Models
import Tensors

/// Which places carry what tells two prompts apart: values of a clean run are put into the run of a
/// corrupted prompt, place by place (K. Meng and others, arXiv 2202.05262; J. Vig and others, arXiv
/// 2004.12265).
public struct ActivationPatching: Sendable {
  /// What is compared: the score of an answer at the last position, less that of another.
  public struct Answer: Sendable, Equatable {
    public var id: Int32
    public var other: Int32?

    public init(_ id: Int32, against other: Int32? = nil) { (self.id, self.other) = (id, other) }

    func score(_ logits: [Float]) -> Double {
      Double(logits[Int(id)]) - (other.map { Double(logits[Int($0)]) } ?? 0)
    }
  }

  public struct Outcome: Sendable, Equatable {
    public let layer: Int
    /// Nil where whole layers are patched.
    public let position: Int?
    public let head: Int?
    public let score: Double
  }

  public let cleanScore: Double
  public let corruptedScore: Double
  public let outcomes: [Outcome]

  /// How much of the difference a patch brings back: 0 as corrupted, 1 as clean; nil where both are equal.
  public func recovered(_ outcome: Outcome) -> Double? {
    let span = cleanScore - corruptedScore
    return span == 0 ? nil : (outcome.score - corruptedScore) / span
  }

  /// - Parameters:
  ///   - site: a site of blocks with a row a token, such as ``HookSite/streamBefore``.
  ///   - byPosition: every position by itself, else all together.
  ///   - byHead: every head by itself, where the site has heads.
  /// - Throws: ``TracingError/lengths(clean:corrupted:)`` for prompts of different lengths.
  /// - Complexity: one forward pass a place.
  public init(
    _ model: TransformerModel, clean: [Int32], corrupted: [Int32], site: HookSite, answer: Answer,
    layers: [Int]? = nil, byPosition: Bool = true, byHead: Bool = false,
    onPlace: (() -> Void)? = nil
  ) throws(TracingError) {
    guard clean.count == corrupted.count else {
      throw .lengths(clean: clean.count, corrupted: corrupted.count)
    }
    guard site.isInBlocks else {
      throw .setting(name: "at", value: site.rawValue, range: "a site of blocks")
    }
    let headAxis = Intervention.axes(site).heads
    if byHead, headAxis == nil {
      throw .setting(name: "at", value: site.rawValue, range: "a site with heads, such as z")
    }
    for id in [answer.id] + (answer.other.map { [$0] } ?? []) {
      guard id >= 0, Int(id) < model.vocabularySize else {
        throw .setting(
          name: "answer", value: String(id), range: "below \(model.vocabularySize)")
      }
    }
    let layers = layers ?? Array(model.network.blocks.indices)
    var outcomes: [Outcome] = []
    do {
      let source = try Trace(
        model, ids: clean, patterns: ["layers.*.\(site.rawValue)"], scoring: true)
      let last = clean.count - 1
      cleanScore = answer.score(try Self.row(source.logits, last))
      corruptedScore = answer.score(
        try Self.row(try Trace(model, ids: corrupted, patterns: [], scoring: true).logits, last))
      for layer in layers {
        guard let values = source[site, layer] else {
          throw TracingError.setting(
            name: "layer", value: String(layer),
            range: "0 to \(model.network.blocks.count - 1)")
        }
        // The trace is without the axis of sequences.
        let axis = headAxis.map { $0 - (HookSite.isPerSequence(site) ? 1 : 0) }
        let heads = byHead ? axis.map { values.shape[$0] } ?? 1 : 1
        for head in 0..<heads {
          for position in byPosition ? Array(clean.indices) : [0] {
            var hooks = Hooks()
            try Intervention(
              .values(values), at: site.name(layer: layer),
              positions: byPosition ? [position] : nil, heads: byHead ? [head] : nil
            ).add(to: &hooks)
            let run = try Trace(model, ids: corrupted, patterns: [], hooks: hooks, scoring: true)
            outcomes.append(
              Outcome(
                layer: layer, position: byPosition ? position : nil, head: byHead ? head : nil,
                score: answer.score(try Self.row(run.logits, last))))
            onPlace?()
          }
        }
      }
    } catch { throw TracingError(cause: error) }
    self.outcomes = outcomes
  }

  private static func row(_ logits: Tensor?, _ row: Int) throws -> [Float] {
    guard let logits else { return [] }
    return try logits.indexed([.at(row)]).floats
  }
}
