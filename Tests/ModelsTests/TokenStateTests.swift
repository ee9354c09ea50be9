import Tensors
import Testing

@testable import Models

@Suite("Tokens that change between layers")
struct TokenStateTests {
  private let ids: [Int32] = [3, 14, 15, 9, 26, 5, 35, 8]
  private let kept = [0, 2, 3, 6, 7]

  /// Drops all rows but `kept` before a layer.
  private func dropping(before layer: Int, in model: TransformerModel) -> PassOptions {
    var options = PassOptions()
    options.change = { (index, state) throws(ModelError) in
      guard index == layer else { return state }
      do throws(TensorError) { return try state.keeping(kept) } catch {
        throw .input(reason: error.message)
      }
    }
    return options
  }

  @Test(
    "tokens dropped before a layer are keys that nobody sees from there on",
    arguments: ["llama", "gpt2", "gemma3", "falcon_alibi"])
  func dropped(name: String) throws {
    let model = try Fixture(name: name).load()
    let last = model.network.blocks.count - 1
    var caches: [KeyValueCache] = []
    let state = try model.run(
      [try SequenceInput(ids: ids)], caches: &caches, options: dropping(before: last, in: model))
    #expect(state.origins == kept.map { [Int32($0)] } && state.lengths == [kept.count])
    #expect(state.positions == kept.map(Int32.init))

    var hidden = PassOptions()
    let gone = Set((0..<Int32(ids.count)).filter { !kept.contains(Int($0)) })
    hidden.maskRules = [AttentionRule(.hidden, keys: gone, layers: [last])]
    // A row that is dropped sees itself, so that none is without a key.
    hidden.maskRules += gone.map {
      AttentionRule(.visible, queries: [$0], keys: [$0], layers: [last])
    }
    let whole = try model.run([try SequenceInput(ids: ids)], caches: &caches, options: hidden)
    let rows = try Tensor(kept.map { Int32($0) }, shape: [kept.count])
    let expected = try model.scores(whole.x.selected(rows, axis: 0)).value
    #expect(try model.scores(state.x).value == expected)
  }

  @Test("layers' caches then hold different tokens, and decoding goes on in them")
  func caches() throws {
    let model = try Fixture(name: "llama").load()
    let last = model.network.blocks.count - 1
    var caches = [model.makeCache()]
    _ = try model.run(
      [try SequenceInput(ids: ids)], caches: &caches, options: dropping(before: last, in: model))
    #expect(caches[0].layers[last].count == kept.count && caches[0].layers[0].count == ids.count)
    #expect(caches[0].layers[last].heads[0].origins == kept.map(Int32.init))
    let next = try model.lastLogits(ids: [11], cache: &caches[0])

    // The same by a whole cache whose last layer was compacted.
    var other = model.makeCache()
    _ = try model.lastLogits(ids: ids, cache: &other)
    try other.compact(kept, layer: last)
    #expect(try model.lastLogits(ids: [11], cache: &other) == next)
    other.truncate(to: 3)
    #expect(other.layers[last].count == 2 && other.layers[0].count == 3)
  }

  @Test("a cache in another order is cut by tokens; one that was compacted is not refreshed")
  func reordered() throws {
    let model = try Fixture(name: "llama").load()
    var cache = model.makeCache()
    _ = try model.lastLogits(ids: Array(ids.prefix(4)), cache: &cache)
    try cache.compact([3, 0, 1])
    #expect(throws: ModelError.self) {
      try model.refresh([ids[0]], from: 0, cache: &cache)
    }
    #expect(throws: ModelError.self) {
      try model.refresh([ids[0]], from: Int.max, cache: &cache)
    }
    cache.truncate(to: 3)
    #expect(cache.layers[0].heads[0].origins == [0, 1] && cache.count == 3)
  }

  @Test("embeddings and one-hot mixtures are the ids; states that do not fit are refused")
  func inputs() throws {
    let model = try Fixture(name: "gemma").load()
    let tensor = try Tensor(ids, shape: [ids.count])
    var none: [KeyValueCache] = []
    let expected = try model.run([SequenceInput(.ids(tensor))], caches: &none).x.value
    let mixture = try tensor.oneHot(classes: model.vocabularySize).cast(to: .f32)
    let mixed = try model.run(
      [SequenceInput(.mixture(Variable(constant: mixture)))], caches: &none)
    #expect(mixed.x.value == expected)
    let embedded = Variable(constant: try model.embeddings(of: tensor))
    #expect(
      try model.run([SequenceInput(.embeddings(embedded))], caches: &none).x.value == expected)
    var options = PassOptions()
    options.change = { (_, state) throws(ModelError) in
      var state = state
      state.positions.removeLast()
      return state
    }
    let error = #expect(throws: ModelError.self) {
      try model.run([SequenceInput(.ids(tensor))], caches: &none, options: options)
    }
    #expect(error?.code == "E0618")
  }

  @Test("no checkpoint of the fixtures is missing")
  func fixtures() {
    #expect(Fixture.decoders.count == 33 && Fixture.ggufs.count == 26)
    #expect(Fixture.older.count == 33)
  }
}
