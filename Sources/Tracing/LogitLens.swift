import Kernels
import Models
import Tensors

/// What each layer's stream would predict: the last norm and the head applied to it (nostalgebraist,
/// "interpreting GPT: the logit lens", 2020).
public struct LogitLens: Sendable {
  /// The reading of one layer at one position.
  public struct Reading: Sendable {
    /// Nil: the embeddings, before the first layer.
    public let layer: Int?
    public let position: Int
    /// The best tokens, and their probabilities.
    public let best: [(id: Int32, probability: Double)]
    /// The probability and rank (1 is best) of the token that the last layer finds best.
    public let finalProbability: Double
    public let finalRank: Int
    /// In nats.
    public let entropy: Double
    /// KL(last layer ‖ this layer), in nats.
    public let divergence: Double
  }

  /// Layer after layer, positions running faster.
  public let readings: [Reading]

  /// - Parameters:
  ///   - positions: all unless given; negative ones count from the end.
  ///   - count: how many best tokens are kept.
  public init(
    _ model: TransformerModel, ids: [Int32], positions: [Int]? = nil, count: Int = 5
  ) throws(TracingError) {
    let places = try (positions ?? Array(ids.indices)).map { (place) throws(TracingError) in
      let resolved = place < 0 ? place + ids.count : place
      guard ids.indices.contains(resolved) else {
        throw .setting(
          name: "position", value: String(place), range: "a place among \(ids.count) tokens")
      }
      return resolved
    }
    let trace = try Trace(
      model, ids: ids, patterns: ["layers.0.resid_pre", "layers.*.resid_post"])
    var readings: [Reading] = []
    do {
      let rows = try Tensor(places.map { Int32($0) }, shape: [places.count])
      func probabilities(_ states: Tensor) throws -> [[Double]] {
        let picked = try Variable(constant: states).selected(rows, axis: 0)
        let logits = try model.scores(try model.finalNormed(picked)).value.floats
        let width = model.vocabularySize
        return try places.enumerated().map { row, place in
          let scores = logits[row * width..<(row + 1) * width]
          if Rows.argmax(scores) == nil {
            throw ModelError.notANumber(model: model.name, position: place)
          }
          return Self.softmax(scores)
        }
      }
      guard let last = trace.sites.last else { throw ModelError.noTokens(operation: "a lens") }
      let final = try probabilities(last.value)
      for site in trace.sites {
        let layer = site.site == .streamBefore ? nil : site.layer
        let all = try probabilities(site.value)
        for (index, place) in places.enumerated() {
          readings.append(
            Self.reading(all[index], final: final[index], layer, place, count))
        }
      }
    } catch { throw TracingError(cause: error) }
    self.readings = readings
  }

  private static func softmax(_ logits: ArraySlice<Float>) -> [Double] {
    let most = Double(logits.max() ?? 0)
    let weights = logits.map { ElementaryFunction.exp(Double($0) - most) }
    let total = Sums.sum(weights)
    return weights.map { $0 / total }
  }

  private static func reading(
    _ p: [Double], final: [Double], _ layer: Int?, _ position: Int, _ count: Int
  ) -> Reading {
    let order = p.indices.sorted { (p[$1], $0) < (p[$0], $1) }
    let target = final.indices.max { (final[$0], $1) < (final[$1], $0) } ?? 0
    var (entropy, divergence): ([Double], [Double]) = ([], [])
    for (own, other) in zip(p, final) {
      if own > 0 { entropy.append(-own * ElementaryFunction.log(own)) }
      if other > 0, own > 0 {
        divergence.append(
          other * (ElementaryFunction.log(other) - ElementaryFunction.log(own)))
      }
    }
    return Reading(
      layer: layer, position: position,
      best: order.prefix(count).map { (Int32(truncatingIfNeeded: $0), p[$0]) },
      finalProbability: p[target], finalRank: (order.firstIndex(of: target) ?? 0) + 1,
      entropy: Sums.sum(entropy), divergence: max(Sums.sum(divergence), 0))
  }
}
