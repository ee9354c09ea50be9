import Kernels
import Models
import Tensors

/// What a transformer is to learn of sequences of tokens.
///
/// An objective says what the network reads and what it must foresee; ``TransformerTraining`` runs it. Both
/// functions are pure: noise comes from the context's stream.
public protocol TokenObjective: Sendable {
  /// Its name and all that it was made with.
  var settings: [TrainingSetting] { get }

  /// The network in the form that this objective needs: who sees whom, matrices beside the blocks.
  func adapted(_ network: NetworkDescription) -> NetworkDescription

  /// - Throws: ``TrainingError`` for examples that it cannot use.
  func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask

  /// One loss a target, before weights.
  ///
  /// - Parameter scores: `[targets, vocabulary or classes]`.
  func losses(_ scores: Variable, of task: TokenTask) throws -> Variable
}

extension TokenObjective {
  public func adapted(_ network: NetworkDescription) -> NetworkDescription { network }

  /// The weighted losses of a batch, by the scores that a network gives a task.
  func recorded(
    _ batch: [TokenExample], in context: LossContext, scores: (TokenTask) throws -> Variable
  ) throws -> RecordedLoss {
    let task = try task(for: batch, in: context)
    guard task.weights.count == task.targets.count,
      task.rows.map({ $0.count == task.targets.count }) ?? true
    else {
      throw TrainingError.setting(
        name: "the number of targets", value: task.targets.count,
        reason: "rows and weights must be as many")
    }
    if task.targets.isEmpty {
      return RecordedLoss(terms: Variable(constant: try .zeros([0], .f32)), weight: task.weight)
    }
    var terms = try losses(scores(task), of: task)
    if task.weights.contains(where: { $0 != 1 }) {
      terms = try terms * Variable(constant: Tensor(task.weights, shape: [task.weights.count]))
    }
    return RecordedLoss(terms: terms, weight: task.weight)
  }
}

/// What a network reads of a batch, and what it must foresee.
public struct TokenTask: Sendable {
  /// Where scores are read.
  public enum Reading: Sendable, Equatable {
    /// Behind single states: scores of the vocabulary.
    case tokens
    /// Behind one state a sequence: scores of the classes.
    case sequences(StatePooling)
  }

  /// The ids of each sequence.
  public var inputs: [[Int32]]
  /// Their positions; nil: from 0 on.
  public var positions: [[Int32]]?
  /// Who sees whom in each sequence; empty: the network's order.
  public var masks: [AttentionMask] = []
  public var reading = Reading.tokens
  /// For each target the row that foresees it, ascending, counted over all sequences; nil: each row in turn.
  public var rows: [Int32]?
  public var targets: [Int32]
  /// One a target.
  public var weights: [Float]
  /// What the sum of the weighted losses is divided by.
  public var weight: Double

  public init(
    inputs: [[Int32]], rows: [Int32]? = nil, targets: [Int32], weights: [Float],
    weight: Double? = nil
  ) {
    (self.inputs, self.rows, self.targets, self.weights) = (inputs, rows, targets, weights)
    self.weight = weight ?? weights.reduce(0) { $0 + Double($1) }
  }

  /// The targets as the losses take them.
  public func targetIDs() throws(TensorError) -> Tensor {
    try Tensor(targets, shape: [targets.count])
  }
}

/// The loss of a token of which only the id is known: cross-entropy and what may be changed about it.
public struct TokenCrossEntropy: Sendable, Equatable {
  /// The share of the target that goes to all tokens alike (arXiv 1512.00567).
  public var smoothing: Double
  /// A multiple of (log Σ exp scores)², which keeps scores small (arXiv 2204.02311).
  public var zLoss: Double
  /// The loss times (1 - p)^focal, which leaves out what is known (arXiv 1708.02002); 0, or at least 1.
  public var focal: Double

  public init(smoothing: Double = 0, zLoss: Double = 0, focal: Double = 0) {
    (self.smoothing, self.zLoss, self.focal) = (smoothing, zLoss, focal)
  }

  public var settings: [TrainingSetting] {
    [.init("smoothing", smoothing), .init("z_loss", zLoss), .init("focal", focal)]
  }

  /// Losses `[rows]` of scores `[rows, classes]` in nats.
  ///
  /// - Throws: ``TrainingError/wrongNumber(name:value:reason:)`` for settings that cannot be.
  public func losses(_ scores: Variable, targets: Tensor) throws -> Variable {
    try check()
    var losses = try scores.crossEntropy(targets, smoothing: smoothing)
    if focal > 0 {
      let plain = smoothing == 0 ? losses : try scores.crossEntropy(targets)
      // 1 - p, without losing what is near 0.
      let unknown = try -(-plain).expm1()
      losses = try losses * (focal == 1 ? unknown : unknown.power(focal))
    }
    if zLoss > 0 {
      let z = try scores.logSumExp(axes: [-1])
      losses = try losses + z * z * zLoss
    }
    return losses
  }

  private func check() throws(TrainingError) {
    if !(smoothing >= 0 && smoothing < 1) {
      throw .wrongNumber(name: "smoothing", value: smoothing, reason: "must be from 0 to below 1")
    }
    if !(zLoss >= 0 && zLoss.isFinite) {
      throw .wrongNumber(name: "z_loss", value: zLoss, reason: "must be 0 or more")
    }
    if !(focal == 0 || (focal >= 1 && focal.isFinite)) {
      throw .wrongNumber(name: "focal", value: focal, reason: "must be 0, or 1 or more")
    }
  }
}
