import Files
import Tensors
import Testing

@testable import Language

/// A random table whose columns hold values of one kind each, with nulls.
private struct TableWriter {
  var stream: RandomStream
  static let texts = [
    "", "a", "true", "12", "-1.5e3", "nan", "x,y", "\"quoted\"", "two\nlines", "crlf\r\n",
    " blank ",
    "tab\there", "é", "e\u{301}", "\u{FEFF}mark", "007", "inf", "null", "表", "'", "\r", ",", "\"",
    "1e5", ".5", "+3",
  ]

  mutating func table() -> Table {
    let rows = stream.int(below: 6)
    let columns = 1 + stream.int(below: 4)
    return Table(columns: (0..<columns).map { index in (name(index), column(rows)) })
      ?? Table(rows: [])
  }

  private mutating func name(_ index: Int) -> String {
    ["n\(index)", "with,comma\(index)", "with \"quotes\" \(index)", "two\nlines \(index)"][
      stream.int(below: 4)]
  }

  private mutating func column(_ rows: Int) -> [Value] {
    let kind = stream.int(below: 4)
    return (0..<rows).map { _ in
      if stream.int(below: 5) == 0 { return .null }
      switch kind {
      case 0: return .int(Int(truncatingIfNeeded: stream.next()) >> stream.int(below: 64))
      case 1:
        let value = Double(bitPattern: stream.next())
        return .float(value.isNaN ? 0.1 : value)
      case 2: return .bool(stream.int(below: 2) == 0)
      default: return .string(Self.texts[stream.int(below: Self.texts.count)])
      }
    }
  }
}

@Suite("Data files") struct FormatTests {
  @Test("a table written as CSV or TSV reads back as it was", arguments: 0..<20)
  func csvRoundTrip(seed: UInt64) throws {
    var writer = TableWriter(stream: RandomStream(seed: seed, path: ["csv"]))
    for _ in 0..<50 {
      let table = writer.table()
      for format in [CSV(), .tabs] {
        let text = try format.text(of: table)
        let read = try format.table(from: Array(text.utf8), path: "x")
        #expect(Value.table(read).isEqual(to: .table(table)), "\(text)")
        #expect(try format.text(of: read) == text)
      }
    }
  }

  @Test("a table written as JSON lines reads back as it was", arguments: 0..<10)
  func jsonLinesRoundTrip(seed: UInt64) throws {
    var writer = TableWriter(stream: RandomStream(seed: seed, path: ["jsonl"]))
    for _ in 0..<50 {
      let table = writer.table()
      let hasInfinity = table.columns.values.joined().contains { $0.doubleValue?.isFinite == false }
      if hasInfinity || table.rowCount == 0 { continue }
      let text = try JSONLines.text(of: .table(table))
      let read = try JSONLines.value(from: Array(text.utf8), path: "x")
      #expect(read.isEqual(to: .table(table)), "\(text)")
      let document = JSONValues.document(
        from: try JSONParser.parse(
          Array(try JSONValues.json(from: .table(table)).text(pretty: true).utf8), path: "x"))
      #expect(document.isEqual(to: .table(table)))
    }
  }

  private func read(_ text: String) throws -> Table {
    try CSV().table(from: Array(text.utf8), path: "x.csv")
  }

  @Test func typesAreReadOffTheFields() throws {
    let table = try read(
      "i,f,b,t,code,quoted,none\n1,1,true,a,007,\"1\",\n-2,.5,false,true,1,\"\",\n")
    #expect(
      Value.list([.table(table)]).isEqual(
        to: .list([
          .table(
            Table(rows: [
              Record([
                ("i", .int(1)), ("f", .float(1)), ("b", .bool(true)), ("t", .string("a")),
                ("code", .string("007")), ("quoted", .string("1")), ("none", .null),
              ]),
              Record([
                ("i", .int(-2)), ("f", .float(0.5)), ("b", .bool(false)), ("t", .string("true")),
                ("code", .string("1")), ("quoted", .string("")), ("none", .null),
              ]),
            ]))
        ])))
  }

  @Test func lineEndsAndHeaders() throws {
    for end in ["\n", "\r\n", "\r"] {
      let table = try read("a,,a\(end)1,2,3\(end)\(end)4,5,6")
      #expect(table.names == ["a", "column2", "a_2"])
      #expect(table.rowCount == 2)
    }
    #expect(try read("").columnCount == 0)
    #expect(try read("a,b").rowCount == 0)
    #expect(try read("\u{FEFF}a\n1").names == ["a"])
  }

  @Test(
    "what is wrong with a CSV file",
    arguments: [
      ("a,b\n1\n", 4, "line 2 has 1 field, the header has 2"),
      ("a\n1\n1,2\n", 4, "line 3 has 2 fields, the header has 1"),
      ("a\n\"x\n", 2, "the quote of line 2 is not closed"),
      ("a\n\"x\"y\n", 5, "text behind a closing quote in line 2"),
    ])
  func badCSV(text: String, byte: Int, reason: String) {
    #expect(throws: FileError.malformed(path: "x.csv", byte: byte, reason: reason)) {
      try read(text)
    }
  }

  @Test func invalidUTF8() {
    #expect(throws: FileError.notUTF8(path: "x", byte: 2)) {
      try CSV().table(from: [0x61, 0x0A, 0xFF], path: "x")
    }
    #expect(throws: FileError.notUTF8(path: "x", byte: 1)) {
      try JSONLines.value(from: [0x31, 0xC0], path: "x")
    }
  }

  @Test func badJSONLines() {
    let error = #expect(throws: FileError.self) {
      try JSONLines.value(from: Array("{\"a\": 1}\n\n{\"a\": }\n".utf8), path: "x.jsonl")
    }
    let message = error?.message ?? ""
    #expect(message.hasPrefix("'x.jsonl', byte 16: line 3: "), "\(message)")
  }

  @Test("arbitrary bytes never crash a reader", arguments: 0..<20)
  func hostile(seed: UInt64) {
    var stream = RandomStream(seed: seed, path: ["hostile"])
    let alphabet = Array("\"\",,\n\r1a{}[]: .e-\u{0}\u{FF}".utf8)
    for _ in 0..<500 {
      let bytes = (0..<stream.int(below: 40)).map { _ in alphabet[stream.int(below: alphabet.count)]
      }
      _ = try? CSV().table(from: bytes, path: "x")
      _ = try? CSV.tabs.table(from: bytes, path: "x")
      _ = try? JSONLines.value(from: bytes, path: "x")
    }
  }

  @Test func whatJSONCannotHold() {
    var deep = Value.list([])
    for _ in 0..<1000 { deep = .list([deep]) }
    #expect(throws: LanguageError.nestsTooDeep(limit: JSONParser.depthLimit)) {
      try JSONValues.json(from: deep)
    }
    #expect(throws: Never.self) { try JSONValues.json(from: .float(.nan)) }
    #expect((try? JSONValues.json(from: .float(.nan)).text()) == "null")
  }

  @Test(
    "numbers in texts",
    arguments: [
      ("1", 1), ("-2.5", -2.5), (".5", 0.5), ("5.", 5), ("1e3", 1000), ("+1E-2", 0.01), ("", nil),
      (".", nil), ("e5", nil), ("1e", nil), ("0x10", nil), ("1 ", nil), ("--1", nil),
      ("inf", .infinity),
      ("-Inf", -.infinity), ("infinit", nil), ("1_000", nil),
    ] as [(String, Double?)])
  func floats(text: String, value: Double?) { #expect(TextNumber.float(text) == value) }
}
