import Files

/// What configurations of image encoders have in common. Files leave out what is usual.
enum VisionSizes {
  /// Attention of all tokens to all, with biases.
  static func attention(_ fields: ConfigurationFields, defaultHeads: Int) throws(ModelError)
    -> AttentionDescription
  {
    let width = try fields.size("hidden_size", default: 768)
    let heads = try fields.size("num_attention_heads", default: defaultHeads)
    try SizeChecks.check(fields.path, "hidden_size", width)
    try SizeChecks.check(fields.path, "num_attention_heads", heads)
    guard width % heads == 0 else {
      throw .configuration(
        path: fields.path, field: "num_attention_heads",
        reason: "\(heads) does not divide the hidden_size \(width)")
    }
    return AttentionDescription(
      heads: heads, keyValueHeads: heads, headWidth: width / heads, isCausal: false, hasBias: true)
  }

  static func patches(_ fields: ConfigurationFields, defaultPatch: Int, hasBias: Bool)
    throws(ModelError) -> PatchDescription
  {
    let patches = PatchDescription(
      channels: try fields.size("num_channels", default: 3),
      imageSize: try fields.size("image_size", default: 224),
      patchSize: try fields.size("patch_size", default: defaultPatch), hasBias: hasBias)
    try SizeChecks.check(patches, fields.path)
    return patches
  }

  /// Blocks with norms before their parts.
  static func network(
    _ fields: ConfigurationFields, attention: AttentionDescription, patches: PatchDescription,
    activation: NetworkActivation, norm: NormDescription, embeddingNorm: NormDescription?
  ) throws(ModelError) -> NetworkDescription {
    let layers = try fields.size("num_hidden_layers", default: 12)
    try SizeChecks.check(fields.path, "num_hidden_layers", layers, upTo: SizeChecks.layerLimit)
    let block = BlockDescription(
      attention: attention,
      feedForward: FeedForwardDescription(
        width: try fields.size("intermediate_size", default: 3072), activation: activation,
        isGated: false, hasBias: true),
      attentionNorm: norm, feedForwardNorm: norm)
    var embedding = EmbeddingDescription(
      vocabularySize: 0, contextLength: patches.tokens, learnedPositions: patches.tokens,
      norm: embeddingNorm)
    embedding.patches = patches
    return NetworkDescription(
      width: attention.queryWidth, blocks: [BlockDescription](repeating: block, count: layers),
      embedding: embedding, finalNorm: norm, head: nil)
  }
}
