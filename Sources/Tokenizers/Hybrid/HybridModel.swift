/// Roots, then affixes, then byte-pair pieces, greedily: the longest that stands at the place
/// (arXiv 2508.14292).
///
/// A piece is cut before every capital; a part that starts with one is an uppercase marker and the
/// small letters. Of each part the longest root is taken, else the longest affix, else the longest
/// piece, else one character is unknown.
struct HybridModel: Sendable {
  /// Ids of what is no text.
  enum Special {
    static let uppercase: Int32 = 0
    static let unknown: Int32 = 1
    static let space: Int32 = 2
    static let newline: Int32 = 3
    static let tab: Int32 = 4
    static let padding: Int32 = 5
    static let end: Int32 = 6

    static let texts = ["<uppercase>", "<unknown>", " ", "\n", "\t", "<pad>", "<eos>"]
  }

  /// Each id's text: of several forms the first.
  let tokens: ByteStringTable
  let rules: HarmonyRules
  let options: HybridVocabulary.Options
  /// What the ids after the special ones are.
  let roots: Range<Int32>
  let affixes: Range<Int32>
  /// Tables of all forms.
  let rootForms: ByteTrie
  let affixForms: ByteTrie
  let pieces: ByteTrie

  init(
    tokens: ByteStringTable, rules: HarmonyRules, options: HybridVocabulary.Options,
    roots: Range<Int32>, affixes: Range<Int32>, rootForms: [String: Int32],
    affixForms: [String: Int32], pieces: [String: Int32]
  ) {
    self.tokens = tokens
    self.rules = rules
    self.options = options
    self.roots = roots
    self.affixes = affixes
    func trie(_ forms: [String: Int32]) -> ByteTrie {
      ByteTrie(forms.map { (Array($0.key.utf8)[...], $0.value) })
    }
    self.rootForms = trie(rootForms)
    self.affixForms = trie(affixForms)
    self.pieces = trie(pieces)
  }

  /// - Complexity: O(n · the longest form) for a piece of n bytes.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer) {
    guard let bytes = piece.baseAddress else { return }
    var part: [UInt8] = []
    var isCapital = false
    func flush() {
      if part.isEmpty { return }
      if isCapital { ids.append(Special.uppercase) }
      part.withUnsafeBufferPointer { encode(part: $0, isCapital: isCapital, to: &ids) }
      part.removeAll(keepingCapacity: true)
      isCapital = false
    }
    var index = 0
    while index < piece.count {
      let (value, length) = UTF8Reader.scalar(bytes, index, piece.count)
      let letters = UnsafeBufferPointer(start: bytes + index, count: length)
      index += length
      switch value {
      case 0x20, 0x0A, 0x09:
        flush()
        ids.append(value == 0x20 ? Special.space : value == 0x0A ? Special.newline : Special.tab)
      case UTF8Reader.invalid:
        flush()
        ids.append(Special.unknown)
      default:
        if options.marksUppercase, let small = Unicode.Scalar(value).flatMap(rules.small) {
          flush()
          isCapital = true
          part.append(contentsOf: String(Character(small)).utf8)
        } else {
          part.append(contentsOf: letters)
        }
      }
    }
    flush()
  }

  private func encode(
    part: UnsafeBufferPointer<UInt8>, isCapital: Bool, to ids: inout IDBuffer
  ) {
    guard let bytes = part.baseAddress else { return }
    var start = 0
    while start < part.count {
      // An affix starts no word with a capital: the letters of abbreviations are not affixes.
      let affix = start == 0 && isCapital ? nil : affixForms.longestMatch(part, from: start)
      let root = rootForms.longestMatch(part, from: start)
      let prefersAffix = start > 0 && options.inside == .affixes
      let match = prefersAffix ? affix ?? root : root ?? affix
      if let match = match ?? pieces.longestMatch(part, from: start) {
        ids.append(match.value)
        start += match.length
      } else {
        ids.append(Special.unknown)
        start += UTF8Reader.scalar(bytes, start, part.count).length
      }
    }
  }

  /// What an id is.
  func kind(of id: Int32) -> TokenKind {
    if roots.contains(id) { return .root }
    if affixes.contains(id) { return .affix }
    return id < roots.lowerBound ? .special : .bpe
  }
}
