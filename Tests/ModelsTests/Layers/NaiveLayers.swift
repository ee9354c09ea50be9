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

  /// W x + b.
  static func linear(_ x: [Double], _ weight: Rows, _ bias: [Double]? = nil) -> [Double] {
    weight.enumerated().map { row, weights in
      zip(weights, x).reduce(0) { $0 + $1.0 * $1.1 } + (bias?[row] ?? 0)
    }
  }

  static func layerNorm(
    _ x: [Double], gain: [Double]? = nil, bias: [Double]? = nil, epsilon: Double = 1e-5
  ) -> [Double] {
    let mean = x.reduce(0, +) / Double(x.count)
    let variance = x.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(x.count)
    return x.enumerated().map { place, value in
      (value - mean) / (variance + epsilon).squareRoot() * (gain?[place] ?? 1) + (bias?[place] ?? 0)
    }
  }

  /// One sequence's attention behind its maps: queries `[rows][heads · width]`, keys and values
  /// `[keys][key heads · width]`.
  static func attention(
    _ queries: Rows, _ keys: Rows, _ values: Rows, heads: Int, keyHeads: Int,
    sees: (Int, Int) -> Bool
  ) -> Rows {
    let width = queries[0].count / heads
    return queries.enumerated().map { row, query in
      (0..<heads).flatMap { head -> [Double] in
        let (own, other) = (head * width, head / (heads / keyHeads) * width)
        let seen = keys.indices.filter { sees(row, $0) }
        let weights = seen.map { key in
          exp(
            (0..<width).reduce(0) { $0 + query[own + $1] * keys[key][other + $1] }
              / Double(width).squareRoot())
        }
        let total = weights.reduce(0, +)
        return (0..<width).map { place in
          zip(seen, weights).reduce(0) { $0 + $1.1 / total * values[$1.0][other + place] }
        }
      }
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
