import Synchronization

/// Which tokens may follow ids, so that some text has them all as its first ids.
///
/// A language model gives some probability to other tokens too; the probability of bytes is a sum over
/// these sequences only (Phan et al., arXiv 2410.09303, "valid" ones).
public final class TokenContinuations: Sendable {
  public let tokenizer: Tokenizer
  /// The ordinary tokens: those that give bytes.
  public let ordinary: [Int32]
  /// What each id gives inside a text, nothing where it is no ordinary token.
  private let bytes: [[UInt8]]
  /// What each gives at a text's start: a vocabulary that puts a space there takes it away again.
  private let firstBytes: [[UInt8]]
  private let firstTrie: TokenTrie
  /// Whether a vocabulary puts a space in front.
  private let addsSpace: Bool
  /// How the text before is cut, so that what comes before the cut does not matter.
  private let cut: Cut
  /// Tokens that may stand alone at a text's start.
  private let alone: Set<Int32>
  /// What may follow white space, or nothing.
  private let probes: [[UInt8]]
  private let kept = Mutex<[[Int32]: [Int32]]>([:])

  private enum Cut {
    /// A letter or digit before white space (``SafeCut``).
    case safe
    /// Whatever is no space before a space, where no token goes from the one to the other.
    case word
    case none
  }

  /// - Complexity: one encoding per token.
  public init(_ tokenizer: Tokenizer) throws(TokenizerError) {
    self.tokenizer = tokenizer
    ordinary = tokenizer.trie.tokens(startingWith: []).sorted()
    var bytes = [[UInt8]](repeating: [], count: tokenizer.vocabularySize)
    var firstBytes = bytes
    for id in ordinary {
      bytes[Int(id)] = try tokenizer.tokenBytes(id)
      firstBytes[Int(id)] = try tokenizer.bytes(of: [id])
    }
    let addsSpace = bytes != firstBytes
    let cut = Self.cut(tokenizer, addsSpace: addsSpace, tokens: bytes)
    let probes = try Self.probes(tokenizer, tokens: bytes)
    var alone: Set<Int32> = []
    if cut != .none {
      for id in ordinary
      where try Self.beginnings(of: firstBytes[Int(id)], tokenizer, probes).contains([id]) {
        alone.insert(id)
      }
    }
    (self.bytes, self.firstBytes, self.addsSpace) = (bytes, firstBytes, addsSpace)
    firstTrie =
      addsSpace ? TokenTrie(ordinary.map { (firstBytes[Int($0)], $0) }) : tokenizer.trie
    (self.cut, self.alone, self.probes) = (cut, alone, probes)
  }

  private static func cut(_ tokenizer: Tokenizer, addsSpace: Bool, tokens: [[UInt8]]) -> Cut {
    if tokenizer.isCuttable(.text) { return .safe }
    let crosses = tokens.contains { token in
      zip(token, token.dropFirst()).contains { $0 != space && $1 == space }
    }
    return addsSpace && !crosses && tokenizer.cutsAtWordsOnly ? .word : .none
  }

  private static let space = UInt8(ascii: " ")

  /// What ids give: the bytes of a text that begins with them.
  public func text(of ids: [Int32]) throws(TokenizerError) -> [UInt8] {
    try tokenizer.bytes(of: ids)
  }

  /// What a token gives inside a text or at its start; nothing where it is no ordinary one.
  public func bytes(of id: Int32, atStart: Bool) -> [UInt8] {
    let table = atStart ? firstBytes : bytes
    return table.indices.contains(Int(id)) ? table[Int(id)] : []
  }

  /// The tokens whose bytes there start with a prefix.
  public func tokens(startingWith prefix: some Collection<UInt8>, atStart: Bool) -> [Int32] {
    (atStart ? firstTrie : tokenizer.trie).tokens(startingWith: prefix)
  }

  var longestToken: Int { tokenizer.trie.longestToken }

  // MARK: Beginnings

  /// The id sequences that stand for just these bytes and can begin the ids of a text: the bytes' own
  /// ids first, then those that what follows makes of them.
  ///
  /// They differ where patterns look ahead. By `\s+(?!\S)` two line feeds at a text's end may be one
  /// token, and are two before a letter. The empty text has `▁` beside no ids, where a vocabulary puts
  /// one in front. What may follow is tried out, by characters of several kinds.
  /// - Complexity: one encoding; four for white space at the end.
  public func beginnings(of bytes: [UInt8]) throws(TokenizerError) -> [[Int32]] {
    try Self.beginnings(of: bytes, tokenizer, probes)
  }

  private static func beginnings(of bytes: [UInt8], _ tokenizer: Tokenizer, _ probes: [[UInt8]])
    throws(TokenizerError) -> [[Int32]]
  {
    var result = [try tokenizer.encode(bytes: bytes)]
    if let last = bytes.last, !isBlank(last) { return result }
    for probe in probes {
      var ids = try tokenizer.encode(bytes: bytes + probe)
      while !ids.isEmpty {
        ids.removeLast()
        let length = try tokenizer.bytes(of: ids).count
        if length < bytes.count { break }
        if length == bytes.count, !result.contains(ids) { result.append(ids) }
      }
    }
    return result
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == space || (9...13).contains(byte) }

  /// A character that joins no token, a digit, and a letter; where the vocabulary has none of them, all
  /// characters that it has, up to a number.
  private static func probes(_ tokenizer: Tokenizer, tokens: [[UInt8]]) throws(TokenizerError)
    -> [[UInt8]]
  {
    var known: [[UInt8]] = []
    for probe: [UInt8] in [[1], Array("0".utf8), Array("x".utf8)] {
      do throws(TokenizerError) {
        if try tokenizer.bytes(of: tokenizer.encode(bytes: probe)) == probe { known.append(probe) }
      } catch {
        guard case .unencodable = error else { throw error }
      }
    }
    if !known.isEmpty { return known }
    let characters = tokens.lazy.filter { token in
      String(validating: token, as: UTF8.self)?.unicodeScalars.count == 1 && !isBlank(token[0])
    }
    return Array(characters.prefix(64))
  }

  /// Whether these ids can begin the ids of a text.
  public func isBeginning(_ ids: [Int32]) throws(TokenizerError) -> Bool {
    try beginnings(of: try text(of: ids)).contains(ids)
  }

  // MARK: Continuations

  /// The tokens that may follow ids which themselves can begin a text's ids; ascending.
  ///
  /// - Complexity: one encoding of what follows the last sure cut (a word, as a rule) per token that
  ///   does not begin with a space; nothing for the words that came last.
  public func allowed(after ids: [Int32]) throws(TokenizerError) -> [Int32] {
    let end = try openEnd(of: ids)
    if let known = kept.withLock({ $0[end.ids] }) { return known }
    let result = try allowed(among: ordinary, behind: end)
    kept.withLock { kept in
      // Words come back; what is kept is bounded by letting all go now and then.
      if kept.count >= 512 { kept.removeAll() }
      kept[end.ids] = result
    }
    return result
  }

  /// Those of some tokens that may follow ids.
  public func allowed(among tokens: [Int32], after ids: [Int32]) throws(TokenizerError) -> [Int32] {
    try allowed(among: tokens, behind: openEnd(of: ids))
  }

  private func allowed(among tokens: [Int32], behind end: OpenEnd) throws(TokenizerError) -> [Int32]
  {
    var result: [Int32] = []
    for (turn, id) in tokens.enumerated() {
      if turn & 0x3FF == 0 { try TokenizerError.poll() }
      let isAllowed: Bool
      if startsWord(id, after: end.text) {
        isAllowed = alone.contains(id)
      } else {
        let token = bytes(of: id, atStart: end.ids.isEmpty)
        isAllowed = try beginnings(of: end.text + token).contains(end.ids + [id])
      }
      if isAllowed { result.append(id) }
    }
    return result
  }

  /// Whether a token begins a word of its own behind a text, whatever the text is.
  private func startsWord(_ id: Int32, after text: [UInt8]) -> Bool {
    guard let last = text.last, let first = bytes(of: id, atStart: false).first else {
      return false
    }
    return switch cut {
    case .safe: SafeCut.isSafe(between: last, and: first)
    case .word: last != Self.space && first == Self.space
    case .none: false
    }
  }

  /// The ids behind the last cut, and their text as it would stand alone.
  private struct OpenEnd {
    let ids: [Int32]
    let text: [UInt8]
  }

  private func openEnd(of ids: [Int32]) throws(TokenizerError) -> OpenEnd {
    let whole = try text(of: ids)
    var place = whole.count
    while place > 0, !isCut(whole, at: place) { place -= 1 }
    guard place > 0 else { return OpenEnd(ids: ids, text: whole) }
    var (first, length) = (ids.count, 0)
    while first > 0, length < whole.count - place {
      first -= 1
      length += bytes[Int(ids[first])].count
    }
    guard length == whole.count - place, first > 0 else { return OpenEnd(ids: ids, text: whole) }
    // A vocabulary that puts a space in front does so to what stands alone.
    let start = addsSpace ? place + 1 : place
    return OpenEnd(ids: Array(ids[first...]), text: Array(whole[start...]))
  }

  private func isCut(_ text: [UInt8], at place: Int) -> Bool {
    guard place > 0, place < text.count else { return false }
    return switch cut {
    case .safe: SafeCut.isSafe(between: text[place - 1], and: text[place])
    case .word: text[place - 1] != Self.space && text[place] == Self.space
    case .none: false
    }
  }
}

extension Tokenizer {
  /// Nothing cuts text but where words begin.
  fileprivate var cutsAtWordsOnly: Bool {
    if seeksTokens(.text) { return false }
    return definition.preTokenizer.stages.allSatisfy {
      switch $0 {
      case .metaspace, .wordStarts: true
      default: false
      }
    }
  }
}
