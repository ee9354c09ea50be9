import Files
import Testing

@testable import Models

@Suite("Checkpoints in several files") struct ShardedSafetensorsTests {
  static let first = TinyCheckpoint.safetensors([
    ("a", [2, 2], [1, 2, 3, 4]), ("b", [1], [5]),
  ])
  static let second = TinyCheckpoint.safetensors([("c", [3], [6, 7, 8])])

  func reading(
    _ map: String, files: [String: [UInt8]] = ["1.safetensors": first, "2.safetensors": second],
    _ body: (ShardedSafetensors) throws -> Void = { _ in }
  ) throws -> ModelError? {
    var files = files
    files["model.safetensors.index.json"] = Array(map.utf8)
    return try TinyCheckpoint.withFolder(files) { folder in
      do {
        try body(ShardedSafetensors(path: folder + "/model.safetensors.index.json"))
      } catch { return error as? ModelError }
      return nil
    }
  }

  static let whole =
    #"{"metadata": {"total_size": 1}, "weight_map": {"c": "2.safetensors", "a": "1.safetensors", "b": "1.safetensors"}}"#

  @Test("tensors are found wherever they are")
  func whole() throws {
    let error = try reading(Self.whole) { source in
      #expect(source.tensorNames == ["a", "b", "c"])
      #expect(try source.floats("a") == [1, 2, 3, 4])
      #expect(try source.rows("a", 1..<2) == [3, 4])
      #expect(try source.floats("c") == [6, 7, 8])
      #expect(source.shape(of: "a") == [2, 2])
      #expect(source.typeName(of: "c") == "F32")
      #expect(source.byteCount(of: "c") == 12)
      let blocks = try source.quantized("a")
      #expect(blocks == nil)
      #expect(source.shape(of: "d") == nil)
      #expect(throws: ModelError.missingTensor(path: source.path, name: "d")) {
        try source.floats("d")
      }
      let digest = try source.digest()
      #expect(digest.count == 64)
      let other = try reading(
        Self.whole, files: ["1.safetensors": Self.second, "2.safetensors": Self.first])
      #expect(other?.code == "E0604")
    }
    #expect(error == nil)
  }

  @Test("files and tensors that are missing, too many, or elsewhere")
  func contradictions() throws {
    let missing = try reading(Self.whole, files: ["1.safetensors": Self.first])
    #expect(missing?.code == "E0501")
    #expect(missing?.message.contains("2.safetensors") == true)
    let unlisted = #"{"weight_map": {"c": "2.safetensors", "a": "1.safetensors"}}"#
    #expect(try reading(unlisted)?.message.contains("'b': the index does not have it") == true)
    let surplus = Self.whole.replacing(#""c":"#, with: #""d": "2.safetensors", "c":"#)
    #expect(try reading(surplus)?.message.contains("2.safetensors' lacks the tensor 'd'") == true)
    let twice = ["1.safetensors": Self.first, "2.safetensors": Self.first]
    let same =
      #"{"weight_map": {"c": "2.safetensors", "a": "1.safetensors", "b": "1.safetensors"}}"#
    #expect(
      try reading(same, files: twice)?.message.contains("'a': the index has it in '1.safetensors'")
        == true)
  }

  @Test(
    "names of files outside of the folder, and indices that are none",
    arguments: [
      #"{"weight_map": {"a": "../1.safetensors"}}"#,
      #"{"weight_map": {"a": "/etc/1.safetensors"}}"#,
      #"{"weight_map": {"a": "x/1.safetensors"}}"#, #"{"weight_map": {"a": ".."}}"#,
      #"{"weight_map": {"a": "1.bin"}}"#, #"{"weight_map": {"a": 1}}"#,
      #"{"weight_map": {"a": ""}}"#,
      #"{"weight_map": {"a": "1.safetensors\u0000.safetensors"}}"#, #"{"weight_map": {}}"#,
      #"{"weight_map": []}"#, "{}", "[]", "",
      #"{"weight_map": {"a": "1.safetensors", "a": "1.safetensors"}}"#,
    ])
  func malformed(index: String) throws {
    let code = try reading(index)?.code
    #expect(code == "E0601" || code == "E0509", "\(code ?? "read")")
  }
}
