import Files
import Tensors

extension TransformerModel {
  /// The same network with other numbers for some weights; all of them are f32 then.
  ///
  /// - Throws: ``ModelError/shape(path:name:expected:found:)`` for a weight of another shape.
  public func replacing(_ changed: [WeightKey: Tensor]) throws(ModelError) -> TransformerModel {
    var all: [WeightKey: Tensor] = [:]
    for (key, _) in network.weightShapes {
      if let value = changed[key] { all[key] = value } else { all[key] = try weight(key.name) }
    }
    var reading = reading
    // Formats that are only read give way to this program's names.
    let isWritable = reading.recipes.values.allSatisfy { $0.isWritable }
    if !isWritable { reading.recipes = WeightRecipe.byName(network) }
    return try TransformerModel(
      name: name, reading: reading,
      source: try MemoryTensors(name: name, reading, weights: all), tokenizer: tokenizer,
      configuration: configuration)
  }

  /// Writes a folder that ``ModelLoader`` opens: in the format that the model came in where that was a folder
  /// of Hugging Face's, else as Llama (``ModelExport``).
  ///
  /// - Throws: ``ModelError/unsupported(path:feature:)`` for a network that no format has words for.
  public func save(folder: String, origin: [JSON.Member] = []) throws(ModelError) {
    guard configuration.contains(where: { $0.key == "model_type" }),
      reading.recipes.values.allSatisfy({ $0.isWritable })
    else { return try ModelExport(self).write(to: folder, kind: .f32) }
    var weights: [WeightKey: Tensor] = [:]
    for (key, _) in network.weightShapes { weights[key] = try weight(key.name) }
    let type = JSON.Member("torch_dtype", .string("float32"))
    let kept = configuration.filter { $0.key != type.key && $0.key != "dtype" }
    try CheckpointFolder.write(
      folder, try MemoryTensors(name: name, reading, weights: weights),
      configuration: .object(kept + [type]), tokenizer: tokenizer, record: origin)
  }
}

extension WeightRecipe {
  /// Whether tensors can be put together again from weights by this recipe.
  fileprivate var isWritable: Bool {
    switch rows {
    case .all, .range: slice == nil && offset == 0 && others.isEmpty
    case .grouped, .unpaired: false
    }
  }
}
