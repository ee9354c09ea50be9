import Files
import Kernels
import Tensors

/// How quantised weights are multiplied: two models with an answer each (numerics.md, clause 7).
public enum Activations: String, Sendable, CaseIterable {
  /// Weights are dequantised, states stay f32.
  case f32
  /// States are rounded to 8 bits in blocks of 32, and multiplied with the weights' integers.
  case q8
}

extension FrozenWeights {
  /// Takes a network's weights from a file, one after another, each into the form that products want.
  ///
  /// All of them are checked before the first is read.
  /// - Throws: ``ModelError`` naming the first tensor that is missing, too many, or of another shape.
  convenience init(
    _ reading: ArchitectureReading, from source: any TensorSource, activations: Activations = .f32,
    isPart: Bool = false, packs: PackedWeightCache? = nil
  ) throws(ModelError) {
    let network = reading.network
    let loader = WeightLoader(source: source, recipes: reading.recipes)
    // A hostile configuration must not ask for more names than there are tensors.
    if network.blocks.count > source.tensorNames.count {
      throw .configuration(
        path: source.path, field: "number of layers",
        reason:
          "\(network.blocks.count) layers, and the file has \(source.tensorNames.count) tensors")
    }
    let shapes = network.weightShapes
    for (key, shape) in shapes { try loader.check(key, shape: shape) }
    if !isPart { try Self.refuseUnknown([reading], source) }
    let loading = WeightPacking(
      loader: loader, activations: activations, packs: packs)
    let matrices = try loading.matrices(
      shapes.filter { Self.isMatrix($0.key, $0.shape) })
    var tensors: [WeightKey: Tensor] = [:]
    for (key, shape) in shapes where !Self.isMatrix(key, shape) {
      do {
        tensors[key] = try Tensor(try loader.floats(key, shape: shape), shape: shape)
      } catch { throw ModelError(cause: error) }
    }
    self.init(
      matrices: matrices, tensors: tensors, isHeadTied: network.head?.isTied ?? false)
  }

  /// What products use; small tables and vectors are tensors.
  private static func isMatrix(_ key: WeightKey, _ shape: [Int]) -> Bool {
    switch key.part {
    case .learnedPositions, .tokenTypes, .relativeBias, .classToken, .queryNorm, .keyNorm: false
    default: shape.count == 2 && !key.isBias
    }
  }

  /// Refuses a file with tensors that none of the stacks made from it has a place for.
  ///
  /// - Parameter others: the names of tensors that are taken beside the stacks.
  static func refuseUnknown(
    _ readings: [ArchitectureReading], _ source: any TensorSource, others: Set<String> = []
  ) throws(ModelError) {
    var known = others
    for reading in readings {
      known.formUnion(reading.tablesOfRotation)
      for (key, _) in reading.network.weightShapes {
        guard let recipe = reading.recipes[key] else { continue }
        known.insert(recipe.source)
        known.formUnion(recipe.others)
      }
      // A copy of a tied embedding says nothing new.
      if reading.network.head?.isTied == true {
        known.formUnion(["lm_head.weight", "embed_out.weight"])
      }
    }
    let ignored = readings.flatMap(\.ignoredSuffixes)
    for name in source.tensorNames where !known.contains(name) {
      if ignored.contains(where: name.hasSuffix) { continue }
      throw .unexpectedTensor(
        path: source.path, name: name, reason: "the configuration has no place for it")
    }
  }
}

extension WeightLoader {
  /// A matrix as products want it.
  func matrix(_ key: WeightKey, shape: [Int], activations: Activations) throws(ModelError)
    -> any FrozenMatrix
  {
    let recipe = try recipe(key)
    do {
      let isPlain = !recipe.isTransposed && recipe.offset == 0 && recipe.others.isEmpty
      if isPlain, activations == .q8, let stored = try quantized(recipe) {
        guard let rows = recipe.rows.indices(of: stored.outputs) else { return stored }
        return try stored.choosing(rows)
      }
      if isPlain, recipe.slice == nil, let stored = try source.halves(recipe.source) {
        guard let rows = recipe.rows.indices(of: stored.outputs) else {
          return try stored.packed()
        }
        return try stored.choosing(rows).packed()
      }
      return try PackedMatrix.packing(
        weight: try floats(key, shape: shape), outputs: shape[0], inputs: shape[1])
    } catch { throw ModelError(cause: error) }
  }

  private func quantized(_ recipe: WeightRecipe) throws(ModelError) -> QuantizedMatrix? {
    guard let slice = recipe.slice else { return try source.quantized(recipe.source) }
    return try (source as? any StackedTensorSource)?.quantized(recipe.source, slice: slice)
  }
}
