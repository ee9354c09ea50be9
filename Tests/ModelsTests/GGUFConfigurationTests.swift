import Testing

@testable import Models

@Suite("What GGUF metadata ask for and cannot have") struct GGUFConfigurationTests {
  private static func error(_ change: (inout TinyGGUF) -> Void) throws -> ModelError? {
    var file = try QuantizedNetworkTests.tiny()
    change(&file)
    return try TinyCheckpoint.withFolder(["m.gguf": file.bytes]) { folder in
      do { _ = try ModelLoader.load(path: folder + "/m.gguf") } catch {
        return error as? ModelError
      }
      return nil
    }
  }

  private static func set(_ file: inout TinyGGUF, _ key: String, _ type: UInt32, _ value: [UInt8]) {
    file.metadata.removeAll { $0.key == key }
    file.metadata.append((key, type, value))
  }

  @Test(
    "sizes that none has",
    arguments: [
      "block_count", "embedding_length", "feed_forward_length", "attention.head_count",
      "attention.head_count_kv", "vocab_size", "context_length", "expert_used_count",
      "rope.dimension_count",
    ])
  func sizes(field: String) throws {
    for value in [UInt32(0), 1 << 31] where !(value == 0 && field == "rope.dimension_count") {
      let error = try Self.error { Self.set(&$0, "llama." + field, 4, TinyGGUF.word(value)) }
      #expect(error?.code == "E0606", "\(value)")
    }
    let text = try Self.error { Self.set(&$0, "llama." + field, 8, TinyGGUF.text("many")) }
    #expect(text?.code == "E0606")
  }

  @Test(
    "keys that other networks have",
    arguments: [
      ("llama.attention.causal", 7, [0], "E0603"), ("llama.attention.causal", 7, [1], nil),
      ("llama.attention.scale", 6, TinyGGUF.word(Float(0.5).bitPattern), "E0603"),
      ("llama.attention.scale", 6, TinyGGUF.word(Float(0).bitPattern), nil),
      ("llama.attention.value_length", 4, TinyGGUF.word(UInt32(8)), "E0603"),
      ("llama.final_logit_softcapping", 6, TinyGGUF.word(Float(30).bitPattern), "E0603"),
      ("llama.expert_gating_func", 4, TinyGGUF.word(UInt32(2)), "E0603"),
      ("llama.expert_gating_func", 4, TinyGGUF.word(UInt32(1)), nil),
      ("llama.rope.scaling.type", 8, TinyGGUF.text("spiral"), "E0603"),
      ("llama.rope.scaling.attn_factor", 6, TinyGGUF.word(Float(2).bitPattern), "E0603"),
      ("llama.rope.freq_base", 6, TinyGGUF.word(Float(-1).bitPattern), "E0606"),
      ("general.architecture", 8, TinyGGUF.text("mamba"), "E0603"),
      ("general.architecture", 8, TinyGGUF.text("qwen2"), "E0606"),
    ] as [(String, UInt32, [UInt8], String?)])
  func keys(key: String, type: UInt32, value: [UInt8], code: String?) throws {
    let error = try Self.error { Self.set(&$0, key, type, value) }
    #expect(error?.code == code, "\(error.map { $0.message } ?? "none")")
  }

  @Test("tensors that are missing, of another shape or too many")
  func tensors() throws {
    let missing = try Self.error { $0.tensors.removeAll { $0.name == "blk.0.ffn_up_exps.weight" } }
    #expect(missing?.code == "E0604")
    let turned = try Self.error {
      for index in $0.tensors.indices where $0.tensors[index].name == "token_embd.weight" {
        $0.tensors[index].dimensions = [64, 20]
      }
    }
    #expect(turned?.code == "E0605")
    for count in [UInt64(8), 5] {
      let error = try Self.error {
        $0.tensors.append(
          .init(
            name: "rope_freqs.weight", dimensions: [count], type: 0,
            data: TinyCheckpoint.bytes([Float](repeating: 1, count: Int(count)))))
      }
      #expect(error?.code == (count == 8 ? nil : "E0606"))
    }
    let surplus = try Self.error {
      $0.tensors.append(
        .init(name: "blk.0.extra.weight", dimensions: [1], type: 0, data: [0, 0, 0, 0]))
    }
    #expect(surplus?.code == "E0604")
  }
}
