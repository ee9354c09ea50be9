/// The ids of a text that grows at its end: after every addition those of the whole text.
///
/// Ids before the last place where the text can be cut (``SafeCut``) never change; only what comes
/// after it is encoded again.
public struct IncrementalEncoding: Sendable {
  private let tokenizer: Tokenizer
  private let special: SpecialPolicy
  private var settled: [Int32] = []
  private var openIDs: [Int32] = []
  /// The text after the last safe place.
  private var open: [UInt8] = []
  /// How many bytes the text has.
  public private(set) var byteCount = 0

  init(_ tokenizer: Tokenizer, special: SpecialPolicy) {
    self.tokenizer = tokenizer
    self.special = special
  }

  /// The ids of the text so far.
  public var ids: [Int32] { settled + openIDs }
  /// How many ids the text so far has.
  public var count: Int { settled.count + openIDs.count }

  /// How many of the first ids no further text will change.
  public var settledCount: Int { settled.count }

  /// Adds text at the end.
  ///
  /// - Complexity: O(what is added and what follows the last safe place).
  public mutating func append(_ text: String) throws(TokenizerError) {
    try append(utf8: Array(text.utf8))
  }

  /// Adds bytes at the end, which may be part of a character.
  public mutating func append(utf8 bytes: [UInt8]) throws(TokenizerError) {
    let text = open + bytes
    var cut = 0
    if tokenizer.isCuttable(special), text.count > 1 {
      cut = text.withUnsafeBufferPointer { SafeCut.last(in: 0...text.count - 1, of: $0) }
    }
    let sure = try tokenizer.encode(bytes: Array(text[..<cut]), special: special)
    let rest = try tokenizer.encode(bytes: Array(text[cut...]), special: special)
    settled += sure
    openIDs = rest
    open = Array(text[cut...])
    byteCount += bytes.count
  }
}

extension Tokenizer {
  /// An encoding of a text that is to grow.
  public func makeIncrementalEncoding(special: SpecialPolicy = .text) -> IncrementalEncoding {
    IncrementalEncoding(self, special: special)
  }

  /// Counts ids of any part of a text, after one encoding of the whole.
  public func makeSubstringCounter(_ text: [UInt8], special: SpecialPolicy = .text)
    throws(TokenizerError) -> SubstringCounter
  {
    try SubstringCounter(self, text, special: special)
  }
}

/// How many ids any part of a text has, as if it were encoded alone.
///
/// The text's ids are counted between places where it can be cut (``SafeCut``); of a part, only
/// what lies before the first and behind the last such place in it is encoded.
public struct SubstringCounter: Sendable {
  private static let distance = 256

  private let tokenizer: Tokenizer
  private let special: SpecialPolicy
  private let text: [UInt8]
  /// Safe places, and how many ids the text before each has.
  private var places: [Int] = []
  private var counts: [Int] = []

  init(_ tokenizer: Tokenizer, _ text: [UInt8], special: SpecialPolicy) throws(TokenizerError) {
    self.tokenizer = tokenizer
    self.text = text
    self.special = special
    guard tokenizer.isCuttable(special) else { return }
    var start = 0
    var total = 0
    for end in text.withUnsafeBufferPointer({ SafeCut.ends(of: $0, size: Self.distance) }) {
      total += try count(alone: start..<end)
      places.append(end)
      counts.append(total)
      start = end
    }
  }

  /// How many ids the bytes in a range have, encoded alone.
  ///
  /// - Complexity: O(log n) and the encoding of a few hundred bytes; for text that cannot be cut,
  ///   the encoding of the part.
  public func count(_ range: Range<Int>) throws(TokenizerError) -> Int {
    let range = range.clamped(to: 0..<text.count)
    let first = firstPlace(from: range.lowerBound + 1)
    let last = firstPlace(from: range.upperBound) - 1
    guard first <= last else { return try count(alone: range) }
    return try count(alone: range.lowerBound..<places[first]) + counts[last] - counts[first]
      + count(alone: places[last]..<range.upperBound)
  }

  /// The first place that is not below a position.
  private func firstPlace(from position: Int) -> Int {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle] < position { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private func count(alone range: Range<Int>) throws(TokenizerError) -> Int {
    try text.withUnsafeBufferPointer { (text) throws(TokenizerError) in
      try tokenizer.count(utf8: UnsafeBufferPointer(rebasing: text[range]), special: special)
    }
  }
}
