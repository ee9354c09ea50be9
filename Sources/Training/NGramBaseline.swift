import Kernels

/// An interpolated n-gram model over tokens: what counting alone foresees, beside a trained model.
///
/// Each order gives way to the next shorter one as far as its context has been followed by many different
/// tokens (I. Witten, T. Bell: "The zero-frequency problem", 1991); the shortest to equal chances.
struct NGramBaseline {
  /// At most five tokens of 12 bits make a key.
  static let largestOrder = 5
  static let largestVocabulary = 1 << 12

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
    for document in documents {
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
