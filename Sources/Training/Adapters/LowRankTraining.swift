import Models
import Tensors

/// A frozen model learning by changes of low rank to some of its matrices (LoRA, arXiv 2106.09685).
///
/// The pass is that of inference over the model's weights as they are stored, 16-bit and quantised ones
/// too; only A and B of each matrix are parameters. With B of zeros the scores have the model's own bits.
public struct LowRankTraining: TrainableNetwork {
  public typealias Batch = [TokenExample]

  public let model: TransformerModel
  /// What training begins with.
  public let adapter: LowRankAdapter
  public let objective: any TokenObjective
  public let parameters: [NetworkParameter]
  private let digest: String

  /// - Throws: ``TrainingError`` for an objective that needs another network than the model's, and for an
  ///   adapter of another model.
  public init(
    _ model: TransformerModel, adapter: LowRankAdapter, objective: any TokenObjective = NextToken()
  ) throws(TrainingError) {
    guard objective.adapted(model.network) == model.network else {
      throw .model(
        .input(reason: "an adapter of '\(model.name)' cannot learn what needs another network"))
    }
    var parameters: [NetworkParameter] = []
    for key in adapter.keys {
      guard let pair = adapter.pairs[key] else {
        throw .model(.missingTensor(path: model.name, name: key.name))
      }
      parameters.append(NetworkParameter(key.name + ".lora_A", pair.a))
      parameters.append(NetworkParameter(key.name + ".lora_B", pair.b))
    }
    do throws(ModelError) { digest = try model.digest() } catch {
      throw TrainingError(cause: error)
    }
    (self.model, self.adapter, self.objective) = (model, adapter, objective)
    self.parameters = parameters
  }

  public var settings: [TrainingSetting] {
    [
      .init("base", digest), .init("rank", adapter.rank), .init("alpha", adapter.alpha),
    ] + objective.settings
  }

  /// The adapter with a trainer's parameters.
  public func adapter(of parameters: [NetworkParameter]) -> LowRankAdapter {
    var result = adapter
    for (index, key) in adapter.keys.enumerated() where 2 * index + 1 < parameters.count {
      result.pairs[key] = .init(
        a: parameters[2 * index].value, b: parameters[2 * index + 1].value)
    }
    return result
  }

  public func loss(
    of batch: [TokenExample], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    try objective.recorded(batch, in: context) { task in
      guard task.reading == .tokens else {
        throw ModelError.input(reason: "an adapter learns tokens, not classes of sequences")
      }
      return try scores(of: task, with: parameters)
    }
  }

  /// The scores that a task's targets are foreseen by: `[targets, vocabulary]`.
  public func scores(of task: TokenTask, with parameters: [Variable]) throws -> Variable {
    var pairs: [WeightKey: (a: Variable, b: Variable)] = [:]
    for (index, key) in adapter.keys.enumerated() where 2 * index + 1 < parameters.count {
      pairs[key] = (parameters[2 * index], parameters[2 * index + 1])
    }
    let weights = AdaptedWeights(model.ownWeights, pairs: pairs, scale: adapter.scale)
    var options = PassOptions()
    options.masks = task.masks
    let inputs = try task.inputs.enumerated().map { index, ids in
      try SequenceInput(ids: ids, positions: task.positions?[index])
    }
    var none: [KeyValueCache] = []
    let state = try model.run(inputs, caches: &none, options: options, weights: weights)
    let rows = try task.rows.map { try state.x.rows(Tensor($0, shape: [$0.count])) }
    return try model.scores(rows ?? state.x, weights: weights)
  }
}
