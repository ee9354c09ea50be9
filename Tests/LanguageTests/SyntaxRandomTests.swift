import Testing

@testable import Language

/// A small generator of its own (SplitMix64), so that a seed names one program for ever.
struct SyntaxTestRandom {
  private var state: UInt64

  init(_ seed: Int) {
    state = UInt64(seed)
    // Neighbouring seeds must not walk the same numbers one step apart.
    state = next() ^ 0xA076_1D64_78BD_642F
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// Writes random programs that the grammar allows.
struct SyntaxProgramWriter {
  var random: SyntaxTestRandom
  var indentation = 0

  static let names = ["x", "y", "zs", "größe", "out"]

  mutating func program() -> String {
    // The variables are bound first, so that none of them reads as an unknown command.
    let head = Self.names.map { "\($0) = 1\n" }.joined()
    return head + statements(random.below(8) + 1, depth: 3)
  }

  private mutating func statements(_ count: Int, depth: Int) -> String {
    (0..<count).map { _ in
      String(repeating: "  ", count: indentation) + statement(depth)
        + random.pick(["\n", "\n", "\n\n", " # note\n", "; \n"])
    }.joined()
  }

  private mutating func block(_ depth: Int) -> String {
    indentation += 1
    defer { indentation -= 1 }
    let body = statements(random.below(3) + 1, depth: depth - 1)
    return "{\n" + body + String(repeating: "  ", count: indentation - 1) + "}"
  }

  private mutating func statement(_ depth: Int) -> String {
    let name = random.pick(Self.names)
    switch random.below(depth > 0 ? 16 : 7) {
    case 0, 1: return "\(name) = \(pipeline(depth))"
    case 2: return "\(name) \(random.pick(["+=", "-=", "*=", "/="])) \(pipeline(depth))"
    case 3: return pipeline(depth)
    case 4: return "{a, b} = \(pipeline(depth))"
    case 5: return "\(name)[\(expression(depth))].f = \(pipeline(depth))"
    case 6: return "assert \(operand(depth)) \(string(depth))"
    case 7: return "if \(expression(depth)) \(block(depth)) else \(block(depth))"
    case 8: return "if \(expression(depth)) \(block(depth))"
    case 9:
      return "for \(random.pick(["i", "{a, b}", "[a, b]"])) in \(expression(depth)) \(block(depth))"
    case 10: return "while \(expression(depth)) \(block(depth))"
    case 11: return "try \(block(depth)) catch e \(block(depth))"
    case 12: return "time \(block(depth))"
    case 13: return "fn f\(random.below(3))(a, b = \(expression(depth - 1))) \(block(depth))"
    case 14:
      return "\(name) = sweep a=\(expression(depth)), b=1..3 with jobs=2 \(block(depth)) | table"
    default: return "x = if \(expression(depth)) \(block(depth)) else \(block(depth))"
    }
  }

  private mutating func pipeline(_ depth: Int) -> String {
    var text = random.chance(40) ? command(depth) : expression(depth)
    while random.chance(25) {
      text += random.pick([" | ", " |\n    ", "\n    | "]) + command(depth)
    }
    return text
  }

  private mutating func command(_ depth: Int) -> String {
    let name = random.pick(["len", "print", "decode.sample", "table"])
    if random.chance(20) { return name + "(\(arguments(depth)))" }
    var text = name
    for number in 0..<random.below(4) {
      let key = random.pick(["key", "in", "max"]) + "\(number)="
      text += " " + (random.chance(30) ? key : "")
      text += argument(depth)
    }
    return text == name && random.chance(50) ? name + " x" : text
  }

  private mutating func argument(_ depth: Int) -> String {
    switch random.below(8) {
    case 0: number()
    case 1: random.pick(Self.names)
    case 2: string(depth)
    case 3: "(\(pipeline(depth - 1)))"
    case 4: "[\(expression(depth - 1)), \(number())]"
    case 5: "-\(random.pick(Self.names))"
    case 6: "x+1"
    default: "(a -> \(pipeline(depth - 1)))"
    }
  }

  private mutating func arguments(_ depth: Int) -> String {
    (0..<random.below(3)).map { index in
      (random.chance(30) ? "k\(index) = " : "") + expression(depth - 1)
    }.joined(separator: random.pick([", ", ",\n  "]))
  }

  private mutating func number() -> String {
    random.pick([
      "0", "42", "1_000", "0x1F", "3.5", "1e-3", "4k", "1.5Mi", "50%", "250ms", "2min", "7GiB",
    ])
  }

  private mutating func string(_ depth: Int) -> String {
    switch random.below(5) {
    case 0: "'raw $ { \\'"
    case 1: "\"plain {} \\n \\${x} \\u{1F600}\""
    case 2: "\"a ${\(expression(0))} b\""
    case 3: "\"${x + \(number()):\(random.pick([".3", ">8", ",d", ".1%", "08.2f"]))}\""
    default: "\"\"\"\n    block ${\(expression(depth - 1))}\n      \"quoted\"\n    \"\"\""
    }
  }

  private mutating func expression(_ depth: Int) -> String {
    guard depth > 0 else {
      return random.pick([number(), random.pick(Self.names), "true", "null", "'s'"])
    }
    let deeper = depth - 1
    switch random.below(16) {
    case 0: return number()
    case 1: return random.pick(Self.names)
    case 2: return string(deeper)
    case 3: return "[\(expression(deeper)), \(expression(deeper)),]"
    case 4: return "{a: \(expression(deeper)), \"b c\": 2, if: 3, x}"
    case 5: return "(\(pipeline(deeper)))"
    case 6:
      let symbol = random.pick(["+", "-", "*", "/", "//", "%", "@", "**", "and", "or"])
      return "(\(expression(deeper))) \(symbol) \(operand(deeper))"
    case 7:
      let symbol = random.pick(["==", "!=", "<", "<=", ">", ">=", "in", "not in"])
      return "\(operand(deeper)) \(symbol) \(operand(deeper))"
    case 8: return "-\(operand(deeper))"
    case 9: return "not \(operand(deeper))"
    case 10: return "\(random.pick(Self.names))[\(index(deeper))]"
    case 11: return "\(random.pick(Self.names)).field.in"
    case 12: return "len(\(arguments(deeper)))"
    case 13: return "(a, b=2) -> \(pipeline(deeper))"
    case 14: return "\(operand(deeper))\(random.pick(["..", "..<", " .. "]))\(operand(deeper))"
    default: return "{k: \(operand(deeper))}.k"
    }
  }

  private mutating func operand(_ depth: Int) -> String {
    switch random.below(4) {
    case 0: random.pick(["1", "2.5", "0x1F"])
    case 1: random.pick(Self.names)
    case 2: "(\(expression(depth - 1)))"
    default: "len(\(expression(depth - 1)))"
    }
  }

  private mutating func index(_ depth: Int) -> String {
    random.pick(["0", "-1", "1..3", "2..", "..<3", "..", ".., 0, 1..<4", expression(depth)])
  }
}

@Suite("Syntax: random texts") struct SyntaxRandomTests {
  @Test("programs of the grammar are read without an error", arguments: 0..<40)
  func programs(block: Int) {
    for seed in 0..<25 {
      var writer = SyntaxProgramWriter(random: SyntaxTestRandom(block * 1_000 + seed))
      let program = writer.program()
      let cell = parseText(program)
      guard cell.diagnostics.isEmpty else {
        Issue.record(
          "\(DiagnosticPrinter(source: cell.source).text(cell.diagnostics))in\n\(program)")
        return
      }
      #expect(spansAreSound(cell))
    }
  }

  @Test("a program cut anywhere is read without a crash", arguments: 0..<20)
  func cutPrograms(seed: Int) {
    var writer = SyntaxProgramWriter(random: SyntaxTestRandom(seed + 77))
    let characters = Array(writer.program().unicodeScalars)
    for end in characters.indices.prefix(300) {
      var text = String.UnicodeScalarView()
      text.append(contentsOf: characters[..<end])
      expectSound(parseText(String(text)))
    }
  }

  static let pieces: [String] =
    Keywords.all + [
      "x", "len", "f(", "(", ")", "[", "]", "{", "}", "${", "\"", "'", "\"\"\"", "\\", "\n", "\n  ",
      ";",
      ",", ":", ".", "..", "..<", "...", "=", "==", "+=", "->", "|", "||", "+", "-", "*", "**", "/",
      "//",
      "%", "@", "!=", "<", ">=", "!", "$", "#", " ", " ", " ", "1", "2.5", "50%", "0x", "4k", "9zz",
      "key=", "é", "“", "\u{0}", "\r\n", "\t", "🙂",
    ]

  @Test("tokens in any order are read without a crash", arguments: 0..<25)
  func tokenSoup(block: Int) {
    for seed in 0..<100 {
      var random = SyntaxTestRandom(block * 10_007 + seed)
      let text = (0..<random.below(60)).map { _ in random.pick(Self.pieces) }.joined()
      expectSound(parseText(text))
    }
  }

  @Test("bytes in any order are read without a crash", arguments: 0..<20)
  func byteSoup(block: Int) {
    for seed in 0..<100 {
      var random = SyntaxTestRandom(block * 20_011 + seed)
      let bytes = (0..<random.below(200)).map { _ in
        random.chance(80) ? UInt8(random.below(96) + 32) : UInt8(random.below(256))
      }
      expectSound(parseText(String(decoding: bytes, as: UTF8.self)))
    }
  }

  @Test(
    "large texts of one kind end soon",
    arguments: [
      "(", "\"${", "\"\"\"${", "[{(", ")]}", "if a {", "x -> ", "1+", "a.", "\"a\n", "(((]", "{)\n",
      "f x=",
      "else ", "“", "\\", "$", "\"\"\"\n", "f(a,", "a b ", "|len", "..", "not ", "- ",
    ])
  func largeTexts(piece: String) {
    let cell = parseOnLargeStack(String(repeating: piece, count: 200_000 / piece.utf8.count))
    #expect(cell.diagnostics.count <= Parser.maximumProblems)
  }

  private func expectSound(_ cell: ParsedCell) {
    #expect(spansAreSound(cell))
    // What is printed holds no character that a terminal obeys.
    let text = DiagnosticPrinter(source: cell.source).text(cell.diagnostics)
    #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
    _ = SyntaxDump.text(cell.block)
  }

  /// Every span lies in the text and does not cut a character.
  private func spansAreSound(_ cell: ParsedCell) -> Bool {
    let bytes = cell.source.bytes
    func isBoundary(_ offset: Int) -> Bool {
      offset >= 0 && offset <= bytes.count
        && (offset == bytes.count || bytes[offset] & 0xC0 != 0x80)
    }
    func isSound(_ span: SourceSpan) -> Bool {
      span.start <= span.end && isBoundary(span.start) && isBoundary(span.end)
    }
    return cell.diagnostics.allSatisfy { diagnostic in
      diagnostic.span.map(isSound) ?? false && diagnostic.related.allSatisfy { isSound($0.span) }
    } && cell.block.statements.allSatisfy { isSound($0.span) }
  }
}
