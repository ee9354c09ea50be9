import Files
import Kernels
import Tensors

/// Trains any ``TrainableNetwork``: the same bits for any number of threads, any split of a step's batches
/// into micro-batches that the network allows, and over any interruption.
///
/// A step records `accumulation` batches, each over a tape of its own, and gathers their gradients as chains
/// that go on; the gradients of the sum of all losses are then divided by the sum of all weights. What a step
/// does is a pure function of (network, data, settings, state before it); where it throws, the state is as
/// before it.
public final class NetworkTrainer<Network: TrainableNetwork> {
  /// What a step reports.
  public struct StepReport: Sendable, Equatable {
    /// 1 for the first.
    public let step: Int
    /// The mean loss before the step's change.
    public let loss: Double
    /// The sum of the weights of the losses: tokens, where each counts for one.
    public let weight: Double
    /// Before it was limited.
    public let gradientNorm: Double
    public let rate: Double
  }

  /// The loss of held-out data.
  public struct HeldOut: Sendable, Equatable {
    /// The steps that were done.
    public let step: Int
    public let loss: Double
    public let weight: Double
  }

  /// The best held-out loss so far, where the run may stop by it.
  struct Best: Sendable, Equatable {
    var loss: Double
    var step: Int
    var parameters: [Tensor]
  }

  public let network: Network
  public let settings: NetworkTrainingSettings
  /// All parameters, as training has made them so far.
  public private(set) var parameters: [NetworkParameter]
  /// Steps done.
  public private(set) var step = 0
  var optimizer: any DescribedOptimizer
  var best: Best?
  /// Measurements since the best one.
  var measurementsWithoutGain = 0
  let batches: any BatchSource<Network.Batch>

  /// - Throws: ``TrainingError/setting(name:value:reason:)`` and its like for settings that cannot be, and
  ///   for parameters that are not of f32 or share a name.
  public init(
    _ network: Network, batches: any BatchSource<Network.Batch>, settings: NetworkTrainingSettings
  ) throws(TrainingError) {
    try settings.check()
    parameters = network.parameters
    guard parameters.contains(where: \.isTrained) else {
      throw .setting(name: "trained parameters", value: 0, reason: "must be at least one")
    }
    var names: Set<String> = []
    for parameter in parameters {
      guard names.insert(parameter.name).inserted else {
        throw .setting(
          name: "parameters '\(parameter.name)'", value: 2,
          reason: "names must be unlike each other")
      }
      guard parameter.value.elementType == .f32 else {
        throw TrainingError(
          cause: TensorError.elementType(
            operation: "training of '\(parameter.name)'", found: parameter.value.elementType,
            needed: "f32"))
      }
    }
    (self.network, self.batches, self.settings) = (network, batches, settings)
    optimizer = settings.optimizer
  }

  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }

  // MARK: Steps

  /// One step.
  ///
  /// - Throws: ``TrainingError/notFinite(step:loss:place:)``, ``TrainingError/interrupted(_:)``, and what the
  ///   network or the data throw; always with the state of before the step.
  public func advance() throws(TrainingError) -> StepReport {
    do { return try advanced() } catch { throw TrainingError(cause: error) }
  }

  private func advanced() throws -> StepReport {
    try Cancellation.check()
    var moved = parameters
    let trained = moved.indices.filter { moved[$0].isTrained }
    var accumulator = GradientAccumulator()
    var (sum, weight) = (0.0, 0.0)
    for place in 0..<settings.accumulation {
      let batch = try batches.batch(step * settings.accumulation + place)
      let tape = Tape()
      var variables: [Variable] = []
      for parameter in moved {
        variables.append(
          parameter.isTrained
            ? try tape.variable(parameter.value) : Variable(constant: parameter.value))
      }
      let stream = RandomStream(
        seed: settings.seed, path: ["train", "step \(step)", "batch \(place)"])
      let recorded = try network.loss(
        of: batch, with: variables, in: LossContext(stream: stream, isTraining: true))
      sum += try finiteSum(recorded.terms.value)
      weight += recorded.weight
      // A batch of which nothing is foreseen moves nothing.
      if recorded.terms.isRecorded {
        try tape.accumulateGradients(
          of: recorded.terms.sum(), with: trained.map { variables[$0] }, into: &accumulator)
      }
      try update(&moved, with: recorded.updates)
    }
    guard weight > 0 else { throw noWeight }
    var gradients = try accumulator.gradients()
    if gradients.isEmpty { gradients = trained.map { _ in nil } }
    let norm = try GradientNorm(gradients).value / weight
    guard norm.isFinite else {
      let place = Self.trouble(gradients, names: trained.map { moved[$0].name })
      throw TrainingError.notFinite(step: step + 1, loss: Float(sum / weight), place: place)
    }
    let limit = settings.largestNorm.map { norm > $0 ? $0 / norm : 1 } ?? 1
    let rate = settings.rate.rate(at: step + 1)
    var values = trained.map { moved[$0].value }
    var next = optimizer
    try next.step(&values, gradients: gradients, rate: rate, gradientScale: limit / weight)
    for (index, value) in zip(trained, values) { moved[index].value = value }
    (parameters, optimizer) = (moved, next)
    step += 1
    return StepReport(
      step: step, loss: sum / weight, weight: weight, gradientNorm: norm, rate: rate)
  }

  private var noWeight: TrainingError {
    .setting(name: "the weight of a batch", value: 0, reason: "some token must have a weight")
  }

  /// The sum in f64, one after another, so that it does not depend on how a step is cut into batches.
  private func finiteSum(_ terms: Tensor) throws(TrainingError) -> Double {
    var sum = 0.0
    for (index, term) in terms.doubles.enumerated() {
      guard term.isFinite else {
        throw .notFinite(step: step + 1, loss: Float(term), place: "the loss of term \(index)")
      }
      sum += term
    }
    return sum
  }

  private func update(_ parameters: inout [NetworkParameter], with updates: [String: Tensor])
    throws(TrainingError)
  {
    for (name, value) in updates.sorted(by: { $0.key < $1.key }) {
      guard let index = parameters.firstIndex(where: { $0.name == name && !$0.isTrained }),
        parameters[index].value.shape == value.shape
      else {
        throw .resumeMismatch(
          setting: "the update of \(name)", saved: "none", asked: "\(value.shape)")
      }
      parameters[index].value = value
    }
  }

  /// The first gradient that is not finite; else the one whose largest number is the largest of all.
  static func trouble(_ gradients: [Tensor?], names: [String]) -> String {
    var largest: (name: String, value: Double) = ("", -1)
    for (gradient, name) in zip(gradients, names) {
      guard let gradient else { continue }
      for (index, value) in gradient.doubles.enumerated() {
        if !value.isFinite { return "the gradient of \(name) at \(index)" }
        if abs(value) > largest.value { largest = (name, abs(value)) }
      }
    }
    return "the norm of the gradients (that of \(largest.name) is the largest)"
  }

  // MARK: Held-out data

  /// The loss of batches that training does not see, with the parameters as they are. Noise is the same
  /// in each measurement.
  public func measure(_ held: [Network.Batch]) throws(TrainingError) -> HeldOut {
    do {
      let variables = parameters.map { Variable(constant: $0.value) }
      var (sum, weight) = (0.0, 0.0)
      for (index, batch) in held.enumerated() {
        try Cancellation.check()
        let stream = RandomStream(seed: settings.seed, path: ["train", "held \(index)"])
        let recorded = try network.loss(
          of: batch, with: variables, in: LossContext(stream: stream, isTraining: false))
        for term in recorded.terms.value.doubles { sum += term }
        weight += recorded.weight
      }
      guard weight > 0 else { throw noWeight }
      return HeldOut(step: step, loss: sum / weight, weight: weight)
    } catch { throw TrainingError(cause: error) }
  }

  /// Takes a measurement into account: whether the run is to stop.
  ///
  /// A loss that is no number counts as no gain.
  func isDone(_ measured: HeldOut) -> Bool {
    guard let patience = settings.evaluation?.patience else { return false }
    let isGain =
      best.map { measured.loss < $0.loss - (settings.evaluation?.leastGain ?? 0) }
      ?? measured.loss.isFinite
    if isGain {
      best = Best(loss: measured.loss, step: step, parameters: parameters.map(\.value))
      measurementsWithoutGain = 0
    } else {
      measurementsWithoutGain += 1
    }
    return measurementsWithoutGain >= patience
  }

  /// The step that the best held-out loss was measured after; nil where nothing was measured.
  public var bestStep: Int? { best?.step }

  /// Whether the run may not go on: all steps are done, or held-out data said so.
  public var isFinished: Bool {
    step >= settings.steps
      || settings.evaluation?.patience.map { measurementsWithoutGain >= $0 } ?? false
  }

  /// Takes the parameters of the best held-out loss for the result.
  func takeBest() {
    guard let best else { return }
    for (index, value) in best.parameters.enumerated() { parameters[index].value = value }
  }

  /// Rounds what was trained to numbers of 16 bits, so that a file of them is the model itself.
  public func roundToHalf() throws(TrainingError) {
    do throws(TensorError) {
      for index in parameters.indices {
        parameters[index].value = try parameters[index].value.cast(to: .f16).cast(to: .f32)
      }
    } catch { throw TrainingError(cause: error) }
  }

  /// Takes the state of a checkpoint that was found to fit.
  func restore(
    step: Int, parameters: [Tensor], optimizer: OptimizerState, best: Best?,
    measurementsWithoutGain: Int
  ) {
    self.step = step
    for (index, value) in parameters.enumerated() { self.parameters[index].value = value }
    self.optimizer.state = optimizer
    (self.best, self.measurementsWithoutGain) = (best, measurementsWithoutGain)
  }
}
