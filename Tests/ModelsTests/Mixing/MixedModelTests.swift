import Files
import Tensors
import Testing
import Tokenizers

@testable import Models

@Suite("Models with something in attention's place") struct MixedModelTests {
  static let ids = MixedModels.ids

  @Test("a saved model has the bits of the one in memory", arguments: TokenMixer.allCases)
  func saved(mixer: TokenMixer) throws {
    for pattern in [MixingPattern.uniform, .even, .last] {
      for norm in [ModelSizes.Norm.rms, .layer] {
        let sizes = MixedModels.sizes(mixer, pattern, keyValueHeads: 2, norm: norm)
        let made = try MixedModels.made(sizes)
        let folder = MadeModelTests.folder()
        try made.save(folder: folder)
        let loaded = try ModelLoader.loadTransformer(path: folder)
        #expect(loaded.network == made.network)
        let before = try MixedModels.scores(made.model(), Self.ids)
        #expect(try MixedModels.scores(loaded, Self.ids) == before)
        // The tape's pass too.
        let weights = try loaded.recordedWeights(on: Tape())
        let state = try made.network.states(
          of: [try SequenceInput(ids: Self.ids)], weights: weights)
        #expect(try made.network.scores(state.x, weights: weights).value == before)
      }
    }
  }

  @Test("the configuration states the mixer of each layer; a model without says nothing of it")
  func configuration() throws {
    let made = try MixedModels.made(MixedModels.sizes(.fixedSequence, .bilateral))
    let members = JSON.object(try made.model().configuration)
    #expect(
      members["mixers"]
        == .array([.string("softmax"), .string("fixed_qk"), .string("softmax")]))
    #expect(members["companion"]?["tokens"]?.arrayValue?.count == 16)
    let drawn = JSON.object(
      try MixedModels.made(MixedModels.sizes(.randomSequence, seed: .max)).model().configuration)
    #expect(drawn["companion"]?["seed"] == .string("18446744073709551615"))
    let plain = MixedModels.sizes(.softmax)
    #expect(plain.format == .llama && plain.mixers.isEmpty)
  }

  @Test(
    "a text has the same bits at once, one by one, in pieces, as a fork and after going back",
    arguments: TokenMixer.allCases)
  func caches(mixer: TokenMixer) throws {
    for pattern in [MixingPattern.uniform, .odd] {
      for rotation in KeyValueCache.Rotation.allCases {
        let model = try MixedModels.model(mixer, pattern)
        let all = try MixedModels.scores(model, Self.ids)
        var cache = model.makeCache(rotation: rotation)
        var rows = try Self.ids.map { try model.logits(ids: [$0], cache: &cache) }
        #expect(try Tensor.concatenated(rows) == all)
        cache.truncate(to: 4)
        var fork = cache
        #expect(
          try model.logits(ids: Array(Self.ids[4...]), cache: &cache)
            == all.indexed([.range(start: 4, end: nil)]))
        rows = [try model.logits(ids: Array(Self.ids[4..<6]), cache: &fork)]
        #expect(try rows[0] == all.indexed([.range(start: 4, end: 6)]))
        #expect(
          try model.lastLogits(ids: Array(Self.ids[6...]), cache: &fork)
            == all.indexed([.at(-1)]).floats)
      }
    }
  }

  @Test("sequences that go through together have the bits of each alone")
  func batches() throws {
    for mixer in TokenMixer.allCases {
      let model = try MixedModels.model(mixer)
      let batch: [[Int32]] = [[3, 9, 4], [1], Self.ids]
      var caches = batch.map { _ in model.makeCache() }
      let together = try model.lastLogits(batch: batch, caches: &caches)
      for (text, last) in zip(batch, together) {
        var cache = model.makeCache()
        #expect(try model.lastLogits(ids: text, cache: &cache) == last)
      }
    }
  }

  @Test("what goes along with texts is the same however far they reach")
  func companionGrows() throws {
    for mixer in [TokenMixer.randomSequence, .fixedSequence] {
      let made = try MixedModels.made(MixedModels.sizes(mixer))
      let folder = MadeModelTests.folder()
      try made.save(folder: folder)
      let all = try MixedModels.scores(made.model(), Self.ids)
      let short = try ModelLoader.loadTransformer(path: folder, options: .init(contextLength: 3))
      let first = try MixedModels.scores(short, Array(Self.ids[..<3]))
      #expect(try first == all.indexed([.range(start: 0, end: 3)]))
      let grown = try made.model()
      #expect(
        try MixedModels.scores(grown, Array(Self.ids[..<1]))
          == all.indexed([.range(start: 0, end: 1)]))
      #expect(try MixedModels.scores(grown, Self.ids) == all)
    }
  }

  @Test("another companion is another model")
  func otherCompanion() throws {
    let made = try MixedModels.made(MixedModels.sizes(.randomSequence)).model()
    let other = try MixedModels.made(MixedModels.sizes(.randomSequence, seed: 7)).model()
    #expect(try made.weight("embed.weight") == other.weight("embed.weight"))
    #expect(try MixedModels.scores(made, Self.ids) != MixedModels.scores(other, Self.ids))
    #expect(try made.digest() != other.digest())
  }

  @Test("all arms have as many weights where sizes divide by 3, and else as said")
  func parameterCounts() throws {
    let counts = try TokenMixer.allCases.map {
      try MixedModels.made(MixedModels.sizes($0)).parameterCount
    }
    #expect(Set(counts).count == 1, "\(counts)")
    // 3 matrices of 64 · 85 numbers stand for 4 of 64 · 64: 64 fewer in each layer.
    var sizes = MixedModels.sizes(.softmax)
    sizes.width = 64
    let attention = try MixedModels.made(sizes).parameterCount
    let tokenwise = try MixedModels.made(sizes.mixing(.mlp)).parameterCount
    #expect(attention - tokenwise == 3 * 64)
    // With fewer key heads one arm has as many queries as keys; the inner width follows the sum.
    sizes = MixedModels.sizes(.softmax, keyValueHeads: 2)
    let grouped = try MixedModels.made(sizes).parameterCount
    #expect(try MixedModels.made(sizes.mixing(.mlp)).parameterCount == grouped)
    let scored = try MixedModels.made(sizes.mixing(.nonapproximate)).parameterCount
    #expect(grouped - scored == 3 * 2 * 24 * 12)
  }

  @Test("which layers patterns leave to attention")
  func patterns() {
    func kept(_ pattern: MixingPattern, _ layers: Int) -> [Int] { pattern.layers(of: layers) }
    let expected: [MixingPattern: [Int]] = [
      .uniform: [], .even: [1, 3, 5, 7], .odd: [0, 2, 4, 6], .top: [4, 5, 6, 7],
      .middle: [2, 3, 4, 5], .bottom: [0, 1, 2, 3], .first: [0], .last: [7], .quarter: [3, 7],
      .bilateral: [0, 7],
    ]
    for pattern in MixingPattern.allCases { #expect(kept(pattern, 8) == expected[pattern]) }
    #expect(kept(.bilateral, 1) == [0] && kept(.middle, 5) == [1, 2] && kept(.top, 5) == [3, 4])
    #expect(MixingPattern.quarter.mixers(.mlp, layers: 4) == [.mlp, .mlp, .mlp, .softmax])
  }

  @Test(
    "configurations that contradict themselves are refused",
    arguments: [
      (#""random_qk""#, #""attention""#), (#""random_qk""#, "7"), (#""random_qk""#, #""fixed_qk""#),
      (#""random_qk""#, #""softmax""#),
      (#""deviation": 0.3"#, #""deviation": 0"#), (#""deviation": 0.3"#, #""deviation": -1"#),
      (#""deviation": 0.3"#, #""deviation": 1e300"#), (#""deviation": 0.3"#, #""deviation": "x""#),
      (#""seed": "6""#, #""seed": -6"#), (#""seed": "6""#, #""seed": "six""#),
      (#""companion": {"#, #""companion": null, "other": {"#),
      (#""companion": {"#, #""companion": 3, "other": {"#),
      (#""companion": {"#, #""companion": {"tokens": [1, 2, 3],"#),
      (#""companion": {"#, #""companion": {"tokens": ["a"],"#),
      (#""companion": {"#, #""companion": {"tokens": {},"#),
      (#""companion": {"#, #""companion": {"tokens": [1e18],"#),
      (#""causal": true"#, #""causal": false"#),
      (#""num_hidden_layers": 1"#, #""num_hidden_layers": 2"#),
      (#""mixers": ["#, #""mixers": ["mlp","#), (#""mixers": ["#, #""mixers": [[],"#),
      (#""mixers""#, #""mixer""#),
    ])
  func hostile(change: (from: String, to: String)) throws {
    let folder = MadeModelTests.folder()
    let made = try MixedModels.made(MixedModels.sizes(.randomSequence, layers: 1))
    try made.save(folder: folder)
    let path = folder + "/config.json"
    let text = String(decoding: try FileContents.bytes(at: path, limit: 1 << 20), as: UTF8.self)
    let parts = text.split(
      separator: change.from, maxSplits: 1, omittingEmptySubsequences: false)
    _ = try ModelLoader.loadTransformer(path: folder)
    #expect(parts.count == 2, "\(text)")
    try DurableFile.replace(path, with: parts.joined(separator: change.to))
    #expect(throws: ModelError.self) { try ModelLoader.loadTransformer(path: folder) }
  }

  @Test("tokens of a fixed sequence that the vocabulary lacks, or too few, are refused")
  func fixedTokens() throws {
    var sizes = MixedModels.sizes(.fixedSequence)
    sizes.companion = .tokens([Int32](repeating: 40, count: 16))
    #expect(throws: ModelError.self) { try MixedModels.made(sizes) }
    sizes.companion = .tokens([Int32](repeating: 1, count: 15))
    #expect(throws: ModelError.self) { try MixedModels.made(sizes) }
    sizes.companion = nil
    #expect(throws: ModelError.self) { try MixedModels.made(sizes) }
    sizes.companion = .tokens([Int32](repeating: 1, count: 16))
    _ = try MixedModels.made(sizes)
    sizes.mixers.removeLast()
    #expect(throws: ModelError.self) { try MixedModels.made(sizes) }
  }

  @Test("what has no entries to refresh says so, and other formats have no words for mixers")
  func limits() throws {
    let model = try MixedModels.model(.mlp)
    var cache = model.makeCache()
    _ = try model.logits(ids: Self.ids, cache: &cache)
    #expect(throws: ModelError.self) { try model.refresh([1], from: 2, cache: &cache) }
    #expect(try BatchDecoder(model, slots: 2) == nil)
    #expect(throws: ModelError.self) {
      try ModelExport(model).write(to: MadeModelTests.folder() + ".gguf", kind: .f32)
    }
  }
  @Test(
    "what goes along with texts is made for the mixers that read it, of the texts in their order")
  func companions() throws {
    let tokenizer = try BPETrainer(vocabularySize: 262, specialTokens: ["<|endoftext|>"])
      .train(texts: ["abab"]).tokenizer
    func made(_ mixer: TokenMixer, _ count: Int, _ texts: [String] = []) throws
      -> CompanionSequence?
    {
      try CompanionSequence(of: mixer, count: count, texts: texts, tokenizer: tokenizer, seed: 9)
    }
    for mixer in TokenMixer.allCases where !mixer.readsCompanion {
      #expect(try made(mixer, 4) == nil)
    }
    #expect(try made(.randomSequence, 4) == .drawn(deviation: 0.02, seed: 9))
    let marker = try #require(tokenizer.bosID ?? tokenizer.eosID)
    let ids = try tokenizer.encode("xyz") + [marker] + tokenizer.encode("uvw")
    #expect(try made(.fixedSequence, 6, ["xyz", "uvw", "never"]) == .tokens(Array(ids.prefix(6))))
    #expect(throws: ModelError.self) { try made(.fixedSequence, 6, ["xyz"]) }
    #expect(throws: ModelError.self) { try made(.fixedSequence, 1) }
  }
}
