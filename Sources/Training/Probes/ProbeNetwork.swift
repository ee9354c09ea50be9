import Files
import Kernels
import Tensors

/// A small classifier of features: linear, or with one hidden layer of ReLU units between.
public struct ProbeNetwork: TrainableNetwork {
  /// Numbers of the rows that a step learns from.
  public typealias Batch = [ProbeRow]

  /// `[rows, width]`, standardised.
  public let features: Tensor
  /// The class of each row.
  public let labels: [Int32]
  public let parameters: [NetworkParameter]
  public let classes: Int
  public let hidden: Int

  /// Matrices of N(0, 1 / inputs), biases of 0.
  ///
  /// - Parameter hidden: units between features and scores; 0 for a linear probe.
  init(_ features: Tensor, labels: [Int32], classes: Int, hidden: Int, stream: RandomStream)
    throws(TrainingError)
  {
    let width = features.shape[1]
    let inputs = hidden > 0 ? hidden : width
    do throws(TensorError) {
      func matrix(_ name: String, _ outputs: Int, _ inputs: Int) throws(TensorError)
        -> NetworkParameter
      {
        let deviation = 1 / Double(max(inputs, 1)).squareRoot()
        return NetworkParameter(
          name,
          try .normal([outputs, inputs], deviation: deviation, stream: stream.child(name)))
      }
      var parameters: [NetworkParameter] = []
      if hidden > 0 {
        parameters.append(try matrix("hidden.weight", hidden, width))
        parameters.append(NetworkParameter("hidden.bias", try .zeros([hidden], .f32)))
      }
      parameters.append(try matrix("scores.weight", classes, inputs))
      parameters.append(NetworkParameter("scores.bias", try .zeros([classes], .f32)))
      self.parameters = parameters
    } catch { throw TrainingError(cause: error) }
    (self.features, self.labels, self.classes, self.hidden) = (features, labels, classes, hidden)
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "probe"), .init("classes", classes), .init("hidden", hidden),
    ]
  }

  public func loss(
    of batch: [ProbeRow], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    let rows = batch.map(\.index)
    let scores = try scores(Variable(constant: features.taking(rows)), with: parameters)
    let targets = try Tensor(rows.map { labels[$0] }, shape: [rows.count])
    return RecordedLoss(terms: try scores.crossEntropy(targets), weight: Double(rows.count))
  }

  /// The scores of the classes, `[rows, classes]`.
  func scores(_ features: Variable, with parameters: [Variable]) throws(TensorError) -> Variable {
    var states = features
    if hidden > 0 {
      states = try (states.linear(parameters[0]) + parameters[1]).activated(.relu)
    }
    let last = parameters.count - 2
    return try states.linear(parameters[last]) + parameters[last + 1]
  }

  /// The class with the highest score for each of some rows; the lowest of equal ones.
  func predictions(_ rows: [Int], with values: [Tensor]) throws(TensorError) -> [Int32] {
    if rows.isEmpty { return [] }
    let parameters = values.map { Variable(constant: $0) }
    let scores = try scores(Variable(constant: features.taking(rows)), with: parameters)
    return try scores.value.reduced(.argmax, axis: 1).int32s ?? []
  }
}

/// The number of a row of features.
public struct ProbeRow: TrainingExample {
  public let index: Int

  public func add(to digest: inout Digest) { digest.add(field: String(index)) }
}
