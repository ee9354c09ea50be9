import Files
import Tensors
import Testing
import Tokenizers

@testable import Models

@Suite("Encoders made from sizes") struct MadeEncoderTests {
  static let texts = ["the cat sat", "a dog", "the dog sat on the cat and the cat ran", "cat"]

  static func tokenizer() throws -> Tokenizer {
    try BPETrainer(vocabularySize: 280, specialTokens: ["<|endoftext|>", "<mask>"])
      .train(texts: texts + texts).tokenizer
  }

  static func made(
    hasHead: Bool = false, pooling: TextPooling = .mean, normalizes: Bool = true, context: Int = 40
  ) throws -> MadeEncoder {
    let tokenizer = try tokenizer()
    var made = try MadeEncoder(
      EncoderSizes(
        layers: 2, width: 24, heads: 4, mlp: 20, vocabulary: tokenizer.vocabularySize,
        context: context, hasHead: hasHead),
      tokenizer: tokenizer, pooling: pooling, normalizes: normalizes,
      fresh: InitialWeights(seed: 7, deviation: 0.3))
    // With random gains and biases, so that none is taken for another.
    for (key, value) in made.weights where value.rank == 1 {
      let stream = RandomStream(seed: 9, path: [key.name])
      made.weights[key] = try .normal(
        value.shape, mean: key.isBias ? 0 : 1, deviation: 0.3, stream: stream)
    }
    return made
  }

  static func loaded(_ folder: String) throws -> TextEncoder? {
    guard case .textEncoder(let encoder) = try ModelLoader.loadAny(path: folder) else { return nil }
    return encoder
  }

  @Test("a saved encoder has the bits of the one in memory", arguments: [false, true])
  func saved(hasHead: Bool) throws {
    for (pooling, normalizes) in [(TextPooling.mean, true), (.first, false), (.max, true)] {
      let made = try Self.made(hasHead: hasHead, pooling: pooling, normalizes: normalizes)
      let folder = MadeModelTests.folder()
      try made.save(folder: folder)
      let (ours, theirs) = (try made.encoder(), try #require(try Self.loaded(folder)))
      #expect(theirs.pooling == pooling)
      #expect(theirs.normalizes == normalizes)
      #expect(theirs.scoresTokens == hasHead)
      let batch = try Self.texts.map { try made.ids(of: $0) }
      #expect(try ours.embeddings(batch: batch) == theirs.embeddings(batch: batch))
      #expect(try ours.hidden(batch: batch) == theirs.hidden(batch: batch))
      if hasHead { #expect(try ours.scores(ids: batch[0]) == theirs.scores(ids: batch[0])) }
      for (key, _) in made.network.weightShapes {
        #expect(try theirs.stack.weight(key.name) == made.weights[key])
      }
      // What was loaded is made again, and saved as it was.
      let again = try MadeEncoder(theirs)
      #expect(again.weights == made.weights)
      #expect(try again.encoder().embeddings(batch: batch) == ours.embeddings(batch: batch))
    }
  }

  @Test("the folder says what BERT's folders say, and numbers are rounded where asked")
  func folder() throws {
    let made = try Self.made(hasHead: true)
    let folder = MadeModelTests.folder()
    try made.save(folder: folder, format: .f16, origin: [.init("command", .string("a test"))])
    for name in MadeEncoder.fileNames { #expect(Paths.exists(Paths.join(folder, name))) }
    let json = try ModelLoader.configuration(at: Paths.join(folder, "config.json"))
    #expect(json["architectures"]?.arrayValue?.first?.stringValue == "BertForMaskedLM")
    #expect(json["torch_dtype"]?.stringValue == "float16")
    let file = try SafetensorsFile(path: Paths.join(folder, "model.safetensors"))
    #expect(file.metadata.contains { $0.key == "tessera" && $0.value.contains("a test") })
    let names = file.tensorNames
    #expect(names.contains("bert.encoder.layer.1.attention.self.query.weight"))
    #expect(names.contains("cls.predictions.transform.LayerNorm.bias"))
    let table = try #require(made.weights[WeightKey(.embedding)])
    let stored = try file.floats("bert.embeddings.word_embeddings.weight")
    let widest = zip(stored, table.floats).map { abs($0 - $1) }.max() ?? 1
    #expect(widest > 0 && widest < 1e-3)
  }

  @Test("a text's vector is the same alone, among others and in another order")
  func independence() throws {
    let made = try Self.made()
    let encoder = try made.encoder()
    let batch = try Self.texts.map { try made.ids(of: $0) }
    let all = try encoder.embeddings(batch: batch)
    for (index, ids) in batch.enumerated() {
      #expect(try encoder.embedding(ids: ids) == all.taking([index]).reshaped([24]))
    }
    #expect(try encoder.embeddings(batch: batch.reversed()) == all.taking([3, 2, 1, 0]))
    // Tokens are told apart by their places: the order inside a text is no matter of taste.
    #expect(try encoder.embedding(ids: batch[0]) != encoder.embedding(ids: batch[0].reversed()))
  }

  @Test("what cannot be made is refused, and long texts are cut")
  func refusals() throws {
    let tokenizer = try Self.tokenizer()
    func error(_ sizes: EncoderSizes, _ pooling: TextPooling = .mean) -> String? {
      do throws(ModelError) {
        _ = try MadeEncoder(sizes, tokenizer: tokenizer, pooling: pooling, fresh: .init(seed: 1))
        return nil
      } catch { return error.code }
    }
    let sizes = EncoderSizes(layers: 1, width: 8, heads: 2, vocabulary: 280, context: 8)
    #expect(error(sizes) == nil)
    #expect(error(sizes, .pooler) == "E0618")
    for change in [
      { (s: inout EncoderSizes) in s.heads = 3 }, { $0.layers = 0 }, { $0.mlp = 0 },
      { $0.context = 0 }, { $0.vocabulary = -1 }, { $0.width = 1 << 40 },
    ] {
      var wrong = sizes
      change(&wrong)
      #expect(error(wrong) == "E0606")
    }
    let made = try Self.made(context: 3)
    #expect(try made.ids(of: Self.texts[2]).count == 3)
    #expect(throws: ModelError.noTokens(operation: "a text encoder")) { try made.ids(of: "") }
  }
}
