import Files

/// CLIP (arXiv 2103.00020): a tower for texts and one for pictures, whose vectors are compared.
enum CLIPFamily: ModelFamily {
  static let modelTypes = ["clip"]
  static let kind = "an image and text model (CLIP)"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["CLIPModel"])
    let width = try fields.size("projection_dim", default: 512)
    try SizeChecks.check(fields.path, "projection_dim", width)
    let text = try textTower(fields.inner("text_config"), projection: width)
    var image = try CLIPVisionTower(fields.inner("vision_config"))
    image.network.dense = [
      DenseDescription(.projection, outputs: width, inputs: image.network.width, hasBias: false)
    ]
    let vision = image.reading(prefix: "vision_model.", projection: "visual_projection")
    let scale = "logit_scale"
    guard let shape = files.source.shape(of: scale) else {
      throw .missingTensor(path: files.source.path, name: scale)
    }
    guard shape.reduce(1, &*) == 1 else {
      throw .shape(path: files.source.path, name: scale, expected: [], found: shape)
    }
    try FrozenWeights.refuseUnknown([text.reading, vision], files.source, others: [scale])
    return .imageText(
      ImageTextModel(
        text: try files.stack(text.reading, hasTokenizer: true),
        image: ImageEncoder(
          try files.stack(vision, hasTokenizer: false), image.patches, summary: .normedState,
          labels: []),
        endID: text.endID, logScale: try files.source.floats(scale).first ?? 0))
  }

  /// A causal network; a text's vector is the state of its end token.
  private static func textTower(_ fields: ConfigurationFields, projection: Int)
    throws(ModelError) -> (reading: ArchitectureReading, endID: Int32?)
  {
    let sizes = try DecoderSizes(
      fields.filled([
        JSON.Member("hidden_size", .integer(512)), JSON.Member("num_hidden_layers", .integer(12)),
        JSON.Member("num_attention_heads", .integer(8)), JSON.Member("vocab_size", .integer(49408)),
        JSON.Member("max_position_embeddings", .integer(77)),
      ]))
    let norm = NormDescription(.layer, epsilon: try fields.number("layer_norm_eps", default: 1e-5))
    let block = BlockDescription(
      attention: AttentionDescription(
        heads: sizes.heads, keyValueHeads: sizes.heads, headWidth: sizes.headWidth, hasBias: true),
      feedForward: FeedForwardDescription(
        width: try fields.size("intermediate_size", default: 2048),
        activation: try fields.activation("quick_gelu"), isGated: false, hasBias: true),
      attentionNorm: norm, feedForwardNorm: norm)
    var network = NetworkDescription(
      width: sizes.width, blocks: [BlockDescription](repeating: block, count: sizes.layers),
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: sizes.context,
        learnedPositions: sizes.context), finalNorm: norm, head: nil)
    network.dense = [
      DenseDescription(.projection, outputs: projection, inputs: sizes.width, hasBias: false)
    ]
    var recipes = HuggingFaceNames.recipes(
      network, prefix: "text_model.", layers: "encoder.layers.",
      renamed: CLIPVisionTower.blockNames.merging(
        [
          .embedding: "embeddings.token_embedding",
          .learnedPositions: "embeddings.position_embedding", .finalNorm: "final_layer_norm",
          .projection: "",
        ], uniquingKeysWith: { $1 }))
    recipes.rename(.projection, "text_projection")
    var reading = ArchitectureReading(name: "clip", network: network, recipes: recipes)
    reading.ignoredSuffixes = [".position_ids"]
    // Old configurations say 2, which is no token of these vocabularies' ends: theirs is the last id.
    let end = try fields.ids("eos_token_id").first ?? 49407
    return (reading, end == 2 ? nil : end)
  }
}
