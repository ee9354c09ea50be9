import Kernels
import Models
import Tensors

/// A step that changes scores or leaves candidates out, before one is drawn.
public protocol CandidateProcessor: Sendable {
  func apply(_ candidates: inout Candidates)
}

/// Divides scores by a temperature: below 1 sharpens, above 1 flattens.
public struct Temperature: CandidateProcessor {
  public let value: Float

  /// - Throws: ``DecodingError/setting(name:value:range:)`` unless `value` is above 0 and finite.
  public init(_ value: Double) throws(DecodingError) {
    guard value > 0, value.isFinite, Float(value) > 0, Float(value).isFinite else {
      throw .setting(name: "temperature", value: value, range: "0 (greedy) or above")
    }
    self.value = Float(value)
  }

  public func apply(_ candidates: inout Candidates) { candidates.divideScores(by: value) }
}

/// Keeps the k best (A. Fan et al., arXiv 1805.04833).
public struct TopK: CandidateProcessor {
  public let count: Int

  public init(_ count: Int) throws(DecodingError) {
    guard count >= 1 else {
      throw .setting(name: "top_k", value: Double(count), range: "at least 1")
    }
    self.count = count
  }

  public func apply(_ candidates: inout Candidates) {
    if candidates.count > count { candidates.keep(candidates.best(count)) }
  }
}

/// Keeps the fewest best candidates whose probabilities reach p (A. Holtzman et al., arXiv 1904.09751).
///
/// Probabilities are compared as 2⁻⁴⁰ fixed point, so that no order of summation matters.
public struct TopP: CandidateProcessor {
  public let share: Double

  public init(_ share: Double) throws(DecodingError) {
    guard share > 0, share <= 1 else {
      throw .setting(name: "top_p", value: share, range: "above 0 and at most 1")
    }
    self.share = share
  }

  public func apply(_ candidates: inout Candidates) {
    if share == 1 { return }
    let weights = FixedPointWeights(candidates.weights)
    let needed = share * Double(weights.total)
    // A few candidates mostly hold the share: the rest is put in order only where they do not.
    var wanted = 64
    while true {
      let best = candidates.best(wanted)
      var sum: UInt64 = 0
      let reaching = best.firstIndex { position in
        sum += weights.values[position]
        return Double(sum) >= needed
      }
      if let reaching { return candidates.keep(Array(best[...reaching])) }
      if best.count == candidates.count { return }
      wanted *= 16
    }
  }
}

/// Keeps candidates at least `share` as probable as the best (M. Nguyen et al., arXiv 2407.01082).
public struct MinP: CandidateProcessor {
  public let share: Float

  public init(_ share: Double) throws(DecodingError) {
    guard share >= 0, share <= 1 else {
      throw .setting(name: "min_p", value: share, range: "0 to 1")
    }
    self.share = Float(share)
  }

  public func apply(_ candidates: inout Candidates) {
    let weights = candidates.weights
    candidates.keep(weights.indices.filter { weights[$0] >= share })
  }
}

/// How the next token is chosen from its scores.
public struct Sampler: Sendable {
  /// Applied in this order. Empty and greedy: the best token is taken.
  public let processors: [any CandidateProcessor]
  public let isGreedy: Bool

  /// Takes the best token; the lowest id among equals.
  public static let greedy = Sampler(processors: [], isGreedy: true)

  public init(processors: [any CandidateProcessor], isGreedy: Bool = false) {
    (self.processors, self.isGreedy) = (processors, isGreedy)
  }

  /// Temperature, then the k best, then the p most probable, then the minimum share.
  ///
  /// - Parameter temperature: 0 takes the best token.
  /// - Throws: ``DecodingError/setting(name:value:range:)``, also for settings that greedy choice
  ///   would not use.
  public init(
    temperature: Double = 1, topK: Int? = nil, topP: Double? = nil, minP: Double? = nil
  ) throws(DecodingError) {
    var processors: [any CandidateProcessor] = []
    if temperature != 0 { processors.append(try Temperature(temperature)) }
    if let topK { processors.append(try TopK(topK)) }
    if let topP { processors.append(try TopP(topP)) }
    if let minP { processors.append(try MinP(minP)) }
    self.init(processors: processors, isGreedy: temperature == 0)
  }

  /// The next token for a row of logits without NaN.
  public func choose(_ logits: [Float], stream: inout RandomStream) -> Int32? {
    var candidates = Candidates(logits: logits)
    if isGreedy { return candidates.best }
    for processor in processors { processor.apply(&candidates) }
    return candidates.draw(&stream)
  }
}
