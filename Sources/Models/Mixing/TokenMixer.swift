import Kernels
import Tensors

/// What takes attention's place in a block: another way for tokens to read of each other.
///
/// A new one is a type with these members; nothing else has to know of it.
public protocol TokenMixer: Sendable {
  /// As it stands in settings: its kind and all that it was made with.
  var name: String { get }

  /// The matrices that it uses in place of attention's, `[outputs, inputs]`.
  ///
  /// - Parameters:
  ///   - attention: what it takes the place of.
  ///   - width: of the stream.
  func weightShapes(_ attention: AttentionDescription, width: Int) -> [(
    part: WeightKey.Part, shape: [Int]
  )]

  /// What is added to the stream, `[rows, width]`.
  ///
  /// - Parameter x: the stream behind the block's norm, `[rows, width]`.
  func mixed(_ x: Variable, in context: MixingContext) throws -> Variable
}

extension TokenMixer {
  /// Queries, keys, values and output as attention has them.
  public func weightShapes(_ attention: AttentionDescription, width: Int) -> [(
    part: WeightKey.Part, shape: [Int]
  )] {
    let (query, key) = (attention.queryWidth, attention.keyWidth)
    return [
      (.query, [query, width]), (.key, [key, width]), (.value, [key, width]),
      (.output, [width, query]),
    ]
  }
}

/// Where a ``TokenMixer`` stands, and what it may read.
public struct MixingContext {
  public let layer: Int
  /// The attention that it takes the place of.
  public let attention: AttentionDescription
  public let weights: any NetworkWeights
  /// The tokens before the block.
  public let state: TokenState
  /// The stream before the first block, `[rows, width]`.
  public let embedded: Variable
  /// The rows of the sequence that goes along with the others, where there is one.
  public let companion: Range<Int>?
  /// The block's norm of other rows than the stream's.
  let norm: (Variable) throws -> Variable

  /// A product with one of the mixer's matrices.
  public func linear(_ part: WeightKey.Part, _ x: Variable) throws -> Variable {
    try weights.linear(WeightKey(part, layer: layer), x)
  }

  /// The same as heads: `[rows, heads, width of a head]`.
  public func heads(_ part: WeightKey.Part, _ x: Variable) throws -> Variable {
    let count = part == .query ? attention.heads : attention.keyValueHeads
    return try linear(part, x).reshaped([x.shape[0], count, attention.headWidth])
  }

  /// Heads' results, `[rows, heads, width of a head]`, behind the output matrix.
  public func output(_ z: Variable) throws -> Variable {
    try linear(.output, z.reshaped([z.shape[0], z.shape[1] * z.shape[2]]))
  }

  /// Other rows as this block's attention would read them.
  public func normed(_ x: Variable) throws -> Variable { try norm(x) }

  /// Heads `[rows, heads, width]` turned by positions, where the network does that.
  public func turned(_ x: Variable, positions: [Int32]) throws -> Variable {
    guard case .rotary(let rotary) = attention.positions else { return x }
    let angles = try RotaryAngles<Float>(
      RotaryFrequencies(base: rotary.base, pairs: rotary.width / 2, scaling: rotary.scaling),
      positions: .whole(positions))
    return try x.rotated(by: angles, pairing: rotary.pairing)
  }

  /// Every row sees its own sequence, as the attention's direction says.
  public var visibility: AttentionVisibility {
    let starts = [0] + state.sequences.filter { !$0.isEmpty }.map(\.upperBound)
    let segments = AttentionVisibility.segments(starts)
    return attention.isCausal ? segments & .causal() : segments
  }
}
