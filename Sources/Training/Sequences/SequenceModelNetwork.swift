import Models
import Tensors

/// An encoder and a decoder that ``NetworkTrainer`` can train on pairs of sequences: the pass of inference, over a
/// tape.
public struct SequenceModelNetwork: TrainableNetwork {
  public typealias Batch = [SequencePair]

  public let begin: Int32
  public let end: Int32
  public let loss: TokenCrossEntropy
  public let parameters: [NetworkParameter]
  private let encoder: NetworkDescription
  private let decoder: NetworkDescription
  /// The weight that each parameter is.
  private let keys: [(side: MadeSequenceModel.Side, key: WeightKey)]

  public init(_ made: MadeSequenceModel, loss: TokenCrossEntropy = .init()) throws(TrainingError) {
    (begin, end, self.loss) = (made.begin, made.end, loss)
    var parameters: [NetworkParameter] = []
    var keys: [(side: MadeSequenceModel.Side, key: WeightKey)] = []
    do throws(ModelError) {
      (encoder, decoder) = (try made.network(.encoder), try made.network(.decoder))
      for (side, network) in [(MadeSequenceModel.Side.encoder, encoder), (.decoder, decoder)] {
        for (key, _) in network.weightShapes {
          guard let value = made.weights[side]?[key] else {
            throw .missingTensor(path: made.name, name: "\(side.rawValue).\(key.name)")
          }
          keys.append((side, key))
          parameters.append(NetworkParameter("\(side.rawValue).\(key.name)", value))
        }
      }
    } catch { throw TrainingError(cause: error) }
    (self.parameters, self.keys) = (parameters, keys)
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "sequences"), .init("begin", begin), .init("end", end),
      .init("heads", decoder.blocks.first?.attention.heads ?? 0),
    ] + loss.settings
  }

  /// Weights by side and key, of a trainer's parameters.
  public func weights(of parameters: [NetworkParameter]) -> [MadeSequenceModel.Side: [WeightKey:
    Tensor]]
  {
    var weights: [MadeSequenceModel.Side: [WeightKey: Tensor]] = [:]
    for (place, parameter) in zip(keys, parameters) {
      weights[place.side, default: [:]][place.key] = parameter.value
    }
    return weights
  }

  public func loss(
    of batch: [SequencePair], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    let targets = batch.flatMap { $0.target + [end] }
    let terms = try loss.losses(
      scores(of: batch, with: parameters), targets: Tensor(targets, shape: [targets.count]))
    return RecordedLoss(terms: terms, weight: Double(targets.count))
  }

  /// The scores that the tokens of all targets, and their ends, are foreseen by: `[targets, vocabulary]`.
  func scores(of batch: [SequencePair], with parameters: [Variable]) throws -> Variable {
    var variables: [MadeSequenceModel.Side: [WeightKey: Variable]] = [:]
    for (place, parameter) in zip(keys, parameters) {
      variables[place.side, default: [:]][place.key] = parameter
    }
    let reading = RecordedWeights(variables[.encoder] ?? [:], isHeadTied: false)
    let writing = RecordedWeights(
      variables[.decoder] ?? [:], isHeadTied: decoder.head?.isTied ?? false)
    // Both read one table, which the decoder keeps.
    var sources: [SequenceInput] = []
    for pair in batch {
      if pair.source.isEmpty { throw ModelError.noTokens(operation: "an encoder") }
      try check(pair.source)
      let rows = try writing.rows(
        WeightKey(.embedding), Tensor(pair.source, shape: [pair.source.count]))
      sources.append(SequenceInput(.embeddings(rows)))
    }
    let memory = try encoder.states(of: sources, weights: reading)
    var inputs: [SequenceInput] = []
    for (pair, range) in zip(batch, memory.sequences) {
      let ids = [begin] + pair.target
      inputs.append(
        SequenceInput(
          .ids(try Tensor(ids, shape: [ids.count])),
          memory: try memory.x.indexed([.range(start: range.lowerBound, end: range.upperBound)])))
    }
    let states = try decoder.states(of: inputs, weights: writing)
    return try decoder.scores(states.x, weights: writing)
  }

  private func check(_ ids: [Int32]) throws(ModelError) {
    let size = decoder.embedding.vocabularySize
    for (position, id) in ids.enumerated() where id < 0 || Int(id) >= size {
      throw .idOutsideVocabulary(id: id, position: position, size: size)
    }
  }
}
