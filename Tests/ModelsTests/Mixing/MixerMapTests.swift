import Kernels
import Tensors
import Testing

@testable import Models

/// What the paper promises of each mixer's map of attention.
@Suite("Maps of what stands in attention's place") struct MixerMapTests {
  static let ids = MixedModels.ids
  static let others: [Int32] = [8, 8, 1, 30, 2, 19, 4, 4, 11]

  @Test("a companion's maps are the same for every text, the other mixers' are not")
  func sameMap() throws {
    for mixer in TokenMixer.allCases where mixer.mixes {
      let model = try MixedModels.model(mixer)
      for layer in 0..<3 {
        let a = try MixedModels.site(.attentionProbabilities, layer: layer, model, Self.ids)
        let b = try MixedModels.site(.attentionProbabilities, layer: layer, model, Self.others)
        #expect((a == b) == mixer.readsCompanion, "\(mixer.rawValue), layer \(layer)")
      }
    }
  }

  @Test("maps of embeddings do not depend on the layers before, others' do")
  func staticMap() throws {
    for mixer in [TokenMixer.softmax, .staticEmbeddings, .approximate, .nonapproximate] {
      let model = try MixedModels.model(mixer)
      let whole = try MixedModels.site(.attentionProbabilities, layer: 1, model, Self.ids)
      let without = try MixedModels.site(
        .attentionProbabilities, layer: 1, model, Self.ids, skipping: [0])
      #expect((whole == without) == (mixer == .staticEmbeddings), "\(mixer.rawValue)")
    }
  }

  /// `[heads][row][key]` of the first layer.
  private static func matrices(_ mixer: TokenMixer, _ site: HookSite) throws -> [[[Double]]] {
    let model = try MixedModels.model(mixer, layers: 1)
    let value = try MixedModels.site(site, layer: 0, model, ids)
    let (heads, rows) = (value.shape[1], ids.count)
    let numbers = value.doubles
    return (0..<heads).map { head in
      (0..<rows).map { row in
        let start = (head * rows + row) * rows
        return Array(numbers[start..<start + rows])
      }
    }
  }

  @Test("rows of a map add up to 1 over the past, for every mixer")
  func rows() throws {
    for mixer in TokenMixer.allCases where mixer.mixes {
      for head in try Self.matrices(mixer, .attentionProbabilities) {
        for (row, shares) in head.enumerated() {
          #expect(shares[(row + 1)...].allSatisfy { $0 == 0 })
          #expect(abs(shares.reduce(0, +) - 1) < 1e-6, "\(mixer.rawValue)")
        }
      }
    }
  }

  @Test("the polynomial of a score is never below 1/2, and its shares are the map")
  func polynomial() throws {
    let scores = try Self.matrices(.approximate, .attentionScores)
    let maps = try Self.matrices(.approximate, .attentionProbabilities)
    var least = Double.infinity
    for (head, map) in zip(scores, maps) {
      for row in Self.ids.indices {
        let weights = head[row][...row].map { 1 + $0 + $0 * $0 / 2 }
        least = min(least, weights.min() ?? least)
        let total = weights.reduce(0, +)
        for (weight, share) in zip(weights, map[row]) {
          #expect(abs(weight / total - share) < 1e-6)
          #expect(share > 0)
        }
      }
    }
    #expect(least >= 0.5)
    // Somewhere scores are large enough to come near the bound.
    #expect(least < 0.9, "\(least)")
  }

  @Test("rows of weights that do not know who asks are one vector, divided anew")
  func prefixes() throws {
    for head in try Self.matrices(.nonapproximate, .attentionProbabilities) {
      let last = head[Self.ids.count - 1]
      for (row, shares) in head.enumerated() {
        let total = last[...row].reduce(0, +)
        for key in 0...row { #expect(abs(shares[key] - last[key] / total) < 1e-6) }
      }
    }
    // Attention is not of that kind.
    let head = try Self.matrices(.softmax, .attentionProbabilities)[0]
    let last = head[Self.ids.count - 1]
    let apart = (0...3).map { abs(head[3][$0] - last[$0] / last[...3].reduce(0, +)) }
    #expect((apart.max() ?? 0) > 1e-3)
  }

  @Test("no arm of no pattern sees what is behind a token")
  func causal() throws {
    for mixer in TokenMixer.allCases {
      for pattern in [MixingPattern.uniform, .first, .quarter] {
        let model = try MixedModels.model(mixer, pattern, layers: 4)
        let before = try MixedModels.scores(model, Self.ids)
        var changed = Self.ids
        changed[5] = 20
        let after = try MixedModels.scores(model, changed)
        let mixes = mixer.mixes || pattern != .uniform
        for row in Self.ids.indices {
          let same = try before.taking([row]) == after.taking([row])
          #expect(same == (row < 5 || row > 5 && !mixes), "\(mixer.rawValue), row \(row)")
        }
      }
    }
  }
}
