import Tensors
import Testing

@testable import Language

private let scalars: [(Value, String)] = [
  (.null, "null"), (.bool(true), "true"), (.int(-3), "-3"), (.int(.min), "-9223372036854775808"),
  (.float(3), "3.0"), (.float(0.1 + 0.2), "0.30000000000000004"), (.float(.nan), "nan"),
  (.float(-.infinity), "-inf"), (.string("two\nlines"), "two\nlines"), (.string(""), "\"\""),
  (.string("bell\u{7}"), #"bell\u{7}"#), (.string("a\r\nb\n"), "a\\r\nb"),
  (.range(RangeValue(1, through: 5)), "1..5"), (.range(RangeValue(3, through: 2)), "3..<3"),
  (.list([]), "[]"), (.record(Record()), "{}"),
  (.list([.int(1), .string("a\"b\\\n${x}$ {"), .float(0.5)]), #"[1, "a\"b\\\n\${x}$ {", 0.5]"#),
  (.record(Record([("a", .int(1)), ("two words", .string("x"))])), #"{a: 1, "two words": "x"}"#),
  (.string("right\u{202E}left"), #"right\u{202e}left"#),
]

private let formats: [(Value, String, String)] = [
  (.float(3.14159), ".3", "3.142"), (.int(5), ".2", "5.00"), (.float(0.125), ".1%", "12.5%"),
  (.string("a"), "4", "a   "), (.int(7), "4", "   7"), (.int(1_234_567), ",", "1,234,567"),
  (.list([.float(0.5), .int(1)]), ".2", "[0.50, 1.00]"), (.list([.int(1)]), "6", "[1]   "),
]

@Suite("How values are shown") struct DisplayTests {

  @Test("scalars and short values stand on one line", arguments: scalars.indices)
  func short(index: Int) {
    let (value, shown) = scalars[index]
    #expect(value.display == shown)
  }

  @Test func longListsAreWrappedAndCounted() {
    let hundred = Value.list((0..<100).map(Value.int)).display
    let lines = hundred.split(separator: "\n")
    #expect(lines.allSatisfy { $0.utf8.count <= 88 })
    #expect(lines.first?.hasPrefix("[0, 1, 2,") == true)
    #expect(lines.dropFirst().allSatisfy { $0.hasPrefix(" ") })
    #expect(lines.last?.hasSuffix("98, 99]") == true)
    #expect(
      hundred.replacing("\n", with: "") == "[" + (0..<100).map(String.init).joined(separator: ", ")
        + "]")

    let many = Value.list((0..<100_000).map(Value.int)).display.split(separator: "\n")
    #expect(many.count == 21)
    #expect(many.last?.hasSuffix(" more]") == true)
  }

  @Test func longRecordsStandOneFieldALine() {
    let record = Record([
      ("text", .string(String(repeating: "abcdefghi ", count: 20))), ("count", .int(7)),
      ("nested", .list((0..<100).map(Value.int))),
    ])
    let lines = Value.record(record).display.split(separator: "\n").map(String.init)
    #expect(lines.count == 3)
    #expect(lines[0].hasPrefix("text    \"abcdefghi abc"))
    #expect(lines[0].hasSuffix("…\""))
    #expect(lines[1] == "count   7")
    #expect(lines[2].hasPrefix("nested  [0, 1, 2,"))
    #expect(lines[2].hasSuffix(" more]"))
    #expect(lines.allSatisfy { TextWidth.columns(of: $0) <= 88 })
  }

  @Test func tablesAreAligned() throws {
    let table = try #require(
      Table(columns: [
        ("bytes", [.int(99152)]), ("tokens", [.int(30127)]),
        ("bytes_per_token", [.float(3.2911342)]),
      ]))
    #expect(
      Value.table(table).display == """
        bytes  tokens  bytes_per_token
        99152   30127          3.29113
        """)
  }

  @Test func cellsNeverBreakTheirLine() throws {
    let table = try #require(
      Table(columns: [
        ("name", [.string("a\nb\tc"), .string("表"), .null, .string("trailing  ")]),
        ("n", [.int(1), .float(0.25), .null, .int(1000)]),
        (
          "last",
          [.string("x"), .string("long " + String(repeating: "y", count: 99)), .null, .null]
        ),
      ]))
    #expect(
      Value.table(table).display == """
        name           n  last
        a\\nb\\tc        1  x
        表          0.25  long yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy…
        null        null  null
        trailing    1000  null
        """)
  }

  @Test func tablesShowTwentyRows() throws {
    let table = try #require(Table(columns: [("i", (0..<43).map(Value.int))]))
    let lines = Value.table(table).display.split(separator: "\n")
    #expect(lines.count == 22)
    #expect(lines[0] == " i")
    #expect(lines[20] == "19")
    #expect(lines[21] == "… 23 more rows")
    let empty = try #require(Table(columns: [("a", []), ("b", [])]))
    #expect(Value.table(empty).display == "a  b\n(no rows)")
  }

  @Test func wideTablesAreCut() throws {
    let texts = try #require(
      Table(columns: (0..<4).map { ("c\($0)", [.string(String(repeating: "x", count: 50))]) }))
    let narrowed = Value.table(texts).display.split(separator: "\n")
    #expect(narrowed.allSatisfy { TextWidth.columns(of: $0) <= 120 })
    #expect(narrowed.count == 2)
    let numbers = try #require(
      Table(columns: (0..<40).map { ("column\($0)", [.int($0)]) }))
    let dropped = Value.table(numbers).display.split(separator: "\n")
    #expect(dropped.allSatisfy { TextWidth.columns(of: $0) <= 120 })
    #expect(dropped.last?.contains(" more columns: column") == true, "\(dropped)")
  }

  @Test func listsOfAlikeRecordsAreTables() {
    let rows = (0..<9).map { Value.record(Record([("i", .int($0)), ("square", .int($0 * $0))])) }
    #expect(Value.list(rows).display.hasPrefix("i  square\n0       0\n1       1\n"))
  }

  @Test func tensors() throws {
    let matrix = try Tensor([1, 2.5, 3, 4, -5, 1e7] as [Float], shape: [2, 3])
    #expect(Value.tensor(matrix).display == "tensor f32 [2, 3]\n1  2.5      3\n4   -5  1e+07")
    #expect(Value.tensor(matrix).inline == "tensor f32 [2, 3] [[1, 2.5, 3], [4, -5, 1e+07]]")
    let large = try Tensor.zeros([50, 30])
    let lines = Value.tensor(large).display.split(separator: "\n")
    #expect(lines.count == 12)
    #expect(lines[1] == "0  0  0  0  …  0  0  0  0")
    #expect(lines[6] == "…")
    #expect(Value.tensor(large).inline == "tensor f32 [50, 30]")
    let blocks = try Tensor((0..<8).map { Int32($0) }, shape: [2, 2, 2])
    #expect(
      Value.tensor(blocks).display == "tensor i32 [2, 2, 2]\n[0]\n0  1\n2  3\n[1]\n4  5\n6  7")
    #expect(Value.tensor(try .zeros([0, 4])).display == "tensor f32 [0, 4]")
    #expect(Value.tensor(try .zeros([], .bool)).display == "tensor bool [] false")
    let row = try Tensor((0..<100).map { Int32($0) }, shape: [100])
    #expect(
      Value.tensor(row).display.split(separator: "\n").dropFirst().joined(separator: " ")
        .split(separator: " ").compactMap { Int($0) } == Array(0..<100))
  }

  @Test func deepAndHugeValuesStayShort() {
    var deep = Value.list([])
    for _ in 0..<5_000 { deep = .list([deep]) }
    #expect(deep.inline.hasSuffix("[…]" + String(repeating: "]", count: 64)))
    let huge = Value.list(
      Array(repeating: .string(String(repeating: "x", count: 1_000)), count: 10_000))
    #expect(huge.inline.utf8.count < 1 << 17)
    #expect(huge.brief(columns: 40).utf8.count < 60)
    #expect(
      Value.string(String(repeating: "line\n", count: 1_000)).display.hasSuffix(
        "\n… 4001 more characters"))
    #expect(huge.text.utf8.count == 10_000 * 1_004)
  }

  @Test("formats", arguments: formats.indices) func formatted(index: Int) throws {
    let (value, format, text) = formats[index]
    #expect(try value.formatted(format) == text)
  }

  @Test func badFormats() {
    #expect(
      throws: LanguageError.badFormat(".q", reason: "the count of digits after '.' is missing")
    ) { try Value.int(1).formatted(".q") }
    #expect(
      throws: LanguageError.badFormat(".2", reason: "it writes numbers, and the value is none")
    ) { try Value.string("x").formatted(".2") }
  }

  @Test("what stands on one line reads back as it was", arguments: 0..<20)
  func readsBack(seed: UInt64) throws {
    var stream = RandomStream(seed: seed, path: ["inline"])
    let texts = [
      "", "a", "\"", "\\", "${x}", "$", "$$ {", "two\nlines\t", "\u{7}", "é", "表", "\u{202E}", "'",
    ]
    func value(_ depth: Int) -> Value {
      switch stream.int(below: depth > 0 ? 8 : 6) {
      case 0: return .null
      case 1: return .bool(stream.int(below: 2) == 0)
      case 2: return .int(stream.int(below: 2_000) - 1_000)
      case 3: return .int(Int(truncatingIfNeeded: stream.next() >> 1))
      case 4:
        let number = Double(bitPattern: stream.next())
        return .float(number.isFinite ? number : 0.1)
      case 5: return .string(texts[stream.int(below: texts.count)])
      case 6: return .list((0..<stream.int(below: 4)).map { _ in value(depth - 1) })
      default:
        return .record(
          Record(
            (0..<stream.int(below: 3)).map { index in
              (["a", "two words", "if", "é"][stream.int(below: 4)] + "\(index)", value(depth - 1))
            }))
      }
    }
    for _ in 0..<50 {
      let value = Value.list([value(3)])
      let session = Session(registry: CommandRegistry([]))
      try session.run("x = " + value.inline, output: OutputBuffer())
      #expect(session.value("x")?.isEqual(to: value) == true, "\(value.inline)")
    }
  }
}
