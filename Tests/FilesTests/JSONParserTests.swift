import Files
import Testing

private func parse(_ text: String, uniqueKeys: Bool = false) throws(FileError) -> JSON {
  try JSONParser.parse(Array(text.utf8), path: "x.json", uniqueKeys: uniqueKeys)
}

@Suite("JSON parser") struct JSONParserTests {
  @Test(
    "reads what RFC 8259 allows",
    arguments: [
      ("null", JSON.null),
      (" \t\r\n true \n", .bool(true)),
      ("false", .bool(false)),
      ("0", .integer(0)),
      ("-0", .integer(0)),
      ("9223372036854775807", .integer(.max)),
      ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)),
      ("-9223372036854775809", .number(-9_223_372_036_854_775_809)),
      ("123456789012345678901234567890", .number(1.2345678901234568e29)),
      ("1.0", .number(1)),
      ("-0.0", .number(-0.0)),
      ("1e2", .number(100)),
      ("1E+2", .number(100)),
      ("25e-1", .number(2.5)),
      ("0e5", .number(0)),
      ("1e-400", .number(0)),
      ("4.9e-324", .number(.leastNonzeroMagnitude)),
      (#""""#, .string("")),
      (#""a\"\\\/\b\f\n\r\tz""#, .string("a\"\\/\u{8}\u{C}\n\r\tz")),
      (#""\u0041\u00e9\u00E9\u4e2d""#, .string("Aéé中")),
      (#""\uD83D\uDE00""#, .string("😀")),
      (#""\u0000""#, .string("\0")),
      (#""\uFFFF""#, .string("\u{FFFF}")),
      ("\"\u{7F}\u{2028}é😀\"", .string("\u{7F}\u{2028}é😀")),
      ("[]", .array([])),
      ("[ ]", .array([])),
      ("{ }", .object([])),
      (
        "[1,[2 , {}],\n3]", .array([.integer(1), .array([.integer(2), .object([])]), .integer(3)])
      ),
      (
        #"{"b":1,"a":{"":null}}"#,
        .object([.init("b", .integer(1)), .init("a", .object([.init("", .null)]))])
      ),
      ("\u{FEFF}[1]", .array([.integer(1)])),
    ])
  func accepts(text: String, expected: JSON) throws {
    #expect(try parse(text) == expected)
    #expect(JSONRecognizer.accepts(Array(text.utf8)))
  }

  @Test(
    "refuses everything else and names the byte",
    arguments: [
      ("", 0, "the document ends too early"),
      ("  ", 2, "the document ends too early"),
      ("\u{FEFF}", 3, "the document ends too early"),
      ("\u{FEFF}x", 3, "a value was expected here"),
      ("nul", 0, "a value was expected here"),
      ("True", 0, "a value was expected here"),
      ("NaN", 0, "a value was expected here"),
      ("Infinity", 0, "a value was expected here"),
      ("'a'", 0, "a value was expected here"),
      ("// a\n1", 0, "a value was expected here"),
      ("1 2", 2, "text after the end of the document"),
      ("nullx", 4, "text after the end of the document"),
      ("[1]\0", 3, "text after the end of the document"),
      ("\u{FEFF}\u{FEFF}1", 3, "a value was expected here"),
      ("\u{A0}1", 0, "a value was expected here"),
      ("01", 0, "a number must not start with 0"),
      ("-01", 0, "a number must not start with 0"),
      ("-", 1, "a digit was expected here"),
      ("+1", 0, "a value was expected here"),
      (".5", 0, "a value was expected here"),
      ("1.", 2, "a digit was expected here"),
      ("1.e1", 2, "a digit was expected here"),
      ("1e", 2, "a digit was expected here"),
      ("1e+", 3, "a digit was expected here"),
      ("0x1F", 1, "text after the end of the document"),
      ("[1_000]", 2, "',' or ']' was expected here"),
      ("[", 1, "the document ends too early"),
      ("[1", 2, "the document ends too early"),
      ("[1,", 3, "the document ends too early"),
      ("[1,]", 3, "a value was expected here"),
      ("[,1]", 1, "a value was expected here"),
      ("[1 2]", 3, "',' or ']' was expected here"),
      ("[1}", 2, "',' or ']' was expected here"),
      ("]", 0, "a value was expected here"),
      ("{", 1, "a key in quotes was expected here"),
      ("{1:2}", 1, "a key in quotes was expected here"),
      ("{a:2}", 1, "a key in quotes was expected here"),
      (#"{"a"}"#, 4, "':' was expected here"),
      (#"{"a":}"#, 5, "a value was expected here"),
      (#"{"a":1,}"#, 7, "a key in quotes was expected here"),
      (#"{"a":1 "b":2}"#, 7, "',' or '}' was expected here"),
      (#""abc"#, 0, "this string has no end"),
      (#""abc\""#, 0, "this string has no end"),
      (#""abc\"#, 5, "the document ends too early"),
      ("\"a\nb\"", 2, "a control character inside a string"),
      ("\"a\\n\tb\"", 4, "a control character inside a string"),
      (#""\x41""#, 1, "an unknown escape"),
      (#""\U0041""#, 1, "an unknown escape"),
      (#""\u12""#, 5, "four hexadecimal digits were expected here"),
      (#""\u12G4""#, 5, "four hexadecimal digits were expected here"),
      (#""\u"#, 3, "four hexadecimal digits were expected here"),
      (#""\uD800""#, 1, "a lone surrogate"),
      (#""x\uDC00""#, 2, "a lone surrogate"),
      (#""\uD83D\n""#, 1, "a lone surrogate"),
      (#""\uD83D\uD83D""#, 1, "a lone surrogate"),
      (#""\uD83D\u0041""#, 1, "a lone surrogate"),
      ("1e309", 0, "a number beyond the range of 64-bit floats"),
      ("[-1e999]", 1, "a number beyond the range of 64-bit floats"),
    ])
  func refuses(text: String, byte: Int, reason: String) {
    #expect(throws: FileError.malformed(path: "x.json", byte: byte, reason: reason)) {
      try parse(text)
    }
  }

  @Test(
    "refuses bytes that are not UTF-8, wherever they stand",
    arguments: [
      ([0x22, 0xFF, 0x22], 1), ([0x22, 0x61, 0xC3, 0x22], 2), ([0x22, 0xED, 0xA0, 0x80, 0x22], 1),
      ([0x5B, 0xC0, 0xAF, 0x5D], 1), ([0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], 1), ([0xFE, 0xFF], 0),
    ] as [([UInt8], Int)])
  func refusesInvalidText(bytes: [UInt8], byte: Int) {
    #expect(throws: FileError.notUTF8(path: "x.json", byte: byte)) {
      try JSONParser.parse(bytes, path: "x.json")
    }
  }

  @Test("nests to the limit and says so beyond it, also where nesting is endless")
  func depth() throws {
    let limit = JSONParser.depthLimit
    let deepest =
      String(repeating: "[", count: limit) + "1" + String(repeating: "]", count: limit)
    var value = try parse(deepest)
    for _ in 0..<limit {
      guard case .array(let items) = value else {
        Issue.record("the nesting is \(limit) deep")
        return
      }
      value = try #require(items.first)
    }
    #expect(value == .integer(1))

    for open in ["[", "{\"a\":", "[{\"b\":[", "[1,{\"é\":"] {
      do {
        _ = try parse(String(repeating: open, count: 200_000))
        Issue.record("an endless nesting of \(open) was read")
      } catch .malformed(_, _, let reason) {
        #expect(reason == "nested deeper than \(limit)")
      }
    }
    // The depth is that of the open brackets, not the number of brackets seen.
    #expect(throws: Never.self) {
      try parse("[" + String(repeating: "[[]],{\"a\":[]},", count: 5_000) + "[]]")
    }
  }

  @Test("keeps double keys in order, finds the first, and refuses them when asked")
  func doubleKeys() throws {
    let text = #"{"a":1,"b":2,"a":3}"#
    let value = try parse(text)
    #expect(value.objectValue?.map(\.key) == ["a", "b", "a"])
    #expect(value["a"] == .integer(1))
    #expect(value["c"] == nil)
    #expect(
      throws: FileError.malformed(
        path: "x.json", byte: 13, reason: "the key \"a\" is there twice")
    ) { try parse(text, uniqueKeys: true) }
    #expect(throws: FileError.self) { try parse(#"[{"a":1,"\u0061":3}]"#, uniqueKeys: true) }
    #expect(throws: Never.self) { try parse(#"[{"a":1},{"a":1}]"#, uniqueKeys: true) }
  }

  @Test("tells two spellings of the same letter apart, as vocabularies need")
  func spellings() throws {
    let text = "{\"\u{E9}\":1,\"e\u{301}\":2}"
    let value = try parse(text, uniqueKeys: true)
    #expect(value["\u{E9}"] == .integer(1))
    #expect(value["e\u{301}"] == .integer(2))
    #expect(JSON.string("\u{E9}") != .string("e\u{301}"))
  }

  @Test("every beginning of a document is refused, and none is read beyond its end")
  func truncated() throws {
    let text = #"{"a":[1.5e3,-2,"é\u00e9\ud83d\ude00"],"b":{"c":null,"d":true}}"#
    let bytes = Array(text.utf8)
    #expect(throws: Never.self) { try JSONParser.parse(bytes, path: "x.json") }
    for count in 0..<bytes.count {
      #expect(throws: FileError.self) {
        try JSONParser.parse(Array(bytes[..<count]), path: "x.json")
      }
    }
  }

  @Test("agrees with the grammar on 20,000 documents with flipped, lost and doubled bytes")
  func damaged() throws {
    var numbers = TestNumbers(2)
    let interesting =
      Array(#"[]{}",:\ue+-.0123456789 tfn"#.utf8) + [0, 9, 10, 0x1F, 0x80, 0xC3, 0xFF]
    for round in 0..<20_000 {
      var bytes = Array(JSONSamples.document(&numbers, depth: 3).text().utf8)
      for _ in 0..<Int.random(in: 1...3, using: &numbers) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &numbers)
        switch Int.random(in: 0..<4, using: &numbers) {
        case 0: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &numbers)
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(bytes[place], at: place)
        default: bytes[place] = interesting.randomElement(using: &numbers) ?? 0
        }
      }
      let result = Result { () throws(FileError) in try JSONParser.parse(bytes, path: "x.json") }
      switch result {
      case .success(let value):
        #expect(JSONRecognizer.accepts(bytes), "round \(round): \(bytes)")
        #expect(try parse(value.text()) == value, "round \(round)")
      case .failure(.malformed(_, let byte, let reason)):
        #expect(byte.map { (0...bytes.count).contains($0) } == true)
        // The limits that the grammar does not know.
        if reason == "a lone surrogate" || reason.hasPrefix("a number beyond") { continue }
        #expect(!JSONRecognizer.accepts(bytes), "round \(round): \(bytes) \(reason)")
      case .failure:
        #expect(!JSONRecognizer.accepts(bytes), "round \(round): \(bytes)")
      }
    }
  }
}
