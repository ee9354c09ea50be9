import Kernels

extension LlamaWeights {
  /// The values of the tensor that Hugging Face names so, row-major; nil if there is none.
  func values(_ name: String) -> [Float]? {
    switch name {
    case "model.embed_tokens.weight": return embedding
    case "model.norm.weight": return finalNorm
    case "lm_head.weight": return unembedding.weight
    default: break
    }
    let parts = name.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "model", parts[1] == "layers",
      let index = Int(parts[2]), layers.indices.contains(index)
    else { return nil }
    let layer = layers[index]
    return switch parts[3] {
    case "input_layernorm.weight": layer.attentionNorm
    case "self_attn.q_proj.weight": layer.query.weight
    case "self_attn.k_proj.weight": layer.key.weight
    case "self_attn.v_proj.weight": layer.value.weight
    case "self_attn.o_proj.weight": layer.output.weight
    case "post_attention_layernorm.weight": layer.feedForwardNorm
    case "mlp.gate_proj.weight": layer.gate.weight
    case "mlp.up_proj.weight": layer.up.weight
    case "mlp.down_proj.weight": layer.down.weight
    default: nil
    }
  }
}
