import Kernels

/// Where the tensors of a Llama network come from, by the names that Hugging Face gives them.
protocol LlamaTensorSource {
  /// The values of a tensor that has this shape, row-major.
  func floats(_ name: String, shape: [Int]) throws(ModelError) -> [Float]
}

/// A Llama network's weights, packed for multiplication.
///
/// Rows of query and key projections stand in the half-split order of rotary pairs (i, i + half).
struct LlamaWeights: Sendable {
  struct Layer: Sendable {
    var attentionNorm: [Float]
    var query: PackedMatrix
    var key: PackedMatrix
    var value: PackedMatrix
    var output: PackedMatrix
    var feedForwardNorm: [Float]
    var gate: PackedMatrix
    var up: PackedMatrix
    var down: PackedMatrix
  }

  /// `[vocabulary, width]`
  var embedding: [Float]
  var layers: [Layer]
  var finalNorm: [Float]
  var unembedding: PackedMatrix
  var parameterCount: Int

  /// The tensors that a configuration asks for, with their shapes.
  static func shapes(_ configuration: LlamaConfiguration) -> [(name: String, shape: [Int])] {
    let width = configuration.width
    let queryWidth = configuration.heads * configuration.headWidth
    let keyWidth = configuration.cachedHeads * configuration.headWidth
    var result = [("model.embed_tokens.weight", [configuration.vocabularySize, width])]
    for layer in 0..<configuration.layers {
      let prefix = "model.layers.\(layer)."
      result += [
        (prefix + "input_layernorm.weight", [width]),
        (prefix + "self_attn.q_proj.weight", [queryWidth, width]),
        (prefix + "self_attn.k_proj.weight", [keyWidth, width]),
        (prefix + "self_attn.v_proj.weight", [keyWidth, width]),
        (prefix + "self_attn.o_proj.weight", [width, queryWidth]),
        (prefix + "post_attention_layernorm.weight", [width]),
        (prefix + "mlp.gate_proj.weight", [configuration.hiddenWidth, width]),
        (prefix + "mlp.up_proj.weight", [configuration.hiddenWidth, width]),
        (prefix + "mlp.down_proj.weight", [width, configuration.hiddenWidth]),
      ]
    }
    result.append(("model.norm.weight", [width]))
    if !configuration.isTied {
      result.append(("lm_head.weight", [configuration.vocabularySize, width]))
    }
    return result
  }

  /// Loads and packs all tensors, one at a time.
  init(_ configuration: LlamaConfiguration, from source: some LlamaTensorSource)
    throws(ModelError)
  {
    var parameterCount = 0
    func vector(_ name: String, _ count: Int) throws(ModelError) -> [Float] {
      parameterCount += count
      return try source.floats(name, shape: [count])
    }
    func matrix(_ name: String, _ outputs: Int, _ inputs: Int) throws(ModelError) -> PackedMatrix {
      parameterCount += outputs * inputs
      let weight = try source.floats(name, shape: [outputs, inputs])
      do throws(Interruption) { try Cancellation.check() } catch { throw .interrupted(error) }
      return try Self.packed(weight, outputs, inputs)
    }
    let width = configuration.width
    let queryWidth = configuration.heads * configuration.headWidth
    let keyWidth = configuration.cachedHeads * configuration.headWidth
    let hidden = configuration.hiddenWidth
    let vocabulary = configuration.vocabularySize

    embedding = try source.floats("model.embed_tokens.weight", shape: [vocabulary, width])
    parameterCount += embedding.count
    layers = []
    for index in 0..<configuration.layers {
      let prefix = "model.layers.\(index)."
      layers.append(
        Layer(
          attentionNorm: try vector(prefix + "input_layernorm.weight", width),
          query: try matrix(prefix + "self_attn.q_proj.weight", queryWidth, width),
          key: try matrix(prefix + "self_attn.k_proj.weight", keyWidth, width),
          value: try matrix(prefix + "self_attn.v_proj.weight", keyWidth, width),
          output: try matrix(prefix + "self_attn.o_proj.weight", width, queryWidth),
          feedForwardNorm: try vector(prefix + "post_attention_layernorm.weight", width),
          gate: try matrix(prefix + "mlp.gate_proj.weight", hidden, width),
          up: try matrix(prefix + "mlp.up_proj.weight", hidden, width),
          down: try matrix(prefix + "mlp.down_proj.weight", width, hidden)))
    }
    finalNorm = try vector("model.norm.weight", width)
    if configuration.isTied {
      unembedding = try Self.packed(embedding, vocabulary, width)
    } else {
      unembedding = try matrix("lm_head.weight", vocabulary, width)
    }
    self.parameterCount = parameterCount
  }

  private static func packed(_ weight: [Float], _ outputs: Int, _ inputs: Int)
    throws(ModelError) -> PackedMatrix
  {
    do throws(KernelError) {
      return try PackedMatrix.packing(weight: weight, outputs: outputs, inputs: inputs)
    } catch { throw ModelError(error) }
  }
}
