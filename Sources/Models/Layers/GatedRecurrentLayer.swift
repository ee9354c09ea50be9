import Tensors

/// A gated recurrent unit over tokens `[batch, tokens, inputs]`: the states `[batch, tokens, width]`
/// (K. Cho and others, arXiv 1406.1078, with the reset gate behind the product, as cuDNN and PyTorch have it):
///
/// r = σ(W_r x + b_r + U_r h + c_r), z alike, n = tanh(W_n x + b_n + r · (U_n h + c_n)), h' = (1 - z) · n + z · h.
///
/// Rows of both matrices stand in the order r, z, n.
public struct GatedRecurrentLayer: Layer, Equatable {
  public let inputs: Int
  public let width: Int

  public init(_ inputs: Int, width: Int) throws(ModelError) {
    try SizeChecks.check(layer: "GRU", ["inputs": inputs, "width": width])
    (self.inputs, self.width) = (inputs, width)
  }

  public var ownParameters: [LayerParameter] {
    RecurrentSteps.parameters(inputs: inputs, width: width, gates: 3)
  }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try states(x, in: &pass).all
  }

  /// All states, and the last `[batch, width]`.
  ///
  /// - Parameter initial: `[batch, width]`; 0 unless given.
  /// - Complexity: gradients take O(tokens²) memory traffic, since each step is a slice of its input.
  public func states(_ x: Variable, from initial: Variable? = nil, in pass: inout LayerPass) throws
    -> (all: Variable, last: Variable)
  {
    let steps = try RecurrentSteps(x, width: width, gates: 3, in: pass)
    var h = initial ?? steps.zeros
    var states: [Variable] = []
    for step in 0..<steps.count {
      let (own, past) = (try steps.inputs(step), try steps.recurrent(h))
      let reset = try (own[0] + past[0]).activated(.sigmoid)
      let update = try (own[1] + past[1]).activated(.sigmoid)
      let new = try (own[2] + reset * past[2]).tanh()
      h = try (1 - update) * new + update * h
      states.append(h)
    }
    return (try steps.joined(states), h)
  }
}

/// What recurrences over tokens have in common: the inputs' products at once, the states' step by step.
struct RecurrentSteps {
  let count: Int
  let zeros: Variable
  private let width: Int
  private let gates: Int
  private let products: Variable
  private let recurrentWeight: Variable
  private let recurrentBias: Variable

  /// Both matrices and biases from ±1 / √width.
  static func parameters(inputs: Int, width: Int, gates: Int) -> [LayerParameter] {
    let initial = LayerInitialization.uniform(bound: 1 / Double(width).squareRoot())
    return [
      LayerParameter("input.weight", [gates * width, inputs], initial),
      LayerParameter("recurrent.weight", [gates * width, width], initial),
      LayerParameter("input.bias", [gates * width], initial),
      LayerParameter("recurrent.bias", [gates * width], initial),
    ]
  }

  init(_ x: Variable, width: Int, gates: Int, in pass: LayerPass) throws {
    guard x.rank == 3 else {
      throw TensorError.invalidArgument(
        operation: "a recurrence", reason: "\(x.shape) is not [batch, tokens, inputs]")
    }
    products = try x.linear(pass.parameter("input.weight")) + pass.parameter("input.bias")
    recurrentWeight = try pass.parameter("recurrent.weight")
    recurrentBias = try pass.parameter("recurrent.bias")
    zeros = Variable(constant: try .zeros([x.shape[0], width], x.elementType))
    (count, self.width, self.gates) = (x.shape[1], width, gates)
  }

  /// A step's share of each gate that comes from the input: `[batch, width]`.
  func inputs(_ step: Int) throws -> [Variable] {
    try parts(products.indexed([.all, .at(step)]))
  }

  /// The share that comes from the state.
  func recurrent(_ h: Variable) throws -> [Variable] {
    try parts(h.linear(recurrentWeight) + recurrentBias)
  }

  private func parts(_ x: Variable) throws -> [Variable] {
    try (0..<gates).map { gate in
      try x.indexed([.all, .range(start: gate * width, end: (gate + 1) * width)])
    }
  }

  /// States `[batch, tokens, width]`.
  func joined(_ states: [Variable]) throws -> Variable {
    states.isEmpty
      ? Variable(constant: try .zeros([zeros.shape[0], 0, width], zeros.elementType))
      : try .stack(states, axis: 1)
  }
}
