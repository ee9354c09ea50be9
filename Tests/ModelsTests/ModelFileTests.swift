import Files
import Testing

@testable import Models

@Suite("Model files that are not what they should be") struct ModelFileTests {
  let checkpoint = TinyCheckpoint()

  func loading(
    configuration: String? = nil, weights: [UInt8]? = nil, others: [String: [UInt8]] = [:]
  ) throws {
    var files = others
    files["config.json"] = Array((configuration ?? checkpoint.configuration).utf8)
    files["model.safetensors"] = weights ?? TinyCheckpoint.safetensors(checkpoint.tensors)
    try TinyCheckpoint.withFolder(files) { _ = try ModelLoader.load(path: $0) }
  }

  func error(_ body: () throws -> Void) -> ModelError? {
    do { try body() } catch { return error as? ModelError }
    return nil
  }

  @Test("a folder without a tokenizer loads") func plain() throws { try loading() }

  @Test("every cut is noticed")
  func cuts() throws {
    let whole = TinyCheckpoint.safetensors(checkpoint.tensors)
    for length in Array(stride(from: 0, to: whole.count, by: 97)) + [7, 8, 9, whole.count - 1] {
      #expect(error { try loading(weights: Array(whole[..<length])) } != nil, "\(length)")
    }
    #expect(error { try loading(weights: whole + [0]) }?.code == "E0602")
    let bin = checkpoint.llama2C
    for length in Array(stride(from: 0, to: bin.count, by: 101)) + [27, 28, bin.count - 1] {
      try TinyCheckpoint.withFolder(["m.bin": Array(bin[..<length])]) { folder in
        #expect(error { _ = try ModelLoader.load(path: folder + "/m.bin") }?.code == "E0602")
      }
    }
    try TinyCheckpoint.withFolder(["m.bin": bin + [0, 0, 0, 0]]) { folder in
      #expect(error { _ = try ModelLoader.load(path: folder + "/m.bin") }?.code == "E0602")
    }
  }

  @Test("wrong shapes, missing and surplus tensors are named")
  func tensors() throws {
    var wrong = checkpoint.tensors
    wrong[2].shape = [wrong[2].shape[1], wrong[2].shape[0] * 1]
    wrong[2].shape = [2, wrong[2].values.count / 2]
    #expect(
      error { try loading(weights: TinyCheckpoint.safetensors(wrong)) }?.message.contains(
        "the tensor 'model.layers.0.self_attn.q_proj.weight' has the shape [2, 72], "
          + "the configuration asks for [12, 12]") == true)
    let missing = Array(checkpoint.tensors.dropLast())
    #expect(
      error { try loading(weights: TinyCheckpoint.safetensors(missing)) }?.message.hasSuffix(
        "lacks the tensor 'model.norm.weight'") == true)
    let surplus = checkpoint.tensors + [("model.layers.2.x", [1], [0])]
    guard
      case .unexpectedTensor(_, "model.layers.2.x", _)? = error({
        try loading(weights: TinyCheckpoint.safetensors(surplus))
      })
    else { return #expect(Bool(false)) }
  }

  @Test(
    "headers that lie",
    arguments: [
      // overlap, gap, beyond the end, reversed, size against shape
      #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "b": {"dtype": "F32", "shape": [1], "data_offsets": [8, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}"#,
      #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}"#,
      #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}"#,
      // overflow, negative, fractions, rank
      #"{"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [-3], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3.0], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3,1,1,1,1,1,1,1,1], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 99999999999999999999]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [-12, 0]}}"#,
      // types, fields, keys, kinds
      #"{"a": {"dtype": "X9", "shape": [3], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12], "more": 1}}"#,
      #"{"a": {"dtype": "F32", "dtype": "F32", "shape": [3], "data_offsets": [0, 12]}}"#,
      #"{"a": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}, "a": {"dtype": "F32", "shape": [0], "data_offsets": [12, 12]}}"#,
      #"{"__metadata__": {"a": 1}}"#, #"{"__metadata__": []}"#, #"{"a": 3}"#, #"[1]"#, #"{"a""#, "",
    ])
  func headers(header: String) throws {
    let bytes = TinyCheckpoint.file(header: header, data: [UInt8](repeating: 0, count: 12))
    _ = try TinyCheckpoint.withFolder(["a.safetensors": bytes]) { folder in
      #expect(throws: ModelError.self) { try SafetensorsFile(path: folder + "/a.safetensors") }
    }
  }

  @Test("a header that is longer than the file or the limit")
  func headerLength() throws {
    for length in [1 << 20, 1 << 40, UInt64.max] {
      let bytes = withUnsafeBytes(of: length.littleEndian) { Array($0) } + Array("{}".utf8)
      _ = try TinyCheckpoint.withFolder(["a.safetensors": bytes]) { folder in
        #expect(throws: ModelError.self) { try SafetensorsFile(path: folder + "/a.safetensors") }
      }
    }
  }

  @Test("empty tensors and 16-bit floats are read")
  func types() throws {
    let header =
      #"{"e": {"dtype": "F32", "shape": [0, 3], "data_offsets": [0, 0]}, "#
      + #""h": {"dtype": "F16", "shape": [2], "data_offsets": [0, 4]}, "#
      + #""b": {"dtype": "BF16", "shape": [1], "data_offsets": [4, 6]}, "#
      + #""i": {"dtype": "I64", "shape": [1], "data_offsets": [6, 14]}}"#
    let data: [UInt8] = [0x00, 0x3C, 0x00, 0xC0, 0x80, 0x3F] + [UInt8](repeating: 0, count: 8)
    try TinyCheckpoint.withFolder(["a.safetensors": TinyCheckpoint.file(header: header, data: data)]
    ) {
      let file = try SafetensorsFile(path: $0 + "/a.safetensors")
      #expect(try file.floats("e") == [])
      #expect(try file.floats("h") == [1, -2])
      #expect(try file.floats("b") == [1])
      #expect(error { _ = try file.floats("i") }?.code == "E0603")
      #expect(error { _ = try file.floats("z") }?.code == "E0604")
    }
  }

  @Test(
    "configurations that contradict themselves, the weights, or what is built",
    arguments: [
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 3", "E0604"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1", "E0604"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": 1000000", "E0606"),
      ("\"num_hidden_layers\": 2", "\"num_hidden_layers\": -1", "E0606"),
      ("\"vocab_size\": 17", "\"vocab_size\": 18", "E0605"),
      ("\"vocab_size\": 17", "\"vocab_size\": \"many\"", "E0606"),
      ("\"hidden_size\": 12", "\"hidden_size\": 9223372036854775807", "E0606"),
      ("\"hidden_size\": 12,", "", "E0606"),
      ("\"num_key_value_heads\": 1", "\"num_key_value_heads\": 2", "E0606"),
      ("\"head_dim\": 4", "\"head_dim\": 3", "E0606"),
      ("\"rms_norm_eps\": 1e-5", "\"rms_norm_eps\": 0", "E0606"),
      ("\"rope_theta\": 10000.0", "\"rope_theta\": -1", "E0606"),
      ("\"eos_token_id\": 2", "\"eos_token_id\": [2, 17]", "E0606"),
      ("\"hidden_act\": \"silu\"", "\"hidden_act\": \"snake\"", "E0603"),
      ("\"model_type\": \"llama\"", "\"model_type\": \"mamba\"", "E0603"),
      ("\"bos_token_id\": 1", "\"attention_bias\": true", "E0604"),
      ("\"bos_token_id\": 1", "\"rope_scaling\": {\"rope_type\": \"llama3\"}", "E0606"),
      ("\"bos_token_id\": 1", "\"rope_scaling\": {\"rope_type\": \"spiral\"}", "E0603"),
      ("\"bos_token_id\": 1", "\"quantization_config\": {\"quant_method\": \"gptq\"}", "E0603"),
      ("\"bos_token_id\": 1", "\"vocab_size\": 17", "E0509"),
      ("{", "[{", "E0509"),
    ])
  func configurations(old: String, new: String, code: String) throws {
    let range = try #require(checkpoint.configuration.firstRange(of: old))
    let changed = checkpoint.configuration.replacingCharacters(in: range, with: new)
    #expect(error { try loading(configuration: changed) }?.code == code)
  }

  @Test("defaults that config.json may leave out")
  func defaults() throws {
    for (old, new) in [
      ("\"bos_token_id\": 1", "\"rope_scaling\": null"),
      (
        "\"bos_token_id\": 1",
        "\"rope_parameters\": {\"rope_type\": \"default\", \"rope_theta\": 1e4}"
      ),
      ("\"head_dim\": 4,", ""),
    ] {
      let range = try #require(checkpoint.configuration.firstRange(of: old))
      try loading(configuration: checkpoint.configuration.replacingCharacters(in: range, with: new))
    }
  }

  @Test("paths that are not models")
  func paths() throws {
    #expect(error { _ = try ModelLoader.load(path: "/nowhere/at/all") }?.code == "E0501")
    try TinyCheckpoint.withFolder(["a.gguf": [], "a.pt": [], "notes.txt": []]) { folder in
      #expect(error { _ = try ModelLoader.load(path: folder) }?.code == "E0600")
      #expect(error { _ = try ModelLoader.load(path: folder + "/a.gguf") }?.code == "E0509")
      #expect(error { _ = try ModelLoader.load(path: folder + "/a.pt") }?.code == "E0603")
      #expect(error { _ = try ModelLoader.load(path: folder + "/notes.txt") }?.code == "E0600")
    }
    #expect(error { _ = try SafetensorsFile(path: "/tmp") }?.code == "E0502")
    #expect(error { _ = try SafetensorsFile(path: "/dev/null") }?.code == "E0600")
  }

  @Test("a tokenizer with more tokens than the model has embeddings")
  func tokenizer() throws {
    let vocabulary = (0..<20).map { "\"t\($0)\": \($0)" }.joined(separator: ", ")
    let json = """
      {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
       "post_processor": null, "decoder": null,
       "model": {"type": "BPE", "vocab": {\(vocabulary)}, "merges": []}}
      """
    let found = error { try loading(others: ["tokenizer.json": Array(json.utf8)]) }
    guard case .tokenizerTooLarge(_, 20, 17)? = found else {
      return #expect(Bool(false), "\(String(describing: found))")
    }
    #expect(
      error { try loading(others: ["tokenizer.json": Array("{".utf8)]) }?.code.hasPrefix("E05")
        == true)
  }

  @Test("no flipped bit in a header crashes a reader")
  func flips() throws {
    let weights = TinyCheckpoint.safetensors(Array(checkpoint.tensors.prefix(3)))
    let bin = checkpoint.llama2C
    var files: [[UInt8]] = []
    for position in 0..<360 {
      var broken = weights
      broken[position] ^= 1 << UInt8(position * 5 % 8)
      files.append(broken)
    }
    for (index, bytes) in files.enumerated() {
      _ = try TinyCheckpoint.withFolder(["a.safetensors": bytes]) { folder in
        if let file = try? SafetensorsFile(path: folder + "/a.safetensors") {
          for name in file.names { _ = try? file.floats(name) }
        }
        _ = index
      }
    }
    for position in 0..<28 {
      for bit in 0..<8 {
        var broken = bin
        broken[position] ^= 1 << UInt8(bit)
        try TinyCheckpoint.withFolder(["a.bin": broken]) { folder in
          _ = try? ModelLoader.load(path: folder + "/a.bin")
        }
      }
    }
  }
}

extension String {
  func replacingCharacters(in range: Range<String.Index>, with text: String) -> String {
    String(self[..<range.lowerBound]) + text + String(self[range.upperBound...])
  }
}
