/// A token that is found in the text before it is cut into pieces.
struct AddedToken: Sendable, Equatable {
  var id: Int32
  var content: String
  /// Only where no word character stands beside it.
  var singleWord = false
  /// Takes the white space on its left with it.
  var stripsLeft = false
  var stripsRight = false
  /// Sought in the normalised text instead of the text as it came.
  var normalized = false
  /// Marks something that is not text (begin, end, a role); found only if asked for.
  var special = false
}

/// Finds a set of added tokens in text: leftmost, of those the longest.
///
/// The rules (strips, single words, skipped special tokens) are those of Hugging Face tokenizers'
/// `AddedVocabulary::find_matches`.
struct AddedTokenMatcher: Sendable {
  /// A stretch of text, or a token in it.
  struct Span: Equatable {
    var range: Range<Int>
    var token: Int?
  }

  let tokens: [AddedToken]
  private let contents: [[UInt8]]
  private let trie: ByteTrie
  private let allSpecial: Bool

  /// - Parameter contents: what is sought for each token (its content, or that normalised).
  init(_ tokens: [AddedToken], contents: [[UInt8]]) {
    self.tokens = tokens
    self.contents = contents
    allSpecial = tokens.allSatisfy(\.special)
    // Of tokens that are alike once normalised, the first is found.
    var seen: Set<[UInt8]> = []
    trie = ByteTrie(
      contents.enumerated().compactMap { index, content in
        content.isEmpty || !seen.insert(content).inserted ? nil : (content[...], Int32(index))
      })
  }

  /// Whether text is searched at all under a policy.
  func isActive(_ policy: SpecialPolicy) -> Bool {
    !tokens.isEmpty && !(allSpecial && policy == .text)
  }

  /// The text cut at the tokens that are found in it.
  func spans(in text: UnsafeBufferPointer<UInt8>, policy: SpecialPolicy) -> [Span] {
    guard let bytes = text.baseAddress else { return [] }
    var spans: [Span] = []
    var done = 0
    var index = 0
    while index < text.count {
      guard let match = trie.longestMatch(text, from: index) else {
        index += 1
        continue
      }
      let token = Int(match.value)
      let end = index + contents[token].count
      defer { index = end }
      if tokens[token].special && policy == .text { continue }
      if tokens[token].singleWord {
        if index > 0, isWord(UTF8Reader.scalar(before: index, bytes).scalar) { continue }
        if end < text.count, isWord(UTF8Reader.scalar(bytes, end, text.count).scalar) { continue }
      }
      var range = index..<end
      if tokens[token].stripsLeft {
        range = max(leftOfSpace(bytes, index), done)..<end
      }
      if tokens[token].stripsRight {
        range = range.lowerBound..<rightOfSpace(bytes, end, text.count)
      }
      if done < range.lowerBound {
        spans.append(Span(range: done..<range.lowerBound, token: nil))
      }
      spans.append(Span(range: range, token: token))
      done = range.upperBound
    }
    if done < text.count { spans.append(Span(range: done..<text.count, token: nil)) }
    return spans
  }

  private func isWord(_ scalar: UInt32) -> Bool {
    CharacterClasses.shared.flags(scalar) & CharacterClasses.word != 0
  }

  private func leftOfSpace(_ bytes: UnsafePointer<UInt8>, _ end: Int) -> Int {
    var index = end
    while index > 0 {
      let (scalar, length) = UTF8Reader.scalar(before: index, bytes)
      if CharacterClasses.shared.flags(scalar) & CharacterClasses.space == 0 { break }
      index -= length
    }
    return index
  }

  private func rightOfSpace(_ bytes: UnsafePointer<UInt8>, _ start: Int, _ count: Int) -> Int {
    var index = start
    while index < count {
      let (scalar, length) = UTF8Reader.scalar(bytes, index, count)
      if CharacterClasses.shared.flags(scalar) & CharacterClasses.space == 0 { break }
      index += length
    }
    return index
  }
}
