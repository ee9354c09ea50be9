import Files
import Kernels

/// T5 (arXiv 1910.10683) and its version 1.1: an encoder and a decoder with relative positions.
enum T5Family: ModelFamily {
  static let modelTypes = ["t5"]
  static let kind = "an encoder-decoder model (T5)"

  static func load(_ files: CheckpointFiles) throws(ModelError) -> LoadedModel {
    let fields = files.fields
    try files.check(classes: ["T5ForConditionalGeneration", "T5WithLMHeadModel"])
    let readings = try readings(fields, hasOwnHead: files.has("lm_head.weight"))
    try FrozenWeights.refuseUnknown([readings.encoder, readings.decoder], files.source)
    let model = EncoderDecoderModel(
      encoder: try files.stack(readings.encoder, hasTokenizer: false),
      decoder: try files.stack(readings.decoder, hasTokenizer: true), startID: readings.startID)
    try model.decoder.check([model.startID])
    return .encoderDecoder(model)
  }

  /// What a configuration says of both networks, and the id that every written text begins with.
  ///
  /// - Parameter hasOwnHead: whether tokens are scored by a matrix of their own, whatever the configuration says.
  static func readings(_ fields: ConfigurationFields, hasOwnHead: Bool) throws(ModelError)
    -> (encoder: ArchitectureReading, decoder: ArchitectureReading, startID: Int32)
  {
    let layers = try fields.size("num_layers", default: 6)
    let sizes = try DecoderSizes(
      fields.filled([
        JSON.Member("num_hidden_layers", .integer(layers)),
        JSON.Member("hidden_size", .integer(try fields.size("d_model"))),
        JSON.Member("num_attention_heads", .integer(try fields.size("num_heads"))),
        JSON.Member("head_dim", .integer(try fields.size("d_kv"))),
        // Distances have no end.
        JSON.Member("max_position_embeddings", .integer(SizeChecks.limit)),
      ]))
    let decoderLayers = try fields.size("num_decoder_layers", default: layers)
    try SizeChecks.check(
      fields.path, "num_decoder_layers", decoderLayers, upTo: SizeChecks.layerLimit)
    var encoder = try stack(fields, sizes, layers, isDecoder: false)
    var decoder = try stack(fields, sizes, decoderLayers, isDecoder: true)
    // Both read one table, which the decoder keeps.
    encoder.embedding.vocabularySize = 0
    let isTied = try fields.flag("tie_word_embeddings", default: true)
    let scales = try fields.flag("scale_decoder_outputs", default: isTied)
    decoder.head = HeadDescription(
      isTied: isTied && !hasOwnHead,
      stateScale: scales ? Float(1 / Double(sizes.width).squareRoot()) : nil)

    let encoderReading = reading(encoder, "encoder.", sizes)
    var decoderReading = reading(decoder, "decoder.", sizes)
    decoderReading.eosIDs = try fields.ids("eos_token_id")
    let fallback = try fields.ids("pad_token_id").first ?? 0
    let start = try fields.ids("decoder_start_token_id").first ?? fallback
    return (encoderReading, decoderReading, start)
  }

  private static func stack(
    _ fields: ConfigurationFields, _ sizes: DecoderSizes, _ layers: Int, isDecoder: Bool
  ) throws(ModelError) -> NetworkDescription {
    let norm = NormDescription(
      .rms, epsilon: try fields.number("layer_norm_epsilon", default: 1e-6))
    let buckets = RelativeBuckets(
      count: try fields.size("relative_attention_num_buckets", default: 32),
      maximumDistance: try fields.size("relative_attention_max_distance", default: 128),
      isBidirectional: !isDecoder)
    func attention(_ positions: AttentionDescription.Positions, isCausal: Bool)
      -> AttentionDescription
    {
      // Scores are not scaled: the initial weights were.
      AttentionDescription(
        heads: sizes.heads, keyValueHeads: sizes.heads, headWidth: sizes.headWidth, scale: 1,
        isCausal: isCausal, positions: positions)
    }
    let block = BlockDescription(
      attention: attention(.relativeBuckets(buckets), isCausal: isDecoder),
      crossAttention: isDecoder ? attention(.none, isCausal: false) : nil,
      feedForward: try feedForward(fields), attentionNorm: norm,
      crossNorm: isDecoder ? norm : nil, feedForwardNorm: norm)
    return NetworkDescription(
      width: sizes.width, blocks: [BlockDescription](repeating: block, count: layers),
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: sizes.context), finalNorm: norm, head: nil)
  }

  /// `relu`, `gated-gelu` (which is GELU's tanh form) and the like.
  private static func feedForward(_ fields: ConfigurationFields) throws(ModelError)
    -> FeedForwardDescription
  {
    let text = fields.text("feed_forward_proj") ?? "relu"
    let gated = "gated-"
    let isGated = text.hasPrefix(gated)
    let name = isGated ? String(text.dropFirst(gated.count)) : text
    let activation = NetworkActivation(huggingFace: isGated && name == "gelu" ? "gelu_new" : name)
    guard let activation else {
      throw .unsupported(path: fields.path, feature: "the feed-forward part '\(text)'")
    }
    return FeedForwardDescription(
      width: try fields.size("d_ff"), activation: activation, isGated: isGated)
  }

  private static func reading(
    _ network: NetworkDescription, _ prefix: String, _ sizes: DecoderSizes
  ) -> ArchitectureReading {
    let isDecoder = network.blocks.contains { $0.crossAttention != nil }
    let feedForward = isDecoder ? "layer.2" : "layer.1"
    var names: [WeightKey.Part: String] = [
      .embedding: "", .head: "lm_head", .finalNorm: "final_layer_norm",
      .relativeBias: "block.0.layer.0.SelfAttention.relative_attention_bias",
      .attentionNorm: "layer.0.layer_norm", .crossNorm: "layer.1.layer_norm",
      .feedForwardNorm: "\(feedForward).layer_norm",
      .gate: "\(feedForward).DenseReluDense.wi_0", .down: "\(feedForward).DenseReluDense.wo",
    ]
    let isGated = network.blocks.first?.feedForward.isGated ?? false
    names[.up] = "\(feedForward).DenseReluDense.\(isGated ? "wi_1" : "wi")"
    for (part, cross, name) in [
      (WeightKey.Part.query, WeightKey.Part.crossQuery, "q"), (.key, .crossKey, "k"),
      (.value, .crossValue, "v"), (.output, .crossOutput, "o"),
    ] {
      names[part] = "layer.0.SelfAttention.\(name)"
      names[cross] = "layer.1.EncDecAttention.\(name)"
    }
    var recipes = HuggingFaceNames.recipes(
      network, prefix: prefix, layers: "block.", renamed: names)
    recipes.rename(.embedding, "shared")
    var reading = ArchitectureReading(name: "t5", network: network, recipes: recipes)
    reading.ignoredSuffixes = [
      "encoder.embed_tokens.weight", "decoder.embed_tokens.weight",
      // An old mistake in files: cross-attention has no distances.
      "EncDecAttention.relative_attention_bias.weight",
    ]
    return reading
  }
}
