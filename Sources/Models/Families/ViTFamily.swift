import Files

/// The Vision Transformer (arXiv 2010.11929), with its pooler or its classes.
enum ViTFamily: ModelFamily {
  static let modelTypes = ["vit"]
  static let kind = "an image encoder (ViT)"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["ViTModel", "ViTForImageClassification"])
    let prefix = try files.prefix(of: "embeddings.cls_token", among: ["", "vit."])
    let hasPooler = files.has(prefix + "pooler.dense.weight")
    if hasPooler {
      let activation = fields.text("pooler_act") ?? "tanh"
      if activation != "tanh" {
        throw .unsupported(path: fields.path, feature: "the pooler activation '\(activation)'")
      }
    }
    let classes = files.source.shape(of: "classifier.weight")?.first
    let (reading, patches) = try reading(
      fields, prefix: prefix, hasPooler: hasPooler, classes: classes)
    let labels = (0..<min(classes ?? 0, SizeChecks.limit)).map { index in
      fields.json["id2label"]?[String(index)]?.stringValue ?? "LABEL_\(index)"
    }
    try FrozenWeights.refuseUnknown([reading], files.source)
    return .imageEncoder(
      ImageEncoder(
        try files.stack(reading, hasTokenizer: false), patches,
        // Scores of classes come from the class token itself.
        summary: hasPooler && classes == nil ? .pooler : .state, labels: labels))
  }

  /// What a configuration says of a network with a pooler, or classes, or neither.
  static func reading(
    _ fields: ConfigurationFields, prefix: String, hasPooler: Bool, classes: Int?
  ) throws(ModelError) -> (ArchitectureReading, PatchDescription) {
    let epsilon = try fields.number("layer_norm_eps", default: 1e-12)
    var attention = try VisionSizes.attention(fields, defaultHeads: 12)
    let hasBias = try fields.flag("qkv_bias", default: true)
    (attention.hasQueryKeyBias, attention.hasValueBias) = (hasBias, hasBias)
    let patches = try VisionSizes.patches(fields, defaultPatch: 16, hasBias: true)
    var network = try VisionSizes.network(
      fields, attention: attention, patches: patches, activation: try fields.activation("gelu"),
      norm: NormDescription(.layer, epsilon: epsilon), embeddingNorm: nil)
    let width = network.width
    if hasPooler {
      network.dense = [DenseDescription(.pooler, outputs: width, inputs: width, hasBias: true)]
    }
    if let classes {
      network.dense.append(
        DenseDescription(.classifier, outputs: classes, inputs: width, hasBias: true))
    }
    var recipes = HuggingFaceNames.recipes(
      network, prefix: prefix, layers: "encoder.layer.", renamed: names)
    recipes[WeightKey(.classToken)]?.source = prefix + "embeddings.cls_token"
    recipes[WeightKey(.learnedPositions)]?.source = prefix + "embeddings.position_embeddings"
    recipes.rename(.classifier, "classifier")
    return (ArchitectureReading(name: "vit", network: network, recipes: recipes), patches)
  }

  private static let names: [WeightKey.Part: String] = [
    .classToken: "", .learnedPositions: "", .classifier: "",
    .patches: "embeddings.patch_embeddings.projection", .finalNorm: "layernorm",
    .attentionNorm: "layernorm_before", .query: "attention.attention.query",
    .key: "attention.attention.key", .value: "attention.attention.value",
    .output: "attention.output.dense", .feedForwardNorm: "layernorm_after",
    .up: "intermediate.dense", .down: "output.dense", .pooler: "pooler.dense",
  ]
}
