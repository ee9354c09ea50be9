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
    var sizes = ModelSizes(
      layers: shape.layers, width: shape.width, heads: shape.heads,
      keyValueHeads: shape.keyValueHeads, mlp: shape.mlp, vocabulary: shape.vocabulary,
      context: shape.context)
    sizes.rotaryBase = shape.rotaryBase
    sizes.epsilon = TrainedLanguageModel.decimal(shape.epsilon)
    do {
      var made = try MadeModel(sizes, fresh: .init(seed: settings.seed), name: "ordered")
      for (key, place) in table.places {
        let tensor = table.tensors[place]
        made.weights[key] = try Tensor(Array(parameters[tensor.range]), shape: tensor.shape)
      }
      return made
    } catch { throw TrainingError(cause: error) }
  }
}

extension LlamaParameterTable {
  /// Which of ``tensors`` each weight of a model is.
  var places: [WeightKey: Int] {
    var places = [WeightKey(.embedding): embedding, WeightKey(.finalNorm): lastNorm]
    for (index, layer) in layers.enumerated() {
      let parts: [(WeightKey.Part, Int)] = [
        (.attentionNorm, layer.attentionNorm), (.query, layer.query), (.key, layer.key),
        (.value, layer.value), (.output, layer.output), (.feedForwardNorm, layer.mlpNorm),
        (.gate, layer.gate), (.up, layer.up), (.down, layer.down),
      ]
      for (part, place) in parts { places[WeightKey(part, layer: index)] = place }
    }
    return places
  }
}

extension LlamaTrainer {
  /// Takes a model's weights in place of fresh ones, before the first step.
  ///
  /// - Throws: ``TrainingError/resumeMismatch(setting:saved:asked:)`` for a model of another form.
  func begin(with model: TransformerModel) throws(TrainingError) {
    let fresh = checkpoint
    let asked = try fresh.model().network
    let (its, own) = (model.network, asked)
    for (name, saved, wanted) in [
      ("vocabulary", its.embedding.vocabularySize, own.embedding.vocabularySize),
      ("width", its.width, own.width), ("layers", its.blocks.count, own.blocks.count),
      ("context", model.contextLength, shape.context),
    ] where saved != wanted {
      throw .resumeMismatch(setting: name, saved: "\(saved)", asked: "\(wanted)")
    }
    if its.blocks != own.blocks || its.head != own.head || its.finalNorm != own.finalNorm {
      throw .resumeMismatch(
        setting: "form", saved: "a \(model.architecture) of other blocks, norms or scores",
        asked: "a Llama of \(shape.heads) heads and an inner width of \(shape.mlp)")
    }
    var parameters = fresh.parameters
    let table = LlamaParameterTable(shape)
    do throws(ModelError) {
      for (key, place) in table.places {
        let values = try model.weight(key.name).floats
        let range = table.tensors[place].range
        guard values.count == range.count else {
          throw .shape(
            path: model.name, name: key.name, expected: table.tensors[place].shape,
            found: [values.count])
        }
        parameters.replaceSubrange(range, with: values)
      }
    } catch { throw .model(error) }
    let zeros = [Float](repeating: 0, count: parameters.count)
    try restore(
      Checkpoint(
        shape: shape, settings: settings, step: 0, data: data, parameters: parameters,
        firstMoments: zeros, secondMoments: zeros))
  }
}
