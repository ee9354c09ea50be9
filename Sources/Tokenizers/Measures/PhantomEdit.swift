/// What became of a word that a model was to replace ("Say Anything but This", arXiv 2601.14658).
///
/// A phantom edit changes the ids and not the text: the model has "replaced" the word by itself.
public enum PhantomOutcome: String, Sendable, CaseIterable {
  /// The same ids.
  case unchanged
  /// Another text.
  case replaced
  /// Other ids, the same text but for blanks around it.
  case different

  /// Both sides lose the blanks at their ends by the same rule; case counts as a change.
  public init(before: [Int32], after: [Int32], _ tokenizer: Tokenizer) throws(TokenizerError) {
    if before == after {
      self = .unchanged
      return
    }
    let texts = (try tokenizer.bytes(of: before), try tokenizer.bytes(of: after))
    self =
      PhantomKind.trimmed(texts.0[...]) == PhantomKind.trimmed(texts.1[...])
      ? .different : .replaced
  }
}

/// How a phantom edit changes the tokens: the paper's eight kinds, in the order in which they are
/// tried.
public enum PhantomKind: String, Sendable, CaseIterable {
  /// A line end or another blank stands for the blank.
  case blankReplaced = "other_blank"
  /// The blank becomes a token of its own: " Saturday" → " ", "Saturday".
  case blankDetached = "detached_blank"
  /// The blank in front comes or goes, and the tokens are as many or else the same:
  /// " February" → "February".
  case blankBoundary = "blank_boundary"
  /// An acronym is cut: HIV → H, IV.
  case acronym
  /// A plural or possessive ending is cut off from a word that stays whole: rights → right, s.
  case ending
  /// A prefix is cut off from a word that stays whole: repaid → re, paid.
  case prefix
  /// A capitalised word is cut in another way: Dorm, er → D, orm, er.
  case properNoun = "proper_noun"
  /// Any other cutting: unbelievable → un, bel, ievable.
  case resegmented

  private static let prefixes = [
    "anti", "counter", "de", "dis", "fore", "inter", "mis", "non", "out", "over", "post", "pre",
    "re",
    "sub", "super", "trans", "un", "under", "up",
  ].map { Array($0.utf8) }
  private static let endings = ["s", "es", "'s", "’s"].map { Array($0.utf8) }

  /// The kind of a phantom edit, from the bytes of its tokens.
  public init(before: [[UInt8]], after: [[UInt8]]) {
    let (old, new) = (before.joined(), after.joined())
    let (oldBlank, newBlank) = (Self.blanks(old), Self.blanks(new))
    let word = Self.trimmed(Array(new)[...])
    let parts = after.map { Self.trimmed($0[...]) }.filter { !$0.isEmpty }
    let oldParts = before.map { Self.trimmed($0[...]) }.filter { !$0.isEmpty }
    if oldBlank != newBlank, !oldBlank.isEmpty, !newBlank.isEmpty {
      self = .blankReplaced
    } else if let first = after.first, Self.trimmed(first[...]).isEmpty, !first.isEmpty,
      before.first.map({ !Self.trimmed($0[...]).isEmpty }) ?? false
    {
      self = .blankDetached
    } else if oldBlank != newBlank, before.count == after.count || parts == oldParts {
      self = .blankBoundary
    } else if word.count > 1, word.allSatisfy({ (0x41...0x5A).contains($0) }) {
      self = .acronym
    } else if parts.count == 2, let last = parts.last, Self.endings.contains(Array(last)) {
      self = .ending
    } else if parts.count == 2, let first = parts.first,
      Self.prefixes.contains(first.map { $0 | 0x20 }), !Self.isCapital(word)
    {
      self = .prefix
    } else if Self.isCapital(word) {
      self = .properNoun
    } else {
      self = .resegmented
    }
  }

  private static func isCapital(_ word: ArraySlice<UInt8>) -> Bool {
    word.first.map { (0x41...0x5A).contains($0) } ?? false
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (0x09...0x0D).contains(byte)
  }

  /// The blanks at the start.
  private static func blanks(_ bytes: some Sequence<UInt8>) -> [UInt8] {
    Array(bytes.prefix(while: isBlank))
  }

  static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }
}

/// The token sequences that write a word, with and without a space in front.
public struct WordEncodings: Sendable {
  public let bare: SegmentationLattice
  public let spaced: SegmentationLattice

  /// - Throws: ``TokenizerError/interrupted(_:)``.
  public init(_ word: String, _ trie: TokenTrie) throws(TokenizerError) {
    bare = try SegmentationLattice(Array(word.utf8), trie)
    spaced = try SegmentationLattice(Array((" " + word).utf8), trie)
  }

  /// How many there are of both.
  public var count: BigUnsigned {
    var count = bare.count
    count += spaced.count
    return count
  }

  /// The tokens that start any of them: with these masked, a model cannot write the word again.
  public var starts: Set<Int32> {
    Set((bare.edges.first ?? []).map(\.id) + (spaced.edges.first ?? []).map(\.id))
  }

  /// How many are left where a model may not begin with some tokens.
  public func count(startingWithout masked: Set<Int32>) -> BigUnsigned {
    var count = bare.count(startingWithout: masked)
    count += spaced.count(startingWithout: masked)
    return count
  }

  /// One of all sequences of both, each equally likely; nil if there is none.
  ///
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  public func sample(seed: UInt64) throws(TokenizerError) -> [Int32]? {
    if count.isZero { return nil }
    var generator = SplitMix(seed: seed)
    let drawn = BigUnsigned.below(count, using: &generator)
    return drawn < bare.count
      ? try bare.sample(using: &generator) : try spaced.sample(using: &generator)
  }
}

extension SegmentationLattice {
  /// One of all sequences, each equally likely, the same for the same seed; nil if there is none.
  ///
  /// - Throws: ``TokenizerError/interrupted(_:)``.
  public func sample(seed: UInt64) throws(TokenizerError) -> [Int32]? {
    var generator = SplitMix(seed: seed)
    return try sample(using: &generator)
  }
}
