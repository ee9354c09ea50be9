import Files

/// The sizes of a text encoder to be made, in BERT's form.
public struct EncoderSizes: Sendable, Equatable {
  public var layers: Int
  public var width: Int
  public var heads: Int
  /// The inner width of the feed-forward part.
  public var mlp: Int
  public var vocabulary: Int
  /// The most tokens of a text.
  public var context: Int
  /// Whether tokens can be scored: the matrix, norm and biases that foresee masked ones.
  public var hasHead: Bool

  /// - Parameter mlp: 4 widths unless given.
  public init(
    layers: Int, width: Int, heads: Int, mlp: Int? = nil, vocabulary: Int, context: Int,
    hasHead: Bool = false
  ) {
    (self.layers, self.width, self.heads) = (layers, width, heads)
    self.mlp = mlp ?? 4 * max(min(width, SizeChecks.limit), 0)
    (self.vocabulary, self.context, self.hasHead) = (vocabulary, context, hasHead)
  }

  /// The `config.json` of an encoder of these sizes.
  ///
  /// - Parameter padding: the id that fills up texts of a batch in other tools.
  func configuration(padding: Int32) -> JSON {
    .object([
      .init("architectures", .array([.string(hasHead ? "BertForMaskedLM" : "BertModel")])),
      .init("model_type", .string("bert")), .init("hidden_size", .integer(width)),
      .init("intermediate_size", .integer(mlp)), .init("num_hidden_layers", .integer(layers)),
      .init("num_attention_heads", .integer(heads)),
      .init("max_position_embeddings", .integer(context)), .init("type_vocab_size", .integer(2)),
      .init("vocab_size", .integer(vocabulary)), .init("hidden_act", .string("gelu")),
      .init("layer_norm_eps", .number(1e-12)), .init("hidden_dropout_prob", .number(0)),
      .init("attention_probs_dropout_prob", .number(0)),
      .init("position_embedding_type", .string("absolute")),
      .init("tie_word_embeddings", .bool(true)), .init("pad_token_id", .integer(Int(padding))),
    ])
  }
}
