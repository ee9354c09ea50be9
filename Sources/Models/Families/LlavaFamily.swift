import Files

/// LLaVA (arXiv 2304.08485, 2310.03744): CLIP's tower for pictures, a projector of two matrices, and a
/// language model.
enum LlavaFamily: ModelFamily {
  static let modelTypes = ["llava"]
  static let kind = "an image language model (LLaVA)"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["LlavaForConditionalGeneration"])
    let language = try language(files)
    let (reading, patches) = try tower(files, textWidth: language.network.width)
    // The layers behind the one that is read have places in the file and no use.
    try FrozenWeights.refuseUnknown(
      [language, reading], files.source, others: Set(reading.recipes.values.map(\.source)))
    let strategy = fields.text("vision_feature_select_strategy") ?? "default"
    guard ["default", "full"].contains(strategy) else {
      throw .unsupported(path: fields.path, feature: "the feature selection '\(strategy)'")
    }
    let tokenField = fields.isGiven("image_token_id") ? "image_token_id" : "image_token_index"
    guard let token = Int32(exactly: try fields.size(tokenField, default: 32000)), token >= 0
    else {
      throw .configuration(path: fields.path, field: tokenField, reason: "it is not an id")
    }
    return .imageLanguage(
      ImageLanguageModel(
        image: ImageEncoder(
          try files.stack(reading, hasTokenizer: false), patches, summary: .state, labels: []),
        language: try files.stack(language, hasTokenizer: true),
        activation: try fields.activation("gelu", field: "projector_hidden_act"),
        imageID: token, keepsClassToken: strategy == "full"))
  }

  /// The language model by its own configuration; what that leaves out is Llama's.
  private static func language(_ files: CheckpointFiles) throws(ModelError) -> ArchitectureReading {
    let inner = files.fields.inner("text_config").filled([
      JSON.Member("model_type", .string("llama")), JSON.Member("hidden_size", .integer(4096)),
      JSON.Member("intermediate_size", .integer(11008)),
      JSON.Member("num_hidden_layers", .integer(32)),
      JSON.Member("num_attention_heads", .integer(32)), JSON.Member("vocab_size", .integer(32000)),
      JSON.Member("max_position_embeddings", .integer(2048)),
    ])
    var reading = try Architectures.reading(
      json: inner.json, path: inner.path, contextLength: files.fields.contextLength)
    let isNew = files.has("model.language_model.embed_tokens.weight")
    func renamed(_ name: String) -> String {
      let stem = "model."
      if !isNew { return "language_model." + name }
      return name.hasPrefix(stem) ? "model.language_model." + name.dropFirst(stem.count) : name
    }
    reading.recipes = reading.recipes.mapValues { recipe in
      var recipe = recipe
      recipe.source = renamed(recipe.source)
      recipe.others = recipe.others.map(renamed)
      return recipe
    }
    return reading
  }

  /// The tower up to the layer whose states are read, and the projector.
  private static func tower(_ files: CheckpointFiles, textWidth: Int) throws(ModelError)
    -> (ArchitectureReading, PatchDescription)
  {
    let fields = files.fields
    let inner = fields.inner("vision_config")
    let type = inner.text("model_type") ?? "clip_vision_model"
    guard type == "clip_vision_model" else {
      throw .unsupported(path: fields.path, feature: "the vision model '\(type)'")
    }
    var tower = try CLIPVisionTower(inner)
    let layers = tower.network.blocks.count
    if fields.json["vision_feature_layer"]?.arrayValue != nil {
      throw .unsupported(path: fields.path, feature: "features of several layers")
    }
    let given = try fields.size("vision_feature_layer", default: -2)
    // Counted from the embeddings, 0, or from behind.
    let (kept, overflow) = given < 0 ? given.addingReportingOverflow(layers + 1) : (given, false)
    guard !overflow, kept >= 1, kept <= layers else {
      throw .configuration(
        path: fields.path, field: "vision_feature_layer",
        reason: "\(given) is no layer of \(layers)")
    }
    let hasBias = try fields.flag("multimodal_projector_bias", default: true)
    let width = tower.network.width
    tower.network.dense = [
      DenseDescription(.projectorInput, outputs: textWidth, inputs: width, hasBias: hasBias),
      DenseDescription(.projectorOutput, outputs: textWidth, inputs: textWidth, hasBias: hasBias),
    ]
    let probe = "embeddings.class_embedding"
    let prefix = try files.prefix(
      of: probe,
      among: [
        "vision_tower.vision_model.", "vision_tower.", "model.vision_tower.vision_model.",
        "model.vision_tower.",
      ])
    let projector =
      (prefix.hasPrefix("model.") ? "model." : "") + "multi_modal_projector.linear_"
    var reading = tower.reading(prefix: prefix)
    reading.recipes.rename(.projectorInput, projector + "1")
    reading.recipes.rename(.projectorOutput, projector + "2")
    // What is read is the stream itself, without the layers behind and their norm.
    reading.network.blocks = Array(reading.network.blocks.prefix(kept))
    reading.network.finalNorm = nil
    return (reading, tower.patches)
  }
}
