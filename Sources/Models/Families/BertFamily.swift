import Files
import Tokenizers

/// BERT (arXiv 1810.04805) and what has its form: MiniLM, sentence encoders; with the scores of masked tokens
/// where the file has them.
enum BertFamily: ModelFamily {
  static let modelTypes = ["bert"]
  static let kind = "a text encoder (BERT)"
  static let ggufName = "bert"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["BertModel", "BertForMaskedLM", "BertForPreTraining"])
    try files.refuse("is_decoder", "a BERT that is a decoder")
    try files.refuse("add_cross_attention", "cross-attention in BERT")
    let places = fields.text("position_embedding_type") ?? "absolute"
    if places != "absolute" {
      throw .unsupported(path: fields.path, feature: "the position embedding '\(places)'")
    }
    let prefix = try files.prefix(
      of: "embeddings.word_embeddings.weight", among: ["", "bert."])
    var reading = try reading(
      fields, prefix: prefix, hasPooler: files.has(prefix + "pooler.dense.weight"),
      hasHead: files.has(transform + "dense.weight"))
    // TensorFlow's names, in the oldest files.
    if files.has(prefix + "embeddings.LayerNorm.gamma") { reading.recipes.useGammaAndBeta() }
    return try encoder(reading, files, try SentencePooling(folder: files.folder))
  }

  /// What a configuration says of a network with a pooler, or the scores of masked tokens, or neither.
  ///
  /// - Parameter prefix: what names of the network's tensors begin with; those of scores do not.
  static func reading(
    _ fields: ConfigurationFields, prefix: String, hasPooler: Bool, hasHead: Bool
  ) throws(ModelError) -> ArchitectureReading {
    let epsilon = try fields.number("layer_norm_eps", default: 1e-12)
    let activation = try fields.activation("gelu")
    var network = try PostNormEncoder(
      sizes: DecoderSizes(fields), positions: try fields.size("max_position_embeddings"),
      hiddenWidth: try fields.size("intermediate_size"), activation: activation,
      types: try fields.size("type_vocab_size", default: 2), epsilon: epsilon
    ).network
    if hasPooler {
      network.dense.append(
        DenseDescription(.pooler, outputs: network.width, inputs: network.width, hasBias: true))
    }
    if hasHead {
      var head = HeadDescription(
        isTied: try fields.flag("tie_word_embeddings", default: true), hasBias: true)
      head.transform = HeadTransform(
        activation: activation, norm: NormDescription(.layer, epsilon: epsilon))
      network.head = head
    }
    var recipes = HuggingFaceNames.recipes(
      network, prefix: prefix, layers: "encoder.layer.", renamed: names)
    recipes.rename(.headTransform, transform + "dense")
    recipes.rename(.headNorm, transform + "LayerNorm")
    recipes.rename(.head, "cls.predictions.decoder")
    recipes[WeightKey(.head).bias]?.source = "cls.predictions.bias"
    var reading = ArchitectureReading(name: "bert", network: network, recipes: recipes)
    reading.ignoredSuffixes = [
      "embeddings.position_ids", "cls.predictions.decoder.weight", "cls.predictions.decoder.bias",
      // Whether the second text follows the first.
      "cls.seq_relationship.weight", "cls.seq_relationship.bias",
    ]
    return reading
  }

  private static let transform = "cls.predictions.transform."

  static func encoder(
    _ reading: ArchitectureReading, _ files: CheckpointFiles, _ pooling: SentencePooling
  ) throws(ModelError) -> LoadedModel {
    try FrozenWeights.refuseUnknown([reading], files.source)
    let stack = try files.stack(reading, hasTokenizer: true)
    return .textEncoder(
      TextEncoder(stack, pooling: pooling.pooling, normalizes: pooling.normalizes))
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "embeddings.word_embeddings",
    .learnedPositions: "embeddings.position_embeddings",
    .tokenTypes: "embeddings.token_type_embeddings", .embeddingNorm: "embeddings.LayerNorm",
    .query: "attention.self.query", .key: "attention.self.key", .value: "attention.self.value",
    .output: "attention.output.dense", .attentionOutputNorm: "attention.output.LayerNorm",
    .up: "intermediate.dense", .down: "output.dense", .feedForwardOutputNorm: "output.LayerNorm",
    .pooler: "pooler.dense", .headTransform: "", .headNorm: "",
  ]

  // MARK: GGUF

  /// GGUF files keep BERT and DistilBERT under one name, without poolers and scores of tokens.
  static func load(_ file: GGUFFile, name: String, options: ModelLoader.Options)
    throws(ModelError) -> LoadedModel
  {
    var fields = GGUFFields(file.header, source: file)
    fields.contextLength = options.contextLength
    if try fields.flag("attention.causal", default: false) {
      throw .unsupported(path: file.path, feature: "a BERT that is a decoder")
    }
    let network = try PostNormEncoder(
      sizes: DecoderSizes(fields), positions: try fields.size("context_length"),
      hiddenWidth: try fields.size("feed_forward_length"),
      activation: .gelu, types: fields.rows("token_types.weight"),
      epsilon: try fields.number("attention.layer_norm_epsilon")
    ).network
    let recipes = GGUFNames.recipes(
      network,
      renamed: [
        .attentionOutputNorm: "attn_output_norm", .feedForwardOutputNorm: "layer_output_norm",
      ])
    var pooling = try SentencePooling(folder: nil)
    switch try fields.size("pooling_type", default: 1) {
    case 0, 1: break
    case 2: pooling.pooling = .first
    case let other:
      throw .unsupported(path: file.path, feature: "the pooling type \(other)")
    }
    let files = CheckpointFiles(
      name: name, folder: nil, fields: ConfigurationFields(json: .null, path: file.path),
      source: file,
      tokenizer: try ModelLoader.tokenizer(
        of: file, vocabularySize: network.embedding.vocabularySize),
      activations: options.activations, configuration: fields.shown)
    return try encoder(
      ArchitectureReading(name: "bert", network: network, recipes: recipes), files, pooling)
  }
}
