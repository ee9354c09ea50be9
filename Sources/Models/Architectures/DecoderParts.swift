import Kernels

// What decoders' readers have in common.

extension NetworkDescription {
  /// Embeddings, blocks, a norm and a head.
  init(
    _ sizes: DecoderSizes, blocks: [BlockDescription], finalNorm: NormDescription,
    head: HeadDescription, embeddingScale: Float? = nil, learnedPositions: Int? = nil
  ) {
    self.init(
      width: sizes.width, blocks: blocks,
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: sizes.context, scale: embeddingScale,
        learnedPositions: learnedPositions),
      finalNorm: finalNorm, head: head)
  }
}

extension AttentionDescription {
  init(
    _ sizes: DecoderSizes, _ positions: Positions, hasBias: Bool = false,
    hasOutputBias: Bool? = nil, queryKeyNorm: QueryKeyNorm = .none
  ) {
    self.init(
      heads: sizes.heads, keyValueHeads: sizes.keyValueHeads, headWidth: sizes.headWidth,
      hasBias: hasBias, hasOutputBias: hasOutputBias, queryKeyNorm: queryKeyNorm,
      positions: positions)
  }
}

extension DecoderSizes {
  /// Refuses more parts of all layers together than any network has, before lists of them are made.
  func check(_ path: String, _ field: String, perLayer count: Int) throws(ModelError) {
    try SizeChecks.check(path, field, count)
    if layers * count > SizeChecks.partLimit {
      throw .configuration(
        path: path, field: field,
        reason: "\(count) in each of \(layers) layers are more than \(SizeChecks.partLimit)")
    }
  }

  /// One block after another.
  func blocks(_ make: (Int) throws(ModelError) -> BlockDescription) throws(ModelError)
    -> [BlockDescription]
  {
    var blocks: [BlockDescription] = []
    for layer in 0..<layers { blocks.append(try make(layer)) }
    return blocks
  }

  /// The rows of a stored matrix in which queries, keys and values of all heads follow each other.
  var fusedRows: [(WeightKey.Part, WeightRecipe.Rows)] {
    let (query, key) = (heads * headWidth, keyValueHeads * headWidth)
    return [
      (.query, .range(0..<query)), (.key, .range(query..<query + key)),
      (.value, .range(query + key..<query + 2 * key)),
    ]
  }

  /// The rows of one in which each group of heads has its queries, its key and its value together.
  var groupedRows: [(WeightKey.Part, WeightRecipe.Rows)] {
    let query = heads / keyValueHeads * headWidth
    let stride = query + 2 * headWidth
    return [
      (.query, .grouped(stride: stride, range: 0..<query)),
      (.key, .grouped(stride: stride, range: query..<query + headWidth)),
      (.value, .grouped(stride: stride, range: query + headWidth..<stride)),
    ]
  }
}

extension ArchitectureReading {
  /// A decoder from a Hugging Face configuration.
  init(
    _ name: String, _ network: NetworkDescription, _ fields: ConfigurationFields,
    recipes: [WeightKey: WeightRecipe]? = nil
  ) throws(ModelError) {
    self.init(
      name: name, network: network, recipes: recipes ?? HuggingFaceNames.recipes(network))
    try takeIDs(fields)
  }

  /// A decoder from GGUF metadata.
  init(
    _ name: String, _ network: NetworkDescription, _ fields: GGUFFields,
    recipes: [WeightKey: WeightRecipe]? = nil
  ) throws(ModelError) {
    self.init(name: name, network: network, recipes: recipes ?? GGUFNames.recipes(network))
    tablesOfRotation = ["rope_freqs", "rope_factors_long", "rope_factors_short"].map {
      $0 + ".weight"
    }
    try takeIDs(fields)
  }

  /// Takes parts of every layer, and their biases, from some rows of one tensor.
  mutating func split(_ rows: [(WeightKey.Part, WeightRecipe.Rows)]) {
    for layer in network.blocks.indices {
      for (part, rows) in rows {
        let key = WeightKey(part, layer: layer)
        recipes[key]?.rows = rows
        recipes[key.bias]?.rows = rows
      }
    }
  }

  /// Where rotary pairs of `width` values stand side by side in the file (llama.cpp's for Llama and its
  /// kin).
  mutating func unpairRotary(_ width: Int) {
    for (layer, block) in network.blocks.enumerated() {
      let rows = WeightRecipe.Rows.unpaired(head: block.attention.headWidth, width: width)
      for part in [WeightKey.Part.query, .key] {
        recipes[WeightKey(part, layer: layer)]?.rows = rows
        recipes[WeightKey(part, layer: layer).bias]?.rows = rows
      }
    }
  }

  /// The same reading for a file whose names have no prefix.
  func matching(_ names: [String]) -> ArchitectureReading {
    guard let prefix = optionalPrefix, !names.contains(where: { $0.hasPrefix(prefix) }) else {
      return self
    }
    var reading = self
    reading.recipes = recipes.mapValues { recipe in
      var recipe = recipe
      if recipe.source.hasPrefix(prefix) { recipe.source.removeFirst(prefix.count) }
      return recipe
    }
    return reading
  }
}

extension ConfigurationFields {
  /// The norm of most decoders.
  func rootMeanSquare(default epsilon: Double = 1e-6, gainOffset: Double = 0) throws(ModelError)
    -> NormDescription
  {
    NormDescription(
      .rms, epsilon: try number("rms_norm_eps", default: epsilon), gainOffset: gainOffset)
  }

  /// The width and activation of a gated feed-forward part.
  func gated(bias: Bool = false) throws(ModelError) -> FeedForwardDescription {
    FeedForwardDescription(
      width: try size("intermediate_size"), activation: try activation("silu"), isGated: true,
      hasBias: bias)
  }

  func head(isTied: Bool, hasBias: Bool = false) throws(ModelError) -> HeadDescription {
    HeadDescription(isTied: try flag("tie_word_embeddings", default: isTied), hasBias: hasBias)
  }

  /// What each layer sees: `layer_types` where the file has them, else by a rule of the family.
  ///
  /// - Parameter slides: whether a layer sees a window only, where nothing is said of it.
  func windows(_ sizes: DecoderSizes, window: Int?, slides: (Int) -> Bool) throws(ModelError)
    -> [Int?]
  {
    guard let types = try texts("layer_types") else {
      return (0..<sizes.layers).map { slides($0) ? window : nil }
    }
    guard types.count == sizes.layers else {
      throw .configuration(
        path: path, field: "layer_types",
        reason: "it names \(types.count) layers, the network has \(sizes.layers)")
    }
    var windows: [Int?] = []
    for type in types {
      switch type {
      case "full_attention": windows.append(nil)
      case "sliding_attention":
        guard let window else {
          throw .configuration(
            path: path, field: "sliding_window", reason: "a layer slides and there is no window")
        }
        windows.append(window)
      default: throw .unsupported(path: path, feature: "layers of the type '\(type)'")
      }
    }
    return windows
  }

  /// The window that all layers have, null for none.
  func slidingWindow() throws(ModelError) -> Int? {
    isGiven("sliding_window") ? try size("sliding_window") : nil
  }
}

extension ArchitectureReading {
  /// A decoder from GGUF metadata whose queries, keys and values are rows of one tensor.
  init(
    fused rows: [(WeightKey.Part, WeightRecipe.Rows)], _ name: String,
    _ network: NetworkDescription, _ fields: GGUFFields,
    renamed: [WeightKey.Part: String] = [:]
  ) throws(ModelError) {
    let fused: [WeightKey.Part: String] = [
      .query: "attn_qkv", .key: "attn_qkv", .value: "attn_qkv",
    ]
    try self.init(
      name, network, fields,
      recipes: GGUFNames.recipes(network, renamed: fused.merging(renamed) { $1 }))
    split(rows)
  }
}
