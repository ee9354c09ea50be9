import Kernels
import Tensors
import Testing

@testable import Models

@Suite("One answer however a text is split") struct CheckpointSplitTests {
  /// Logits of parts of a text that follow each other through a cache.
  static func split(
    _ model: TransformerModel, _ ids: [Int32], _ lengths: [Int],
    rotation: KeyValueCache.Rotation = .early
  ) throws -> Tensor {
    var cache = model.makeCache(rotation: rotation)
    var rows: [Tensor] = []
    var start = 0
    for length in lengths {
      rows.append(try model.logits(ids: Array(ids[start..<start + length]), cache: &cache))
      start += length
    }
    #expect(start == ids.count && cache.count == start)
    return try .concatenated(rows)
  }

  @Test(
    "prefill, single steps, uneven chunks, batches and recomputing give the same bits",
    arguments: Fixture.decoders)
  func splits(name: String) throws {
    let fixture = Fixture(name: name)
    let prompts = try fixture.prompts()
    let ids = prompts[1]
    let model = try fixture.load(for: ids.count)
    let whole = try model.logits(ids: ids)
    let short = try model.logits(ids: prompts[0])
    let uneven = [5, 1, 11, 7]
    for lengths in [[Int](repeating: 1, count: ids.count), uneven, [23, 1]] {
      #expect(try Self.split(model, ids, lengths) == whole)
    }
    for lengths in [[ids.count], uneven] {
      #expect(try Self.split(model, ids, lengths, rotation: .late) == whole)
    }
    var none: [KeyValueCache] = []
    let both = try model.run(prompts.map { try SequenceInput(ids: $0) }, caches: &none)
    #expect(try model.scores(both.x).value == .concatenated([short, whole]))
    // Small work in many shares is slow: one split that has both long and single parts.
    for shares in 1...3 {
      try Machine.with(variant: "avx2", shares: shares) {
        let parts = try Self.split(model, ids, uneven)
        #expect(parts == whole)
      }
    }
  }

  @Test("a batch goes on in its caches", arguments: ["llama", "gemma3", "falcon_alibi", "mixtral"])
  func batches(name: String) throws {
    let fixture = Fixture(name: name)
    let model = try fixture.load()
    let prompts = try fixture.prompts()
    var caches = [model.makeCache(), model.makeCache()]
    let parts = prompts.map { Array($0.prefix($0.count - 1)) }
    _ = try model.lastLogits(batch: parts, caches: &caches)
    let last = try model.lastLogits(batch: prompts.map { Array($0.suffix(1)) }, caches: &caches)
    for (ids, logits) in zip(prompts, last) {
      let whole = try model.logits(ids: ids)
      #expect(try Tensor(logits, shape: [logits.count]) == whole.indexed([.at(-1)]))
    }
  }

  @Test("weights of a tape give the bits of frozen ones", arguments: Fixture.decoders)
  func recorded(name: String) throws {
    let fixture = Fixture(name: name)
    let ids = try fixture.prompts()[0]
    let model = try fixture.load(for: ids.count)
    let tape = Tape()
    let weights = try model.recordedWeights(on: tape)
    var none: [KeyValueCache] = []
    let state = try model.run([try SequenceInput(ids: ids)], caches: &none, weights: weights)
    let scores = try model.scores(state.x, weights: weights)
    #expect(scores.isRecorded)
    #expect(scores.value == (try model.logits(ids: ids)))
  }
}
