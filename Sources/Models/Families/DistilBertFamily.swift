import Files

/// DistilBERT (arXiv 1910.01108): BERT without token types, under names of its own.
enum DistilBertFamily: ModelFamily {
  static let modelTypes = ["distilbert"]
  static let kind = "a text encoder (DistilBERT)"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["DistilBertModel", "DistilBertForMaskedLM"])
    let prefix = try files.prefix(
      of: "embeddings.word_embeddings.weight", among: ["", "distilbert."])
    // The reader of sizes knows the names that nearly all others use.
    let sizes = try DecoderSizes(
      fields.renamed([
        "dim": "hidden_size", "n_layers": "num_hidden_layers", "n_heads": "num_attention_heads",
      ]))
    let activation = try fields.activation("gelu", field: "activation")
    // Its norms' ε is no field.
    let epsilon = 1e-12
    var network = PostNormEncoder(
      sizes: sizes, positions: try fields.size("max_position_embeddings"),
      hiddenWidth: try fields.size("hidden_dim"), activation: activation, types: nil,
      epsilon: epsilon
    ).network
    if files.has("vocab_transform.weight") {
      var head = HeadDescription(
        isTied: try fields.flag("tie_word_embeddings", default: true), hasBias: true)
      head.transform = HeadTransform(
        activation: activation, norm: NormDescription(.layer, epsilon: epsilon))
      network.head = head
    }
    var recipes = HuggingFaceNames.recipes(
      network, prefix: prefix, layers: "transformer.layer.", renamed: names)
    recipes.rename(.headTransform, "vocab_transform")
    recipes.rename(.headNorm, "vocab_layer_norm")
    recipes.rename(.head, "vocab_projector")
    var reading = ArchitectureReading(name: "distilbert", network: network, recipes: recipes)
    reading.ignoredSuffixes = ["embeddings.position_ids", "vocab_projector.weight"]
    return try BertFamily.encoder(reading, files, try SentencePooling(folder: files.folder))
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "embeddings.word_embeddings",
    .learnedPositions: "embeddings.position_embeddings", .embeddingNorm: "embeddings.LayerNorm",
    .query: "attention.q_lin", .key: "attention.k_lin", .value: "attention.v_lin",
    .output: "attention.out_lin", .attentionOutputNorm: "sa_layer_norm", .up: "ffn.lin1",
    .down: "ffn.lin2", .feedForwardOutputNorm: "output_layer_norm", .headTransform: "",
    .headNorm: "",
  ]
}
