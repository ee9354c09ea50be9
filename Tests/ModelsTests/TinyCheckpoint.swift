import Files
import Glibc

@testable import Models

/// A small random Llama network, written in both file formats and computed by a plain f64 twin.
struct TinyCheckpoint {
  var network: LlamaConfiguration
  var tensors: [(name: String, shape: [Int], values: [Float])]

  init(
    seed: UInt64 = 1, width: Int = 12, hidden: Int = 20, layers: Int = 2, heads: Int = 3,
    cachedHeads: Int = 1, headWidth: Int = 4, vocabulary: Int = 17, context: Int = 40,
    isTied: Bool = true
  ) {
    network = LlamaConfiguration(
      width: width, hiddenWidth: hidden, layers: layers, heads: heads, cachedHeads: cachedHeads,
      headWidth: headWidth, vocabularySize: vocabulary, contextLength: context, isTied: isTied,
      bosID: 1, eosIDs: [2])
    var state = seed
    func draw() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) * 0x1p-31
    }
    tensors = network.tensorShapes.map { name, shape in
      (name, shape, (0..<shape.reduce(1, *)).map { _ in draw() + (shape.count == 1 ? 1 : 0) })
    }
  }

  var configuration: String {
    """
    {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": \(network.width),
     "intermediate_size": \(network.hiddenWidth), "num_hidden_layers": \(network.layers),
     "num_attention_heads": \(network.heads), "num_key_value_heads": \(network.cachedHeads),
     "head_dim": \(network.headWidth), "vocab_size": \(network.vocabularySize),
     "max_position_embeddings": \(network.contextLength), "rms_norm_eps": 1e-5,
     "rope_theta": 10000.0, "hidden_act": "silu", "tie_word_embeddings": \(network.isTied),
     "bos_token_id": 1, "eos_token_id": 2}
    """
  }

  static func bytes(_ values: [Float]) -> [UInt8] {
    values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } }
  }

  static func safetensors(_ tensors: [(name: String, shape: [Int], values: [Float])]) -> [UInt8] {
    var header = "{\"__metadata__\": {\"format\": \"pt\"}"
    var data: [UInt8] = []
    for tensor in tensors {
      let start = data.count
      data += bytes(tensor.values)
      header +=
        ", \"\(tensor.name)\": {\"dtype\": \"F32\", \"shape\": \(tensor.shape), "
        + "\"data_offsets\": [\(start), \(data.count)]}"
    }
    return file(header: header + "}", data: data)
  }

  static func file(header: String, data: [UInt8]) -> [UInt8] {
    withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) } + Array(header.utf8)
      + data
  }

  /// The llama2.c form; rotary pairs become neighbours again.
  var llama2C: [UInt8] {
    let sizes = [
      network.width, network.hiddenWidth, network.layers, network.heads, network.cachedHeads,
      network.isTied ? network.vocabularySize : -network.vocabularySize, network.contextLength,
    ]
    var out = sizes.flatMap { size in
      withUnsafeBytes(of: Int32(size).littleEndian) { Array($0) }
    }
    func put(_ name: String) {
      guard let tensor = tensors.first(where: { $0.name == name }) else { return }
      var values = tensor.values
      if name.contains("q_proj") || name.contains("k_proj") {
        let (width, head) = (network.width, network.headWidth)
        for row in 0..<values.count / width {
          let (start, inside) = (row / head * head, row % head)
          let source = start + inside / 2 + (inside % 2) * head / 2
          values.replaceSubrange(
            row * width..<(row + 1) * width,
            with: tensor.values[source * width..<(source + 1) * width])
        }
      }
      out += Self.bytes(values)
    }
    put("model.embed_tokens.weight")
    for part in [
      "input_layernorm", "self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj",
      "self_attn.o_proj", "post_attention_layernorm", "mlp.gate_proj", "mlp.down_proj",
      "mlp.up_proj",
    ] {
      for layer in 0..<network.layers { put("model.layers.\(layer).\(part).weight") }
    }
    put("model.norm.weight")
    out += [UInt8](repeating: 0, count: 4 * network.contextLength * network.headWidth)
    put("lm_head.weight")
    return out
  }

  /// The scores by the textbook, in f64.
  func logits(_ ids: [Int]) -> [[Double]] {
    func tensor(_ name: String) -> [Double] {
      tensors.first { $0.name == name + ".weight" }?.values.map(Double.init) ?? []
    }
    func times(_ name: String, _ x: [Double]) -> [Double] {
      let weight = tensor(name)
      return (0..<weight.count / x.count).map { row in
        x.indices.reduce(0) { $0 + weight[row * x.count + $1] * x[$1] }
      }
    }
    func norm(_ name: String, _ x: [Double]) -> [Double] {
      let scale = 1 / (x.reduce(0) { $0 + $1 * $1 } / Double(x.count) + 1e-5).squareRoot()
      return zip(x, tensor(name)).map { $0 * scale * $1 }
    }
    let (width, head) = (network.width, network.headWidth)
    func rotate(_ x: [Double], _ position: Int) -> [Double] {
      var y = x
      for start in stride(from: 0, to: x.count, by: head) {
        for i in 0..<head / 2 {
          let angle = Double(position) * pow(10_000, -2 * Double(i) / Double(head))
          let (a, b) = (x[start + i], x[start + i + head / 2])
          y[start + i] = a * cos(angle) - b * sin(angle)
          y[start + i + head / 2] = a * sin(angle) + b * cos(angle)
        }
      }
      return y
    }
    let embedding = tensor("model.embed_tokens")
    var stream = ids.map { Array(embedding[$0 * width..<($0 + 1) * width]) }
    for layer in 0..<network.layers {
      let prefix = "model.layers.\(layer)."
      let normed = stream.map { norm(prefix + "input_layernorm", $0) }
      let q = normed.enumerated().map { rotate(times(prefix + "self_attn.q_proj", $1), $0) }
      let k = normed.enumerated().map { rotate(times(prefix + "self_attn.k_proj", $1), $0) }
      let v = normed.map { times(prefix + "self_attn.v_proj", $0) }
      for row in ids.indices {
        var out: [Double] = []
        for h in 0..<network.heads {
          let group = h / (network.heads / network.cachedHeads) * head
          let scores = (0...row).map { key in
            (0..<head).reduce(0) { $0 + q[row][h * head + $1] * k[key][group + $1] }
              / Double(head).squareRoot()
          }
          let weights = scores.map { exp($0) }
          let sum = weights.reduce(0, +)
          out += (0..<head).map { i in
            (0...row).reduce(0) { $0 + weights[$1] / sum * v[$1][group + i] }
          }
        }
        let change = times(prefix + "self_attn.o_proj", out)
        stream[row] = zip(stream[row], change).map { $0 + $1 }
        let x = norm(prefix + "post_attention_layernorm", stream[row])
        let gate = times(prefix + "mlp.gate_proj", x).map { $0 / (1 + exp(-$0)) }
        let hidden = zip(gate, times(prefix + "mlp.up_proj", x)).map { $0 * $1 }
        stream[row] = zip(stream[row], times(prefix + "mlp.down_proj", hidden)).map { $0 + $1 }
      }
    }
    let output = network.isTied ? "model.embed_tokens" : "lm_head"
    return stream.map { times(output, norm("model.norm", $0)) }
  }

  /// Writes files into a new folder, which `body` may read.
  static func withFolder<R>(_ files: [String: [UInt8]], _ body: (String) throws -> R) throws -> R {
    var template = Array("/tmp/tessera-models-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw FileError.notFound(path: "/tmp") }
    let folder = String(cString: made)
    defer {
      for name in files.keys { unlink(folder + "/" + name) }
      rmdir(folder)
    }
    for (name, bytes) in files { try DurableFile.replace(folder + "/" + name, with: bytes) }
    return try body(folder)
  }

  func load() throws -> any LanguageModel {
    try Self.withFolder([
      "config.json": Array(configuration.utf8), "model.safetensors": Self.safetensors(tensors),
    ]) { try ModelLoader.load(path: $0) }
  }
}
