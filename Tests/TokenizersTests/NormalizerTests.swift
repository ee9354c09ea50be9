import Testing

@testable import Tokenizers

@Suite("Normalizers") struct NormalizerTests {
  private func apply(_ steps: [Normalizer], _ text: String) -> String {
    String(decoding: (try? Normalizer.apply(steps, to: Array(text.utf8))) ?? [], as: UTF8.self)
  }
  /// Texts are compared scalar by scalar: `==` of strings would call all these equal.
  private func same(_ a: String, _ b: String) -> Bool {
    a.unicodeScalars.elementsEqual(b.unicodeScalars)
  }

  @Test("bring text into the four Unicode forms (UAX 15, figures 3 to 6)")
  func forms() {
    let cases: [(String, nfd: String, nfc: String, nfkd: String, nfkc: String)] = [
      ("\u{212B}", "A\u{30A}", "\u{C5}", "A\u{30A}", "\u{C5}"),
      (
        "\u{1E9B}\u{323}", "\u{17F}\u{323}\u{307}", "\u{1E9B}\u{323}", "s\u{323}\u{307}", "\u{1E69}"
      ),
      ("ﬁ ２⁵", "ﬁ ２⁵", "ﬁ ２⁵", "fi 25", "fi 25"),
      ("\u{1E69}", "s\u{323}\u{307}", "\u{1E69}", "s\u{323}\u{307}", "\u{1E69}"),
      (
        "d\u{307}\u{323}", "d\u{323}\u{307}", "\u{1E0D}\u{307}", "d\u{323}\u{307}",
        "\u{1E0D}\u{307}"
      ),
      ("한", "\u{1112}\u{1161}\u{11AB}", "한", "\u{1112}\u{1161}\u{11AB}", "한"),
      ("plain", "plain", "plain", "plain", "plain"),
      ("xa\u{301}y", "xa\u{301}y", "xáy", "xa\u{301}y", "xáy"),
    ]
    for (text, nfd, nfc, nfkd, nfkc) in cases {
      #expect(same(apply([.unicode(.nfd)], text), nfd))
      #expect(same(apply([.unicode(.nfc)], text), nfc))
      #expect(same(apply([.unicode(.nfkd)], text), nfkd))
      #expect(same(apply([.unicode(.nfkc)], text), nfkc))
    }
  }

  @Test("are idempotent and keep canonical equivalence on random text", arguments: 0..<30)
  func properties(seed: Int) {
    var random = TestRandom(seed)
    let text = random.text(200)
    for form in NormalizationForm.allCases {
      let once = apply([.unicode(form)], text)
      #expect(same(apply([.unicode(form)], once), once))
      // Swift's own equality is canonical equivalence.
      if form == .nfc || form == .nfd { #expect(once == text) }
    }
    #expect(
      same(apply([.unicode(.nfd), .unicode(.nfc)], text), apply([.unicode(.nfc)], text)))
  }

  @Test("order thousands of marks in a row without delay")
  func marks() {
    let marks = String(repeating: "\u{301}\u{323}", count: 200_000)
    let result = apply([.unicode(.nfd)], "a" + marks).unicodeScalars
    #expect(result.count == 400_001)
    #expect(result.dropFirst().prefix(200_000).allSatisfy { $0 == "\u{323}" })
  }

  @Test("leave bytes that are no UTF-8 as they are")
  func invalid() throws {
    let bytes: [UInt8] = [0x61, 0xFF, 0xCC, 0x81, 0xE2, 0x82, 0x62, 0xC0]
    for form in NormalizationForm.allCases {
      #expect(try Normalizer.apply([.unicode(form)], to: bytes) == bytes)
    }
    #expect(try Normalizer.apply([.lowercase], to: [0x41, 0xFF]) == [0x61, 0xFF])
  }

  @Test("replace, prepend, strip and lower")
  func others() {
    #expect(apply([.replace(" ", with: "▁")], "a  b") == "a▁▁b")
    #expect(apply([.replace("aa", with: "b")], "aaaaa") == "bba")
    #expect(apply([.replace("abc", with: "")], "ababc") == "ab")
    #expect(apply([.prepend("▁"), .replace(" ", with: "▁")], "a b") == "▁a▁b")
    #expect(apply([.prepend("▁")], "") == "")
    #expect(apply([.strip(left: true, right: true)], "\u{3000} a b\n") == "a b")
    #expect(apply([.strip(left: true, right: false)], " a ") == "a ")
    #expect(apply([.strip(left: false, right: true)], " a ") == " a")
    #expect(apply([.strip(left: true, right: true)], " \t") == "")
    #expect(same(apply([.lowercase], "ABC Éİ ΣΑΣ"), "abc éi\u{307} σασ"))
  }
}
