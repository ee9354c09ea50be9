import Files
import Kernels
import Tensors
import Testing

@testable import Models

@Suite("text encoders") struct EncoderTests {
  @Test(
    "states agree with the reference library", arguments: ["bert", "minilm", "distilbert"])
  func states(name: String) throws {
    let fixture = try EncoderFixture(name)
    let model = try fixture.textEncoder()
    for index in 0...1 {
      let ids = try fixture.ids("ids\(index)")
      let types = index == 1 && name != "distilbert" ? try fixture.ids("types1") : nil
      let hidden = try model.hidden(ids: ids, types: types)
      expectNear(hidden, try fixture.tensor("last_hidden\(index)"), 1e-5, name)
      guard name != "distilbert" else { continue }
      let pooled = try model.embedding(
        ids: ids, types: types, pooling: .pooler, normalized: false)
      expectNear(pooled, try fixture.tensor("pooled\(index)"), 1e-5, "\(name) pooler")
      guard name == "minilm" else { continue }
      let mean = try model.embedding(ids: ids, types: types, pooling: .mean, normalized: true)
      expectNear(mean, try fixture.tensor("mean\(index)"), 1e-5, "\(name) mean")
    }
  }

  @Test("the scores of masked tokens agree with the reference library")
  func masked() throws {
    let fixture = try EncoderFixture("bert_masked")
    let model = try fixture.textEncoder()
    #expect(model.scoresTokens && !model.hasPooler)
    for index in 0...1 {
      let types = index == 1 ? try fixture.ids("types1") : nil
      let scores = try model.scores(ids: try fixture.ids("ids\(index)"), types: types)
      expectNear(scores, try fixture.tensor("logits\(index)"), 1e-5, "scores")
    }
  }

  @Test("poolings are what their words say, in f64")
  func poolings() throws {
    let fixture = try EncoderFixture("bert")
    let model = try fixture.textEncoder()
    let ids = try fixture.ids("ids0")
    let states = try model.hidden(ids: ids).doubles
    let width = model.width
    let columns = (0..<width).map { column in
      ids.indices.map { states[$0 * width + column] }
    }
    func check(_ pooling: TextPooling, _ values: [Double]) throws {
      let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (normalized, scale) in [(false, 1), (true, length)] {
        let ours = try model.embedding(ids: ids, pooling: pooling, normalized: normalized).doubles
        for (a, b) in zip(ours, values) { #expect(abs(a - b / scale) <= 1e-6) }
      }
    }
    try check(.mean, columns.map { $0.reduce(0, +) / Double(ids.count) })
    try check(.max, columns.map { $0.max() ?? 0 })
    try check(.first, columns.map { $0[0] })
  }

  @Test("texts of a batch have the bits of each alone, for any number of threads")
  func batches() throws {
    let fixture = try EncoderFixture("minilm")
    let model = try fixture.textEncoder()
    // More tokens than go through the layers together.
    var batch: [[Int32]] = [try fixture.ids("ids0"), try fixture.ids("ids1"), [7]]
    for count in 1...30 { batch.append((0..<count).map { Int32(($0 * 5 + count) % 48) }) }
    batch += batch
    let alone = try batch.map { try model.hidden(ids: $0) }
    let vectors = try batch.map { try model.embedding(ids: $0) }
    for shares in 1...3 {
      try Machine.with(variant: Machine.variant, shares: shares) {
        #expect(try model.hidden(batch: batch) == alone)
        let together = try model.embeddings(batch: batch)
        for (row, vector) in vectors.enumerated() {
          #expect(try together.indexed([.at(row)]) == vector)
        }
      }
    }
  }

  @Test("hooks that change nothing change no bit, and see every site of the blocks")
  func hooks() throws {
    let fixture = try EncoderFixture("bert")
    let model = try fixture.textEncoder()
    let ids = try fixture.ids("ids0")
    let plain = try model.hidden(ids: ids)
    let captures = HookCaptures()
    var options = PassOptions()
    try options.hooks.capture("*", into: captures)
    let hooked = try model.run([try SequenceInput(ids: ids)], options: options)
    #expect(hooked.x.value == plain)
    #expect(captures.first(.streamAfter, layer: 1)?.value == plain)
    #expect(captures.first(.attentionProbabilities, layer: 0)?.value.shape == [1, 2, 9, 9])
    // Attention to all: no probability is 0.
    let shares = try #require(captures.first(.attentionProbabilities, layer: 0)).value.doubles
    #expect(shares.allSatisfy { $0 > 0 })
  }

  @Test("a key that is hidden is as if its token were not there")
  func rules() throws {
    let fixture = try EncoderFixture("bert")
    let model = try fixture.textEncoder()
    let ids = try fixture.ids("ids0")
    var options = PassOptions()
    options.maskRules = [AttentionRule(.hidden, keys: [8])]
    let hidden = try model.run([try SequenceInput(ids: ids)], options: options)
    let shorter = try model.hidden(ids: Array(ids.dropLast()))
    #expect(try hidden.x.value.indexed([.range(start: 0, end: 8)]) == shorter)
    #expect(try model.hidden(ids: ids).indexed([.range(start: 0, end: 8)]) != shorter)
  }

  @Test("ids, types, lengths and caches that do not fit are refused")
  func refusals() throws {
    let model = try EncoderFixture("bert").textEncoder()
    #expect(throws: ModelError.noTokens(operation: "a text encoder")) { try model.hidden(ids: []) }
    #expect(throws: ModelError.idOutsideVocabulary(id: 48, position: 1, size: 48)) {
      try model.hidden(ids: [1, 48])
    }
    #expect(throws: ModelError.contextExceeded(needed: 33, limit: 32)) {
      try model.hidden(ids: [Int32](repeating: 1, count: 33))
    }
    #expect(
      throws: ModelError.input(reason: "2 types from 0 to 1 are needed, one for each id")
    ) { try model.hidden(ids: [1, 2], types: [0, 2]) }
    #expect(throws: ModelError.self) { try model.scores(ids: [1]) }
    var cache = model.stack.makeCache()
    let refusal = ModelError.input(
      reason: "'bert' reads texts as a whole, so it takes no cache and gives no next token")
    #expect(throws: refusal) { try model.stack.logits(ids: [1], cache: &cache) }
    let masked = try EncoderFixture("bert_masked").textEncoder()
    #expect(throws: ModelError.self) { try masked.embedding(ids: [1], pooling: .pooler) }
    #expect(throws: ModelError.noTokenizer(model: "bert")) { try model.input(of: "text") }
  }

  @Test("an encoder is no language model, and says what it is")
  func kinds() throws {
    let fixture = try EncoderFixture("bert")
    let refusal = ModelError.input(
      reason: "'\(fixture.path)' holds a text encoder (BERT), not a language model of text alone")
    #expect(throws: refusal) { try ModelLoader.load(path: fixture.path) }
    let model = try ModelLoader.loadAny(path: fixture.path)
    #expect((model.kind, model.name) == ("text encoder", "bert"))
    let file = try SafetensorsFile(path: fixture.path + "/model.safetensors")
    let count = file.tensorNames.reduce(0) { $0 + (file.shape(of: $1) ?? []).reduce(1, *) }
    #expect(model.parameterCount == count)
  }

  @Test("what a configuration asks for and is not built is refused by name")
  func unbuilt() throws {
    func check(_ name: String, _ member: JSON.Member, _ feature: String) {
      #expect {
        try EncoderFixture.loaded(name, fields: [member])
      } throws: { error in
        (error as? ModelError)?.message.contains(feature) == true
      }
    }
    check("bert", JSON.Member("is_decoder", .bool(true)), "a BERT that is a decoder")
    check("bert", JSON.Member("add_cross_attention", .bool(true)), "cross-attention in BERT")
    check(
      "bert", JSON.Member("position_embedding_type", .string("relative_key")),
      "the position embedding 'relative_key'")
    check(
      "bert", JSON.Member("architectures", .array([.string("BertForTokenClassification")])),
      "the class 'BertForTokenClassification'")
    check("bert", JSON.Member("hidden_act", .string("mish")), "the activation 'mish'")
    check(
      "bert",
      JSON.Member(
        "quantization_config", .object([JSON.Member("quant_method", .string("bitsandbytes"))])),
      "quantization by bitsandbytes")
    check("bert", JSON.Member("type_vocab_size", .integer(3)), "has the shape [2, 16]")
    check("bert", JSON.Member("num_attention_heads", .integer(3)), "does not divide")
    check("bert", JSON.Member("layer_norm_eps", .number(0)), "norm epsilon")
    check(
      "distilbert",
      JSON.Member("architectures", .array([.string("DistilBertForQuestionAnswering")])),
      "the class 'DistilBertForQuestionAnswering'")
    check("distilbert", JSON.Member("n_layers", .integer(1)), "has no place for it")
  }

  @Test("the names of the oldest files, buffers and copies change nothing")
  func oldNames() throws {
    let plain = try EncoderFixture("bert_masked").textEncoder()
    let old = try EncoderFixture.loaded("bert_masked") { tensors in
      for index in tensors.indices {
        let name = tensors[index].name
        guard name.contains("LayerNorm.") else { continue }
        let end = name.hasSuffix("weight") ? "gamma" : "beta"
        tensors[index].name =
          name.split(separator: ".").dropLast().joined(separator: ".") + "." + end
      }
      tensors.append(("bert.embeddings.position_ids", [1, 32], [Float](repeating: 0, count: 32)))
      tensors.append(("cls.seq_relationship.weight", [2, 16], [Float](repeating: 0, count: 32)))
    }
    guard case .textEncoder(let model) = old else { throw ModelError.input(reason: "no encoder") }
    #expect(try model.scores(ids: [3, 1, 4]) == plain.scores(ids: [3, 1, 4]))
    #expect(throws: ModelError.self) {
      try EncoderFixture.loaded("bert") { $0.append(("extra", [1], [1])) }
    }
  }

  @Test("GGUF files of encoders give the same states", arguments: ["bert", "distilbert"])
  func gguf(name: String) throws {
    let fixture = try EncoderFixture(name)
    let path = Paths.join(Paths.parent(of: EncoderFixture.folder), "gguf/\(name).gguf")
    guard case .textEncoder(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "no encoder")
    }
    let ids = try fixture.ids("ids0")
    // ε is kept as an f32 there.
    let states = try model.hidden(ids: ids)
    expectNear(states, try fixture.textEncoder().hidden(ids: ids), 1e-6, name)
    expectNear(states, try fixture.tensor("last_hidden0"), 1e-5, name)
    #expect((model.pooling, model.hasPooler, model.scoresTokens) == (.mean, false, false))
    #expect(throws: ModelError.self) { try ModelLoader.load(path: path) }
  }

  @Test("the folder says how states are pooled")
  func sentencePooling() throws {
    func encoder(_ others: [String: String], modes: [String] = []) throws -> TextEncoder {
      // The pooling's configuration stands in a folder of its own, which here is the model's.
      let fields = modes.map { JSON.Member("pooling_mode_" + $0, .bool(true)) }
      let loaded = try EncoderFixture.loaded("minilm", fields: fields, others: others)
      guard case .textEncoder(let model) = loaded else {
        throw ModelError.input(reason: "no encoder")
      }
      return model
    }
    let plain = try encoder([:])
    #expect((plain.pooling, plain.normalizes) == (.mean, false))
    let modules = """
      [{"path": "", "type": "sentence_transformers.models.Transformer"},
       {"path": ".", "type": "sentence_transformers.models.Pooling"},
       {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}]
      """
    for (mode, pooling) in [
      ("cls_token", TextPooling.first), ("mean_tokens", .mean), ("max_tokens", .max),
    ] {
      let model = try encoder(["modules.json": modules], modes: [mode])
      #expect((model.pooling, model.normalizes) == (pooling, true))
    }
    for modes in [["mean_sqrt_len_tokens"], ["cls_token", "mean_tokens"]] {
      #expect(throws: ModelError.self) {
        try encoder(["modules.json": modules], modes: modes)
      }
    }
    let dense = """
      [{"path": "", "type": "sentence_transformers.models.Dense"}]
      """
    #expect(throws: ModelError.self) { try encoder(["modules.json": dense]) }
  }

  @Test(
    "the sentence encoder gives the golden vectors",
    .enabled(if: Assets.sentenceEncoder != nil, "needs scripts/oracles"))
  func golden() throws {
    let path = try #require(Assets.sentenceEncoder)
    guard case .textEncoder(let model) = try ModelLoader.loadAny(path: path) else {
      throw ModelError.input(reason: "no encoder")
    }
    #expect((model.pooling, model.normalizes) == (.mean, true))
    let file = Assets.path("golden/minilm_l6_v2.json")
    let golden = try JSONParser.parse(FileContents.bytes(at: file), path: file)
    let batch = try #require(golden["ids"]?.arrayValue).map(\.ids)
    let expected = try #require(golden["embeddings"]?.arrayValue).map(\.doubles)
    let ours = try model.embeddings(batch: batch).doubles
    for (a, b) in zip(ours, expected.flatMap { $0 }) { #expect(abs(a - b) <= 1e-5) }
    let texts = try #require(golden["sentences"]?.arrayValue).compactMap(\.stringValue)
    for (text, ids) in zip(texts, batch) { #expect(try model.input(of: text).ids == ids) }
  }
}
