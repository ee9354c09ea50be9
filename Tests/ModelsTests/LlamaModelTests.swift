import Files
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Llama") struct LlamaModelTests {
  @Test(
    "agrees with the textbook in f64",
    arguments: [
      TinyCheckpoint(), TinyCheckpoint(seed: 2, isTied: false),
      TinyCheckpoint(seed: 3, width: 16, heads: 4, cachedHeads: 2, headWidth: 6, vocabulary: 70),
      TinyCheckpoint(
        seed: 4, width: 40, hidden: 33, layers: 1, heads: 2, cachedHeads: 2, headWidth: 20),
    ])
  func textbook(checkpoint: TinyCheckpoint) throws {
    let model = try checkpoint.load()
    let ids = [1, 5, 16, 0, 3, 3, 9, 12, 2, 7]
    let exact = checkpoint.logits(ids).flatMap { $0 }
    let ours = try model.logits(ids: ids.map { Int32($0) })
    #expect(ours.shape == [10, checkpoint.network.vocabularySize])
    let largest = exact.map(abs).max() ?? 0
    for (a, b) in zip(ours.doubles, exact) { #expect(abs(a - b) <= 1e-5 * largest) }
    #expect(model.parameterCount == checkpoint.tensors.reduce(0) { $0 + $1.values.count })
  }

  @Test(
    "prefill, cached steps and recomputing give the same bits, in every variant and share count")
  func splits() throws {
    let model = try TinyCheckpoint(seed: 9, context: 200).load()
    let ids = (0..<150).map { Int32(($0 * 7 + $0 / 5) % 17) }
    let whole = try model.logits(ids: ids)
    for (variant, shares) in [
      ("reference", 1), ("avx2", 1), ("avx2", 2), ("avx512", 2), ("avx512", 3),
    ] {
      try Machine.with(variant: variant, shares: shares) {
        for step in [1, 3, 64, 65, 150] {
          var cache = model.makeCache()
          var rows: [Tensor] = []
          for start in stride(from: 0, to: ids.count, by: step) {
            let part = Array(ids[start..<min(start + step, ids.count)])
            var fork = cache
            rows.append(try model.logits(ids: part, cache: &cache))
            let last = try model.lastLogits(ids: part, cache: &fork)
            #expect(Tensor(last) == (try rows[rows.count - 1].indexed([.at(-1)])))
          }
          #expect(try Tensor.concatenated(rows) == whole)
        }
      }
    }
  }

  @Test("a truncated cache goes on as if the rest had never been")
  func truncation() throws {
    let model = try TinyCheckpoint(seed: 9).load()
    var cache = model.makeCache()
    _ = try model.logits(ids: [1, 2, 3, 4, 5, 6, 7], cache: &cache)
    cache.truncate(to: 3)
    let after = try model.logits(ids: [9, 8], cache: &cache)
    let whole = try model.logits(ids: [1, 2, 3, 9, 8])
    #expect(after == (try whole.indexed([.range(start: 3, end: nil)])))
  }

  @Test("ids and lengths that do not fit are refused, and the cache stays as it was")
  func refusals() throws {
    let model = try TinyCheckpoint(context: 8).load()
    var cache = model.makeCache()
    _ = try model.logits(ids: [1, 2], cache: &cache)
    #expect(throws: ModelError.idOutsideVocabulary(id: 17, position: 3, size: 17)) {
      try model.logits(ids: [3, 17], cache: &cache)
    }
    #expect(throws: ModelError.idOutsideVocabulary(id: -1, position: 2, size: 17)) {
      try model.logits(ids: [-1], cache: &cache)
    }
    #expect(throws: ModelError.contextExceeded(needed: 9, limit: 8)) {
      try model.logits(ids: [1, 2, 3, 4, 5, 6, 7], cache: &cache)
    }
    #expect(cache.count == 2)
    #expect(throws: ModelError.noTokens(operation: "a forward pass")) {
      try model.lastLogits(ids: [], cache: &cache)
    }
    #expect(try model.logits(ids: []).shape == [0, 17])
    #expect(throws: ModelError.noTokenizer(model: model.name)) { try model.ids(of: "text") }
    var other = KeyValueCache(layers: 1, heads: 1, headWidth: 2)
    #expect(throws: ModelError.foreignCache(model: model.name)) {
      try model.logits(ids: [1], cache: &other)
    }
  }

  @Test("both file formats give the same bits", arguments: [true, false])
  func formats(isTied: Bool) throws {
    let checkpoint = TinyCheckpoint(
      seed: 5, width: 16, heads: 4, cachedHeads: 2, headWidth: 4, isTied: isTied)
    let folder = try checkpoint.load()
    try TinyCheckpoint.withFolder(["tiny.bin": checkpoint.llama2C]) { path in
      let file = try ModelLoader.load(path: path + "/tiny.bin")
      #expect(file.name == "tiny")
      #expect(try file.logits(ids: [1, 4, 9, 9, 3]) == folder.logits(ids: [1, 4, 9, 9, 3]))
      #expect(file.parameterCount == folder.parameterCount)
      #expect(try file.digest() == Digest.hexadecimal(of: checkpoint.llama2C))
    }
  }

  @Test("an interruption leaves the cache as it was")
  func interruption() async {
    // The request is process-wide: in a process of its own, it stops no other test.
    await #expect(processExitsWith: .success) {
      let model = try TinyCheckpoint().load()
      var cache = model.makeCache()
      _ = try model.logits(ids: [1, 2], cache: &cache)
      Cancellation.request(.interrupted)
      #expect(throws: ModelError.interrupted(.interrupted)) {
        try model.logits(ids: [3], cache: &cache)
      }
      #expect(cache.count == 2)
    }
  }
}

@Suite("stories260K") struct StoriesModelTests {
  @Test(
    "gives the golden logits, from both formats with the same bits",
    .enabled(if: Assets.present, "needs ../shared/assets"))
  func logits() throws {
    let golden = try SafetensorsFile(path: Assets.path("golden/stories260K_forward.safetensors"))
    let ids = try #require(try golden.tensor("input_ids").int32s)
    let expected = try golden.tensor("logits")
    let results = try Assets.forms.map { form in
      try ModelLoader.load(path: Assets.path(form)).logits(ids: ids)
    }
    #expect(results[0].shape == expected.shape)
    for (a, b) in zip(results[0].doubles, expected.doubles) { #expect(abs(a - b) <= 2e-5) }
    #expect(results[0] == results[1] && results[0] == results[2])
  }

  @Test(
    "knows its sizes and its tokenizer", .enabled(if: Assets.present, "needs ../shared/assets"),
    arguments: Assets.forms)
  func facts(form: String) throws {
    let model = try ModelLoader.load(path: Assets.path(form))
    #expect(model.name.hasPrefix("stories260K"))
    #expect(model.parameterCount == 260_032)
    #expect((model.vocabularySize, model.contextLength) == (512, 512))
    #expect((model.bosID, model.eosID) == (1, 2))
    #expect(model.addsBOS)
    let story = try #require(try Assets.golden()["story"])
    #expect(try model.ids(of: story["text"]?.stringValue ?? "") == story["ids"]?.ids)
  }
}
