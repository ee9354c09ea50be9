import Kernels
import Tokenizers

/// An interpolated n-gram model over tokens: what counting alone foresees, beside a trained model.
///
/// Each order gives way to the next shorter one as far as its context has been followed by many different
/// tokens (I. Witten, T. Bell: "The zero-frequency problem", 1991); the shortest to equal chances.
public struct NGramBaseline: Sendable {
  /// At most five tokens of 12 bits make a key.
  public static let largestOrder = 5
  public static let largestVocabulary = 1 << 12

  private struct Context {
    var total: UInt32 = 0
    var kinds: UInt32 = 0
  }

  let order: Int
  private let vocabulary: Int
  private let marker: Int32
  /// By the length of the context.
  private var contexts: [[UInt64: Context]]
  private var counts: [[UInt64: UInt32]]

  /// Counts documents, each between two markers. Nil for orders and vocabularies that do not fit.
  init?(order: Int, vocabulary: Int, documents: [[Int32]], marker: Int32) {
    guard (1...Self.largestOrder).contains(order), (1...Self.largestVocabulary).contains(vocabulary)
    else { return nil }
    (self.order, self.vocabulary, self.marker) = (order, vocabulary, marker)
    contexts = Array(repeating: [:], count: order)
    counts = Array(repeating: [:], count: order)
    for document in documents { count(document) }
  }

  private mutating func count(_ document: [Int32]) {
    let tokens = [marker] + document + [marker]
    for place in 1..<tokens.count {
      for length in 0...min(order - 1, place) {
        let context = Self.key(tokens[place - length..<place])
        let known = counts[length][context << 12 | UInt64(tokens[place]), default: 0]
        counts[length][context << 12 | UInt64(tokens[place])] = known + 1
        contexts[length][context, default: Context()].total += 1
        if known == 0 { contexts[length][context, default: Context()].kinds += 1 }
      }
    }
  }

  private static func key(_ tokens: ArraySlice<Int32>) -> UInt64 {
    tokens.reduce(0) { $0 << 12 | UInt64($1) }
  }

  /// The probability of a token after those before it.
  func probability(_ token: Int32, after past: ArraySlice<Int32>) -> Double {
    var result = 1 / Double(vocabulary)
    for length in 0...min(order - 1, past.count) {
      let key = Self.key(past.suffix(length))
      guard let context = contexts[length][key] else { break }
      let count = counts[length][key << 12 | UInt64(token), default: 0]
      let total = Double(context.total) + Double(context.kinds)
      result = (Double(count) + Double(context.kinds) * result) / total
    }
    return result
  }
}

extension NGramBaseline {
  /// The negative log-likelihood of documents, their ends included, in nats.
  func nats(_ documents: [[Int32]]) -> Double {
    var total = 0.0
    for document in documents {
      let tokens = [marker] + document + [marker]
      for place in 1..<tokens.count {
        total -= ElementaryFunction.log(probability(tokens[place], after: tokens[..<place]))
      }
    }
    return total
  }
}

extension NGramBaseline {
  /// What counting tokens foresees of texts.
  public struct Result: Sendable, Equatable {
    public let texts: Int
    /// The ends of the texts count as tokens.
    public let tokens: Int
    public let bytes: Int
    public let nats: Double

    /// 0 without text.
    public var bitsPerByte: Double {
      bytes > 0 ? nats / ElementaryFunction.log(2) / Double(bytes) : 0
    }
  }

  /// Counts the tokens of some texts and foresees others.
  ///
  /// - Parameters:
  ///   - order: `1...5`, the tokens that are looked at together.
  ///   - tokenizer: at most 4,096 tokens; one must be BOS or EOS, which stands between texts.
  /// - Throws: ``TrainingError/setting(name:value:reason:)``, ``TrainingError/tokenizer(_:)``,
  ///   ``TrainingError/interrupted(_:)``.
  /// - Complexity: about two microseconds a token that is counted, and 100 bytes of memory.
  public static func measure(
    order: Int, tokenizer: Tokenizer, training: [String], texts: [String]
  ) throws(TrainingError) -> Result {
    try TrainingError.check("order", order, in: 1...largestOrder)
    try TrainingError.check(
      "the vocabulary's size", tokenizer.vocabularySize, in: 1...largestVocabulary)
    let marker = try LanguageModelTraining.marker(of: tokenizer)
    guard
      var model = NGramBaseline(
        order: order, vocabulary: tokenizer.vocabularySize, documents: [], marker: marker)
    else { throw .setting(name: "order", value: order, reason: "it must be from 1 to 5") }
    for ids in try LanguageModelTraining.encoded(training, tokenizer) {
      try TrainingError.poll()
      model.count(ids)
    }
    let held = try LanguageModelTraining.encoded(texts, tokenizer)
    return Result(
      texts: held.count, tokens: held.reduce(0) { $0 + $1.count + 1 },
      bytes: texts.reduce(0) { $0 + $1.utf8.count }, nats: model.nats(held))
  }
}
