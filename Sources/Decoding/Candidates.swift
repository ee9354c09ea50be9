import Kernels
import Tensors

/// The tokens that may come next, with their scores, while processors thin them out.
///
/// Ids are ascending; scores are logits up to a constant. There is always at least one candidate.
public struct Candidates: Sendable, Equatable {
  public private(set) var ids: [Int32]
  public private(set) var scores: [Float]

  /// All tokens of a row of logits.
  public init(logits: [Float]) {
    ids = (0..<Int32(clamping: logits.count)).map { $0 }
    scores = logits
  }

  public var count: Int { ids.count }

  /// exp(score - max) of each, so the best one has weight 1.
  public var weights: [Float] {
    let largest = scores.max() ?? 0
    return ElementaryFunction.exp(scores.map { $0 - largest })
  }

  /// The positions of the best scores from the best on; the lower id first among equals.
  ///
  /// - Complexity: about one pass while `wanted` is far below the number of candidates.
  public func best(_ wanted: Int) -> [Int] {
    let wanted = min(wanted, count)
    var positions = [Int32](repeating: 0, count: wanted)
    do throws(KernelError) {
      try scores.withUnsafeBufferPointer { scores throws(KernelError) in
        try positions.withUnsafeMutableBufferPointer { positions throws(KernelError) in
          try Ordering.top(wanted, of: scores, indices: positions, rows: 1, width: scores.count)
        }
      }
      return positions.map(Int.init)
    } catch {
      // Scores with a NaN, which has no order, or memory that could not be had.
      let order = scores.indices.sorted {
        scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1
      }
      return Array(order.prefix(wanted))
    }
  }

  /// Divides all scores; infinite ones stay.
  public mutating func divideScores(by divisor: Float) {
    for index in scores.indices { scores[index] /= divisor }
  }

  /// Keeps the candidates at some positions. An empty choice is ignored.
  public mutating func keep(_ positions: [Int]) {
    if positions.isEmpty || positions.count == ids.count { return }
    let kept = positions.sorted()
    ids = kept.map { ids[$0] }
    scores = kept.map { scores[$0] }
  }

  /// The best one; the lowest id among equals.
  public var best: Int32? {
    Rows.argmax(scores[...]).map { ids[$0] }
  }

  /// One drawn with probability proportional to its weight, which is a multiple of 2⁻⁴⁰.
  public func draw(_ stream: inout RandomStream) -> Int32? {
    stream.categorical(FixedPointWeights(weights)).map { ids[$0] }
  }
}
