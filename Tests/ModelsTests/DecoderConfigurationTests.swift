import Files
import Testing

@testable import Models

@Suite("What configurations ask for and cannot have") struct DecoderConfigurationTests {
  /// The configuration of a fixture with one field changed; nil takes it away.
  static func reading(
    _ name: String, _ field: String, _ value: JSON?, contextLength: Int? = nil
  ) throws -> ArchitectureReading {
    var members = try Fixture(name: name).json().objectValue ?? []
    members.removeAll { $0.key == field }
    if let value { members.append(JSON.Member(field, value)) }
    return try Architectures.reading(
      json: .object(members), path: "config.json", contextLength: contextLength)
  }

  static func error(_ name: String, _ field: String, _ value: JSON?) -> ModelError? {
    do {
      let reading = try reading(name, field, value)
      try SizeChecks.check(reading.network, path: "config.json")
    } catch { return error as? ModelError }
    return nil
  }

  static func number(_ value: Int) -> JSON { .integer(value) }

  @Test(
    "sizes that none has, in two families",
    arguments: [
      ("llama", "hidden_size"), ("llama", "num_hidden_layers"), ("llama", "num_attention_heads"),
      ("llama", "num_key_value_heads"), ("llama", "head_dim"), ("llama", "vocab_size"),
      ("llama", "max_position_embeddings"), ("llama", "intermediate_size"), ("gpt2", "n_embd"),
      ("gpt2", "n_layer"), ("gpt2", "n_head"), ("gpt2", "n_positions"), ("gpt2", "vocab_size"),
      ("gpt2", "n_inner"), ("qwen3_moe", "num_local_experts"),
      ("qwen3_moe", "num_experts_per_tok"), ("qwen3_moe", "moe_intermediate_size"),
      ("qwen2_moe", "shared_expert_intermediate_size"), ("mistral", "sliding_window"),
      ("phi3", "intermediate_size"), ("falcon_grouped", "num_kv_heads"),
      ("stablelm_parallel", "num_attention_heads"), ("mixtral", "num_local_experts"),
    ])
  func sizes(name: String, field: String) {
    for value in [-1, 0, -9_223_372_036_854_775_808, 1 << 40, 9_223_372_036_854_775_807] {
      let error = Self.error(name, field, .integer(value))
      #expect(error?.code == "E0606", "\(value)")
    }
    #expect(Self.error(name, field, .string("many"))?.code == "E0606")
    #expect(Self.error(name, field, .number(1.5))?.code == "E0606")
  }

  @Test(
    "values that mean nothing",
    arguments: [
      ("llama", "num_attention_heads", JSON.integer(3), "E0606"),
      ("llama", "rms_norm_eps", .integer(0), "E0606"),
      ("llama", "rms_norm_eps", .string("small"), "E0606"),
      ("llama", "attention_bias", .string("yes"), "E0606"),
      ("llama", "tie_word_embeddings", .integer(1), "E0606"),
      ("llama", "hidden_act", .string("snake"), "E0603"),
      ("llama", "hidden_act", .integer(1), "E0606"),
      ("llama", "bos_token_id", .integer(48), "E0606"),
      ("llama", "eos_token_id", .array([.integer(2), .string("x")]), "E0606"),
      ("llama", "rope_parameters", .integer(1), "E0606"),
      ("llama", "rope_scaling", .object([.init("type", .string("spiral"))]), "E0603"),
      ("llama", "rope_scaling", .object([.init("type", .string("linear"))]), "E0606"),
      ("llama", "rope_theta", .integer(-1), nil),
      ("llama", "layer_types", .array([.string("full_attention")]), "E0606"),
      (
        "llama", "layer_types",
        .array([.string("linear_attention"), .string("full_attention")]), "E0603"
      ),
      ("llama", "final_logit_softcapping", .number(30), "E0603"),
      ("llama", "alibi", .bool(true), "E0603"), ("llama", "alibi", .bool(false), nil),
      ("llama", "num_experts", .integer(8), "E0603"), ("llama", "num_experts", .integer(0), nil),
      ("llama", "residual_multiplier", .number(0.5), "E0603"),
      ("llama", "residual_multiplier", .number(1), nil),
      ("llama", "model_type", .string("mamba"), "E0603"), ("llama", "model_type", nil, nil),
      ("llama", "quantization_config", .object([]), "E0603"),
      ("gpt2", "n_head", .integer(3), "E0606"), ("gpt2", "n_embd", nil, "E0606"),
      ("gpt2", "activation_function", .string("snake"), "E0603"),
      ("gpt2", "add_cross_attention", .bool(true), "E0603"),
      ("gpt2", "layer_norm_epsilon", .number(2), "E0606"),
      ("gemma", "use_bidirectional_attention", .bool(true), "E0603"),
      ("gemma2", "attn_logit_softcapping", .integer(-1), "E0606"),
      ("gemma2", "query_pre_attn_scalar", .integer(0), "E0606"),
      ("gemma3", "model_type", .string("gemma3"), "E0603"),
      ("gemma3", "_sliding_window_pattern", .integer(0), "E0606"),
      ("gpt_neox", "rotary_pct", .number(0.3), nil),
      ("phi", "rope_parameters", .object([.init("partial_rotary_factor", .integer(2))]), "E0606"),
      ("phi3_longrope", "rope_parameters", nil, nil),
      ("qwen2_moe", "use_sliding_window", .bool(true), nil),
      ("qwen2_windowed", "use_sliding_window", .bool(false), "E0606"),
      ("qwen3_moe", "decoder_sparse_step", .integer(0), "E0606"),
      ("qwen3_moe", "num_experts_per_tok", .integer(5), "E0606"),
      ("smollm3", "no_rope_layers", .array([.integer(1)]), "E0606"),
      ("olmo", "clip_qkv", .integer(0), "E0606"),
      ("falcon_grouped", "parallel_attn", .bool(false), "E0603"),
      ("falcon_grouped", "num_ln_in_parallel_attn", .integer(3), "E0606"),
      ("falcon_grouped", "num_kv_heads", .integer(3), "E0606"),
      ("mixtral", "num_experts_per_tok", .integer(9), "E0606"),
    ] as [(String, String, JSON?, String?)])
  func values(name: String, field: String, value: JSON?, code: String?) {
    let error = Self.error(name, field, value)
    #expect(error?.code == code, "\(error.map { $0.message } ?? "none")")
  }

  @Test("long factors have to be as many as there are rotary pairs")
  func longFactors() {
    let short = JSON.array([.number(1), .number(1), .number(1)])
    for long in [JSON.array([.number(1)]), .array([.number(0), .number(1), .number(1)]), .null] {
      let rope = JSON.object([
        .init("rope_type", .string("longrope")), .init("short_factor", short),
        .init("long_factor", long), .init("partial_rotary_factor", .number(0.75)),
      ])
      let error = Self.error("phi3_longrope", "rope_parameters", rope)
      #expect(error?.code == "E0606")
      #expect(error?.message.contains("long_factor") == true)
    }
  }

  @Test("the number of positions chooses between short and long factors")
  func contexts() throws {
    func context(_ length: Int?) throws -> Int {
      try Self.reading("phi3_longrope", "x", nil, contextLength: length)
        .network.embedding.contextLength
    }
    #expect(try context(nil) == 16)
    #expect(try context(64) == 64)
    let model = try Fixture(name: "phi3_longrope").load()
    #expect(throws: ModelError.contextExceeded(needed: 17, limit: 16)) {
      try model.logits(ids: [Int32](repeating: 3, count: 17))
    }
    #expect(throws: ModelError.self) {
      try Self.reading("gpt2", "x", nil, contextLength: 33)
    }
    #expect(
      try Self.reading("gpt2", "x", nil, contextLength: 8).network.embedding.contextLength == 8)
  }

  @Test("hostile numbers of parts are refused before lists of them are made")
  func parts() throws {
    var members = try Fixture(name: "qwen3_moe").json().objectValue ?? []
    for (field, value) in [("num_hidden_layers", 4096), ("num_local_experts", 4096)] {
      members.removeAll { $0.key == field }
      members.append(JSON.Member(field, .integer(value)))
    }
    let error = #expect(throws: ModelError.self) {
      try Architectures.reading(json: .object(members), path: "config.json")
    }
    #expect(error?.code == "E0606")
  }

  @Test("GPT-2 files without a prefix are the same model")
  func prefixes() throws {
    let fixture = Fixture(name: "gpt2")
    let file = try SafetensorsFile(path: fixture.folder + "/model.safetensors")
    var tensors: [(name: String, shape: [Int], values: [Float])] = []
    for name in file.names {
      let shape = try #require(file.shape(of: name))
      tensors.append((String(name.dropFirst("transformer.".count)), shape, try file.floats(name)))
    }
    // Masks that old files carry.
    tensors.append(("h.0.attn.bias", [1, 1, 2, 2], [1, 0, 1, 1]))
    tensors.append(("h.1.attn.masked_bias", [1], [-10_000]))
    try TinyCheckpoint.withFolder([
      "config.json": try FileContents.bytes(at: fixture.folder + "/config.json"),
      "model.safetensors": TinyCheckpoint.safetensors(tensors),
    ]) { folder in
      let model = try ModelLoader.load(path: folder)
      #expect(try model.logits(ids: [1, 2, 3]) == fixture.load().logits(ids: [1, 2, 3]))
    }
  }

  @Test("norms of heads have to be there, and all of one shape")
  func stackedNorms() throws {
    let fixture = Fixture(name: "stablelm_parallel")
    let file = try SafetensorsFile(path: fixture.folder + "/model.safetensors")
    let name = "model.layers.1.self_attn.q_layernorm.norms.2.weight"
    for change in ["shape", "missing"] {
      var tensors: [(name: String, shape: [Int], values: [Float])] = []
      for each in file.names where each != name || change == "shape" {
        var (shape, values) = (try #require(file.shape(of: each)), try file.floats(each))
        if each == name { (shape, values) = ([3], Array(values.prefix(3))) }
        tensors.append((each, shape, values))
      }
      let bytes = TinyCheckpoint.safetensors(tensors)
      try TinyCheckpoint.withFolder([
        "config.json": try FileContents.bytes(at: fixture.folder + "/config.json"),
        "model.safetensors": bytes,
      ]) { folder in
        let error = #expect(throws: ModelError.self) { try ModelLoader.load(path: folder) }
        #expect(error?.code == (change == "shape" ? "E0605" : "E0604"))
        #expect(error?.message.contains(name) == true)
      }
    }
  }
}
