import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Networks of quantised weights") struct QuantizedNetworkTests {
  /// A mixture of four experts of 32 x 32 in blocks of eight bits.
  static func tiny() throws -> TinyGGUF {
    var draws = Draws(state: 3)
    var file = TinyGGUF()
    func set(_ key: String, _ value: UInt32) {
      file.metadata.append(("llama." + key, 4, TinyGGUF.word(value)))
    }
    file.metadata = [
      ("general.architecture", 8, TinyGGUF.text("llama")),
      ("llama.attention.layer_norm_rms_epsilon", 6, TinyGGUF.word(Float(1e-5).bitPattern)),
    ]
    for (key, value): (String, UInt32) in [
      ("block_count", 1), ("context_length", 64), ("embedding_length", 32),
      ("feed_forward_length", 32), ("attention.head_count", 2), ("attention.head_count_kv", 1),
      ("expert_count", 4), ("expert_used_count", 2), ("vocab_size", 40),
    ] { set(key, value) }
    func add(_ name: String, _ shape: [Int]) throws {
      let count = shape.reduce(1, *)
      let values = (0..<count).map { _ in
        shape.count == 1 ? 1 + draws.signed() / 4 : draws.signed() / 2
      }
      let isVector = shape.count == 1
      file.tensors.append(
        .init(
          name: name, dimensions: shape.reversed().map { UInt64($0) },
          type: (isVector ? GGUFTensorType.f32 : .q8x0).rawValue,
          data: isVector ? TinyCheckpoint.bytes(values) : try BlockFormat.q8x0.quantizing(values)))
    }
    try add("token_embd.weight", [40, 32])
    try add("output_norm.weight", [32])
    for (name, shape): (String, [Int]) in [
      ("attn_norm", [32]), ("attn_q", [32, 32]), ("attn_k", [16, 32]), ("attn_v", [16, 32]),
      ("attn_output", [32, 32]), ("ffn_norm", [32]), ("ffn_gate_inp", [4, 32]),
      ("ffn_gate_exps", [4, 32, 32]), ("ffn_up_exps", [4, 32, 32]), ("ffn_down_exps", [4, 32, 32]),
    ] { try add("blk.0.\(name).weight", shape) }
    return file
  }

  static func file() throws -> [UInt8] { try tiny().bytes }

  @Test("stacked experts keep their blocks, and mean what the file says")
  func experts() throws {
    try TinyCheckpoint.withFolder(["m.gguf": Self.file()]) { folder in
      let path = folder + "/m.gguf"
      let plain = try ModelLoader.loadTransformer(path: path)
      let blocks = try ModelLoader.loadTransformer(path: path, options: .init(activations: .q8))
      let file = try GGUFFile(path: path)
      for (part, name) in [
        (WeightKey.Part.expertGate, "ffn_gate_exps"), (.expertDown, "ffn_down_exps"),
      ] {
        let all = try file.floats("blk.0.\(name).weight")
        for expert in 0..<4 {
          let key = WeightKey(part, layer: 0, expert: expert)
          let own = Array(all[expert * 1024..<(expert + 1) * 1024])
          #expect(try plain.weight(key.name).floats == own)
          #expect(try blocks.weight(key.name).floats == own)
          #expect(
            try file.quantized("blk.0.\(name).weight", slice: expert)?.dequantized() == own)
        }
        #expect(throws: ModelError.self) {
          try file.quantized("blk.0.\(name).weight", slice: 4)
        }
      }
      let ids: [Int32] = [1, 5, 39, 0, 7, 7, 20]
      let (exact, rounded) = (try plain.logits(ids: ids), try blocks.logits(ids: ids))
      let distance = Fixture.distance(rounded, exact)
      #expect(distance > 0 && distance < 0.1, "\(distance)")
      // One answer here too.
      #expect(
        try CheckpointSplitTests.split(blocks, ids, [3, 1, 1, 2]) == rounded)
    }
  }

  @Test("gradients of inputs go through quantised products")
  func gradients() throws {
    try TinyCheckpoint.withFolder(["m.gguf": Self.file()]) { folder in
      let path = folder + "/m.gguf"
      var found: [Tensor] = []
      for activations in [Activations.f32, .q8] {
        let model = try ModelLoader.loadTransformer(
          path: path, options: .init(activations: activations))
        let embedding = try model.weight("embed.weight")
        let ids = try Tensor([Int32(3), 9, 30], shape: [3])
        let tape = Tape()
        let x = try tape.variable(try Variable(constant: embedding).selected(ids, axis: 0).value)
        var none: [KeyValueCache] = []
        let state = try model.run([SequenceInput(.embeddings(x))], caches: &none)
        let scores = try model.scores(state.x)
        let ones = try Tensor([Float](repeating: 1, count: scores.value.count), shape: scores.shape)
        found.append(
          try #require(try tape.gradients(of: scores, cotangent: ones, with: [x])[0]))
      }
      // The backward product takes the weights as they are: only the states differ a little.
      let distance = Fixture.distance(found[1], found[0])
      #expect(distance > 0 && distance < 0.2, "\(distance)")
    }
  }
}
