import Kernels
import Models
import Tensors
import Testing
import Tokenizers

@testable import Decoding

/// Sources, vocabularies and models small enough to go through all that they can say.
enum ByteToys {
  struct Toy: CustomTestStringConvertible, Sendable {
    let letters: String
    let order: Int
    let longest: Int
    /// 8 to 20 tokens over characters, or those of all bytes and as many more.
    let tokens: Int
    let overBytes: Bool
    var testDescription: String { "\(letters.debugDescription), order \(order), \(tokens) tokens" }

    func source() throws -> MarkovSource {
      try MarkovSource(
        alphabet: Array(letters.utf8), order: order, longest: longest,
        stream: RandomStream(seed: 3, path: [letters]))
    }

    func tokenizer() throws -> Tokenizer {
      var stream = RandomStream(seed: 5, path: [letters])
      let bytes = Array(letters.utf8)
      let texts = (0..<40).map { _ in
        (0..<12).map { _ in bytes[stream.int(below: bytes.count)] }
      }
      var trainer = BPETrainer(
        vocabularySize: overBytes ? 256 + tokens : tokens, minimumFrequency: 1,
        specialTokens: overBytes ? [] : ["<unk>"])
      if !overBytes { trainer.alphabet = .characters(limit: nil, unknown: "<unk>") }
      return try trainer.train(bytes: texts).tokenizer
    }

    func model() throws -> MarkovTokenModel { try MarkovTokenModel(source(), tokenizer()) }
  }

  static let all = [
    Toy(letters: "ab", order: 2, longest: 8, tokens: 8, overBytes: false),
    Toy(letters: "ab", order: 3, longest: 8, tokens: 20, overBytes: false),
    Toy(letters: "abc", order: 2, longest: 5, tokens: 14, overBytes: false),
    // Words, and white space whose pieces depend on what follows.
    Toy(letters: "a ", order: 2, longest: 8, tokens: 12, overBytes: false),
    Toy(letters: "a\n", order: 2, longest: 8, tokens: 12, overBytes: true),
    Toy(letters: "ab ", order: 2, longest: 5, tokens: 16, overBytes: true),
  ]

  /// A model that gives every sequence some probability, also those that no text has: the last id
  /// decides. The id behind the vocabulary's begins and ends a text.
  static func leaking(_ tokenizer: Tokenizer, seed: UInt64 = 1) -> TableModel {
    let size = tokenizer.vocabularySize + 1
    var stream = RandomStream(seed: seed, path: ["leaking"])
    let rows = (0..<size).map { _ in (0..<size).map { _ in Float(4 * stream.uniform()) } }
    return TableModel(
      rows: rows, contextLength: 256, bosID: Int32(size - 1), eosID: Int32(size - 1))
  }

  /// All strings of a length.
  static func strings(_ letters: String, length: Int) -> [[UInt8]] {
    (0..<length).reduce([[]]) { strings, _ in
      strings.flatMap { text in letters.utf8.map { text + [$0] } }
    }
  }
}

/// The masked token model, straight from its definition.
struct MaskedTokens {
  let model: any LanguageModel
  let tokenizer: Tokenizer
  let continuations: TokenContinuations
  let start: Int32

  init(_ model: ByteModel) {
    continuations = model.continuations
    (self.model, tokenizer, start) = (model.model, model.tokenizer, model.context[0])
  }

  /// log p of each id that may follow, and of the end.
  func next(after ids: [Int32]) throws -> (scores: [Int32: Double], end: Double) {
    var cache = model.makeCache()
    let logs = try model.lastLogProbabilities(ids: [start] + ids, cache: &cache)
    var scores: [Int32: Double] = [:]
    for id in tokenizer.trie.tokens(startingWith: [])
    where try continuations.isBeginning(ids + [id]) {
      scores[id] = logs[Int(id)]
    }
    let stops = model.stopIDs.map { logs[Int($0)] }
    let isWhole = try tokenizer.encode(bytes: tokenizer.bytes(of: ids)) == ids
    let end = isWhole ? sumOfLogs(stops) : -.infinity
    let total = sumOfLogs(Array(scores.values) + [end])
    return (scores.mapValues { $0 - total }, end - total)
  }

  /// log p of a sequence, with or without the text's end.
  func logProbability(_ ids: [Int32], ended: Bool = false) throws -> Double {
    var sum = 0.0
    for place in ids.indices {
      sum += try next(after: Array(ids[..<place])).scores[ids[place]] ?? -.infinity
    }
    return ended ? sum + (try next(after: ids).end) : sum
  }
}

func sumOfLogs(_ terms: [Double]) -> Double {
  let largest = terms.max() ?? -.infinity
  if largest == -.infinity { return largest }
  return largest
    + ElementaryFunction.log(terms.reduce(0) { $0 + ElementaryFunction.exp($1 - largest) })
}

/// The largest difference of two distributions.
func distance(_ a: [Double], _ b: [Double]) -> Double {
  a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
}
