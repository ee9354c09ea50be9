import Testing

@testable import Tokenizers

@Suite("Number schemes") struct NumberSchemeTests {
  /// Groups by cutting digits off one end.
  static func groups(_ number: String, _ order: NumberScheme.Order, _ size: Int) -> [String] {
    var rest = number
    var groups: [String] = []
    while !rest.isEmpty {
      switch order {
      case .digit: groups.append(String(rest.removeFirst()))
      case .l2r:
        groups.append(String(rest.prefix(size)))
        rest = String(rest.dropFirst(size))
      case .r2l:
        groups.insert(String(rest.suffix(size)), at: 0)
        rest = String(rest.dropLast(size))
      }
    }
    return groups
  }

  /// The digits of the longest number: an unoptimized build is content with a tenth of the numbers.
  private static let longest = _isDebugAssertConfiguration() ? 5 : 6

  /// All numbers below a million, each on a line.
  private static let lines: [UInt8] = {
    var digits: [UInt8] = [0x30]
    var text: [UInt8] = []
    text.reserveCapacity(7_000_000)
    while digits.count <= longest {
      text += digits
      text.append(10)
      var place = digits.count - 1
      while place >= 0, digits[place] == 0x39 {
        digits[place] = 0x30
        place -= 1
      }
      if place >= 0 { digits[place] += 1 } else { digits.insert(0x31, at: 0) }
    }
    return text
  }()

  @Test(
    "every number below a million comes back, cut as its scheme says",
    arguments: NumberScheme.Order.allCases)
  func allNumbers(order: NumberScheme.Order) throws {
    let tokenizer = try NumberScheme(order).tokenizer(name: "numbers")
    let ids = try tokenizer.encode(bytes: Self.lines)
    #expect(try tokenizer.bytes(of: ids) == Self.lines)
    var expected = 0
    var (digits, count) = (1, 10)
    while digits <= Self.longest {
      // The line's end, and a token a digit, or one for up to three digits and two for more.
      expected += count * (1 + (order == .digit ? digits : digits <= 3 ? 1 : 2))
      count = digits == 1 ? 90 : count * 10
      digits += 1
    }
    #expect(ids.count == expected)
    for number in stride(from: 0, to: 1_000_000, by: 211) {
      let pieces = try tokenizer.encode("\(number)").map { try tokenizer.tokenText($0) }
      #expect(pieces == Self.groups("\(number)", order, 3))
    }
  }

  @Test(
    "long numbers with leading zeros come back, with any separator",
    arguments: NumberScheme.Order.allCases)
  func longNumbers(order: NumberScheme.Order) throws {
    var random = TestRandom(4)
    let numbers =
      ["0", "007", "000", "1000", "8302080"]
      + (0..<300).map { _ in
        String(
          decoding: random.bytes(
            Int.random(in: 1...40, using: &random), from: Array("0123456789".utf8)), as: UTF8.self)
      }
    for (separator, chunk) in [("", 3), (",", 3), ("foo", 3), (" ", 2), ("", 1), (",", 4)] {
      let scheme = try NumberScheme(order, chunk: chunk, separator: separator)
      let tokenizer = scheme.tokenizer(name: "numbers")
      for number in numbers {
        let groups = Self.groups(number, order, chunk)
        #expect(scheme.groups(of: number) == groups)
        let written = try #require(scheme.formatted(number))
        #expect(written == groups.joined(separator: separator))
        #expect(separator.isEmpty || written.split(separator: separator).joined() == number)
        let ids = try tokenizer.encode(written)
        let pieces = try ids.map { try tokenizer.tokenText($0) }
        #expect(pieces.joined() == written)
        // A separator stands between groups, as one token.
        #expect(
          pieces
            == Array(groups.map { [$0] }.joined(separator: separator.isEmpty ? [] : [separator]))
        )
        let borders = try tokenizer.digitBorders(in: written)
        #expect(borders.tokens == ids.count)
        var right = 0
        let expected = groups.reversed().map { group in
          right += group.utf8.count
          return right
        }
        #expect(borders.borders == expected.dropLast().reversed())
        if order == .r2l { #expect(borders.borders.allSatisfy { $0 % chunk == 0 }) }
      }
    }
  }

  @Test("other text has tokens too, and the tokenizer is saved and read")
  func otherText() throws {
    var random = TestRandom(2)
    let tokenizer = try NumberScheme(.r2l).tokenizer(name: "numbers")
    #expect(tokenizer.vocabularySize == 256 + 1100)
    let read = try Tokenizer.load(
      tokenizerJSON: Array(try tokenizer.json().text().utf8), name: "numbers", source: "test")
    for _ in 0..<30 {
      let text = random.text(60) + "1234567 + 89"
      let ids = try tokenizer.encode(text)
      #expect(try tokenizer.decode(ids) == text && read.encode(text) == ids)
    }
    #expect(try tokenizer.encode("80") != tokenizer.encode("080"))
  }

  @Test("whole numbers are cut by merges of their own, and come back")
  func wholeNumbers() throws {
    let text = (0..<3000).map { "item \($0 * 37 % 10_000): 1999, 2000." }.joined(separator: "\n")
    let tokenizer = try NumberScheme.wholeNumbers(in: [text], name: "whole")
    #expect(tokenizer.vocabularySize == 256 + 1100)
    #expect(try tokenizer.count("1999") == 1 && tokenizer.count("2000") == 1)
    for number in stride(from: 0, to: 1_000_000, by: 9973) {
      let ids = try tokenizer.encode("\(number)")
      #expect(try tokenizer.decode(ids) == "\(number)")
    }
    #expect(throws: TokenizerError.nothingToLearn) {
      try NumberScheme.wholeNumbers(in: ["none"], name: "whole")
    }
  }

  @Test("what is no scheme and no number is refused")
  func refusals() throws {
    let scheme = try NumberScheme(.r2l)
    #expect(scheme.groups(of: "") == nil && scheme.formatted("1,2") == nil)
    #expect(throws: TokenizerError.wrongTrainingOption(name: "digits a group", asked: "0")) {
      try NumberScheme(.l2r, chunk: 0)
    }
    #expect(throws: TokenizerError.wrongTrainingOption(name: "separator", asked: "\"0\"")) {
      try NumberScheme(.l2r, separator: "0")
    }
  }
}
