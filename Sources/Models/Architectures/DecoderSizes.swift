import Files
import Kernels

/// The sizes that every decoder's configuration gives.
struct DecoderSizes {
  var width: Int
  var layers: Int
  var heads: Int
  var keyValueHeads: Int
  var headWidth: Int
  var vocabulary: Int
  /// The number of positions that the network is made for.
  var context: Int
  /// The file's own number of positions.
  var statedContext: Int

  /// What configurations call them.
  struct Names {
    var width = "hidden_size"
    var layers = "num_hidden_layers"
    var heads = "num_attention_heads"
    var keyValueHeads = "num_key_value_heads"
    var context = "max_position_embeddings"
  }
}

extension DecoderSizes {
  /// The number of positions is the one that was asked for; else the file's, except where long and short
  /// texts turn by different frequencies (LongRoPE): then it is the shorter, original one, so that
  /// short texts get what the reference gives them.
  init(_ fields: ConfigurationFields, names: Names = Names()) throws(ModelError) {
    width = try fields.size(names.width)
    layers = try fields.size(names.layers)
    heads = try fields.size(names.heads)
    keyValueHeads = try fields.size(names.keyValueHeads, default: heads)
    vocabulary = try fields.size("vocab_size")
    statedContext = try fields.size(names.context, default: 2048)
    let original = fields.rotaryKind == "longrope" ? try fields.originalContext : nil
    context = fields.contextLength ?? original ?? statedContext
    headWidth = try Self.headWidth(
      fields.isGiven("head_dim") ? try fields.size("head_dim") : nil, width, heads, fields.path,
      names.heads)
    try check(fields.path, names)
  }

  /// As above, from GGUF metadata.
  init(_ fields: GGUFFields) throws(ModelError) {
    width = try fields.size("embedding_length")
    layers = try fields.size("block_count")
    heads = try fields.size("attention.head_count")
    keyValueHeads = try fields.size("attention.head_count_kv", default: heads)
    statedContext = try fields.size("context_length")
    let original =
      fields.hasTensor("rope_factors_long.weight")
      ? try fields.size("rope.scaling.original_context_length", default: statedContext) : nil
    context = fields.contextLength ?? original ?? statedContext
    headWidth = try Self.headWidth(
      fields.isGiven("attention.key_length") ? try fields.size("attention.key_length") : nil,
      width, heads, fields.path, "attention.head_count")
    // The metadata may leave the vocabulary to the embedding's shape.
    vocabulary = try fields.size(
      "vocab_size", default: fields.rows("token_embd.weight") ?? 0)
    try check(fields.path, Names())
    let values = try fields.size("attention.value_length", default: headWidth)
    if values != headWidth {
      throw .unsupported(
        path: fields.path, feature: "values of the width \(values) beside keys of \(headWidth)")
    }
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
  private func check(_ path: String, _ names: Names) throws(ModelError) {
    try SizeChecks.check(path, names.width, width)
    try SizeChecks.check(path, names.layers, layers, upTo: SizeChecks.layerLimit)
    try SizeChecks.check(path, names.heads, heads)
    try SizeChecks.check(path, names.keyValueHeads, keyValueHeads)
    try SizeChecks.check(path, "head_dim", headWidth)
    try SizeChecks.check(path, "vocab_size", vocabulary, upTo: 1 << 22)
    try SizeChecks.check(path, names.context, context, upTo: SizeChecks.contextLimit)
    try SizeChecks.check(path, names.context, statedContext, upTo: SizeChecks.contextLimit)
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
