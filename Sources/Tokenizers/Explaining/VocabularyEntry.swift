/// A token of a vocabulary as a query shows it.
public struct VocabularyEntry: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable {
    /// Marks something that is not text.
    case special
    /// Found in the text before anything else.
    case added
    /// One byte: the token of a byte alphabet, or what characters fall back to.
    case byte
    case normal
  }

  public let id: Int32
  /// The token on one line: what it gives inside a text, or WordPiece's spelling of it.
  public let text: String
  /// What it gives inside a text.
  public let bytes: [UInt8]
  public let kind: Kind
  /// The rank of the first merge that makes it.
  public let rank: Int?
  /// Its score in a unigram vocabulary.
  public let score: Double?
}

/// Which tokens of a vocabulary are wanted; all conditions must hold.
public struct VocabularyQuery: Sendable, Equatable {
  public enum Order: String, Sendable, CaseIterable {
    case id
    /// The longest first.
    case length
    /// By bytes.
    case text
    /// The merges' order; tokens without one last.
    case rank
    /// The highest first.
    case score
  }

  public var contains: String?
  public var prefix: String?
  public var suffix: String?
  /// A regular expression that matches somewhere in the token's text.
  public var regex: String?
  public var kind: VocabularyEntry.Kind?
  public var ids: Set<Int32>?
  /// How many bytes the token has.
  public var lengths: ClosedRange<Int>?
  public var order = Order.id

  public init() {}
}

extension Tokenizer {
  /// The tokens that a query asks for; ids without a token are left out.
  ///
  /// - Throws: ``TokenizerError/wrongPattern(pattern:reason:)`` for a regular expression that is none.
  /// - Complexity: O(vocabulary) and sorting.
  public func vocabulary(_ query: VocabularyQuery = VocabularyQuery()) throws(TokenizerError)
    -> [VocabularyEntry]
  {
    let pattern = try query.regex.map { (regex) throws(TokenizerError) in
      do throws(RegexError) { return try RegexPattern(regex) } catch {
        throw TokenizerError.wrongPattern(pattern: regex, reason: error.reason)
      }
    }
    let kinds = kindsOfTokens()
    let ranks = ranksOfTokens()
    var entries: [VocabularyEntry] = []
    for id in 0..<Int32(vocabularySize) where !definition.decoder.unassigned.contains(id) {
      let kind = kinds[id] ?? .normal
      if let wanted = query.kind, wanted != kind { continue }
      if let wanted = query.ids, !wanted.contains(id) { continue }
      let bytes = try tokenBytes(id)
      guard query.matches(bytes), try matches(pattern, bytes) else { continue }
      entries.append(
        VocabularyEntry(
          id: id, text: PrintableToken.text(of: shown(id, bytes)), bytes: bytes, kind: kind,
          rank: ranks[id], score: score(of: id)))
    }
    return query.sorted(entries)
  }

  /// WordPiece's tokens as the file has them: decoding puts a blank before those that start a word.
  private func shown(_ id: Int32, _ bytes: [UInt8]) -> [UInt8] {
    guard case .wordPiece(let model) = definition.model, Int(id) < model.tokens.count else {
      return bytes
    }
    return Array(model.tokens[Int(id)])
  }

  private func matches(_ pattern: RegexPattern?, _ bytes: [UInt8]) throws(TokenizerError) -> Bool {
    guard let pattern else { return true }
    var isFound = false
    do throws(EncodingFailure) {
      try bytes.withUnsafeBufferPointer { (bytes) throws(EncodingFailure) in
        try pattern.forEachMatch(in: bytes) { _ in isFound = true }
      }
    } catch { throw failure(error) }
    return isFound
  }

  /// The kinds of all tokens that are not normal.
  private func kindsOfTokens() -> [Int32: VocabularyEntry.Kind] {
    var kinds: [Int32: VocabularyEntry.Kind] = [:]
    let bytes: [Int32] =
      switch definition.model {
      case .bytePair(let model): model.byteIDs
      case .unigram(let model): model.byteIDs
      case .longestMatch(let model):
        (UInt8.min...UInt8.max).map { Int32(model.tokens.find([$0]) ?? -1) }
      case .wordPiece, .wordLevel, .hybrid: []
      }
    for id in bytes where id >= 0 { kinds[id] = .byte }
    for token in definition.addedTokens { kinds[token.id] = token.special ? .special : .added }
    return kinds
  }

  private func ranksOfTokens() -> [Int32: Int] {
    var ranks: [Int32: Int] = [:]
    for merge in definition.model.bytePair?.merges.sorted() ?? [] where ranks[merge.merged] == nil {
      ranks[merge.merged] = Int(merge.rank)
    }
    return ranks
  }

  private func score(of id: Int32) -> Double? {
    guard case .unigram(let model) = definition.model, Int(id) < model.scores.count else {
      return nil
    }
    return model.scores[Int(id)]
  }
}

extension VocabularyQuery {
  fileprivate func matches(_ bytes: [UInt8]) -> Bool {
    if let lengths, !lengths.contains(bytes.count) { return false }
    if let prefix, !bytes.starts(with: prefix.utf8) { return false }
    if let suffix, !bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8) { return false }
    guard let contains else { return true }
    let wanted = Array(contains.utf8)
    if wanted.count > bytes.count { return false }
    return (0...bytes.count - wanted.count).contains { start in
      bytes[start..<start + wanted.count].elementsEqual(wanted)
    }
  }

  /// Of equal keys, the lower id first.
  fileprivate func sorted(_ entries: [VocabularyEntry]) -> [VocabularyEntry] {
    switch order {
    case .id: entries
    case .length: entries.sorted { ($1.bytes.count, $0.id) < ($0.bytes.count, $1.id) }
    case .text:
      entries.sorted {
        $0.bytes == $1.bytes ? $0.id < $1.id : $0.bytes.lexicographicallyPrecedes($1.bytes)
      }
    case .rank: entries.sorted { ($0.rank ?? .max, $0.id) < ($1.rank ?? .max, $1.id) }
    case .score:
      entries.sorted { a, b in
        let (x, y) = (a.score ?? -.infinity, b.score ?? -.infinity)
        return x == y ? a.id < b.id : x > y
      }
    }
  }
}
