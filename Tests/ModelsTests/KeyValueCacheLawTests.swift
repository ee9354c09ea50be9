import Tensors
import Testing

@testable import Models

@Suite("Laws of caches") struct KeyValueCacheLawTests {
  static let names = [
    "llama", "gpt2", "gemma3", "falcon_alibi", "qwen3_moe_mixed", "stablelm_parallel",
  ]

  private func filled(
    _ name: String, _ count: Int, rotation: KeyValueCache.Rotation = .early
  ) throws -> (TransformerModel, KeyValueCache, [Int32]) {
    let fixture = Fixture(name: name)
    let model = try fixture.load()
    let ids = try fixture.prompts()[1]
    var cache = model.makeCache(rotation: rotation)
    _ = try model.logits(ids: Array(ids.prefix(count)), cache: &cache)
    return (model, cache, ids)
  }

  @Test("a fork goes its own way", arguments: names)
  func forks(name: String) throws {
    let (model, cache, ids) = try filled(name, 12)
    let rest = Array(ids[12...])
    var (one, other) = (cache, cache)
    _ = try model.logits(ids: rest.reversed(), cache: &other)
    let straight = try model.logits(ids: rest, cache: &one)
    #expect(cache.count == 12)
    var again = cache
    #expect(try model.logits(ids: rest, cache: &again) == straight)
    let whole = try model.logits(ids: ids)
    #expect(straight == (try whole.indexed([.range(start: 12, end: nil)])))
  }

  @Test("what was cut off has never been", arguments: names)
  func truncation(name: String) throws {
    let (model, cache, ids) = try filled(name, 12)
    for rotation in [KeyValueCache.Rotation.early, .late] {
      var (long, short) = (model.makeCache(rotation: rotation), model.makeCache(rotation: rotation))
      _ = try model.logits(ids: ids, cache: &long)
      long.truncate(to: 12)
      _ = try model.logits(ids: Array(ids.prefix(12)), cache: &short)
      #expect(long.count == 12)
      let rest = Array(ids.prefix(12).reversed())
      #expect(
        try model.logits(ids: rest, cache: &long) == model.logits(ids: rest, cache: &short))
    }
    var same = cache
    same.truncate(to: 99)
    #expect(same.count == 12)
  }

  @Test("a pass that fails leaves no trace", arguments: names)
  func failure(name: String) throws {
    let (model, cache, ids) = try filled(name, 12)
    var options = PassOptions()
    try options.hooks.add("layers.1.resid_post") { (_, _) throws(ModelError) in
      throw .input(reason: "as asked")
    }
    let rest = Array(ids[12...])
    var failed = [cache]
    #expect(throws: ModelError.self) {
      try model.run([SequenceInput(ids: rest)], caches: &failed, options: options)
    }
    #expect(failed[0].count == 12)
    #expect(failed[0].layers.allSatisfy { $0.heads.allSatisfy { $0.count == 12 } })
    var untouched = cache
    #expect(
      try model.logits(ids: rest, cache: &failed[0]) == model.logits(ids: rest, cache: &untouched))
  }

  @Test("refreshing with the same ids changes nothing", arguments: names)
  func refreshing(name: String) throws {
    let (model, cache, ids) = try filled(name, 20)
    var fresh = model.makeCache()
    let states = try model.hidden(ids: Array(ids.prefix(20)), cache: &fresh)
    var refreshed = cache
    let own = try model.refresh(Array(ids[5..<20]), from: 5, cache: &refreshed)
    #expect(own == (try states.indexed([.range(start: 5, end: nil)])))
    var (one, other) = (cache, refreshed)
    let rest = Array(ids[20...])
    #expect(
      try model.logits(ids: rest, cache: &one) == model.logits(ids: rest, cache: &other))
    #expect(refreshed.count == 20)
    #expect(throws: ModelError.self) { try model.refresh(rest, from: 18, cache: &refreshed) }
  }

  @Test("hidden keys are as keys that were never there", arguments: names)
  func hiding(name: String) throws {
    for rotation in [KeyValueCache.Rotation.early, .late] {
      let (model, cache, ids) = try filled(name, 12, rotation: rotation)
      let next = try SequenceInput(ids: Array(ids[12..<16]))
      let gone = [2, 5, 10]
      var options = PassOptions()
      options.maskRules = [
        AttentionRule(.hidden, queries: Set(12..<16), keys: Set(gone.map { Int32($0) }))
      ]
      var hidden = [cache]
      let masked = try model.run([next], caches: &hidden, options: options)
      var compacted = cache
      try compacted.compact((0..<12).filter { !gone.contains($0) })
      var caches = [compacted]
      #expect(masked.x.value == (try model.run([next], caches: &caches).x.value))
      var plain = [cache]
      #expect(masked.x.value != (try model.run([next], caches: &plain).x.value))
    }
  }

  @Test("each head may keep other entries")
  func compactsHeads() throws {
    let (model, cache, ids) = try filled("llama", 12)
    let next = try SequenceInput(ids: Array(ids[12..<15]))
    var options = PassOptions()
    // Two query heads share a key head.
    options.maskRules = [
      AttentionRule(.hidden, queries: Set(12..<15), keys: [3, 4], layers: [1], heads: [2, 3])
    ]
    var hidden = [cache]
    let masked = try model.run([next], caches: &hidden, options: options)
    var compacted = cache
    try compacted.compact((0..<12).filter { $0 != 3 && $0 != 4 }, layer: 1, head: 1)
    var caches = [compacted]
    #expect(masked.x.value == (try model.run([next], caches: &caches).x.value))
    let before = compacted
    #expect(throws: ModelError.self) { try compacted.compact([0, 50]) }
    #expect(compacted.layers[0].count == before.layers[0].count)
  }

  @Test("renumbering there and back changes nothing", arguments: ["llama", "gemma3", "stablelm"])
  func renumbering(name: String) throws {
    let (model, cache, ids) = try filled(name, 12, rotation: .late)
    var moved = cache
    try moved.renumber((0..<12).map { 2 * $0 })
    let next = try SequenceInput(ids: Array(ids[12..<14]), positions: [24, 26])
    var (one, other) = ([cache], [moved])
    let plain = try model.run([next], caches: &one).x.value
    #expect(plain != (try model.run([next], caches: &other).x.value))
    try moved.renumber(Array(0..<12))
    other = [moved]
    #expect(plain == (try model.run([next], caches: &other).x.value))
    var early = model.makeCache()
    _ = try model.logits(ids: [1, 2], cache: &early)
    let error = #expect(throws: ModelError.self) { try early.renumber([0, 1]) }
    #expect(error?.code == "E0612")
    #expect(throws: ModelError.self) { try moved.renumber([1, 2]) }
  }
}
