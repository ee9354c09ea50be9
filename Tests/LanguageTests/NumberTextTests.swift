import Glibc
import Testing

@testable import Language

@Suite("Numbers as text") struct NumberTextTests {
  @Test(
    "the shortest exact form, as Python writes it",
    arguments: [
      (3.0, "3.0"), (0.1, "0.1"), (-0.0, "-0.0"), (1e-5, "1e-05"), (0.0001, "0.0001"),
      (1e15, "1000000000000000.0"), (1e16, "1e+16"),
      (123456789012345680.0, "1.2345678901234568e+17"),
      (.leastNonzeroMagnitude, "5e-324"), (1.7976931348623157e308, "1.7976931348623157e+308"),
      (.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan"),
      (0.30000000000000004, "0.30000000000000004"),
      (100.0, "100.0"), (12345.678, "12345.678"), (9007199254740993.0, "9007199254740992.0"),
    ])
  func shortest(value: Double, text: String) { #expect(NumberText.shortest(value) == text) }

  @Test func singlePrecisionHasItsOwnShortestForm() {
    #expect(NumberText.shortest(Float(0.1)) == "0.1")
    #expect(NumberText.shortest(Float(1) / 3) == "0.33333334")
    #expect(NumberText.shortest(Float(16_777_216)) == "16777216.0")
    #expect(NumberText.shortest(Float(1e10)) == "1e+10")
    #expect(NumberText.shortest(Float.nan) == "nan")
  }

  @Test(
    "significant digits",
    arguments: [
      (3.2912345, "3.29123"), (1.0, "1"), (0.0, "0"), (-0.0, "-0"), (1234567.0, "1.23457e+06"),
      (123456.0, "123456"), (0.0001, "0.0001"), (0.00001, "1e-05"), (0.1 + 0.2, "0.3"),
      (999999.5, "1e+06"), (100.0, "100"), (-.infinity, "-inf"), (.nan, "nan"),
    ])
  func significant(value: Double, text: String) { #expect(NumberText.significant(value) == text) }

  @Test("ties go to the even digit of the exact value")
  func ties() {
    #expect(NumberText.fixed(0.5, digits: 0) == "0")
    #expect(NumberText.fixed(1.5, digits: 0) == "2")
    #expect(NumberText.fixed(2.5, digits: 0) == "2")
    #expect(NumberText.fixed(0.125, digits: 2) == "0.12")
    #expect(NumberText.fixed(2.675, digits: 2) == "2.67")
    #expect(NumberText.fixed(-0.001, digits: 2) == "-0.00")
    #expect(NumberText.fixed(9.999, digits: 2) == "10.00")
    #expect(NumberText.fixed(0.004, digits: 1) == "0.0")
    #expect(NumberText.fixed(0.96, digits: 1) == "1.0")
    #expect(NumberText.fixed(1e22, digits: 1) == "10000000000000000000000.0")
  }

  @Test("percent moves the point and rounds once")
  func percent() {
    #expect(NumberText.percent(0.07, digits: nil) == "7%")
    #expect(NumberText.percent(0.125, digits: nil) == "12.5%")
    #expect(NumberText.percent(1, digits: nil) == "100%")
    #expect(NumberText.percent(0, digits: nil) == "0%")
    #expect(NumberText.percent(0, digits: 1) == "0.0%")
    #expect(NumberText.percent(0.12345, digits: 1) == "12.3%")
    #expect(NumberText.percent(0.00004, digits: 1) == "0.0%")
    #expect(NumberText.percent(0.0004, digits: 1) == "0.0%")
    #expect(NumberText.percent(0.0006, digits: 1) == "0.1%")
    #expect(NumberText.percent(2.5, digits: 0) == "250%")
  }

  /// The C library's conversion, which is exact too: an independent twin.
  private func printed(_ format: String, _ digits: Int, _ value: Double) -> String {
    var buffer = [CChar](repeating: 0, count: 2_000)
    let count = withVaList([Int32(digits), value]) { vsnprintf(&buffer, 2_000, format, $0) }
    return String(decoding: buffer.prefix(Int(count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  @Test("agrees with the C library on random numbers", arguments: 0..<20)
  func agreesWithC(block: Int) {
    var random = SyntaxTestRandom(block + 1)
    for turn in 0..<500 {
      let bits = Double(bitPattern: random.next())
      let small = Double(Int64(bitPattern: random.next()) >> 20) / 1024
      let value = turn % 2 == 0 ? bits : small
      guard value.isFinite else { continue }
      let digits = random.below(12)
      #expect(NumberText.fixed(value, digits: digits) == printed("%.*f", digits, value))
      #expect(NumberText.scientific(value, digits: digits) == printed("%.*e", digits, value))
      #expect(
        NumberText.significant(value, digits: digits + 1) == printed("%.*g", digits + 1, value))
      #expect(Double(NumberText.shortest(value)) == value)
    }
  }

  @Test(
    "formats",
    arguments: [
      (".3", 3.14159, "3.142"), (".0", 2.5, "2"), (".3e", 1234.5, "1.234e+03"),
      (".3g", 1234.5, "1.23e+03"),
      ("g", 0.1, "0.1"), ("d", 3.0, "3"), (",", 1234567.5, "1,234,567.5"),
      (",.2", 1234.5, "1,234.50"),
      (">8", 1.5, "     1.5"), ("<8.2", 1.5, "1.50    "), ("^8", 1.5, "  1.5   "),
      ("8.1", -1.5, "    -1.5"),
      ("08.2f", -1.5, "-0001.50"), (".1%", 0.125, "12.5%"), ("%", 0.5, "50%"),
      ("2", 123.5, "123.5"),
    ])
  func formats(format: String, value: Double, text: String) throws {
    #expect(try NumberFormat(format).text(value) == text)
  }

  @Test func integersKeepAllDigits() throws {
    #expect(try NumberFormat(",").text(Int.min) == "-9,223,372,036,854,775,808")
    #expect(try NumberFormat(".2").text(9_007_199_254_740_993) == "9007199254740993.00")
    #expect(try NumberFormat("03").text(7) == "007")
    #expect(try NumberFormat("d").text(-5) == "-5")
    #expect(try NumberFormat(">5").text(42) == "   42")
    #expect(try NumberFormat(".1e").text(1200) == "1.2e+03")
  }

  @Test func textsTakeAWidth() throws {
    #expect(try NumberFormat("6").text("ab") == "ab    ")
    #expect(try NumberFormat(">6").text("日本") == "  日本")
    #expect(throws: NumberFormatError(reason: "it writes numbers, and the value is none")) {
      try NumberFormat(".2").text("ab")
    }
    #expect(throws: NumberFormatError(reason: "'d' writes integers, and 1.5 is none")) {
      try NumberFormat("d").text(1.5)
    }
  }

  @Test(
    "columns of a text",
    arguments: [
      ("abc", 3), ("", 0), ("日本", 4), ("e\u{301}", 1), ("🙂", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("ﬀ", 1),
      ("\u{200B}", 0), ("한글", 4), ("ｱ", 1), ("Ａ", 2), ("❤️", 2), ("a\u{7}", 1), ("─━│", 3),
      ("né", 2),
    ])
  func columns(text: String, count: Int) { #expect(TextWidth.columns(of: text) == count) }

  @Test(
    "the name that was meant",
    arguments: [
      ("temprature", "temperature"), ("Max", "max"), ("lne", "len"), ("x", nil),
      ("tokenizer.trian", "tokenizer.train"),
      ("zzzzzz", nil), ("", nil), ("leng", "len"), ("tpo_p", "top_p"),
    ] as [(String, String?)])
  func suggestions(name: String, meant: String?) {
    let names = ["temperature", "max", "len", "tokenizer.train", "top_p", "top_k", "let"]
    #expect(Suggestion.nearest(to: name, among: names) == meant)
    #expect(Suggestion.nearest(to: name, among: names.reversed()) == meant)
  }

  @Test("edit distance agrees with its definition on short words")
  func editDistance() {
    // A distance of one is exactly one insertion, deletion, replacement or swap.
    let word = Array("abcd".unicodeScalars)
    var near: Set<[Unicode.Scalar]> = []
    let letters = Array("abcdx".unicodeScalars)
    for place in word.indices {
      var shorter = word
      shorter.remove(at: place)
      near.insert(shorter)
      if place + 1 < word.count {
        var swapped = word
        swapped.swapAt(place, place + 1)
        near.insert(swapped)
      }
      for letter in letters {
        var replaced = word
        replaced[place] = letter
        near.insert(replaced)
      }
    }
    for place in 0...word.count {
      for letter in letters {
        var longer = word
        longer.insert(letter, at: place)
        near.insert(longer)
      }
    }
    near.remove(word)
    for other in near { #expect(Suggestion.editDistance(word, other) == 1) }
    #expect(Suggestion.editDistance(word, word) == 0)
    #expect(Suggestion.editDistance(word, Array("badc".unicodeScalars)) == 2)
    #expect(Suggestion.editDistance(word, []) == 4)
  }
}
