/// The names of Llama's tensors in Hugging Face's files, which most decoders share.
enum HuggingFaceNames {
  /// - Parameters:
  ///   - prefix: `model.` in most files.
  ///   - renamed: a part's name under `layers.N.` where it is another one.
  static func recipes(
    _ network: NetworkDescription, prefix: String = "model.", layers: String = "layers.",
    renamed: [WeightKey.Part: String] = [:]
  ) -> [WeightKey: WeightRecipe] {
    var recipes: [WeightKey: WeightRecipe] = [:]
    for (key, _) in network.weightShapes {
      guard let name = renamed[key.part] ?? names[key.part] else { continue }
      let end = key.isBias ? ".bias" : ".weight"
      if let layer = key.layer {
        let place = key.expert.map { name.replacingExpert($0) } ?? name
        recipes[key] = WeightRecipe("\(prefix)\(layers)\(layer).\(place)\(end)")
      } else {
        recipes[key] = WeightRecipe((key.part == .head ? "" : prefix) + name + end)
      }
    }
    return recipes
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "embed_tokens", .finalNorm: "norm", .head: "lm_head",
    .attentionNorm: "input_layernorm", .query: "self_attn.q_proj", .key: "self_attn.k_proj",
    .value: "self_attn.v_proj", .output: "self_attn.o_proj", .queryNorm: "self_attn.q_norm",
    .keyNorm: "self_attn.k_norm", .attentionOutputNorm: "post_attention_layernorm",
    .feedForwardNorm: "post_attention_layernorm", .gate: "mlp.gate_proj", .up: "mlp.up_proj",
    .down: "mlp.down_proj", .feedForwardOutputNorm: "post_feedforward_layernorm",
    .router: "mlp.gate", .expertGate: "mlp.experts.#.gate_proj",
    .expertUp: "mlp.experts.#.up_proj", .expertDown: "mlp.experts.#.down_proj",
    .sharedRouter: "mlp.shared_expert_gate", .sharedGate: "mlp.shared_expert.gate_proj",
    .sharedUp: "mlp.shared_expert.up_proj", .sharedDown: "mlp.shared_expert.down_proj",
  ]
}

/// The names of tensors in GGUF files.
enum GGUFNames {
  /// - Parameter renamed: a part's name where it is another one.
  static func recipes(_ network: NetworkDescription, renamed: [WeightKey.Part: String] = [:])
    -> [WeightKey: WeightRecipe]
  {
    var recipes: [WeightKey: WeightRecipe] = [:]
    for (key, _) in network.weightShapes {
      guard let name = renamed[key.part] ?? names[key.part] else { continue }
      let end = key.isBias ? ".bias" : ".weight"
      let place = key.layer.map { "blk.\($0)." } ?? ""
      recipes[key] = WeightRecipe(place + name + end, slice: key.expert)
    }
    return recipes
  }

  private static let names: [WeightKey.Part: String] = [
    .embedding: "token_embd", .learnedPositions: "position_embd", .tokenTypes: "token_types",
    .embeddingNorm: "token_embd_norm", .finalNorm: "output_norm", .head: "output",
    .attentionNorm: "attn_norm", .query: "attn_q", .key: "attn_k", .value: "attn_v",
    .output: "attn_output", .queryNorm: "attn_q_norm", .keyNorm: "attn_k_norm",
    .attentionOutputNorm: "post_attention_norm", .feedForwardNorm: "ffn_norm",
    .gate: "ffn_gate", .up: "ffn_up", .down: "ffn_down",
    .feedForwardOutputNorm: "post_ffw_norm", .router: "ffn_gate_inp",
    .expertGate: "ffn_gate_exps", .expertUp: "ffn_up_exps", .expertDown: "ffn_down_exps",
    .sharedRouter: "ffn_gate_inp_shexp", .sharedGate: "ffn_gate_shexp",
    .sharedUp: "ffn_up_shexp", .sharedDown: "ffn_down_shexp",
  ]
}

extension String {
  /// `#` is the expert's number.
  fileprivate func replacingExpert(_ expert: Int) -> String {
    split(separator: "#", omittingEmptySubsequences: false).joined(separator: String(expert))
  }
}
