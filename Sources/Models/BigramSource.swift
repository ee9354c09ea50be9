import Kernels
import Tensors

/// Sequences of any length over a few symbols where each depends on the one before it only: a source
/// whose probabilities are all known, to check what models learn of it.
public struct BigramSource: Sendable, Equatable {
  /// The probability of each symbol as the first.
  public let start: [Double]
  /// The probability of each symbol (columns) behind each (rows).
  public let transitions: [[Double]]
  /// How symbols are written.
  public let alphabet: [Unicode.Scalar]

  public var symbols: Int { start.count }

  /// - Parameters:
  ///   - transitions: a row a symbol; rows add up to 1 within a thousandth, and are brought to exactly that.
  ///   - start: evenly unless given.
  ///   - alphabet: a character a symbol, the small letters unless given.
  /// - Throws: ``ModelError/input(reason:)`` for other rows, and another number of different characters.
  public init(
    transitions: [[Double]], start: [Double]? = nil, alphabet: String? = nil
  ) throws(ModelError) {
    let count = transitions.count
    guard (1...10_000).contains(count) else {
      throw .input(reason: "a source has 1 to 10000 symbols, not \(count)")
    }
    let letters = "abcdefghijklmnopqrstuvwxyz".unicodeScalars.prefix(count)
    self.alphabet = Array(alphabet?.unicodeScalars ?? String.UnicodeScalarView(letters))
    guard self.alphabet.count == count, Set(self.alphabet).count == count else {
      throw .input(
        reason: "\(count) symbols need as many different characters, not \(self.alphabet.count)")
    }
    let start = start ?? [Double](repeating: 1, count: count).map { $0 / Double(count) }
    self.start = try Self.distribution(start, count, "the first symbol's probabilities")
    var rows: [[Double]] = []
    for (symbol, row) in transitions.enumerated() {
      rows.append(try Self.distribution(row, count, "row \(symbol) of the transitions"))
    }
    self.transitions = rows
  }

  private static func distribution(_ values: [Double], _ count: Int, _ what: String)
    throws(ModelError) -> [Double]
  {
    guard values.count == count else {
      throw .input(reason: "\(what) has \(values.count) numbers for \(count) symbols")
    }
    guard values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
      throw .input(reason: "\(what) has a number that is no probability")
    }
    let total = Sums.sum(values)
    guard abs(total - 1) <= 1e-3 else { throw .input(reason: "\(what) adds up to \(total)") }
    return values.map { $0 / total }
  }

  /// A sequence that the stream names: a longer one begins with it.
  ///
  /// Probabilities are rounded to multiples of 2⁻⁴⁰ of the greatest in their row.
  public func sequence(length: Int, stream: RandomStream) -> [Int32] {
    var stream = stream
    let (first, rows) = (Self.weights(start), transitions.map(Self.weights))
    var sequence: [Int32] = []
    sequence.reserveCapacity(max(length, 0))
    var last: Int?
    while sequence.count < length {
      // A row has a weight: its greatest is 1.
      let next = stream.categorical(last.map { rows[$0] } ?? first) ?? 0
      sequence.append(Int32(truncatingIfNeeded: next))
      last = next
    }
    return sequence
  }

  private static func weights(_ probabilities: [Double]) -> FixedPointWeights {
    let greatest = probabilities.max() ?? 0
    return FixedPointWeights(probabilities.map { Float($0 / greatest) })
  }

  /// -log p of each symbol behind those before it, in nats; infinite where it cannot stand there.
  ///
  /// - Throws: ``ModelError/idOutsideVocabulary(id:position:size:)``.
  public func losses(_ sequence: [Int32]) throws(ModelError) -> [Double] {
    try check(sequence)
    var last: Int?
    return sequence.map { symbol in
      defer { last = Int(symbol) }
      // From 0, so that what is certain costs 0 and not -0.
      return 0 - ElementaryFunction.log((last.map { transitions[$0] } ?? start)[Int(symbol)])
    }
  }

  /// A sequence in the source's characters.
  ///
  /// - Throws: ``ModelError/idOutsideVocabulary(id:position:size:)``.
  public func text(of sequence: [Int32]) throws(ModelError) -> String {
    try check(sequence)
    return String(String.UnicodeScalarView(sequence.map { alphabet[Int($0)] }))
  }

  /// The symbols of a text.
  ///
  /// - Throws: ``ModelError/input(reason:)`` for characters that are no symbols.
  public func sequence(of text: String) throws(ModelError) -> [Int32] {
    var places: [Unicode.Scalar: Int32] = [:]
    for (place, scalar) in alphabet.enumerated() { places[scalar] = Int32(clamping: place) }
    var sequence: [Int32] = []
    for scalar in text.unicodeScalars {
      guard let symbol = places[scalar] else {
        throw .input(reason: "'\(scalar)' is none of the source's \(symbols) symbols")
      }
      sequence.append(symbol)
    }
    return sequence
  }

  /// Refuses symbols that the source does not have.
  public func check(_ sequence: [Int32]) throws(ModelError) {
    for (position, symbol) in sequence.enumerated() where symbol < 0 || Int(symbol) >= symbols {
      throw .idOutsideVocabulary(id: symbol, position: position, size: symbols)
    }
  }
}
