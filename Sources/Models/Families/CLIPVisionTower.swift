/// CLIP's tower for pictures, which other models take over.
struct CLIPVisionTower {
  var network: NetworkDescription
  let patches: PatchDescription

  init(_ fields: ConfigurationFields) throws(ModelError) {
    let norm = NormDescription(.layer, epsilon: try fields.number("layer_norm_eps", default: 1e-5))
    patches = try VisionSizes.patches(fields, defaultPatch: 32, hasBias: false)
    network = try VisionSizes.network(
      fields, attention: try VisionSizes.attention(fields, defaultHeads: 12), patches: patches,
      activation: try fields.activation("quick_gelu"), norm: norm, embeddingNorm: norm)
  }

  /// - Parameter projection: the name of the matrix behind the class token's state.
  func reading(prefix: String, projection: String? = nil) -> ArchitectureReading {
    var recipes = HuggingFaceNames.recipes(
      network, prefix: prefix, layers: "encoder.layers.",
      renamed: Self.blockNames.merging(
        [
          .classToken: "", .patches: "embeddings.patch_embedding",
          .learnedPositions: "embeddings.position_embedding", .embeddingNorm: "pre_layrnorm",
          .projectorInput: "", .projectorOutput: "",
          .finalNorm: "post_layernorm", .projection: "",
        ], uniquingKeysWith: { $1 }))
    recipes[WeightKey(.classToken)] = WeightRecipe(prefix + "embeddings.class_embedding")
    if let projection { recipes.rename(.projection, projection) }
    var reading = ArchitectureReading(name: "clip", network: network, recipes: recipes)
    reading.ignoredSuffixes = [".position_ids"]
    return reading
  }

  static let blockNames: [WeightKey.Part: String] = [
    .attentionNorm: "layer_norm1", .output: "self_attn.out_proj", .feedForwardNorm: "layer_norm2",
    .up: "mlp.fc1", .down: "mlp.fc2",
  ]
}
