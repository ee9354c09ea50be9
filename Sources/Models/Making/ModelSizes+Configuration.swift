import Files

extension ModelSizes {
  /// The `config.json` of a model of these sizes.
  func configuration(type: String, bosID: Int32? = nil, eosID: Int32? = nil) -> JSON {
    var members: [JSON.Member]
    switch format {
    case .llama: members = llama
    case .gpt2: members = gpt2
    case .tessera: members = own
    }
    members += [
      .init("vocab_size", .integer(vocabulary)), .init("tie_word_embeddings", .bool(isTied)),
      .init("torch_dtype", .string(type)),
    ]
    if let bosID { members.append(.init("bos_token_id", .integer(Int(bosID)))) }
    if let eosID { members.append(.init("eos_token_id", .integer(Int(eosID)))) }
    return .object(members)
  }

  private var llama: [JSON.Member] {
    [
      .init("architectures", .array([.string("LlamaForCausalLM")])),
      .init("model_type", .string("llama")),
      .init("hidden_size", .integer(width)), .init("intermediate_size", .integer(mlp)),
      .init("num_hidden_layers", .integer(layers)), .init("num_attention_heads", .integer(heads)),
      .init("num_key_value_heads", .integer(keyValueHeads)),
      .init("head_dim", .integer(width / max(heads, 1))),
      .init("max_position_embeddings", .integer(context)),
      .init("hidden_act", .string(activation.huggingFaceName)),
      .init("rms_norm_eps", .number(epsilon)), .init("rope_theta", .number(rotaryBase)),
      .init("attention_bias", .bool(hasBias)), .init("mlp_bias", .bool(hasBias)),
    ]
  }

  private var gpt2: [JSON.Member] {
    [
      .init("architectures", .array([.string("GPT2LMHeadModel")])),
      .init("model_type", .string("gpt2")), .init("n_embd", .integer(width)),
      .init("n_inner", .integer(mlp)), .init("n_layer", .integer(layers)),
      .init("n_head", .integer(heads)), .init("n_positions", .integer(context)),
      .init("activation_function", .string(activation.huggingFaceName)),
      .init("layer_norm_epsilon", .number(epsilon)), .init("attn_pdrop", .number(0)),
      .init("embd_pdrop", .number(0)), .init("resid_pdrop", .number(0)),
    ]
  }

  private var own: [JSON.Member] {
    [
      .init("model_type", .string(Format.tessera.rawValue)), .init("hidden_size", .integer(width)),
      .init("intermediate_size", .integer(mlp)), .init("num_hidden_layers", .integer(layers)),
      .init("num_attention_heads", .integer(heads)),
      .init("num_key_value_heads", .integer(keyValueHeads)),
      .init("max_position_embeddings", .integer(context)),
      .init("positions", .string(positions.rawValue)), .init("norm", .string(norm.rawValue)),
      .init("norm_eps", .number(epsilon)), .init("rope_theta", .number(rotaryBase)),
      .init("hidden_act", .string(activation.huggingFaceName)), .init("gated", .bool(isGated)),
      .init("bias", .bool(hasBias)), .init("causal", .bool(isCausal)),
      .init("score_scale", scoreScale.map { .number(Double($0)) } ?? .null),
    ] + mixingMembers
  }

  /// As ``configuration(type:bosID:eosID:)`` writes its own kind.
  init(own fields: ConfigurationFields) throws(ModelError) {
    func choice<Choice: RawRepresentable<String> & CaseIterable>(_ field: String, _: Choice.Type)
      throws(ModelError) -> Choice
    {
      guard let choice = fields.text(field).flatMap({ Choice(rawValue: $0) }) else {
        throw .configuration(
          path: fields.path, field: field,
          reason: "it is none of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return choice
    }
    var context = fields.contextLength
    if context == nil { context = try fields.size("max_position_embeddings") }
    self.init(
      layers: try fields.size("num_hidden_layers"), width: try fields.size("hidden_size"),
      heads: try fields.size("num_attention_heads"),
      keyValueHeads: try fields.size("num_key_value_heads"),
      mlp: try fields.size("intermediate_size"), vocabulary: try fields.size("vocab_size"),
      context: context ?? 0,
      positions: try choice("positions", Positions.self), norm: try choice("norm", Norm.self),
      activation: try fields.activation("silu"), isGated: try fields.flag("gated", default: true),
      hasBias: try fields.flag("bias", default: false),
      isTied: try fields.flag("tie_word_embeddings", default: true))
    isCausal = try fields.flag("causal", default: true)
    epsilon = try fields.number("norm_eps", default: 1e-5)
    rotaryBase = try fields.number("rope_theta", default: 10_000)
    if fields.isGiven("score_scale") {
      scoreScale = Float(try fields.number("score_scale", default: 1))
    }
    (mixers, companion) = (try fields.mixers(), try fields.companion())
  }
}

extension NetworkActivation {
  /// What Hugging Face's `hidden_act` calls it.
  var huggingFaceName: String {
    switch self {
    case .geluTanh: "gelu_pytorch_tanh"
    case .silu, .gelu, .relu, .quickGELU, .squaredReLU: rawValue
    }
  }
}
