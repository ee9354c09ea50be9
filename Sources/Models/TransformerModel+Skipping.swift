import Files

extension TransformerModel {
  /// The same model without some layers: the stream goes by them.
  ///
  /// Weights are shared, nothing is copied. A companion goes by them too.
  /// - Throws: ``ModelError/input(reason:)`` for a layer that is not there, and where none would be left.
  /// - Complexity: O(layers).
  public func skipping(_ layers: Set<Int>) throws(ModelError) -> TransformerModel {
    if let layer = layers.sorted().first(where: { !network.blocks.indices.contains($0) }) {
      throw .input(
        reason: "'\(name)' has no layer \(layer), its layers are 0 to \(network.blocks.count - 1)")
    }
    if layers.isEmpty { return self }
    let kept = network.blocks.indices.filter { !layers.contains($0) }
    if kept.isEmpty { throw .input(reason: "a model keeps one layer at least") }
    var reading = self.reading
    reading.network.blocks = kept.map { network.blocks[$0] }
    if reading.network.lastReaderOfCompanion == nil { reading.network.companion = nil }
    let places = Dictionary(zip(kept, kept.indices), uniquingKeysWith: { first, _ in first })
    func moved<Value>(_ values: [WeightKey: Value]) -> [WeightKey: Value] {
      var result: [WeightKey: Value] = [:]
      for (key, value) in values {
        var key = key
        if let layer = key.layer {
          guard let place = places[layer] else { continue }
          key.layer = place
        }
        result[key] = value
      }
      return result
    }
    reading.recipes = moved(reading.recipes)
    let weights = FrozenWeights(
      matrices: moved(self.weights.matrices), tensors: moved(self.weights.tensors),
      isHeadTied: network.head?.isTied ?? false)
    let present = (0..<network.blocks.count + reading.skippedLayers.count).filter {
      !reading.skippedLayers.contains($0)
    }
    reading.skippedLayers = (reading.skippedLayers + layers.map { present[$0] }).sorted()
    let list = JSON.array(reading.skippedLayers.map(JSON.integer))
    return try TransformerModel(
      name: name, reading: reading, source: source, weights: weights, activations: activations,
      tokenizer: tokenizer,
      configuration: configuration.filter { $0.key != "skipped_layers" }
        + [JSON.Member("skipped_layers", list)])
  }
}
