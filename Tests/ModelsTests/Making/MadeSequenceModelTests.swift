import Files
import Tensors
import Testing
import Tokenizers

@testable import Models

@Suite("Encoders and decoders made from sizes") struct MadeSequenceModelTests {
  static func tokenizer(special: [String] = ["<|endoftext|>"]) throws -> Tokenizer {
    try BPETrainer(vocabularySize: 280, specialTokens: special)
      .train(texts: MadeEncoderTests.texts + MadeEncoderTests.texts).tokenizer
  }

  static func made() throws -> MadeSequenceModel {
    let tokenizer = try tokenizer()
    return try MadeSequenceModel(
      SequenceModelSizes(
        layers: 2, width: 24, heads: 4, mlp: 20, vocabulary: tokenizer.vocabularySize),
      tokenizer: tokenizer, seed: 5)
  }

  @Test("a saved model has the bits of the one in memory, and writes the same")
  func saved() throws {
    let made = try Self.made()
    let folder = MadeModelTests.folder()
    try made.save(folder: folder)
    guard case .encoderDecoder(let loaded) = try ModelLoader.loadAny(path: folder) else {
      Issue.record("another kind of model")
      return
    }
    let model = try made.model()
    #expect(loaded.startID == made.begin && loaded.decoder.eosID == made.end)
    #expect(model.startID == made.begin && model.decoder.eosID == made.end)
    for text in MadeEncoderTests.texts {
      let ids = try made.source(of: text)
      let memory = try model.encode(ids)
      #expect(try loaded.encode(ids) == memory)
      var caches = [model.makeCache(), loaded.makeCache()]
      let read: [Int32] = [made.begin, 5, 9, 7]
      let scores = try model.logits(ids: read, memory: memory, cache: &caches[0])
      #expect(try loaded.logits(ids: read, memory: memory, cache: &caches[1]) == scores)
      #expect(try loaded.written(for: text, limit: 5) == model.written(for: text, limit: 5))
    }
    for side in MadeSequenceModel.Side.allCases {
      let stack = side == .encoder ? loaded.encoder : loaded.decoder
      #expect(try stack.network == made.network(side))
      for (key, value) in made.weights[side] ?? [:] {
        #expect(try stack.weight(key.name) == value)
      }
    }
    // Distances are a table of the first layer of each side.
    let buckets = try #require(made.weights[.encoder]?[WeightKey(.relativeBias)])
    #expect(buckets.shape == [32, 4])
  }

  @Test("what cannot be made is refused")
  func refusals() throws {
    let tokenizer = try Self.tokenizer()
    func code(_ change: (inout SequenceModelSizes) -> Void, _ tokenizer: Tokenizer) -> String? {
      var sizes = SequenceModelSizes(layers: 1, width: 8, heads: 2, vocabulary: 280)
      change(&sizes)
      do throws(ModelError) {
        _ = try MadeSequenceModel(sizes, tokenizer: tokenizer, seed: 1)
        return nil
      } catch { return error.code }
    }
    #expect(code({ _ in }, tokenizer) == nil)
    #expect(code({ $0.heads = 3 }, tokenizer) == "E0606")
    #expect(code({ $0.heads = 0 }, tokenizer) == "E0606")
    #expect(code({ $0.layers = 0 }, tokenizer) == "E0606")
    #expect(code({ $0.mlp = 0 }, tokenizer) == "E0606")
    #expect(code({ $0.vocabulary = 0 }, tokenizer) == "E0606")
    // Nothing would end what is written.
    #expect(code({ _ in }, try Self.tokenizer(special: [])) == "E0606")
    let made = try Self.made()
    #expect(throws: ModelError.noTokens(operation: "an encoder")) { try made.source(of: "") }
    #expect(throws: ModelError.noTokens(operation: "an encoder")) {
      try made.model().written(for: "", limit: 3)
    }
  }
}
