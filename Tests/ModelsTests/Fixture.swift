import Files
import Tensors

@testable import Models

/// A tiny checkpoint with what the reference library computes from it.
struct Fixture {
  let name: String

  static let root = Paths.parent(of: #filePath) + "/Fixtures"
  static let decoders = [
    "falcon", "falcon_alibi", "falcon_grouped", "gemma", "gemma2", "gemma2_plain_scale", "gemma3",
    "gemma3_six", "gpt2", "gpt_neox", "gpt_neox_serial", "llama", "llama_rope_dynamic",
    "llama_rope_linear", "llama_rope_llama3", "llama_rope_yarn", "llama_wide_biased", "mistral",
    "mixtral", "olmo", "olmo2", "phi", "phi3", "phi3_longrope", "qwen2", "qwen2_moe",
    "qwen2_windowed", "qwen3", "qwen3_moe", "qwen3_moe_mixed", "smollm3", "stablelm",
    "stablelm_parallel",
  ].filter { Paths.exists(root + "/checkpoints/\($0)/config.json") }
  static let ggufs = decoders.filter { Paths.exists(root + "/gguf/\($0).gguf") }
  static let older = decoders.filter { Paths.exists(root + "/checkpoints/\($0)/config.older.json") }

  var folder: String { Self.root + "/checkpoints/" + name }
  var gguf: String { Self.root + "/gguf/" + name + ".gguf" }

  func load(contextLength: Int? = nil) throws -> TransformerModel {
    try ModelLoader.loadTransformer(path: folder, options: .init(contextLength: contextLength))
  }

  /// The rotary positions of these depend on the text's length, as the reference has it.
  var dependsOnLength: Bool { ["llama_rope_dynamic", "phi3_longrope"].contains(name) }

  /// A model made for texts of `count` ids.
  func load(path: String? = nil, for count: Int) throws -> TransformerModel {
    try ModelLoader.loadTransformer(
      path: path ?? folder, options: .init(contextLength: dependsOnLength ? count : nil))
  }

  func expected() throws -> SafetensorsFile {
    try SafetensorsFile(path: folder + "/expected.safetensors")
  }

  /// The prompts, `[12]` and `[24]`.
  func prompts() throws -> [[Int32]] {
    let file = try expected()
    return try ["ids0", "ids1"].map { try file.tensor($0).int32s ?? [] }
  }

  func json(_ name: String = "config.json") throws -> JSON {
    let path = folder + "/" + name
    return try JSONParser.parse(FileContents.bytes(at: path), path: path)
  }

  /// The largest distance of two tensors, by the largest magnitude of the second.
  static func distance(_ a: Tensor, _ b: Tensor) -> Double {
    if a.shape != b.shape { return .infinity }
    let largest = b.doubles.reduce(0) { max($0, abs($1)) }
    return zip(a.doubles, b.doubles).reduce(0) { max($0, abs($1.0 - $1.1)) } / max(largest, 1e-30)
  }
}
