import Kernels
import Tensors
import Testing

@testable import Models

/// Sequences that are written together against each alone, to the bit.
@Suite("Batch decoders") struct BatchDecoderTests {
  private func load(_ name: String, _ activations: Activations = .f32) throws -> TransformerModel {
    try ModelLoader.loadTransformer(
      path: Fixture(name: name).folder,
      options: activations == .q8 ? .init(activations: .q8, weights: .q8x0) : .init())
  }

  /// The scores of a sequence alone.
  private func alone(_ model: TransformerModel, _ ids: [Int32]) throws -> [UInt32] {
    var cache = model.makeCache()
    return try model.lastLogits(ids: ids, cache: &cache).map(\.bitPattern)
  }

  private func scores(_ decoder: BatchDecoder, _ slot: Int) -> [UInt32] {
    decoder.scores(of: slot).map { $0.map(\.bitPattern) } ?? []
  }

  private func decoder(_ model: TransformerModel, slots: Int, capacity: Int? = nil) throws
    -> BatchDecoder
  {
    try #require(try BatchDecoder(model, slots: slots, capacity: capacity))
  }

  /// Some ids below the vocabulary's size.
  private func ids(_ count: Int, _ seed: Int, _ model: TransformerModel) -> [Int32] {
    (0..<count).map {
      Int32(truncatingIfNeeded: ($0 * 7919 + seed * 104_729 + 13) % model.vocabularySize)
    }
  }

  @Test("networks with an inference plan have one", arguments: Fixture.decoders)
  func eligibility(name: String) throws {
    let decoder = try BatchDecoder(try load(name), slots: 2, capacity: 4)
    #expect((decoder == nil) == InferencePlanTests.general.contains(name))
  }

  @Test(
    "prompts of different lengths, steps, ends and replacements have the bits of each alone",
    arguments: Fixture.decoders.filter { !InferencePlanTests.general.contains($0) })
  func bits(name: String) throws {
    let model = try Fixture(name: name).load(for: 24)
    let lengths = [3, 1, 17, 9, 2]
    let texts = lengths.enumerated().map { ids($1, $0, model) }
    let next = texts.indices.map { ids(4, 20 + $0, model) }
    for shares in [1, 2, 3] {
      try Machine.with(variant: Machine.variants.last ?? "reference", shares: shares) {
        let decoder = try self.decoder(model, slots: 6, capacity: 24)
        var held = texts
        for (slot, text) in texts.enumerated() {
          try decoder.begin(text, in: slot)
          #expect(scores(decoder, slot) == (try alone(model, text)))
        }
        for step in 0..<2 {
          try decoder.append(next.map { $0[step] }, to: Array(texts.indices))
          for slot in held.indices {
            held[slot].append(next[slot][step])
            #expect(scores(decoder, slot) == (try alone(model, held[slot])))
          }
        }
        // One ends, another begins in its place, and not all go on, in any order.
        try decoder.end(2)
        #expect(decoder.count(of: 2) == 0)
        held[2] = ids(5, 99, model)
        try decoder.begin(held[2], in: 2)
        #expect(scores(decoder, 0).isEmpty)
        for (slot, id) in [(4, next[4][2]), (2, next[2][2]), (0, next[0][2])] {
          held[slot].append(id)
        }
        try decoder.append([next[4][2], next[2][2], next[0][2]], to: [4, 2, 0])
        for slot in [0, 2, 4] {
          #expect(scores(decoder, slot) == (try alone(model, held[slot])))
        }
        #expect(scores(decoder, 1).isEmpty)
      }
    }
  }

  @Test("a prompt of one sequence goes together with steps of others")
  func mixture() throws {
    let model = try load("mistral")
    let decoder = try self.decoder(model, slots: 3)
    let (first, second) = (ids(45, 1, model), ids(12, 2, model))
    try decoder.append(first + second, to: first.map { _ in 2 } + second.map { _ in 0 })
    #expect(scores(decoder, 2) == (try alone(model, first)))
    #expect(scores(decoder, 0) == (try alone(model, second)))
    let third = ids(40, 3, model)
    try decoder.append([7] + third, to: [2] + third.map { _ in 1 })
    #expect(scores(decoder, 2) == (try alone(model, first + [7])))
    #expect(scores(decoder, 1) == (try alone(model, third)))
    #expect(decoder.count(of: 2) == 46)
  }

  @Test("8-bit states have the bits of each alone", arguments: [1, 2])
  func quantized(shares: Int) throws {
    let model = try load("llama", .q8)
    try Machine.with(variant: Machine.variants.last ?? "reference", shares: shares) {
      let decoder = try self.decoder(model, slots: 4)
      var held = (0..<4).map { ids(3 + $0, $0, model) }
      for slot in 0..<4 { try decoder.begin(held[slot], in: slot) }
      try decoder.append([5, 6, 7, 8], to: [0, 1, 2, 3])
      for slot in 0..<4 {
        held[slot].append(Int32(5 + slot))
        #expect(scores(decoder, slot) == (try alone(model, held[slot])))
      }
    }
  }

  @Test("caches and copies are gone on with")
  func beginnings() throws {
    let model = try load("llama")
    let prompt = ids(21, 4, model)
    var cache = model.makeCache()
    _ = try model.lastLogits(ids: prompt, cache: &cache)
    let decoder = try self.decoder(model, slots: 3)
    try decoder.begin(with: cache, in: 1)
    try decoder.begin(copying: 1, in: 0)
    #expect(decoder.count(of: 0) == 21)
    try decoder.append([3, 4], to: [0, 1])
    #expect(scores(decoder, 0) == (try alone(model, prompt + [3])))
    #expect(scores(decoder, 1) == (try alone(model, prompt + [4])))
    // The two are apart now.
    try decoder.append([9, 9], to: [0, 1])
    #expect(scores(decoder, 0) == (try alone(model, prompt + [3, 9])))

    try cache.compact(Array(1..<21))
    #expect(throws: ModelError.self) { try decoder.begin(with: cache, in: 1) }
    #expect(throws: ModelError.foreignCache(model: model.name)) {
      try decoder.begin(with: KeyValueCache(layers: 1, heads: 1, headWidth: 2), in: 1)
    }
  }

  @Test("what cannot be is refused, and sequences are as before")
  func refusals() throws {
    let model = try load("llama")
    #expect(throws: ModelError.self) { _ = try BatchDecoder(model, slots: 0) }
    let decoder = try self.decoder(model, slots: 2, capacity: 5)
    #expect(decoder.capacity == 5)
    let prompt = ids(4, 1, model)
    try decoder.begin(prompt, in: 0)
    #expect(throws: ModelError.contextExceeded(needed: 6, limit: 5)) {
      try decoder.append([1, 1], to: [0, 0])
    }
    let size = model.vocabularySize
    #expect(
      throws: ModelError.idOutsideVocabulary(id: Int32(size), position: 4, size: size)
    ) { try decoder.append([Int32(size)], to: [0]) }
    #expect(throws: ModelError.self) { try decoder.append([1], to: [2]) }
    #expect(throws: ModelError.self) { try decoder.append([1], to: [-1]) }
    #expect(throws: ModelError.self) { try decoder.append([1], to: [0, 1]) }
    #expect(throws: ModelError.noTokens(operation: "a forward pass")) {
      try decoder.begin([], in: 1)
    }
    #expect(decoder.count(of: 0) == 4)
    #expect(decoder.scores(of: 0) == nil)
    try decoder.append([1], to: [0])
    #expect(scores(decoder, 0) == (try alone(model, prompt + [1])))
  }
}
