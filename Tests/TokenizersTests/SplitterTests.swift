import Testing

@testable import Tokenizers

@Suite("GPT-2's cutting") struct SplitterTests {
  private func pieces(_ text: String) -> [String] {
    PreTokenizer.gpt2.pieces(of: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) }
  }

  @Test(
    "cuts as the pattern does",
    arguments: [
      ("", []),
      ("Hello, world!", ["Hello", ",", " world", "!"]),
      (
        "don't we'll I'm you've CAN'T they're he'd it's",
        [
          "don", "'t", " we", "'ll", " I", "'m", " you", "'ve", " CAN", "'", "T", " they", "'re",
          " he", "'d", " it", "'s",
        ]
      ),
      ("'s't'x'", ["'s", "'t", "'", "x", "'"]),
      ("'l 'll '", ["'", "l", " '", "ll", " '"]),
      ("a  b", ["a", " ", " b"]),
      ("a   b", ["a", "  ", " b"]),
      ("a \n b", ["a", " \n", " b"]),
      ("a\nb", ["a", "\n", "b"]),
      ("a\n\nb", ["a", "\n", "\n", "b"]),
      ("a \t", ["a", " \t"]),
      ("  ", ["  "]),
      (" ", [" "]),
      ("\t a", ["\t", " a"]),
      ("x\u{A0}y", ["x", "\u{A0}", "y"]),
      ("x\u{3000}\u{3000}y", ["x", "\u{3000}", "\u{3000}", "y"]),
      ("ab12 34cd", ["ab", "12", " 34", "cd"]),
      ("½Ⅷ² x", ["½Ⅷ²", " x"]),
      ("a\u{301}b", ["a", "\u{301}", "b"]),
      (" …—!?a", [" …—!?", "a"]),
      ("你好 世界。", ["你好", " 世界", "。"]),
      ("\u{1C}\u{85}", ["\u{1C}", "\u{85}"]),
    ] as [(String, [String])])
  func examples(text: String, expected: [String]) {
    #expect(pieces(text) == expected)
  }

  /// The pattern read literally: alternatives in order, each as long as it can be.
  private func naivePieces(_ text: [Unicode.Scalar]) -> [[Unicode.Scalar]] {
    func flags(_ scalar: Unicode.Scalar) -> UInt8 { CharacterClasses.shared.flags(scalar.value) }
    func isSpace(_ s: Unicode.Scalar) -> Bool { flags(s) & CharacterClasses.space != 0 }
    func isLetter(_ s: Unicode.Scalar) -> Bool { flags(s) & CharacterClasses.letter != 0 }
    func isNumber(_ s: Unicode.Scalar) -> Bool { flags(s) & CharacterClasses.number != 0 }
    func isOther(_ s: Unicode.Scalar) -> Bool { !isSpace(s) && !isLetter(s) && !isNumber(s) }
    func run(_ start: Int, _ test: (Unicode.Scalar) -> Bool) -> Int {
      var end = start
      while end < text.count, test(text[end]) { end += 1 }
      return end
    }
    func match(_ start: Int) -> Int {
      for word in ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"] {
        let scalars = Array(word.unicodeScalars)
        if text[start...].starts(with: scalars) { return start + scalars.count }
      }
      for test in [isLetter, isNumber, isOther] {
        let from = text[start] == " " ? start + 1 : start
        let end = run(from, test)
        if end > from { return end }
      }
      let end = run(start, isSpace)
      var longest = end
      while longest > start {  // \s+(?!\S)
        if longest == text.count || isSpace(text[longest]) { return longest }
        longest -= 1
      }
      return end
    }
    var result: [[Unicode.Scalar]] = []
    var start = 0
    while start < text.count {
      let end = match(start)
      result.append(Array(text[start..<end]))
      start = end
    }
    return result
  }

  @Test("agrees with the pattern read literally, on random text", arguments: 0..<50)
  func random(seed: Int) {
    var random = TestRandom(seed)
    for length in [1, 2, 3, 5, 9, 40, 400] {
      let text = random.text(length)
      let expected = naivePieces(Array(text.unicodeScalars)).map {
        Array(String(String.UnicodeScalarView($0)).utf8)
      }
      #expect(PreTokenizer.gpt2.pieces(of: Array(text.utf8)) == expected)
    }
  }

  @Test("loses no byte of what is no UTF-8", arguments: 0..<50)
  func invalid(seed: Int) {
    var random = TestRandom(seed)
    let bytes = random.bytes(300)
    for stages: [PreTokenizer.Stage] in [
      [.gpt2], [.digits(individual: true), .gpt2], [.digits(individual: false)],
    ] {
      #expect(PreTokenizer(stages: stages).pieces(of: bytes).flatMap { $0 } == bytes)
    }
  }

  @Test("puts digits apart")
  func digits() {
    func pieces(_ individual: Bool) -> [String] {
      PreTokenizer(stages: [.digits(individual: individual)]).pieces(of: Array("a12½ b3".utf8))
        .map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(pieces(true) == ["a", "1", "2", "½", " b", "3"])
    #expect(pieces(false) == ["a", "12½", " b", "3"])
  }

  @Test("knows the classes of characters")
  func classes() {
    let asked =
      CharacterClasses.letter | CharacterClasses.number | CharacterClasses.space
      | CharacterClasses.word
    func flags(_ scalar: Unicode.Scalar) -> UInt8 {
      CharacterClasses.shared.flags(scalar.value) & asked
    }
    for scalar in "aZéßǅʰ你\u{1D400}".unicodeScalars {
      #expect(flags(scalar) == CharacterClasses.letter | CharacterClasses.word)
    }
    for scalar in "09٣Ⅷ".unicodeScalars {
      #expect(flags(scalar) == CharacterClasses.number | CharacterClasses.word)
    }
    for scalar in "²½①".unicodeScalars { #expect(flags(scalar) == CharacterClasses.number) }
    for scalar in "_\u{301}\u{200D}Ⓐ".unicodeScalars {
      #expect(flags(scalar) == CharacterClasses.word)
    }
    for scalar in "\t \u{85}\u{A0}\u{1680}\u{2003}\u{2028}\u{202F}\u{3000}".unicodeScalars {
      #expect(flags(scalar) == CharacterClasses.space)
    }
    for scalar in "!€😀\u{1C}\u{1F}\u{200B}\u{FEFF}\u{E000}\u{10FFFF}".unicodeScalars {
      #expect(flags(scalar) == 0)
    }
  }
}
