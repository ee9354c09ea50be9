/// BERT's cleaning of text: control characters, spaces around Chinese characters, accents, case.
///
/// Its classes of characters are those of the `tokenizers` library (``ReferenceTables``).
struct BertNormalizer: Sendable, Equatable {
  var cleansText = true
  var separatesChinese = true
  /// Nil: just where text is brought to lower case.
  var stripsAccents: Bool?
  var lowercases = true

  func apply(to bytes: [UInt8], losesStart: inout Bool) -> [UInt8] {
    var bytes = bytes
    if cleansText {
      let kept = Normalizer.filtered(bytes, losesStart: &losesStart) {
        !RangeTable.control.contains($0)
      }
      bytes = Normalizer.mapped(kept) { scalar, result in
        let isSpace = CharacterClasses.shared.flags(scalar.value) & CharacterClasses.space != 0
        if isSpace { result.append(UInt8(ascii: " ")) } else { result.append(scalar) }
      }
    }
    if separatesChinese {
      bytes = Normalizer.mapped(bytes) { scalar, result in
        let isChinese = Self.isChinese(scalar.value)
        if isChinese { result.append(UInt8(ascii: " ")) }
        result.append(scalar)
        if isChinese { result.append(UInt8(ascii: " ")) }
      }
    }
    if stripsAccents ?? lowercases {
      bytes = Normalizer.filtered(
        UnicodeNormalizer.normalize(bytes, form: .nfd), losesStart: &losesStart
      ) { !RangeTable.nonspacing.contains($0) }
    }
    return lowercases ? Normalizer.lowercased(bytes) : bytes
  }

  /// The blocks of CJK ideographs that BERT's own tokenizer lists.
  static func isChinese(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F,
      0x2B920...0x2CEAF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }
}

extension [UInt8] {
  /// Appends a character as UTF-8.
  mutating func append(_ scalar: Unicode.Scalar) {
    append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }
}
