import Kernels

/// The blocks that BERT and DistilBERT have in common: attention to all tokens, norms behind the sums.
struct PostNormEncoder {
  var sizes: DecoderSizes
  /// Rows of the table of positions.
  var positions: Int
  var hiddenWidth: Int
  var activation: NetworkActivation
  /// Nil without token types.
  var types: Int?
  var epsilon: Double

  var network: NetworkDescription {
    let norm = NormDescription(.layer, epsilon: epsilon)
    let block = BlockDescription(
      .normedSums,
      attention: AttentionDescription(
        heads: sizes.heads, keyValueHeads: sizes.heads, headWidth: sizes.headWidth,
        isCausal: false, hasBias: true),
      feedForward: FeedForwardDescription(
        width: hiddenWidth, activation: activation, isGated: false, hasBias: true),
      attentionOutputNorm: norm, feedForwardOutputNorm: norm)
    return NetworkDescription(
      width: sizes.width, blocks: [BlockDescription](repeating: block, count: sizes.layers),
      embedding: EmbeddingDescription(
        vocabularySize: sizes.vocabulary, contextLength: min(sizes.context, positions),
        learnedPositions: positions, types: types, norm: norm),
      finalNorm: nil, head: nil)
  }
}

extension [WeightKey: WeightRecipe] {
  /// Gives a weight outside the blocks, and its bias, another name.
  mutating func rename(_ part: WeightKey.Part, _ name: String) {
    self[WeightKey(part)]?.source = name + ".weight"
    self[WeightKey(part).bias]?.source = name + ".bias"
  }

  /// Norms' gains and biases by TensorFlow's names.
  mutating func useGammaAndBeta() {
    for (key, recipe) in self {
      for (ours, theirs) in [("LayerNorm.weight", "gamma"), ("LayerNorm.bias", "beta")]
      where recipe.source.hasSuffix(ours) {
        let stem = recipe.source.dropLast(ours.utf8.count - "LayerNorm.".utf8.count)
        self[key]?.source = stem + theirs
      }
    }
  }
}
