import Tensors

/// Weights that do not know who asks (`non-approximate` of arXiv 2510.11602): each token has one score a head,
/// s = Σ silu(q) · k / √(width of a head), and each row the mean of the values so far, weighed by e^s.
public struct KeyScoreMixer: TokenMixer, Equatable {
  public init() {}

  public var name: String { "non_approximate" }

  /// Queries and keys of the same width, so that they go together number by number.
  public func weightShapes(_ attention: AttentionDescription, width: Int) -> [(
    part: WeightKey.Part, shape: [Int]
  )] {
    let key = attention.keyWidth
    return [
      (.query, [key, width]), (.key, [key, width]), (.value, [key, width]),
      (.output, [width, key]),
    ]
  }

  public func mixed(_ x: Variable, in context: MixingContext) throws -> Variable {
    let d = context.attention
    let shape = [x.shape[0], d.keyValueHeads, d.headWidth]
    let gate = try context.linear(.query, x).activated(.silu)
    let products = try (gate * context.linear(.key, x)).reshaped(shape)
    let scores = try products.sum(axes: [-1], keepingAxes: true) * d.scale
    let value = try context.linear(.value, x).reshaped(shape)
    // Attention of queries that are 1 over keys that are the scores.
    let ones = Variable(constant: try .full(scores.shape, .int(1), .f32))
    return try context.output(
      Variable.attention(
        queries: ones, keys: scores, values: value, visibility: context.visibility, scale: 1))
  }
}
