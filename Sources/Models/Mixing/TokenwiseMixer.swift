import Tensors

/// No mixing at all: a gated part of its own for each token, with as many weights as attention has
/// (`mlp` of arXiv 2510.11602): down(silu(gate x) · up x) of the inner width 4/3.
public struct TokenwiseMixer: TokenMixer, Equatable {
  public init() {}

  public var name: String { "mlp" }

  public func weightShapes(_ attention: AttentionDescription, width: Int) -> [(
    part: WeightKey.Part, shape: [Int]
  )] {
    let inner = 4 * width / 3
    return [
      (.mixerGate, [inner, width]), (.mixerUp, [inner, width]), (.mixerDown, [width, inner]),
    ]
  }

  public func mixed(_ x: Variable, in context: MixingContext) throws -> Variable {
    let hidden = try context.linear(.mixerGate, x).gated(.silu, context.linear(.mixerUp, x))
    return try context.linear(.mixerDown, hidden)
  }
}
