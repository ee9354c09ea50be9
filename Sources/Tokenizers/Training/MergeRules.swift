/// Which merges a training may make, and what the merged token is called.
public struct MergeRules: Sendable, Equatable {
  public static let none = MergeRules()

  /// The most bytes of a merged token.
  public var mostBytes: Int?
  /// The most characters of a merged token; a space at its start is not counted, so that a word has
  /// the same cap at a line's start and inside it (KL3M's character-level vocabularies).
  public var mostCharacters: Int?
  /// The most words of a merged token: one more than its inner blanks (SuperBPE's "mw4").
  public var mostWords: Int?
  /// No merged token contains one of these (SuperBPE's ": ").
  public var forbidden: [String] = []
  /// What a token that does not start a word has in front (`##` in WordPiece); it is dropped where
  /// such a token is the second of a merge.
  var continuation: [UInt8] = []

  public init(
    mostBytes: Int? = nil, mostCharacters: Int? = nil, mostWords: Int? = nil,
    forbidden: [String] = []
  ) {
    self.mostBytes = mostBytes
    self.mostCharacters = mostCharacters
    self.mostWords = mostWords
    self.forbidden = forbidden
  }

  private var permitAll: Bool {
    mostBytes == nil && mostCharacters == nil && mostWords == nil && forbidden.isEmpty
  }

  /// The bytes of the token that two tokens make.
  func joined(_ tokens: ByteStringTable, _ left: Int32, _ right: Int32) -> [UInt8] {
    let second = tokens[Int(right)]
    let drops = !continuation.isEmpty && second.starts(with: continuation)
    return Array(tokens[Int(left)]) + (drops ? second.dropFirst(continuation.count) : second)
  }

  @inline(__always)
  func permit(_ tokens: ByteStringTable, _ left: Int32, _ right: Int32) -> Bool {
    permitAll || permit(joined(tokens, left, right))
  }

  /// Whether a token of these bytes may be made.
  func permit(_ token: [UInt8]) -> Bool {
    let text =
      !continuation.isEmpty && token.starts(with: continuation)
      ? token[continuation.count...] : token[...]
    if let mostBytes, text.count > mostBytes { return false }
    if let mostCharacters {
      let counted = text.first == UInt8(ascii: " ") ? text.dropFirst() : text
      if counted.count(where: { $0 & 0xC0 != 0x80 }) > mostCharacters { return false }
    }
    if let mostWords, Self.words(in: text) > mostWords { return false }
    return !forbidden.contains { Self.contains(text, Array($0.utf8)) }
  }

  /// How many words a token has: runs of bytes that are not blank.
  static func words(in text: ArraySlice<UInt8>) -> Int {
    var words = 0
    var isInside = false
    for byte in text {
      let isBlank = byte == 0x20 || (0x09...0x0D).contains(byte)
      if !isBlank && !isInside { words += 1 }
      isInside = !isBlank
    }
    return words
  }

  private static func contains(_ text: ArraySlice<UInt8>, _ sought: [UInt8]) -> Bool {
    guard !sought.isEmpty, text.count >= sought.count else { return false }
    return (text.startIndex...text.endIndex - sought.count).contains {
      text[$0..<$0 + sought.count].elementsEqual(sought)
    }
  }
}
