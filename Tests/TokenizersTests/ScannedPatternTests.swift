import CTokens
import Testing

@testable import Tokenizers

@Suite("Scanned patterns", .serialized) struct ScannedPatternTests {
  static let units = [
    "a", "b", "s", "t", "l", "L", "e", "E", "v", "V", "r", "R", "d", "D", "m", "S", "T", "A", "Z",
    "x", "1", "2", "9", " ", " ", "  ", "\n", "\r", "\t", "'", "'", "'s", "'LL", "'ve", "/", ".",
    "(", "-", "é", "ß", "É", "ǅ", "ʰ", "你", "あ", "ー", "\u{301}", "\u{A0}", "\u{3000}", "\u{2028}",
    "½", "Ⅷ", "٣", "ſ", "'ſ", "ñ", "Д", "ж", "σ", "한", "।", "हि", "…", "😀", "、", "×", "ƻ", "\u{0}",
    "ン", "・", "゛", "゠", "漢字仮名", "\u{4DBF}", "\u{4DC0}", "\u{3040}", "\u{3041}", "\u{D7A3}",
    "\u{D7A4}", "\u{AC00}", "\u{ABFF}", "Ω", "\u{3A2}", "\u{3F6}", "ё", "\u{482}", "ʿ", "\u{2C2}",
    "÷",
  ]

  /// Text of few kinds of characters, so that their runs and borders meet in every way.
  private func text(_ random: inout TestRandom) -> String {
    let ascii = Int.random(in: 0..<3, using: &random) > 0
    let some = Self.units.prefix(ascii ? 38 : Self.units.count).shuffled(using: &random)
      .prefix(Int.random(in: 2...12, using: &random))
    let length = Int.random(in: 1...120, using: &random)
    return (0..<length).map { _ in some.randomElement(using: &random) ?? "" }.joined()
  }

  @Test("cut as PCRE2 does, plainly and by blocks", arguments: ScannedPattern.allCases)
  func reference(pattern: ScannedPattern) throws {
    defer { _ = ct_force_variant(nil) }
    let reference = try ReferencePattern(pattern.regex)
    for seed in 0..<400 {
      var random = TestRandom(seed)
      let text = Array(text(&random).utf8)
      let expected = reference.ends(text)
      #expect(pattern.plainEnds(text) == expected, "\(String(decoding: text, as: UTF8.self))")
      for name in ["portable", "avx2", "avx512"] where ct_force_variant(name) {
        #expect(
          pattern.scannedEnds(text) == expected, "\(name): \(String(decoding: text, as: UTF8.self))"
        )
      }
    }
  }

  @Test("cut what is no UTF-8 alike, and lose no byte", arguments: ScannedPattern.allCases)
  func invalid(pattern: ScannedPattern) {
    defer { _ = ct_force_variant(nil) }
    for seed in 0..<100 {
      var random = TestRandom(seed)
      let text =
        seed % 2 == 0
        ? random.bytes(300) : random.bytes(300, from: Array("aB '\n1(".utf8) + [0xC3, 0xA9, 0xE4])
      let expected = pattern.plainEnds(text)
      #expect(expected.last == text.count)
      for name in ["portable", "avx2", "avx512"] where ct_force_variant(name) {
        #expect(pattern.scannedEnds(text) == expected)
      }
    }
  }

  @Test("classify every letter of the alphabets that blocks know as the plain scanner does")
  func letters() {
    defer { _ = ct_force_variant(nil) }
    for start in stride(from: UInt32(0x80), to: 0xE000, by: 16) {
      var view = String.UnicodeScalarView()
      for value in start..<start + 16 {
        guard let scalar = Unicode.Scalar(value) else { continue }
        view.append(contentsOf: [scalar, "a", scalar, " ", scalar, scalar, "'"])
      }
      let text = Array(String(view).utf8)
      for pattern in [ScannedPattern.gpt2, .llama3] {
        let expected = pattern.plainEnds(text)
        for name in ["avx2", "avx512"] where ct_force_variant(name) {
          #expect(pattern.scannedEnds(text) == expected, "from U+\(String(start, radix: 16))")
        }
      }
    }
  }

  @Test("knows the classes as PCRE2 does, of what both know")
  func classes() throws {
    #expect(String(cString: ct_unicode_version()) == "16.0.0")
    let classes: [(String, UInt32)] = [
      (#"\p{L}"#, UInt32(CT_LETTER)), (#"\p{N}"#, UInt32(CT_NUMBER)),
      (#"\s"#, UInt32(CT_SPACE)), (#"\p{M}"#, UInt32(CT_MARK)),
      (#"[\p{P}\p{S}]"#, UInt32(CT_SYMBOL)),
      (#"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#, UInt32(CT_UPPER)),
      (#"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#, UInt32(CT_LOWER)),
    ]
    let assigned = try ReferencePattern(#"\P{Cn}"#)
    let patterns = try classes.map { try (ReferencePattern($0.0), UInt8($0.1)) }
    var known = 0
    for value in (0..<0x32000 as Range<UInt32>) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      let text = Array(String(Character(scalar)).utf8)
      if assigned.ends(text).isEmpty { continue }
      known += 1
      let flags = CharacterClasses.shared.flags(value)
      // U+180E was white space until Unicode 6.3; PCRE2 still says so.
      for (pattern, bit) in patterns where value != 0x180E {
        #expect(!pattern.ends(text).isEmpty == (flags & bit != 0), "U+\(String(value, radix: 16))")
      }
    }
    #expect(known > 140_000)
  }
}
