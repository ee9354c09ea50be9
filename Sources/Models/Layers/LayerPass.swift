import Kernels
import Tensors

/// One way through layers: their parameters, what they may read beside their input, and what they give
/// beside their result.
///
/// A pass is a value: layers that run in it are pure functions of it. It knows which layer runs, so that a
/// parameter is asked for by the name that the layer declared.
public struct LayerPass {
  /// What cross-attention reads.
  public struct Memory {
    /// `[batch, keys, width]`.
    public var states: Variable
    /// Which keys each row sees.
    public var visibility: AttentionVisibility

    public init(_ states: Variable, visibility: AttentionVisibility = .all) {
      (self.states, self.visibility) = (states, visibility)
    }
  }

  /// A value on its way, by the full name of where it is; gives the value to go on with.
  public typealias Observer = (_ place: String, _ value: Variable) throws -> Variable

  /// What adaptive norms take scale, shift and gate from: `[batch, width]`, or `[batch, tokens, width]` for one
  /// a token.
  public var condition: Variable?
  /// Who sees whom among the tokens, beside what a layer says itself.
  public var visibility: AttentionVisibility
  public var memory: Memory?
  /// The tokens before the first block, for mixers that read them.
  public var embedded: Variable?
  /// False while nothing is learned: then nothing is dropped and no statistic moves.
  public let isTraining: Bool
  /// Sees, and may replace, the result of every layer and what layers show by ``shown(_:_:)``.
  public var observer: Observer?

  /// Losses of layers themselves, in the order of the pass.
  public private(set) var losses: [(place: String, loss: LayerLoss)] = []
  /// New values of parameters that are not trained, by full name.
  public private(set) var updates: [String: Tensor] = [:]

  private let parameters: [String: Variable]
  private let noise: RandomStream
  private var drawn: [String: Int] = [:]
  private var names: [String] = []

  /// - Parameters:
  ///   - parameters: by full name.
  ///   - stream: for dropout and noise.
  public init(
    _ parameters: [String: Variable], stream: RandomStream = RandomStream(seed: 0),
    isTraining: Bool = false, visibility: AttentionVisibility = .all
  ) {
    (self.parameters, noise, self.isTraining) = (parameters, stream, isTraining)
    self.visibility = visibility
  }

  /// A pass over values that nothing learns from, in the order of ``LayerGroup/parameters``.
  public init(
    _ group: some LayerGroup, values: [Tensor], stream: RandomStream = RandomStream(seed: 0)
  ) {
    self.init(
      Dictionary(
        zip(group.parameters.map(\.name), values.map { Variable(constant: $0) }),
        uniquingKeysWith: { first, _ in first }), stream: stream)
  }

  /// Where in the network the pass is: `blocks.0.mixer`.
  public var place: String { names.joined(separator: ".") }

  private func full(_ name: String) -> String {
    names.isEmpty ? name : "\(place).\(name)"
  }

  /// A parameter of the layer that runs, by the name that it declared.
  ///
  /// - Throws: ``ModelError/layer(name:reason:)`` where the pass has none.
  public func parameter(_ name: String) throws(ModelError) -> Variable {
    guard let variable = parameters[full(name)] else {
      throw failure("it has no parameter '\(full(name))'")
    }
    return variable
  }

  /// An error of the layer that runs.
  func failure(_ reason: String) -> ModelError {
    .layer(name: names.isEmpty ? "network" : place, reason: reason)
  }

  /// Runs a child by the name that it has among the children.
  public mutating func run(_ name: String, _ layer: any Layer, _ x: Variable) throws -> Variable {
    try within(name) { pass in
      let result = try layer.forward(x, in: &pass)
      return try pass.observer?(pass.place, result) ?? result
    }
  }

  /// Does something with a child that has other ways through it.
  public mutating func within<Result>(
    _ name: String, _ body: (inout LayerPass) throws -> Result
  ) rethrows -> Result {
    names.append(name)
    defer { names.removeLast() }
    return try body(&self)
  }

  /// Shows a value inside the layer to the observer.
  public func shown(_ name: String, _ value: Variable) throws -> Variable {
    try observer?(full(name), value) ?? value
  }

  /// A stream for the layer that runs: another each time it is asked for, the same in each repetition.
  public mutating func nextStream() -> RandomStream {
    let count = drawn[place, default: 0]
    drawn[place] = count + 1
    return noise.child(place).child("\(count)")
  }

  /// Adds a loss of the layer that runs to what is learned from.
  public mutating func add(_ loss: LayerLoss, _ name: String) { losses.append((full(name), loss)) }

  /// Gives a parameter of the layer that runs, which is not trained, a new value behind the step.
  public mutating func update(_ name: String, with value: Tensor) { updates[full(name)] = value }
}

/// Losses of single tokens, pictures or codes.
public struct LayerLoss {
  /// Each times its weight, of any shape.
  public var terms: Variable
  /// The sum of the weights: the loss is the sum of the terms divided by it.
  public var weight: Double

  public init(terms: Variable, weight: Double) { (self.terms, self.weight) = (terms, weight) }

  /// Squared errors, each row counting for one: its mean over the last axis.
  ///
  /// - Parameter scale: what the loss is multiplied by.
  public static func squaredError(_ x: Variable, to target: Variable, scale: Double = 1)
    throws(TensorError) -> LayerLoss
  {
    let error = try x - target
    let rows = try (error * error).mean(axes: [-1])
    return LayerLoss(
      terms: scale == 1 ? rows : try rows * scale, weight: Double(rows.value.count))
  }
}
