import Kernels
import Tensors

/// Attention with 1 + s + s² / 2 in place of e^s, divided by its sum (`approximate` of arXiv 2510.11602): a linear
/// recurrence in disguise.
public struct PolynomialMixer: TokenMixer, Equatable {
  public init() {}

  public var name: String { "approximate" }

  public func mixed(_ x: Variable, in context: MixingContext) throws -> Variable {
    let d = context.attention
    let positions = context.state.positions
    let query = try context.turned(context.heads(.query, x), positions: positions)
    let key = try context.turned(context.heads(.key, x), positions: positions)
    let value = try context.heads(.value, x)
    var results: [Variable] = []
    for range in context.state.sequences where !range.isEmpty {
      func part(_ x: Variable) throws -> Variable {
        try x.indexed([.range(start: range.lowerBound, end: range.upperBound)])
      }
      results.append(try Self.attended(part(query), part(key), part(value), d))
    }
    return try context.output(Variable.concatenated(results))
  }

  /// One sequence: `[rows, heads, width]`.
  static func attended(
    _ query: Variable, _ key: Variable, _ value: Variable, _ d: AttentionDescription
  ) throws -> Variable {
    let rows = query.shape[0]
    // Each key head serves a group of query heads.
    let group = (0..<d.heads).map { Int32($0 / max(d.heads / max(d.keyValueHeads, 1), 1)) }
    let keys = try key.selected(Tensor(group, shape: [d.heads]), axis: 1)
    let scores = try query.transposed([1, 0, 2]).matmul(keys.transposed([1, 2, 0])) * d.scale
    let weights = try scores * scores * 0.5 + scores + 1
    // Keys that a row does not see weigh nothing.
    let seen = (0..<rows).flatMap { row in
      (0..<rows).map { key -> Float in !d.isCausal || key <= row ? 1 : 0 }
    }
    let visible = try weights * Variable(constant: Tensor(seen, shape: [rows, rows]))
    let shares = try visible / visible.sum(axes: [-1], keepingAxes: true)
    let z = try Variable.attention(
      probabilities: shares.reshaped([1] + shares.shape), values: value.reshaped([1] + value.shape),
      visibility: d.isCausal ? .causal() : .all)
    return try z.reshaped([rows, d.heads, d.headWidth])
  }
}
