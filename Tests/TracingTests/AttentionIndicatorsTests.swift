import Kernels
import Models
import Tensors
import Testing

@testable import Tracing

@Suite("Attention in a few numbers") struct AttentionIndicatorsTests {
  static let ids: [Int32] = [3, 9, 39, 0, 12, 12, 7, 31, 5, 5]

  static func made(_ mixer: TokenMixer, _ pattern: MixingPattern = .uniform) throws -> MadeModel {
    let sizes = ModelSizes(
      layers: 2, width: 24, heads: 3, mlp: 20, vocabulary: 40, context: 16)
    return try MadeModel(
      sizes.mixing(mixer, pattern, companion: .drawn(deviation: 0.3, seed: 6)),
      fresh: InitialWeights(seed: 7, deviation: 0.4))
  }

  /// Maps and scores of one layer from its scores, in f64: `[head][row][key]`, the past alone.
  static func maps(_ model: TransformerModel, _ ids: [Int32], layer: Int, polynomial: Bool) throws
    -> (maps: [[[Double]]], scores: [[[Double]]])
  {
    let trace = try Trace(model, ids: ids, patterns: ["layers.\(layer).attn_scores"])
    let value = try #require(trace[.attentionScores, layer])
    let (numbers, rows) = (value.doubles, ids.count)
    let scores = (0..<value.shape[0]).map { head in
      (0..<rows).map { row in
        (0...row).map { numbers[(head * rows + row) * rows + $0] }
      }
    }
    let maps = scores.map { head in
      head.map { row -> [Double] in
        let weights = row.map { polynomial ? 1 + $0 + $0 * $0 / 2 : ElementaryFunction.exp($0) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
      }
    }
    return (maps, scores)
  }

  @Test(
    "the numbers are those of the formulas over the scores",
    arguments: [TokenMixer.softmax, .approximate, .nonapproximate, .randomSequence])
  func formulas(mixer: TokenMixer) throws {
    let model = try Self.made(mixer).model()
    // Two windows of 4, and one of 2.
    let windows = [Array(Self.ids[..<4]), Array(Self.ids[4..<8]), Array(Self.ids[8...])]
    let found = try AttentionIndicators(model, ids: Self.ids, window: 4)
    #expect(found.windows == 3 && found.heads.count == 6)
    for layer in 0..<2 {
      let all = try windows.map {
        try Self.maps(model, $0, layer: layer, polynomial: mixer == .approximate)
      }
      var spread: [Double] = []
      for part in all {
        for (row, first) in part.maps[0].enumerated() {
          for key in first.indices {
            let values = part.maps.map { $0[row][key] }
            let mean = values.reduce(0, +) / 3
            spread.append((values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3).squareRoot())
          }
        }
      }
      let diversity = try #require(found.diversity[layer])
      #expect(abs(diversity - spread.reduce(0, +) / Double(spread.count)) < 1e-6)
      for head in 0..<3 {
        let own = try #require(found.heads.first { $0.layer == layer && $0.head == head })
        let rows = all.flatMap { $0.maps[head] }
        let entropy = rows.map { -$0.reduce(0) { $0 + $1 * ElementaryFunction.log($1) } }.reduce(
          0, +)
        #expect(abs(own.entropy - entropy / 10) < 1e-5)
        #expect(abs(own.sink - rows.map { $0[0] }.reduce(0, +) / 10) < 1e-6)
        let norms = all.map { part -> Double in
          let squares = part.maps[head].flatMap { $0 }.map { $0 * $0 }.reduce(0, +)
          return (squares / Double(part.maps[head].count)).squareRoot()
        }
        #expect(abs(own.concentration - norms.reduce(0, +) / 3) < 1e-6)
        for back in 0..<4 {
          let values = rows.filter { $0.count > back }.map { $0[$0.count - 1 - back] }
          #expect(abs(own.near[back] - values.reduce(0, +) / Double(values.count)) < 1e-6)
        }
        let sizes = all.flatMap { $0.scores[head].flatMap { $0 } }.map(abs).sorted()
        // 10 + 10 + 3 pairs.
        #expect(sizes.count == 23)
        #expect(own.scores == (sizes[11], sizes[22], sizes[22]))
      }
    }
  }

  @Test("attention that looks everywhere alike has the numbers of that")
  func flat() throws {
    var made = try Self.made(.softmax)
    for layer in 0..<2 {
      made.weights[WeightKey(.query, layer: layer)] = try .zeros([24, 24], .f32)
    }
    let found = try AttentionIndicators(try made.model(), ids: Self.ids)
    let counts = (1...10).map(Double.init)
    #expect(found.windows == 1)
    for head in found.heads {
      #expect(
        abs(head.entropy - counts.map { ElementaryFunction.log($0) }.reduce(0, +) / 10) < 1e-6)
      #expect(abs(head.sink - counts.map { 1 / $0 }.reduce(0, +) / 10) < 1e-6)
      let squares = counts.map { 1 / $0 }.reduce(0, +)
      #expect(abs(head.concentration - (squares / 10).squareRoot()) < 1e-6)
      for back in 0..<4 {
        let seen = counts.dropFirst(back)
        let mean = seen.map { 1 / $0 }.reduce(0, +) / Double(seen.count)
        #expect(abs(head.near[back] - mean) < 1e-6)
      }
      #expect(head.scores == (0, 0, 0))
    }
    #expect(found.diversity == [0: 0, 1: 0])
  }

  @Test("layers that mix nothing have no heads; what cannot be is refused")
  func limits() throws {
    let hybrid = try AttentionIndicators(try Self.made(.mlp, .even).model(), ids: Self.ids)
    #expect(hybrid.heads.map(\.layer) == [1, 1, 1])
    let none = try AttentionIndicators(try Self.made(.mlp).model(), ids: Self.ids)
    #expect(none.heads.isEmpty && none.diversity.isEmpty)
    let model = try Self.made(.softmax).model()
    // The context bounds windows; a rest of one token says nothing.
    let long = (0..<33).map { Int32($0 % 40) }
    #expect(try AttentionIndicators(model, ids: long, window: 1000).windows == 2)
    #expect(throws: TracingError.setting(name: "window", value: "1", range: "2 or more")) {
      try AttentionIndicators(model, ids: Self.ids, window: 1)
    }
    #expect(throws: TracingError.self) { try AttentionIndicators(model, ids: [3]) }
    #expect(throws: TracingError.self) { try AttentionIndicators(model, ids: [3, 40]) }
  }
}
