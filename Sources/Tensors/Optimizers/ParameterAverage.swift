/// An exponential moving average of parameters: a = a + (1 - decay) · (p - a), from the first ones on.
public struct ParameterAverage: Sendable, Equatable {
  public var decay: Double
  /// Holds the averages, as "average".
  public var state = OptimizerState()

  public init(decay: Double = 0.999) { self.decay = decay }

  /// The averages; empty before the first update.
  public var values: [Tensor] { state.slots["average"] ?? [] }

  public mutating func update(_ parameters: [Tensor]) throws(TensorError) {
    var averages = values
    if averages.isEmpty { averages = parameters }
    try OptimizerStep.check("an average", averages, parameters)
    for (index, parameter) in parameters.enumerated() {
      let average = averages[index]
      averages[index] = try average.plus(parameter.minus(average).times(1 - decay))
    }
    state.slots["average"] = averages
    state.step += 1
  }
}
