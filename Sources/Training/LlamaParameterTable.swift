import Kernels
import Tensors

/// One tensor of a model, and where it stands among all parameters.
public struct ParameterTensor: Sendable, Equatable {
  /// Its name in a Llama weights file.
  public let name: String
  public let shape: [Int]
  /// Where it stands in the flat parameters.
  public let range: Range<Int>
  /// Matrices are drawn towards 0 by the optimizer; gains are not.
  public var isMatrix: Bool { shape.count > 1 }
}

/// The order of a model's parameters: embedding, layers, last norm.
struct LlamaParameterTable: Sendable {
  struct Layer: Sendable {
    let attentionNorm, query, key, value, output, mlpNorm, gate, up, down: Int
  }

  private(set) var tensors: [ParameterTensor] = []
  private(set) var layers: [Layer] = []
  /// Indices of `tensors`.
  let embedding = 0
  private(set) var lastNorm = 0

  init(_ shape: LlamaShape) {
    let (width, mlp, kv) = (shape.width, shape.mlp, shape.keyValueWidth)
    _ = add("model.embed_tokens.weight", [shape.vocabulary, width])
    for index in 0..<shape.layers {
      let prefix = "model.layers.\(index)."
      layers.append(
        Layer(
          attentionNorm: add(prefix + "input_layernorm.weight", [width]),
          query: add(prefix + "self_attn.q_proj.weight", [width, width]),
          key: add(prefix + "self_attn.k_proj.weight", [kv, width]),
          value: add(prefix + "self_attn.v_proj.weight", [kv, width]),
          output: add(prefix + "self_attn.o_proj.weight", [width, width]),
          mlpNorm: add(prefix + "post_attention_layernorm.weight", [width]),
          gate: add(prefix + "mlp.gate_proj.weight", [mlp, width]),
          up: add(prefix + "mlp.up_proj.weight", [mlp, width]),
          down: add(prefix + "mlp.down_proj.weight", [width, mlp])))
    }
    lastNorm = add("model.norm.weight", [width])
  }

  private mutating func add(_ name: String, _ shape: [Int]) -> Int {
    let start = tensors.last?.range.upperBound ?? 0
    tensors.append(
      ParameterTensor(name: name, shape: shape, range: start..<start + shape.reduce(1, *)))
    return tensors.count - 1
  }

  var count: Int { tensors.last?.range.upperBound ?? 0 }

  /// Fills the parameters: gains 1, matrices normal with deviation 0.02; those that write to the
  /// residual stream get 0.02 / √(2 · layers) (A. Radford et al., 2019).
  ///
  /// Each tensor has a stream of its own, so no tensor's numbers depend on another's size.
  func initialize(_ parameters: FloatView, stream: RandomStream) {
    let residual = 0.02 / Double(2 * layers.count).squareRoot()
    for tensor in tensors {
      guard tensor.isMatrix else {
        for index in tensor.range { parameters[index] = 1 }
        continue
      }
      let writesResidual =
        tensor.name.hasSuffix("o_proj.weight") || tensor.name.hasSuffix("down_proj.weight")
      let deviation = writesResidual ? residual : 0.02
      var numbers = stream.child(tensor.name)
      for index in tensor.range { parameters[index] = Float(numbers.normal() * deviation) }
    }
  }
}
