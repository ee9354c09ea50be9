/// Networks that this program makes and no other format has words for: the sizes of ``ModelSizes``, and weights
/// by the names of ``WeightKey``.
enum MadeFamily: Architecture {
  static let modelTypes = [ModelSizes.Format.tessera.rawValue]

  static func read(_ fields: ConfigurationFields, type: String) throws(ModelError)
    -> ArchitectureReading
  {
    var sizes = try ModelSizes(own: fields)
    if sizes.positions == .learned {
      // There is a row for each position, and none behind it.
      let learned = try fields.size("max_position_embeddings")
      if sizes.context > learned {
        throw .configuration(
          path: fields.path, field: "max_position_embeddings",
          reason: "\(sizes.context) positions were asked for, \(learned) were learned")
      }
      sizes.context = learned
    }
    let network = try sizes.network()
    return try ArchitectureReading(
      type, network, fields, recipes: WeightRecipe.byName(network))
  }
}

extension WeightRecipe {
  /// Each weight by its own name, as it is.
  static func byName(_ network: NetworkDescription) -> [WeightKey: WeightRecipe] {
    var recipes: [WeightKey: WeightRecipe] = [:]
    for (key, _) in network.weightShapes { recipes[key] = WeightRecipe(key.name) }
    return recipes
  }
}
