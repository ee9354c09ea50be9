import Testing

@testable import Decoding

@Suite("Candidates") struct CandidatesTests {
  /// Scores with ties, zeros of both signs and excluded tokens.
  static func scores(_ count: Int) -> [Float] {
    (0..<count).map { index in
      let mixed = (index &* 7919 &+ 13) % 997
      if mixed % 31 == 0 { return -Float.infinity }
      return mixed % 29 == 0 ? (index % 2 == 0 ? 0 : -0.0) : Float(mixed % 211 - 100) / 16
    }
  }

  static func ranking(_ scores: [Float]) -> [Int] {
    scores.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
  }

  @Test("the best are those of a full ranking", arguments: [1, 2, 63, 64, 65, 1000, 5000])
  func best(count: Int) {
    let scores = Self.scores(count)
    let candidates = Candidates(logits: scores)
    for wanted in [1, 2, 40, count / 2, count, count + 5] where wanted > 0 {
      #expect(candidates.best(wanted) == Array(Self.ranking(scores).prefix(wanted)))
    }
  }

  @Test("top-p keeps the fewest best that reach the share", arguments: [0.01, 0.3, 0.9, 0.9999])
  func share(share: Double) throws {
    for count in [1, 50, 64, 900, 3000] {
      var candidates = Candidates(logits: Self.scores(count))
      let weights = candidates.weights.map(Double.init)
      let needed = share * weights.reduce(0, +)
      try TopP(share).apply(&candidates)
      let kept = Set(candidates.ids.map(Int.init))
      let order = Array(Self.ranking(Self.scores(count)).prefix(kept.count))
      #expect(kept == Set(order))
      // Weights are multiples of 2⁻⁴⁰ there.
      let slack = Double(count) * 0x1p-40
      #expect(order.reduce(0) { $0 + weights[$1] } >= needed - slack)
      #expect(order.dropLast().reduce(0) { $0 + weights[$1] } < needed + slack)
    }
  }

  @Test("a NaN does no harm")
  func notANumber() {
    #expect(Candidates(logits: [1, .nan, 3]).best(3).count == 3)
  }
}
