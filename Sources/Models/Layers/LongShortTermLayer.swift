import Tensors

/// Long short-term memory over tokens `[batch, tokens, inputs]`: the states `[batch, tokens, width]`
/// (S. Hochreiter, J. Schmidhuber, 1997; with a forget gate: F. Gers and others, 2000):
///
/// i, f, o = σ(W x + b + U h + c), g = tanh of the same, cell' = f · cell + i · g, h' = o · tanh(cell').
///
/// Rows of both matrices stand in the order i, f, g, o.
public struct LongShortTermLayer: Layer, Equatable {
  public let inputs: Int
  public let width: Int

  public init(_ inputs: Int, width: Int) throws(ModelError) {
    try SizeChecks.check(layer: "LSTM", ["inputs": inputs, "width": width])
    (self.inputs, self.width) = (inputs, width)
  }

  public var ownParameters: [LayerParameter] {
    RecurrentSteps.parameters(inputs: inputs, width: width, gates: 4)
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try states(x, in: &pass).all
  }

  /// All states, and the last state and cell, `[batch, width]` each.
  ///
  /// - Parameter initial: state and cell; 0 unless given.
  /// - Complexity: gradients take O(tokens²) memory traffic, since each step is a slice of its input.
  public func states(
    _ x: Variable, from initial: (state: Variable, cell: Variable)? = nil,
    in pass: inout LayerPass
  ) throws -> (all: Variable, state: Variable, cell: Variable) {
    let steps = try RecurrentSteps(x, width: width, gates: 4, in: pass)
    var (h, cell) = initial ?? (steps.zeros, steps.zeros)
    var states: [Variable] = []
    for step in 0..<steps.count {
      let gates = try zip(steps.inputs(step), steps.recurrent(h)).map { try $0 + $1 }
      let (input, forget) = (try gates[0].activated(.sigmoid), try gates[1].activated(.sigmoid))
      cell = try forget * cell + input * gates[2].tanh()
      h = try gates[3].activated(.sigmoid) * cell.tanh()
      states.append(h)
    }
    return (try steps.joined(states), h, cell)
  }
}
