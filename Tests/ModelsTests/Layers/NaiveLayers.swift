import Glibc
import Tensors

@testable import Models

/// Layers as loops over f64, written from their papers' formulas alone.
enum NaiveLayers {
  typealias Rows = [[Double]]

  /// Numbers as rows of the last axis.
  static func rows(_ x: Tensor) -> Rows {
    let (all, width) = (x.doubles, x.shape[x.rank - 1])
    return stride(from: 0, to: all.count, by: width).map { Array(all[$0..<$0 + width]) }
  }

  /// One entry of a batch `[batch, tokens, width]`.
  static func entry(_ x: Tensor, _ index: Int) -> Rows {
    let (all, tokens) = (rows(x), x.shape[1])
    return Array(all[index * tokens..<(index + 1) * tokens])
  }

  static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
  static func silu(_ x: Double) -> Double { x * sigmoid(x) }
  static func gelu(_ x: Double) -> Double { x * 0.5 * (1 + erf(x / 2.0.squareRoot())) }

  static func product(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += x * y }
    return sum
  }

  /// Σ (a - b)².
  static func distance(_ a: [Double], _ b: [Double]) -> Double {
    var sum = 0.0
    for (x, y) in zip(a, b) { sum += (x - y) * (x - y) }
    return sum
  }

  /// W x + b.
  static func linear(_ x: [Double], _ weight: Rows, _ bias: [Double]? = nil) -> [Double] {
    weight.enumerated().map { row, weights -> Double in
      let start: Double = bias?[row] ?? 0
      return start + product(weights, x)
    }
  }

  static func layerNorm(
    _ x: [Double], gain: [Double]? = nil, bias: [Double]? = nil, epsilon: Double = 1e-5
  ) -> [Double] {
    let mean: Double = x.reduce(0, +) / Double(x.count)
    let centered: [Double] = x.map { $0 - mean }
    let variance: Double = product(centered, centered) / Double(x.count)
    let size = (variance + epsilon).squareRoot()
    return centered.enumerated().map { place, value -> Double in
      let factor: Double = gain?[place] ?? 1
      let shift: Double = bias?[place] ?? 0
      return value / size * factor + shift
    }
  }

  /// One sequence's attention behind its maps: queries `[rows][heads · width]`, keys and values
  /// `[keys][key heads · width]`.
  static func attention(
    _ queries: Rows, _ keys: Rows, _ values: Rows, heads: Int, keyHeads: Int,
    sees: (Int, Int) -> Bool
  ) -> Rows {
    let width = queries[0].count / heads
    func part(_ row: [Double], _ head: Int) -> [Double] {
      Array(row[head * width..<(head + 1) * width])
    }
    return queries.enumerated().map { row, query -> [Double] in
      var result: [Double] = []
      for head in 0..<heads {
        let other = head / (heads / keyHeads)
        let seen: [Int] = keys.indices.filter { sees(row, $0) }
        let weights: [Double] = seen.map { key -> Double in
          let score = product(part(query, head), part(keys[key], other))
          return exp(score / Double(width).squareRoot())
        }
        let total: Double = weights.reduce(0, +)
        var sums = [Double](repeating: 0, count: width)
        for (key, weight) in zip(seen, weights) {
          let value = part(values[key], other)
          for place in 0..<width { sums[place] += weight / total * value[place] }
        }
        result += sums
      }
      return result
    }
  }
}

/// Parameters of a layer by name, as the naive twins read them.
struct NamedValues {
  private let tensors: [String: Tensor]

  init(_ group: some LayerGroup, _ values: [Tensor]) {
    tensors = Dictionary(zip(group.parameters.map(\.name), values)) { first, _ in first }
  }

  func rows(_ name: String) -> NaiveLayers.Rows { NaiveLayers.rows(self[name]) }
  func numbers(_ name: String) -> [Double] { self[name].doubles }
  subscript(name: String) -> Tensor { tensors[name] ?? Tensor([Double]()) }

  func linear(_ name: String, _ x: [Double]) -> [Double] {
    NaiveLayers.linear(x, rows(name + ".weight"), tensors[name + ".bias"]?.doubles)
  }
  func norm(_ name: String, _ x: [Double], epsilon: Double = 1e-5) -> [Double] {
    NaiveLayers.layerNorm(
      x, gain: numbers(name + ".weight"), bias: numbers(name + ".bias"), epsilon: epsilon)
  }
}
