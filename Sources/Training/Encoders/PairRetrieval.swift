import Kernels
import Tensors

/// How often the second text of a pair is found by its first among the second texts of other pairs.
///
/// Pairs stand in groups of as many candidates, in their order; what fills no group is left out.
public struct PairRetrieval: Sendable, Equatable {
  /// How many second texts there are to choose from.
  public let candidates: Int
  /// How many pairs were asked.
  public let asked: Int
  /// How many were found; of n equally near ones each counts for 1 / n.
  public let found: Double

  /// The share that was found; nil where none was asked.
  public var accuracy: Double? { asked == 0 ? nil : found / Double(asked) }

  /// The group's size for a number of pairs: no more than there are.
  static func candidates(_ wanted: Int, pairs: Int) -> Int { min(max(wanted, 2), pairs) }

  /// - Parameters:
  ///   - count: of the pairs.
  ///   - similarity: of the first text of one pair and the second of another, by their numbers.
  init(candidates wanted: Int, pairs count: Int, similarity: (Int, Int) -> Double) {
    candidates = Self.candidates(wanted, pairs: count)
    var (asked, found) = (0, 0.0)
    if candidates >= 2 {
      for start in stride(from: 0, through: count - candidates, by: candidates) {
        let group = start..<start + candidates
        for row in group {
          let own = similarity(row, row)
          var equal = 0
          let isBeaten = group.contains { column in
            let other = similarity(row, column)
            if other == own { equal += 1 }
            // A NaN finds nothing.
            return !(other <= own)
          }
          asked += 1
          if !isBeaten { found += 1 / Double(max(equal, 1)) }
        }
      }
    }
    (self.asked, self.found) = (asked, found)
  }

  /// By the cosines of vectors `[pairs, width]`.
  init(candidates: Int, first: Tensor, second: Tensor) {
    let count = first.shape.first ?? 0
    let width = first.shape.last ?? 0
    let rows = [first, second].map { Self.unitRows($0.floats, width: width) }
    self.init(candidates: candidates, pairs: count) { a, b in
      var sum = 0.0
      for place in 0..<width { sum += rows[0][a * width + place] * rows[1][b * width + place] }
      return sum
    }
  }

  private static func unitRows(_ values: [Float], width: Int) -> [Double] {
    var rows = values.map(Double.init)
    for start in stride(from: 0, to: rows.count, by: max(width, 1)) {
      let length = rows[start..<start + width].reduce(0) { $0 + $1 * $1 }.squareRoot()
      if length > 0 { for place in start..<start + width { rows[place] /= length } }
    }
    return rows
  }

  /// By the tokens that texts share, whatever their order: cosines of the tokens' counts, each times its inverse
  /// document frequency (K. Spärck Jones, 1972).
  ///
  /// - Parameter documents: what frequencies are counted over.
  init(candidates: Int, sharedTokensOf pairs: [SequencePair], documents: [[Int32]]) {
    var frequencies: [Int32: Int] = [:]
    for document in documents {
      for id in Set(document) { frequencies[id, default: 0] += 1 }
    }
    let total = Double(documents.count + 1)
    func bag(_ ids: [Int32]) -> [Int32: Double] {
      var bag: [Int32: Double] = [:]
      for id in ids { bag[id, default: 0] += 1 }
      var squares = 0.0
      for (id, count) in bag.sorted(by: { $0.key < $1.key }) {
        let weight =
          count * ElementaryFunction.log(total / Double(frequencies[id, default: 0] + 1))
        bag[id] = weight
        squares += weight * weight
      }
      guard squares > 0 else { return [:] }
      let length = squares.squareRoot()
      return bag.mapValues { $0 / length }
    }
    let first = pairs.map { bag($0.source).sorted { $0.key < $1.key } }
    let second = pairs.map { bag($0.target) }
    self.init(candidates: candidates, pairs: pairs.count) { a, b in
      first[a].reduce(0) { $0 + $1.value * second[b][$1.key, default: 0] }
    }
  }
}
