/// Roots, then affixes, then byte-pair pieces, greedily: the longest that stands at the place
/// (arXiv 2508.14292).
///
/// A piece is cut before every capital; a part that starts with one is an uppercase marker and the
/// small letters. Of each part the longest root is taken, else the longest affix, else the longest
/// piece, else one character is unknown.
///
/// Where forms are checked, which the paper does not do, a root or an affix is read only in the form
/// that the rules write there, so that the text comes back: not `mas` in `olması`, since before a
/// vowel it is written `mass`.
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

  /// One token of a piece, and what else could have stood there.
  struct Step {
    typealias Match = (value: Int32, end: Int)

    let id: Int32
    /// The part in small letters, and where in it the token starts; empty for a blank.
    var part: [UInt8] = []
    var start = 0
    var root: Match?
    var affix: Match?
    var piece: Match?
  }

  /// All forms by their bytes, and the ids they are read as. Not by their texts: of a letter and a
  /// mark and the letter that has the mark, Swift's strings would be one.
  struct Forms {
    var roots: [[UInt8]: Int32] = [:]
    var affixes: [[UInt8]: Int32] = [:]
    var pieces: [[UInt8]: Int32] = [:]
  }

  /// Each id's text: of several forms the first.
  let tokens: ByteStringTable
  let rules: HarmonyRules
  let options: HybridVocabulary.Options
  /// What the ids after the special ones are.
  let rootIDs: Range<Int32>
  let affixIDs: Range<Int32>
  private let roots: [HybridRoot]
  private let affixes: [AffixForms]
  private let rootForms: ByteTrie
  private let affixForms: ByteTrie
  private let pieces: ByteTrie

  init(
    tokens: ByteStringTable, rules: HarmonyRules, options: HybridVocabulary.Options,
    roots: [HybridRoot], affixes: [HybridAffix], forms: Forms
  ) {
    self.tokens = tokens
    self.rules = rules
    self.options = options
    self.roots = roots
    self.affixes = affixes.map { AffixForms($0, rules) }
    let first = Int32(Special.texts.count)
    rootIDs = first..<first + Int32(roots.count)
    affixIDs = rootIDs.upperBound..<rootIDs.upperBound + Int32(affixes.count)
    func trie(_ forms: [[UInt8]: Int32]) -> ByteTrie {
      ByteTrie(forms.map { ($0.key[...], $0.value) })
    }
    rootForms = trie(forms.roots)
    affixForms = trie(forms.affixes)
    pieces = trie(forms.pieces)
  }

  /// The root or affix of an id, or neither.
  func root(_ id: Int32) -> HybridRoot? {
    rootIDs.contains(id) ? roots[Int(id - rootIDs.lowerBound)] : nil
  }

  func affix(_ id: Int32) -> AffixForms? {
    affixIDs.contains(id) ? affixes[Int(id - affixIDs.lowerBound)] : nil
  }

  /// What an id is.
  func kind(of id: Int32) -> TokenKind {
    if rootIDs.contains(id) { return .root }
    if affixIDs.contains(id) { return .affix }
    return id < rootIDs.lowerBound ? .special : .bpe
  }

  /// - Complexity: O(n · the longest form) for a piece of n bytes.
  func encode(_ piece: UnsafeBufferPointer<UInt8>, to ids: inout IDBuffer) {
    forEachStep(of: piece) { ids.append($0.id) }
  }

  /// The tokens of a piece one by one.
  func forEachStep(of piece: UnsafeBufferPointer<UInt8>, _ body: (Step) -> Void) {
    guard let bytes = piece.baseAddress else { return }
    var context = HybridContext()
    var part: [UInt8] = []
    var capital: Unicode.Scalar?
    func flush() {
      if part.isEmpty { return }
      if capital != nil { body(Step(id: Special.uppercase, part: part)) }
      forEachStep(ofPart: part, capital, &context, body)
      part = []
      capital = nil
    }
    var index = 0
    while index < piece.count {
      let (value, length) = UTF8Reader.scalar(bytes, index, piece.count)
      let letters = UnsafeBufferPointer(start: bytes + index, count: length)
      index += length
      switch value {
      case 0x20, 0x0A, 0x09, UTF8Reader.invalid:
        flush()
        let blanks: [UInt32: Int32] = [
          0x20: Special.space, 0x0A: Special.newline, 0x09: Special.tab,
        ]
        body(Step(id: blanks[value] ?? Special.unknown))
        context.endWord()
      default:
        let scalar = Unicode.Scalar(value)
        if options.marksUppercase, let small = scalar.flatMap(rules.small) {
          flush()
          capital = scalar
          part.append(contentsOf: String(Character(small)).utf8)
        } else {
          part.append(contentsOf: letters)
        }
      }
    }
    flush()
  }

  /// - Parameter capital: what the part's first letter was, if it was a capital.
  private func forEachStep(
    ofPart part: [UInt8], _ capital: Unicode.Scalar?, _ context: inout HybridContext,
    _ body: (Step) -> Void
  ) {
    var start = 0
    while start < part.count {
      var step = Step(id: Special.unknown, part: part, start: start)
      step.root = root(in: part, at: start)
      // An affix starts no word with a capital: the letters of abbreviations are not affixes.
      if start > 0 || capital == nil { step.affix = affix(in: part, at: start, context) }
      step.piece = pieces.matches(in: part, from: start).last
      let prefersAffix = start > 0 && options.inside == .affixes
      let match = prefersAffix ? step.affix ?? step.root : step.root ?? step.affix
      guard let match = match ?? step.piece else {
        body(step)
        context.endWord()
        start += part.withUnsafeBufferPointer { bytes in
          bytes.baseAddress.map { UTF8Reader.scalar($0, start, bytes.count).length } ?? 1
        }
        continue
      }
      body(
        Step(
          id: match.value, part: part, start: start, root: step.root, affix: step.affix,
          piece: step.piece))
      var letters = Array(
        String(decoding: part[start..<match.end], as: UTF8.self).unicodeScalars)
      if start == 0, let capital, !letters.isEmpty { letters[0] = capital }
      if let root = root(match.value) {
        context.append(root: letters, isFronted: root.isFronted)
      } else if affixIDs.contains(match.value) {
        context.append(affix: letters, rules)
      } else {
        context.append(piece: letters)
      }
      start = match.end
    }
  }

  /// The longest root at a place.
  private func root(in part: [UInt8], at start: Int) -> Step.Match? {
    rootForms.matches(in: part, from: start).last { match in
      guard options.checksForms, let root = root(match.value) else { return true }
      let written = options.readsVariants ? root.form(before: part[match.end...], rules) : root.text
      return written.utf8.elementsEqual(part[start..<match.end])
    }
  }

  /// The longest affix at a place. A word that starts with one cannot be checked: what it goes by is
  /// another word.
  private func affix(in part: [UInt8], at start: Int, _ context: HybridContext) -> Step.Match? {
    if options.checksForms && context.word.isEmpty { return nil }
    let matches = affixForms.matches(in: part, from: start)
    guard options.checksForms, !matches.isEmpty else { return matches.last }
    let end = context.end(rules)
    return matches.last { match in
      guard let affix = affix(match.value) else { return false }
      let written = affix.form(after: end, beforeVowel: rules.startsWithVowel(part[match.end...]))
      return written.utf8.elementsEqual(part[start..<match.end])
    }
  }
}
