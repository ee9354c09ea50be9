import Models
import Tensors

extension LlamaTrainer.Checkpoint {
  /// The model of the parameters, which all else takes: its scores are the training network's to the bit.
  ///
  /// - Throws: ``TrainingError/model(_:)``, and ``TrainingError/resumeMismatch(setting:saved:asked:)`` where there
  ///   are not as many parameters as the shape has.
  public func model() throws(TrainingError) -> MadeModel {
    try shape.check()
    let table = LlamaParameterTable(shape)
    guard parameters.count == table.count else {
      throw .resumeMismatch(
        setting: "the number of parameters", saved: "\(parameters.count)", asked: "\(table.count)")
    }
    var places = [WeightKey(.embedding): table.embedding, WeightKey(.finalNorm): table.lastNorm]
    for (index, layer) in table.layers.enumerated() {
      let parts: [(WeightKey.Part, Int)] = [
        (.attentionNorm, layer.attentionNorm), (.query, layer.query), (.key, layer.key),
        (.value, layer.value), (.output, layer.output), (.feedForwardNorm, layer.mlpNorm),
        (.gate, layer.gate), (.up, layer.up), (.down, layer.down),
      ]
      for (part, place) in parts { places[WeightKey(part, layer: index)] = place }
    }
    var sizes = ModelSizes(
      layers: shape.layers, width: shape.width, heads: shape.heads,
      keyValueHeads: shape.keyValueHeads, mlp: shape.mlp, vocabulary: shape.vocabulary,
      context: shape.context)
    sizes.rotaryBase = shape.rotaryBase
    sizes.epsilon = TrainedLanguageModel.decimal(shape.epsilon)
    do {
      var made = try MadeModel(sizes, fresh: .init(seed: settings.seed), name: "ordered")
      for (key, place) in places {
        let tensor = table.tensors[place]
        made.weights[key] = try Tensor(Array(parameters[tensor.range]), shape: tensor.shape)
      }
      return made
    } catch { throw TrainingError(cause: error) }
  }
}
