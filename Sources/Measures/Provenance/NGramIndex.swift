/// Where the n-grams of a corpus stand: the longest match of a text's tokens, and the documents that have it.
///
/// All places of the corpus, sorted by the tokens that begin there (U. Manber, G. Myers, 1990), as far as
/// n-grams go.
public struct NGramIndex: Sendable {
  /// The longest n-gram that is looked for.
  public let longest: Int
  public let documents: Int
  /// The documents one after another, each ended by ``end``.
  private let tokens: [Int32]
  /// The document of each place.
  private let owners: [Int32]
  /// Places in the order of the tokens that begin there.
  private let places: [Int32]

  /// Lower than any id.
  private static let end: Int32 = -1

  /// A match of the tokens at a place of a text.
  public struct Match: Sendable, Equatable {
    /// How many tokens match; 0: not even the first.
    public let length: Int
    /// The matching places, in the index's order.
    let range: Range<Int>
  }

  /// - Throws: ``MeasureError/setting(name:value:range:)`` for a length below 1, and a corpus of 2³¹ tokens or
  ///   more; ``MeasureError/undefined(measure:reason:)`` for ids below 0.
  /// - Complexity: O(T log T) comparisons of up to `longest` tokens for T tokens.
  public init(_ documents: [[Int32]], longest: Int = 8) throws(MeasureError) {
    if longest < 1 { throw .setting(name: "longest", value: longest, range: "at least 1") }
    var tokens: [Int32] = []
    var owners: [Int32] = []
    tokens.reserveCapacity(documents.reduce(documents.count) { $0 + $1.count })
    for (number, document) in documents.enumerated() {
      if document.contains(where: { $0 < 0 }) {
        throw .undefined(measure: "an n-gram index", reason: "document \(number) has an id below 0")
      }
      tokens += document
      tokens.append(Self.end)
      owners += repeatElement(Int32(truncatingIfNeeded: number), count: document.count + 1)
    }
    guard tokens.count < Int(Int32.max) else {
      throw .setting(name: "the corpus's tokens", value: tokens.count, range: "below 2^31")
    }
    (self.longest, self.documents) = (longest, documents.count)
    places = Self.sorted(tokens, longest)
    (self.tokens, self.owners) = (tokens, owners)
  }

  private static func sorted(_ tokens: [Int32], _ longest: Int) -> [Int32] {
    var places = tokens.indices.filter { tokens[$0] != end }.map { Int32(truncatingIfNeeded: $0) }
    tokens.withUnsafeBufferPointer { tokens in
      places.sort { first, second in
        var (a, b) = (Int(first), Int(second))
        for _ in 0..<longest {
          if tokens[a] != tokens[b] { return tokens[a] < tokens[b] }
          // Two ends: the documents' rests are alike.
          if tokens[a] == end { break }
          (a, b) = (a + 1, b + 1)
        }
        return first < second
      }
    }
    return places
  }

  /// The longest beginning of `text`, up to ``longest`` tokens, that the corpus has inside a document.
  ///
  /// - Complexity: O(longest · log T).
  public func match(_ text: ArraySlice<Int32>) -> Match {
    var found = Match(length: 0, range: 0..<0)
    var range = 0..<places.count
    for (depth, token) in text.prefix(longest).enumerated() {
      let low = first(in: range, depth) { $0 >= token }
      range = low..<first(in: low..<range.upperBound, depth) { $0 > token }
      if range.isEmpty || token < 0 { break }
      found = Match(length: depth + 1, range: range)
    }
    return found
  }

  /// The first place in a range whose token at a depth is as asked; such tokens ascend there.
  private func first(in range: Range<Int>, _ depth: Int, _ isWanted: (Int32) -> Bool) -> Int {
    var (low, high) = (range.lowerBound, range.upperBound)
    while low < high {
      let middle = low + (high - low) / 2
      if isWanted(tokens[Int(places[middle]) + depth]) { high = middle } else { low = middle + 1 }
    }
    return low
  }

  /// The documents of a match, each once, ascending.
  public func documents(of match: Match) -> [Int] {
    var found = match.range.map { Int(owners[Int(places[$0])]) }
    found.sort()
    var distinct: [Int] = []
    for document in found where document != distinct.last { distinct.append(document) }
    return distinct
  }
}
