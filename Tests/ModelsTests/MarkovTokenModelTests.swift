import Kernels
import Tensors
import Testing
import Tokenizers

@testable import Models

@Suite("The token model of a Markov source") struct MarkovTokenModelTests {
  private let letters = Array("ab".utf8)

  private func source() throws -> MarkovSource {
    try MarkovSource(
      alphabet: Array("ba".utf8), order: 2, longest: 6, endProbability: 0.2,
      stream: RandomStream(seed: 9))
  }

  private func model() throws -> MarkovTokenModel {
    let tokenizer = try BPETrainer(vocabularySize: 262, minimumFrequency: 1)
      .train(texts: ["abab", "aab", "bba", "abba"]).tokenizer
    return try MarkovTokenModel(source(), tokenizer)
  }

  @Test("the strings of a source have probability 1 together, by their letters' probabilities")
  func strings() throws {
    let source = try source()
    var (total, count) = (0.0, 0)
    source.forEachString { text, probability in
      total += probability
      count += 1
      var own = 1.0
      for place in text.indices {
        let next = source.next(after: Array(text[..<place]))
        #expect(abs(next.letters.reduce(next.end, +) - 1) < 1e-12)
        own *= next.letters[text[place] == letters[0] ? 0 : 1]
      }
      #expect(abs(own * source.next(after: text).end - probability) < 1e-15)
    }
    #expect(abs(total - 1) < 1e-12 && count == 127 && source.alphabet == letters)
    // Two letters before decide, no more.
    let (a, b) = (source.next(after: Array("aab".utf8)), source.next(after: Array("bab".utf8)))
    #expect(a.letters == b.letters)
    #expect(source.next(after: Array("aa".utf8)).letters != a.letters)
  }

  @Test("ids with their end have the string's probability, other ids have none")
  func tokens() throws {
    let (source, model) = (try source(), try model())
    let end = try #require(model.eosID)
    try source.forEachString { text, probability in
      let ids = [end] + (try model.tokenizer?.encode(bytes: text) ?? []) + [end]
      var sum = 0.0
      for place in 1..<ids.count {
        var cache = model.makeCache()
        sum += try model.lastLogProbabilities(ids: Array(ids[..<place]), cache: &cache)[
          Int(ids[place])]
      }
      #expect(abs(ElementaryFunction.exp(sum) - probability) < 1e-14)
    }
    // "ab" is one token; as two it is no string's.
    var cache = model.makeCache()
    let logs = try model.lastLogProbabilities(ids: [end, 97], cache: &cache)
    #expect(logs[98] == -.infinity)
    let behind = try model.lastLogProbabilities(ids: [98], cache: &cache)
    #expect(behind[Int(end)] == 0 && behind.filter { $0 > -.infinity }.count == 1)
  }

  @Test("a cache remembers the ids, and forgets them where it is cut")
  func cache() throws {
    let model = try model()
    let end = try #require(model.eosID)
    let ids = [end] + (try #require(model.tokenizer).encode("abbabb"))
    var cache = model.makeCache()
    let rows = try model.logits(ids: ids, cache: &cache)
    #expect(cache.count == ids.count && rows.shape == [ids.count, model.vocabularySize])
    for place in ids.indices.dropFirst() {
      cache.truncate(to: place)
      var fresh = model.makeCache()
      let expected = try model.lastLogits(ids: Array(ids[...place]), cache: &fresh)
      #expect(try model.lastLogits(ids: [ids[place]], cache: &cache) == expected)
    }
    #expect(throws: ModelError.noTokens(operation: "a forward pass")) {
      try model.lastLogits(ids: [], cache: &cache)
    }
    var foreign = KeyValueCache(layers: 2, heads: 1, headWidth: 2)
    #expect(throws: ModelError.foreignCache(model: model.name)) {
      try model.lastLogits(ids: [end], cache: &foreign)
    }
  }

  @Test("what is no source is refused")
  func refusals() throws {
    let stream = RandomStream(seed: 1)
    for (alphabet, order, longest, end) in [
      ([], 1, 3, 0.1), (letters, -1, 3, 0.1), (letters, 4, 3, 0.1), (letters, 1, 3, 1.0),
      (letters, 1, 21, 0.1), (letters, 1, -1, 0.1),
    ] as [([UInt8], Int, Int, Double)] {
      #expect(throws: ModelError.self) {
        try MarkovSource(
          alphabet: alphabet, order: order, longest: longest, endProbability: end, stream: stream)
      }
    }
  }
}
