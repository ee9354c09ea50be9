import Files
import Glibc
import Kernels
import Synchronization
import Tensors
import Testing

@testable import Models

/// Packed weights that are kept: the same model, or none.
@Suite("Packed weights") struct PackedWeightTests {
  private let ids: [Int32] = [1, 5, 9, 2, 7]

  private func withCache(_ body: (PackedWeightCache, String) throws -> Void) throws {
    try TinyCheckpoint.withFolder(["a": []]) { folder in
      let cache = PackedWeightCache(folder: folder + "/packed", least: 0)
      defer {
        _ = cache.clear()
        rmdir(cache.folder)
      }
      try body(cache, folder)
    }
  }

  private func load(
    _ cache: PackedWeightCache?, _ weights: GGUFTensorType, _ fixture: String = "llama"
  ) throws -> TransformerModel {
    try ModelLoader.loadTransformer(
      path: Fixture(name: fixture).folder,
      options: .init(activations: .q8, weights: weights, packs: cache))
  }

  private func packs(_ cache: PackedWeightCache) throws -> [String] {
    try Paths.names(in: cache.folder).map { Paths.join(cache.folder, $0) }
  }

  @Test(
    "a model that was kept has the same bits", arguments: [GGUFTensorType.q4x0, .q8x0, .f16, .bf16])
  func round(type: GGUFTensorType) throws {
    try withCache { cache, _ in
      let expected = try load(nil, type).logits(ids: ids)
      #expect(try load(cache, type).logits(ids: ids) == expected)
      let files = try packs(cache)
      #expect(files.count == 1)
      let kept = try load(cache, type)
      #expect(try kept.logits(ids: ids) == expected)
      #expect(kept.weights.isMapped)
      #expect(try !load(nil, type).weights.isMapped)
      #expect(cache.byteCount > 0)
    }
  }

  @Test("damaged files are taken for none and made anew")
  func damage() throws {
    try withCache { cache, _ in
      let expected = try load(cache, .q8x0).logits(ids: ids)
      let path = try #require(try packs(cache).first)
      let whole = try FileContents.bytes(at: path)
      var changed: [[UInt8]] = [
        [], Array(whole.prefix(10)), Array(whole.prefix(whole.count / 2)),
        Array(whole.dropLast(100)),
      ]
      // The magic, the header's length, its checksum, its text, and numbers.
      for place in [0, 9, 17, 40, whole.count / 2, whole.count - 200] {
        var bytes = whole
        bytes[place] ^= 0x10
        changed.append(bytes)
      }
      for bytes in changed {
        try DurableFile.replace(path, with: bytes)
        let model = try load(cache, .q8x0)
        #expect(!model.weights.isMapped)
        #expect(try model.logits(ids: ids) == expected)
        // Checksums are of what matters, padding aside.
        #expect(try FileContents.bytes(at: path) == whole)
        #expect(try load(cache, .q8x0).weights.isMapped)
      }
    }
  }

  @Test("a model that was written again is another one")
  func staleness() throws {
    try withCache { cache, folder in
      let path = folder + "/m.safetensors"
      defer { unlink(path) }
      func loaded(_ name: String) throws -> Tensor {
        let bytes = try FileContents.bytes(at: Fixture(name: name).folder + "/model.safetensors")
        try DurableFile.replace(path, with: bytes)
        let source = try SafetensorsFile(path: path)
        let reading = try Architectures.reading(
          json: Fixture(name: name).json(), path: path, contextLength: nil)
        let options = ModelLoader.Options(weights: .f16)
        return try TransformerModel(
          name: "m", reading: reading, source: options.source(source, reading), tokenizer: nil,
          configuration: [], packs: cache
        ).logits(ids: ids)
      }
      let (first, second) = (try loaded("llama"), try loaded("llama_rope_linear"))
      #expect(first != second)
      #expect(try loaded("llama") == first)
      #expect(try packs(cache).count == 1)
    }
  }

  @Test("another configuration beside the same file takes other rows of it")
  func configuration() throws {
    try withCache { cache, folder in
      let fixture = Fixture(name: "gpt_neox")
      let source = try SafetensorsFile(path: fixture.folder + "/model.safetensors")
      func loaded(heads: Int, _ packs: PackedWeightCache?) throws -> Tensor {
        var members = try #require(try fixture.json().objectValue)
        for index in members.indices where members[index].key == "num_attention_heads" {
          members[index] = .init("num_attention_heads", .integer(heads))
        }
        let reading = try Architectures.reading(
          json: .object(members), path: fixture.folder, contextLength: nil)
        return try TransformerModel(
          name: "m", reading: reading,
          source: ModelLoader.Options(weights: .f16).source(source, reading), tokenizer: nil,
          configuration: [], packs: packs
        ).logits(ids: ids)
      }
      let heads = try #require(try fixture.json()["num_attention_heads"]?.intValue)
      let (one, other) = (try loaded(heads: heads, nil), try loaded(heads: heads / 2, nil))
      #expect(one != other)
      #expect(try loaded(heads: heads, cache) == one)
      #expect(try loaded(heads: heads / 2, cache) == other)
      #expect(try loaded(heads: heads, cache) == one)
    }
  }

  @Test("where nothing can be written, one line says so and the model is there")
  func refusal() throws {
    try TinyCheckpoint.withFolder(["a": []]) { folder in
      let lines = Mutex<[String]>([])
      // A file stands where the folder should be.
      let cache = PackedWeightCache(folder: folder + "/a", least: 0) { line in
        lines.withLock { $0.append(line) }
      }
      let model = try load(cache, .q8x0)
      #expect(try model.logits(ids: ids) == load(nil, .q8x0).logits(ids: ids))
      let said = lines.withLock { $0 }
      #expect(said.count == 1)
      #expect(said.first?.hasPrefix("packed weights are not kept: ") == true)
    }
  }

  @Test("files not used for longest go first where there are too many")
  func eviction() throws {
    try withCache { cache, _ in
      _ = try load(cache, .q8x0)
      let first = try #require(try packs(cache).first)
      let size = cache.byteCount
      // Used long ago.
      let times = [timespec(tv_sec: 1000, tv_nsec: 0), timespec(tv_sec: 1000, tv_nsec: 0)]
      utimensat(AT_FDCWD, first, times, 0)
      let small = PackedWeightCache(
        folder: cache.folder, least: 0, sizeLimit: size + size / 2)
      _ = try load(small, .q4x0, "qwen2")
      let left = try packs(cache)
      #expect(!left.contains(first))
      #expect(left.count == 1)
    }
  }
}
