import Files
import Kernels
import Models
import Tensors

/// A transformer of any description, learning by any ``TokenObjective``: the pass of inference, over a tape.
public struct TransformerTraining: TrainableNetwork {
  public typealias Batch = [TokenExample]

  /// In the form that the objective and the input need.
  public let network: NetworkDescription
  public let objective: any TokenObjective
  public let input: InputMap
  public let parameters: [NetworkParameter]
  /// The weight that each parameter is.
  public let keys: [WeightKey]

  /// - Parameters:
  ///   - weights: where training begins; those that are not given are fresh.
  ///   - fresh: where the others come from.
  ///   - isTrained: which weights gradients move; all of them unless given.
  /// - Throws: ``ModelError`` for a weight of another shape, and a map that does not fit the vocabulary.
  public init(
    _ network: NetworkDescription, weights: [WeightKey: Tensor] = [:],
    objective: any TokenObjective,
    input: InputMap = .learned, fresh: InitialWeights = .init(seed: 1),
    isTrained: (WeightKey) -> Bool = { _ in true }
  ) throws(ModelError) {
    let network = input.adapted(objective.adapted(network))
    try input.check(vocabulary: network.embedding.vocabularySize)
    var parameters: [NetworkParameter] = []
    var keys: [WeightKey] = []
    for (key, shape) in network.weightShapes {
      let isInput = key.part == .embedding
      var value: Tensor
      if let given = weights[key] {
        value = given
      } else if isInput {
        value = try input.table(vocabulary: shape[0], width: shape[1], weights: fresh)
      } else {
        value = try fresh.weight(key, shape: shape, of: network)
      }
      if value.shape != shape {
        throw .shape(path: "the weights", name: key.name, expected: shape, found: value.shape)
      }
      if value.elementType != .f32 {
        do throws(TensorError) { value = try value.cast(to: .f32) } catch { throw .tensor(error) }
      }
      keys.append(key)
      parameters.append(
        NetworkParameter(
          key.name, value, isTrained: isTrained(key) && (!isInput || input.isTrained)))
    }
    (self.network, self.objective, self.input) = (network, objective, input)
    (self.parameters, self.keys) = (parameters, keys)
  }

  /// Training that goes on from a model's weights, which become f32.
  public init(
    _ model: TransformerModel, objective: any TokenObjective,
    fresh: InitialWeights = .init(seed: 1),
    isTrained: (WeightKey) -> Bool = { _ in true }
  ) throws(ModelError) {
    var weights: [WeightKey: Tensor] = [:]
    for (key, _) in model.network.weightShapes { weights[key] = try model.weight(key.name) }
    try self.init(
      model.network, weights: weights, objective: objective, fresh: fresh, isTrained: isTrained)
  }

  public var settings: [TrainingSetting] {
    [
      .init("input", input.described), .init("mixing", network.describedMixing),
      .init("network", Self.digest(of: network)),
    ] + objective.settings
  }

  /// The description as text, in short: shapes of parameters say most of it.
  private static func digest(of network: NetworkDescription) -> String {
    Digest.hexadecimal(of: "\(network)")
  }

  /// Weights by key, of a trainer's parameters.
  public func weights(of parameters: [NetworkParameter]) -> [WeightKey: Tensor] {
    Dictionary(
      zip(keys, parameters.map(\.value)), uniquingKeysWith: { first, _ in first })
  }

  public func loss(
    of batch: [TokenExample], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    try objective.recorded(batch, in: context) { task in
      try scores(of: task, with: parameters, in: context)
    }
  }

  /// The scores that a task's targets are foreseen by: `[targets, vocabulary or classes]`.
  public func scores(
    of task: TokenTask, with parameters: [Variable], in context: LossContext
  ) throws -> Variable {
    let variables = Dictionary(zip(keys, parameters), uniquingKeysWith: { first, _ in first })
    let weights = RecordedWeights(variables, isHeadTied: network.head?.isTied ?? false)
    var options = PassOptions()
    options.masks = task.masks
    let tables = try tables(task, variables, context)
    var inputs: [SequenceInput] = []
    for (index, ids) in task.inputs.enumerated() {
      let positions = task.positions?[index]
      if let table = tables?[index] {
        if let id = ids.first(where: { $0 < 0 || Int($0) >= table.shape[0] }) {
          throw TrainingError.idOutsideVocabulary(id: id, size: table.shape[0])
        }
        let rows = try table.rows(Tensor(ids, shape: [ids.count]))
        inputs.append(SequenceInput(.embeddings(rows), positions: positions))
      } else {
        inputs.append(try SequenceInput(ids: ids, positions: positions))
      }
    }
    let state = try network.states(of: inputs, weights: weights, options: options)
    switch task.reading {
    case .sequences(let pooling):
      return try weights.linear(WeightKey(.classifier), state.pooled(pooling))
    case .tokens:
      guard let tables else {
        let rows = try task.rows.map { try state.x.rows(Tensor($0, shape: [$0.count])) }
        return try network.scores(rows ?? state.x, weights: weights)
      }
      return try scores(state, task, variables, tables)
    }
  }

  /// Each sequence's own table, where it has one.
  private func tables(
    _ task: TokenTask, _ variables: [WeightKey: Variable], _ context: LossContext
  ) throws -> [Variable]? {
    guard input.isPerSequence, let trained = variables[WeightKey(.embedding)] else { return nil }
    return try task.inputs.indices.map {
      try input.sequenceTable(trained, stream: context.stream.child("table \($0)"))
    }
  }

  /// Scores of each sequence by its own table.
  private func scores(
    _ state: TokenState, _ task: TokenTask, _ variables: [WeightKey: Variable], _ tables: [Variable]
  ) throws -> Variable {
    let wanted = task.rows ?? (0..<state.rows).map { Int32(truncatingIfNeeded: $0) }
    var parts: [Variable] = []
    for (range, table) in zip(state.sequences, tables) {
      let own = wanted.filter { range.contains(Int($0)) }
      if own.isEmpty { continue }
      var variables = variables
      variables[WeightKey(.embedding)] = table
      let rows = try state.x.rows(Tensor(own, shape: [own.count]))
      parts.append(
        try network.scores(rows, weights: RecordedWeights(variables, isHeadTied: true)))
    }
    return try Variable.concatenated(parts)
  }
}
