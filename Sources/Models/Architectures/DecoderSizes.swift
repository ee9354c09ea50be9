import Files
import Kernels

/// The sizes that nearly every decoder's configuration gives by the same names.
struct DecoderSizes {
  var width: Int
  var layers: Int
  var heads: Int
  var keyValueHeads: Int
  var headWidth: Int
  var vocabulary: Int
  var context: Int
}

extension DecoderSizes {
  init(_ fields: ConfigurationFields) throws(ModelError) {
    width = try fields.size("hidden_size")
    layers = try fields.size("num_hidden_layers")
    heads = try fields.size("num_attention_heads")
    keyValueHeads = try fields.size("num_key_value_heads", default: heads)
    vocabulary = try fields.size("vocab_size")
    // Without a wish the file's own: scalings that depend on it are made for that many positions.
    let stated = try fields.size("max_position_embeddings", default: 2048)
    context = fields.contextLength ?? stated
    headWidth = try Self.headWidth(
      fields.isGiven("head_dim") ? try fields.size("head_dim") : nil, width, heads, fields.path,
      "num_attention_heads")
    try check(fields.path)
  }

  init(_ fields: GGUFFields) throws(ModelError) {
    width = try fields.size("embedding_length")
    layers = try fields.size("block_count")
    heads = try fields.size("attention.head_count")
    keyValueHeads = try fields.size("attention.head_count_kv", default: heads)
    let stated = try fields.size("context_length")
    context = fields.contextLength ?? stated
    headWidth = try Self.headWidth(
      fields.isGiven("attention.key_length") ? try fields.size("attention.key_length") : nil,
      width, heads, fields.path, "attention.head_count")
    // The metadata may leave the vocabulary to the embedding's shape.
    vocabulary = try fields.size(
      "vocab_size", default: fields.rows("token_embd.weight") ?? 0)
    try check(fields.path)
  }

  private static func headWidth(
    _ given: Int?, _ width: Int, _ heads: Int, _ path: String, _ field: String
  ) throws(ModelError) -> Int {
    if let given { return given }
    guard heads > 0, width % heads == 0 else {
      throw .configuration(
        path: path, field: field, reason: "\(heads) does not divide the hidden_size \(width)")
    }
    return width / heads
  }

  /// Before lists are made whose lengths these numbers choose.
  private func check(_ path: String) throws(ModelError) {
    try SizeChecks.check(path, "hidden_size", width)
    try SizeChecks.check(path, "num_hidden_layers", layers, upTo: SizeChecks.layerLimit)
    try SizeChecks.check(path, "num_attention_heads", heads)
    try SizeChecks.check(path, "num_key_value_heads", keyValueHeads)
    try SizeChecks.check(path, "head_dim", headWidth)
    try SizeChecks.check(path, "vocab_size", vocabulary, upTo: 1 << 22)
    try SizeChecks.check(
      path, "max_position_embeddings", context, upTo: SizeChecks.contextLimit)
  }
}

extension ArchitectureReading {
  /// The ids that begin and end texts, each inside the vocabulary.
  mutating func takeIDs(_ fields: ConfigurationFields) throws(ModelError) {
    bosID = try fields.ids("bos_token_id").first
    eosIDs = try fields.ids("eos_token_id")
    try checkIDs(fields.path)
  }

  mutating func takeIDs(_ fields: GGUFFields) throws(ModelError) {
    bosID = try fields.id("tokenizer.ggml.bos_token_id")
    eosIDs = try fields.id("tokenizer.ggml.eos_token_id").map { [$0] } ?? []
    try checkIDs(fields.path)
  }

  private func checkIDs(_ path: String) throws(ModelError) {
    let size = network.embedding.vocabularySize
    for id in eosIDs + (bosID.map { [$0] } ?? []) where id < 0 || Int(id) >= size {
      throw .configuration(
        path: path, field: "bos_token_id or eos_token_id",
        reason: "\(id) is outside the vocabulary of \(size)")
    }
  }
}
