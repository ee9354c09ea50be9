import Files

/// The sizes of a Llama network as llama2.c's header gives them, checked against each other.
public struct LlamaConfiguration: Sendable, Equatable {
  public var width: Int
  public var hiddenWidth: Int
  public var layers: Int
  public var heads: Int
  /// Heads of keys and values; each serves `heads / cachedHeads` query heads.
  public var cachedHeads: Int
  public var headWidth: Int
  public var vocabularySize: Int
  public var contextLength: Int
  public var epsilon: Float = 1e-5
  public var rotaryBase: Double = 10_000
  /// The output matrix is the embedding.
  public var isTied: Bool
  public var bosID: Int32?
  public var eosIDs: [Int32] = []

  /// The largest size of any kind taken, so that products of three stay inside 64 bits.
  static let sizeLimit = 1 << 20

  /// Refuses sizes that no network has.
  func check(path: String) throws(ModelError) {
    let sizes: [(String, Int)] = [
      ("hidden_size", width), ("intermediate_size", hiddenWidth), ("num_hidden_layers", layers),
      ("num_attention_heads", heads), ("num_key_value_heads", cachedHeads),
      ("head_dim", headWidth), ("vocab_size", vocabularySize),
    ]
    for (field, size) in sizes where size < 1 || size > Self.sizeLimit {
      throw .configuration(
        path: path, field: field, reason: "\(size) is outside 1...\(Self.sizeLimit)")
    }
    guard contextLength >= 1 && contextLength <= 1 << 24 else {
      throw .configuration(
        path: path, field: "max_position_embeddings",
        reason: "\(contextLength) is outside 1...\(1 << 24)")
    }
    if heads % cachedHeads != 0 {
      throw .configuration(
        path: path, field: "num_key_value_heads",
        reason: "\(cachedHeads) does not divide the \(heads) attention heads")
    }
    if headWidth % 2 != 0 {
      throw .configuration(
        path: path, field: "head_dim", reason: "\(headWidth) is odd, positions turn pairs")
    }
    if !(epsilon > 0 && epsilon < 1) {
      throw .configuration(
        path: path, field: "rms_norm_eps", reason: "\(epsilon) is outside 0...1")
    }
    if !(rotaryBase >= 1 && rotaryBase < 1e18) {
      throw .configuration(
        path: path, field: "rope_theta", reason: "\(rotaryBase) is outside 1...1e18")
    }
    for id in eosIDs + (bosID.map { [$0] } ?? []) where id < 0 || Int(id) >= vocabularySize {
      throw .configuration(
        path: path, field: "bos_token_id or eos_token_id",
        reason: "\(id) is outside the vocabulary of \(vocabularySize)")
    }
  }
}

extension LlamaConfiguration {
  /// The tensors that a configuration asks for, with their shapes.
  var tensorShapes: [(name: String, shape: [Int])] {
    let queryWidth = heads * headWidth
    let keyWidth = cachedHeads * headWidth
    var result = [("model.embed_tokens.weight", [vocabularySize, width])]
    for layer in 0..<layers {
      let prefix = "model.layers.\(layer)."
      result += [
        (prefix + "input_layernorm.weight", [width]),
        (prefix + "self_attn.q_proj.weight", [queryWidth, width]),
        (prefix + "self_attn.k_proj.weight", [keyWidth, width]),
        (prefix + "self_attn.v_proj.weight", [keyWidth, width]),
        (prefix + "self_attn.o_proj.weight", [width, queryWidth]),
        (prefix + "post_attention_layernorm.weight", [width]),
        (prefix + "mlp.gate_proj.weight", [hiddenWidth, width]),
        (prefix + "mlp.up_proj.weight", [hiddenWidth, width]),
        (prefix + "mlp.down_proj.weight", [width, hiddenWidth]),
      ]
    }
    result.append(("model.norm.weight", [width]))
    if !isTied {
      result.append(("lm_head.weight", [vocabularySize, width]))
    }
    return result
  }
}
