/// What no piece of a text can hold, whatever the text: characters that always stand alone, and
/// characters that normalization leaves nowhere.
struct TextBoundaries: Sendable {
  /// Classes of characters that are pieces of their own, or in no piece at all.
  private var apart: [CharacterTest] = []
  private var dropped: [CharacterTest] = []
  private var separatesChinese = false
  /// The normalizers, if each looks at one character at a time.
  private let normalizers: [Normalizer]?
  private let continuingPrefix: [UInt8]

  init(_ definition: TokenizerDefinition) {
    var isPlain = true
    for stage in definition.preTokenizer.stages {
      guard case .split(.characters(let test), let behavior, false) = stage else {
        switch stage {
        case .split, .scanned, .digits, .scripts: break
        default: isPlain = false
        }
        continue
      }
      // A later stage could put characters in their places again.
      if behavior == .isolated { apart.append(test) }
      if behavior == .removed { dropped.append(test) }
    }
    if !isPlain { (apart, dropped) = ([], []) }
    var byCharacter = true
    for normalizer in definition.normalizers {
      switch normalizer {
      case .lowercase, .stripAccents, .nmt, .unicode(.nfd), .unicode(.nfkd): break
      case .bert(let bert): separatesChinese = separatesChinese || bert.separatesChinese
      default: byCharacter = false
      }
    }
    normalizers = byCharacter && !definition.normalizers.isEmpty ? definition.normalizers : nil
    var prefix: [UInt8] = []
    if case .wordPiece(let model) = definition.model { prefix = model.continuingPrefix }
    continuingPrefix = prefix
  }

  private func characters(of token: [UInt8]) -> (scalars: [UInt32], continues: Bool) {
    let continues = !continuingPrefix.isEmpty && token.starts(with: continuingPrefix)
    let rest = continues ? token.dropFirst(continuingPrefix.count) : token[...]
    return (String(decoding: rest, as: UTF8.self).unicodeScalars.map(\.value), continues)
  }

  /// Whether a token holds a character that is in no piece, or in none with others.
  func cut(_ token: [UInt8]) -> Bool {
    let (scalars, continues) = characters(of: token)
    if scalars.contains(where: { scalar in dropped.contains { $0.contains(scalar) } }) {
      return true
    }
    guard scalars.count > 1 || continues else { return false }
    let dropsBlanks = dropped.contains { $0.contains(0x20) }
    // Blanks stand around a Chinese character, and blanks are dropped.
    let isChinese = { (scalar: UInt32) in
      separatesChinese && dropsBlanks && BertNormalizer.isChinese(scalar)
    }
    return scalars.contains { scalar in
      isChinese(scalar) || apart.contains { $0.contains(scalar) }
    }
  }

  /// All characters that stand in any text after normalization; nil where normalizers look at more
  /// than one character at a time.
  ///
  /// - Complexity: one normalization of every character there is.
  func normalizedCharacters() -> Set<UInt32>? {
    guard let normalizers else { return nil }
    var made: Set<UInt32> = []
    for block in stride(from: UInt32(0), to: 0x11_0000, by: 0x1000) {
      var text = String.UnicodeScalarView()
      for character in (block..<block + 0x1000).compactMap({ Unicode.Scalar($0) }) {
        text.append(character)
        text.append(" ")
      }
      let bytes = (try? Normalizer.apply(normalizers, to: Array(String(text).utf8))) ?? []
      for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
        made.insert(scalar.value)
      }
    }
    return made
  }

  /// Whether a token holds only characters of a set.
  func holds(_ token: [UInt8], only characters: Set<UInt32>) -> Bool {
    self.characters(of: token).scalars.allSatisfy(characters.contains)
  }
}
