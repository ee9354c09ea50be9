import Kernels
import Tensors

/// Byte strings over a few letters where each depends on some before it only: a source whose
/// probabilities are all known, to check what is computed of models.
public struct MarkovSource: Sendable {
  /// Ascending.
  public let alphabet: [UInt8]
  public let order: Int
  /// No string is longer.
  public let longest: Int
  /// The probability that a string ends, before each byte; at ``longest`` it is 1.
  public let endProbability: Double
  /// The probability of each letter behind each context of at most ``order`` letters.
  private let table: [[UInt8]: [Double]]

  /// Draws the probabilities of the letters.
  ///
  /// - Throws: ``ModelError/input(reason:)`` for no letters, an end that has no probability, or over
  ///   a million strings.
  public init(
    alphabet: [UInt8], order: Int, longest: Int, endProbability: Double = 0.1, stream: RandomStream
  ) throws(ModelError) {
    let letters = Set(alphabet).sorted()
    guard !letters.isEmpty, order >= 0, longest >= 0, (0..<1).contains(endProbability) else {
      throw .input(reason: "a source needs letters, lengths of 0 or more, and an end below 1")
    }
    var strings = 1.0
    for _ in 0..<longest where strings <= 1e6 { strings *= Double(letters.count) }
    guard strings <= 1e6, order <= longest else {
      throw .input(
        reason: "a source has at most a million strings, and an order below their length")
    }
    var table: [[UInt8]: [Double]] = [:]
    var contexts: [[UInt8]] = [[]]
    while let context = contexts.popLast() {
      var stream = stream.child(String(decoding: context, as: UTF8.self))
      let weights = letters.map { _ in 0.05 + stream.uniform() }
      let total = Sums.sum(weights)
      table[context] = weights.map { $0 / total }
      if context.count < order { contexts += letters.map { context + [$0] } }
    }
    (self.alphabet, self.order, self.longest) = (letters, order, longest)
    (self.endProbability, self.table) = (endProbability, table)
  }

  /// The probability of each letter behind a string, and of its end.
  public func next(after text: [UInt8]) -> (letters: [Double], end: Double) {
    if text.count >= longest { return (alphabet.map { _ in 0 }, 1) }
    let letters = table[Array(text.suffix(order))] ?? alphabet.map { _ in 0 }
    return (letters.map { $0 * (1 - endProbability) }, endProbability)
  }

  /// Calls `body` with every string and its probability, ends included.
  public func forEachString<E: Error>(_ body: ([UInt8], Double) throws(E) -> Void) throws(E) {
    var open: [([UInt8], Double)] = [([], 1)]
    while let (text, probability) = open.popLast() {
      let next = next(after: text)
      try body(text, probability * next.end)
      if text.count == longest { continue }
      for (letter, share) in zip(alphabet, next.letters) {
        open.append((text + [letter], probability * share))
      }
    }
  }
}
