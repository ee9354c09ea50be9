import Kernels
import Tensors
import Testing

@testable import Decoding

@Suite("Sampling") struct SamplerTests {
  static func logits(_ seed: UInt64, _ count: Int) -> [Float] {
    var stream = RandomStream(seed: seed, path: ["logits"])
    // A few equal ones, so that ties come up.
    return (0..<count).map { _ in Float(stream.int(below: 200)) / 10 - 10 }
  }

  func kept(_ processor: some CandidateProcessor, _ logits: [Float]) -> [Int32] {
    var candidates = Candidates(logits: logits)
    processor.apply(&candidates)
    return candidates.ids
  }

  @Test("top-k keeps the k best, the lower id among equals", arguments: 0..<20)
  func topK(seed: UInt64) throws {
    let logits = Self.logits(seed, 50)
    for k in [1, 2, 7, 49, 50, 80] {
      let ids = kept(try TopK(k), logits)
      #expect(ids.count == min(k, 50) && ids == ids.sorted())
      let set = Set(ids.map(Int.init))
      for out in 0..<50 where !set.contains(out) {
        #expect(set.allSatisfy { (logits[$0], -$0) > (logits[out], -out) })
      }
    }
  }

  @Test("top-p keeps the fewest whose probabilities reach p", arguments: 0..<20)
  func topP(seed: UInt64) throws {
    let logits = Self.logits(seed, 50)
    let weights = logits.map { ElementaryFunction.exp(Double($0)) }
    let total = weights.reduce(0, +)
    for p in [0.01, 0.3, 0.5, 0.9, 0.999] {
      let ids = kept(try TopP(p), logits).map(Int.init)
      let mass = ids.reduce(0) { $0 + weights[$1] } / total
      let least = ids.map { weights[$0] }.min() ?? 0
      #expect(mass >= p - 1e-6)
      #expect(mass - least / total < p + 1e-6)
      #expect(weights.indices.allSatisfy { ids.contains($0) || weights[$0] <= least })
    }
    #expect(kept(try TopP(1), logits).count == 50)
  }

  @Test("min-p keeps what is probable enough beside the best", arguments: 0..<10)
  func minP(seed: UInt64) throws {
    let logits = Self.logits(seed, 50)
    let best = logits.max() ?? 0
    let ids = kept(try MinP(0.1), logits)
    for id in 0..<50 {
      let share = ElementaryFunction.exp(Double(logits[id] - best))
      if abs(share - 0.1) > 1e-6 { #expect(ids.contains(Int32(id)) == (share > 0.1)) }
    }
    #expect(kept(try MinP(1), logits).allSatisfy { logits[Int($0)] == best })
  }

  @Test("draws follow the probabilities at each temperature")
  func frequencies() throws {
    let logits: [Float] = [0, 1, 2, -30]
    for temperature in [0.5, 1, 2] {
      let sampler = try Sampler(temperature: temperature)
      var counts = [0.0, 0, 0, 0]
      let n = 20_000
      for index in 0..<n {
        var stream = RandomStream(seed: 3, path: ["\(temperature)", "\(index)"])
        counts[Int(try #require(sampler.choose(logits, stream: &stream)))] += 1
      }
      let weights = logits.map { ElementaryFunction.exp(Double($0) / temperature) }
      let total = weights.reduce(0, +)
      for id in 0..<3 { #expect(abs(counts[id] / Double(n) - weights[id] / total) < 0.015) }
      #expect(counts[3] <= 3)
    }
  }

  @Test("temperature 0 and top-k 1 take the best token")
  func greedy() throws {
    for seed in 0..<20 as Range<UInt64> {
      let logits = Self.logits(seed, 30)
      var stream = RandomStream(seed: seed)
      let best = logits.firstIndex(of: logits.max() ?? 0).map { Int32($0) }
      #expect(try Sampler(temperature: 0, topP: 0.5).choose(logits, stream: &stream) == best)
      #expect(try Sampler(temperature: 3, topK: 1).choose(logits, stream: &stream) == best)
    }
  }

  @Test("infinite scores: the impossible is never drawn, the certain always")
  func infinities() throws {
    let sampler = try Sampler(temperature: 0.7, topK: 3, topP: 0.9, minP: 0.01)
    for seed in 0..<50 as Range<UInt64> {
      var stream = RandomStream(seed: seed)
      #expect(sampler.choose([-.infinity, 0, -.infinity, -1], stream: &stream) != 0)
    }
  }

  @Test("settings outside their ranges are refused")
  func settings() {
    for temperature in [-1, .nan, .infinity, 1e-60] {
      #expect(throws: DecodingError.self) { try Sampler(temperature: temperature) }
    }
    #expect(throws: DecodingError.setting(name: "top_k", value: 0, range: "at least 1")) {
      try Sampler(topK: 0)
    }
    for p in [0, -0.5, 1.5, .nan] {
      #expect(throws: DecodingError.self) { try Sampler(topP: p) }
    }
    #expect(throws: DecodingError.self) { try Sampler(minP: -0.1) }
    #expect(throws: DecodingError.self) { try Sampler(temperature: 0, topK: -1) }
  }
}
