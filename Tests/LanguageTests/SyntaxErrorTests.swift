import Testing

@testable import Language

/// A text whose marked part, between ⟦ and ⟧, is where an error is expected.
struct SyntaxErrorCase: CustomTestStringConvertible, Sendable {
  let text: String
  let span: SourceSpan
  let code: String
  let message: String
  let label: String?

  init(_ marked: String, _ code: String, _ message: String, _ label: String? = nil) {
    let parts = marked.split(separator: "⟦", maxSplits: 1, omittingEmptySubsequences: false)
    let rest = parts[1].split(separator: "⟧", maxSplits: 1, omittingEmptySubsequences: false)
    text = "\(parts[0])\(rest[0])\(rest[1])"
    let start = parts[0].utf8.count
    span = SourceSpan(start, start + rest[0].utf8.count)
    (self.code, self.message, self.label) = (code, message, label)
  }

  var testDescription: String { "\(code) in \(text)" }
}

@Suite("Syntax: what errors say") struct SyntaxErrorTests {
  typealias Case = SyntaxErrorCase

  static let characters: [Case] = [
    Case("x = ⟦\u{0}⟧1", "E0001", "the text holds the control character U+0000"),
    Case("\"a⟦\u{7}⟧b\"", "E0001", "the text holds the control character U+0007"),
    Case("x # ⟦\u{1B}⟧[0m", "E0001", "the text holds the control character U+001B"),
    Case("x ⟦$⟧ y", "E0002", "unexpected character '$'"),
    Case("x = ⟦“⟧hello world”", "E0002", "unexpected character '“'", "write straight quotes"),
    Case("x ⟦&&⟧ y", "E0002", "unexpected character '&&'", "write and"),
    Case("x ⟦||⟧ y", "E0002", "unexpected character '||'", "write or"),
    Case("x ⟦=>⟧ y", "E0002", "unexpected character '=>'", "write ->"),
    Case("1⟦...⟧5", "E0002", "unexpected character '...'", "write .. or ..<"),
    Case("x ⟦−⟧ y", "E0002", "unexpected character '−'", "write -"),
    Case("x =⟦\u{A0}⟧y", "E0002", "unexpected character '\u{A0}'", "write a plain blank"),
    Case(
      "x = ⟦\"⟧abc", "E0004", "this string is not closed on its line", "expected \" to close it"),
    Case(
      "x = ⟦'⟧abc\ny", "E0004", "this string is not closed on its line", "expected ' to close it"),
    Case(
      "x = ⟦\"\"\"⟧\nabc", "E0004", "this string is never closed",
      "expected \"\"\" to close it"),
    Case(#"x = "a ⟦${⟧b" + c"#, "E0005", "this '${' is never closed", "expected '}' to close it"),
    Case(
      "\"\"\"\n⟦${⟧f(\n\"\"\"", "E0005", "this '${' is never closed", "expected '}' to close it"),
    Case(#""a⟦\q⟧b""#, "E0006", #"unknown escape '\q' in a string"#),
    Case("\"\"\"\na ⟦\\⟧\n\"\"\"", "E0006", #"unknown escape '\' in a string"#),
    Case("⟦\"⟧a\\\nb", "E0004", "this string is not closed on its line", "expected \" to close it"),
    Case(#""⟦\u{110000}⟧""#, "E0007", #"'\u{110000}' is no Unicode character"#),
    Case(#""⟦\u12⟧""#, "E0007", #"'\u12' is no Unicode character"#),
    Case(#""⟦\u{}⟧""#, "E0007", #"'\u{}' is no Unicode character"#),
    Case("⟦1__0⟧", "E0008", "'1__0' is no number"),
    Case("⟦1_⟧", "E0008", "'1_' is no number"),
    Case("⟦0xZ⟧", "E0008", "'0xZ' is no number"),
    Case("4⟦kb⟧", "E0009", "unknown unit 'kb'", "did you mean 'k'?"),
    Case("4⟦KIB⟧", "E0009", "unknown unit 'KIB'", "did you mean 'KiB'?"),
    Case("4⟦apples⟧", "E0009", "unknown unit 'apples'"),
    Case(
      "⟦9223372036854775808⟧", "E0010", "the integer 9223372036854775808 does not fit 64 bits"),
    Case("⟦0x8000000000000000⟧", "E0010", "the integer 0x8000000000000000 does not fit 64 bits"),
    Case("⟦99999999999G⟧", "E0010", "the integer 99999999999G does not fit 64 bits"),
    Case("⟦1e999⟧", "E0011", "the number 1e999 is too large for a float"),
    Case(#""${x:⟦abc⟧}""#, "E0012", "'abc' is no number format: 'abc' means nothing here"),
    Case(#""${x:⟦>⟧}""#, "E0012", "'>' is no number format: a width is missing"),
    Case(
      #""${x:⟦.⟧}""#, "E0012", "'.' is no number format: the count of digits after '.' is missing"),
    Case(#""${x:⟦⟧}""#, "E0012", "'' is no number format: it is empty"),
    Case(#""${x:⟦9999⟧}""#, "E0012", "'9999' is no number format: widths and digits go up to 1000"),
    Case(#""${x:⟦.2d⟧}""#, "E0012", "'.2d' is no number format: 'd' has no digits after the point"),
  ]

  static let structure: [Case] = [
    Case("x = f⟦(⟧1\ny = 2", "E0015", "this '(' is never closed", "expected ')' to close it"),
    Case(
      "x = ⟦[⟧\n  1,\n  2\ny = 3", "E0015", "this '[' is never closed", "expected ']' to close it"),
    Case(
      "fn f(a) {\n  if a ⟦{⟧\n    b", "E0015", "this '{' is never closed",
      "expected '}' to close it"),
    Case("x = 3⟦]⟧", "E0016", "this ']' closes nothing"),
    Case("f(a, [b, c⟦)⟧", "E0017", "expected ']' but found ')'"),
    Case("x = [1, 2⟦)⟧\ny = 3", "E0017", "expected ']' but found ')'"),
    Case("\"${(a⟦}⟧\"", "E0017", "expected ')' but found '}'"),
    Case("x = 1 + ⟦)⟧", "E0020", "expected a value after '+' but found ')'"),
    Case("x = ⟦*⟧ 3", "E0020", "expected a value but found '*'"),
    Case("x = 1 +⟦⟧", "E0020", "expected a value after '+' but found the end of the text"),
    Case("f(a,⟦,⟧ b)", "E0020", "expected a value but found ','"),
    Case("\"${⟦}⟧\"", "E0020", "expected a value after '${' but found '}'"),
    Case("(⟦)⟧", "E0020", "expected a value after '(' but found ')'"),
    Case("{a: ⟦}⟧", "E0020", "expected a value after ':' but found '}'"),
    Case("map xs (x -> ⟦)⟧", "E0020", "expected a value after '->' but found ')'"),
    Case("while ⟦{⟧ a }", "E0020", "expected a value after 'while' but found '{'"),
    Case("assert⟦⟧", "E0020", "expected a value after 'assert' but found the end of the text"),
    Case(
      "fn f⟦⟧\nx", "E0021", "expected '(' after the function's name but found the end of the line"),
    Case("for x ⟦of⟧ xs { }", "E0021", "expected 'in' but found 'of'"),
    Case("x⟦.⟧\ny", "E0021", "expected a field's name after '.' but found the end of the line"),
    Case("x.⟦0⟧", "E0021", "expected a field's name (items by number are x[0]) but found '0'"),
    Case("{\"a\"⟦}⟧", "E0021", "expected ':' after the key but found '}'"),
    Case("sweep a ⟦{⟧ }", "E0021", "expected '=' after 'a' but found '{'"),
    Case("try { } catch ⟦3⟧ { }", "E0021", "expected a name or '{' but found '3'"),
    Case("if x⟦:⟧\n  y", "E0022", "expected '{' after the condition but found ':'"),
    Case(
      "fn f()⟦⟧", "E0022",
      "expected '{' after the function's parameters but found the end of the text"),
    Case("len(a ⟦b⟧, c)", "E0023", "expected ',' or ')' but found 'b'"),
    Case("[1 ⟦2⟧ 3]", "E0023", "expected ',' or ']' but found '2'"),
    Case("{a: 1\n ⟦b⟧: 2}", "E0023", "expected ',' or '}' but found 'b'"),
    Case("x = 5 ⟦5⟧", "E0024", "expected the end of the statement but found '5'"),
    Case("'a' ⟦\"b\"⟧", "E0024", "expected the end of the statement but found a string"),
    Case("⟦else⟧ { a }", "E0025", "'else' stands only after the block of 'if'"),
    Case("x\n⟦catch⟧ { b }", "E0025", "'catch' stands only after the block of 'try'"),
    Case("⟦try⟧ { a }\nx", "E0026", "a 'try' block needs a 'catch' block"),
    Case("⟦def⟧ f(x): return x", "E0027", "'def' means nothing here", "write fn"),
    Case("⟦let⟧ x = 3", "E0027", "'let' means nothing here", "write name = value"),
    Case(
      "for i⟦,⟧ j in xs { a }", "E0028", "several names after 'for' stand in brackets",
      "write for [a, b] in …"),
  ]

  static let calls: [Case] = [
    Case(
      "x = 3\n⟦x 4 key=3⟧", "E0030", "'x' is a variable, so no argument can follow it",
      "write x(4, key=3)"),
    Case(
      "x = 3\n⟦x [0]⟧", "E0030", "'x' is a variable, so no argument can follow it", "write x[0]"),
    Case(
      "[⟦len a⟧, 3]", "E0031",
      "a call inside an expression takes its arguments in parentheses: len(…)", "write len(a)"),
    Case(
      "for i in ⟦range 5⟧ { print i }", "E0031",
      "a call inside an expression takes its arguments in parentheses: range(…)", "write range(5)"),
    Case(
      "len x ⟦+⟧ 1", "E0032", "an argument ends at a blank, so '+' cannot follow it",
      "write (x + 1)"),
    Case(
      "len key=y ⟦*⟧ 2 - 3", "E0032", "an argument ends at a blank, so '*' cannot follow it",
      "write (y * 2 - 3)"),
    Case(
      "len a⟦,⟧ b", "E0033", "arguments are separated by blanks, not by commas", "write a blank"),
    Case(
      "decode.sample lm ⟦max =⟧ 64", "E0034",
      "a named argument has no blanks around its '=': max=…", "without blanks"),
    Case(
      "decode.sample lm ⟦max=⟧ 64", "E0034", "a named argument has no blanks around its '=': max=…",
      "without blanks"),
    Case("map xs x ⟦->⟧ x + 1", "E0035", "a function as an argument stands in parentheses"),
    Case("[a ⟦|⟧ len]", "E0036", "a pipeline inside an expression stands in parentheses"),
    Case("if xs ⟦|⟧ any { }", "E0036", "a pipeline inside an expression stands in parentheses"),
    Case("xs | ⟦x⟧ -> x", "E0037", "expected a command or function after '|' but found a function"),
    Case("xs | ⟦(⟧f)", "E0037", "expected a command or function after '|' but found '('"),
    Case(
      "decode.sample lm \"x\"\n    ⟦temperature=⟧0.8", "E0038",
      "'temperature=…' on a line of its own is a binding, not an argument of the line before it"),
  ]

  static let expressions: [Case] = [
    Case("1 < 2 ⟦<⟧ 3", "E0040", "comparisons do not chain, so '<' cannot follow one"),
    Case("a in b ⟦==⟧ c", "E0040", "comparisons do not chain, so '==' cannot follow one"),
    Case("1..2⟦..⟧3", "E0041", "ranges do not chain"),
    Case("1 + ⟦not⟧ x", "E0042", "'not' after an operator stands in parentheses", "write (not …)"),
    Case("y = 2 * x ⟦[⟧0]", "E0043", "'[' must touch the value before it"),
    Case("⟦in⟧ = 3", "E0044", "'in' is a keyword and cannot be a name"),
    Case("{a, ⟦if⟧}", "E0044", "'if' is a keyword and cannot be a name"),
    Case("sweep ⟦time⟧=3 { }", "E0044", "'time' is a keyword and cannot be a name"),
    Case("x = ⟦return⟧ 3", "E0045", "'return' is a statement and has no value"),
    Case("f = ⟦fn⟧(x) { 3 }", "E0045", "'fn' is a statement and has no value"),
    Case("(a⟦,⟧ b)", "E0046", "parentheses hold one value"),
    Case("x⟦[]⟧", "E0047", "an index is missing between '[' and ']'"),
    Case("{⟦1⟧: 2}", "E0048", "expected a word or a string as a record's key but found '1'"),
    Case(
      "x -> { y ⟦=⟧ 1; y }", "E0049", "'{' begins a record here, and a record holds 'key: value'"),
    Case("{a: 1, ⟦a⟧: 2}", "E0050", "the key 'a' is given twice"),
    Case("fn f(a, ⟦a⟧) { }", "E0050", "the parameter 'a' is given twice"),
    Case("len(x=1, ⟦x⟧=2)", "E0050", "the parameter 'x' is given twice"),
    Case("len x=1 ⟦x⟧=2", "E0050", "the parameter 'x' is given twice"),
    Case("[a, ⟦a⟧] = x", "E0050", "the name 'a' is given twice"),
  ]

  static let statements: [Case] = [
    Case("⟦len(x)⟧ = 3", "E0060", "cannot assign to a call"),
    Case("⟦3⟧ = x", "E0060", "cannot assign to a literal"),
    Case("⟦x + 1⟧ = 3", "E0060", "cannot assign to an expression"),
    Case("x = (y ⟦=⟧ 3)", "E0061", "'=' binds a name and stands only in a statement"),
    Case("if x ⟦=⟧ 3 { a }", "E0061", "'=' binds a name and stands only in a statement"),
    Case("a = b ⟦=⟧ 3", "E0062", "bindings do not chain"),
    Case("{⟦a⟧: 1} = x", "E0063", "taking a value apart needs plain names"),
    Case("⟦{}⟧ = x", "E0063", "taking a value apart needs plain names"),
    Case("⟦[a, b]⟧ += 3", "E0064", "'+=' changes one name, not several"),
    Case(
      "fn f(a = 1, ⟦b⟧) { a }", "E0065",
      "the parameter 'b' needs a default, since one before it has one"),
    Case("fn ⟦(⟧x) { 3 }", "E0066", "'fn' needs a name"),
    Case("import ⟦x⟧", "E0067", "'import' needs a path in quotes"),
    Case("⟦break⟧", "E0068", "'break' stands outside of a loop"),
    Case(
      "for x in xs { f = y -> if y { ⟦continue⟧ } }", "E0068", "'continue' stands outside of a loop"
    ),
    Case("⟦return⟧ 3", "E0069", "'return' stands outside of a function"),
    Case(
      "fn f() { sweep a=1..2 { ⟦return⟧ 3 } }", "E0069", "'return' stands outside of a function"),
    Case("⟦sweep⟧ { a }", "E0070", "a sweep needs at least one 'name=values'"),
    Case("sweep a=1 ⟦b⟧=2 { a }", "E0071", "a sweep's names are separated by commas"),
  ]

  static let all = characters + structure + calls + expressions + statements

  @Test("say what, where and how to mend", arguments: all)
  func wording(expected: Case) throws {
    let diagnostics = parseText(expected.text).diagnostics
    #expect(diagnostics.count == 1)
    let diagnostic = try #require(diagnostics.first)
    #expect(diagnostic.code == expected.code)
    #expect(diagnostic.message == expected.message)
    #expect(diagnostic.span == expected.span)
    if let label = expected.label { #expect(diagnostic.label == label) }
  }

  @Test func tooLargeTextsAreRefused() {
    let text = String(repeating: "x\n", count: Lexer.maximumBytes / 2 + 1)
    let diagnostics = parseText(text).diagnostics
    #expect(diagnostics.map(\.code) == ["E0003"])
    #expect(
      diagnostics.first?.message == "the text has 16777218 bytes, at most 16777216 are read")
  }

  @Test(
    "nesting has a limit",
    arguments: [
      ("(", ")"), ("[", "]"), ("f(", ")"), ("-", ""), ("{a: ", "}"), ("x -> ", ""), ("2 ** ", ""),
      ("\"${", "}\""),
    ])
  func nesting(opener: String, closer: String) {
    func nested(_ depth: Int) -> String {
      String(repeating: opener, count: depth) + "1" + String(repeating: closer, count: depth)
    }
    #expect(parseOnLargeStack(nested(1_000)).diagnostics == [])
    let diagnostics = parseOnLargeStack(nested(1_001)).diagnostics
    #expect(diagnostics.map(\.code) == ["E0018"])
    #expect(diagnostics.first?.message == "the text nests more than 1000 deep")
    let deep = parseOnLargeStack(nested(100_000)).diagnostics
    #expect(deep.map(\.code) == ["E0018"])
  }

  @Test func blocksNestToTheSameLimit() {
    func nested(_ depth: Int) -> String {
      String(repeating: "if c { ", count: depth) + "x" + String(repeating: " }", count: depth)
    }
    #expect(parseOnLargeStack(nested(1_000)).diagnostics == [])
    #expect(parseOnLargeStack(nested(1_001)).diagnostics.map(\.code) == ["E0018"])
  }

  @Test("long chains have a limit", arguments: [" + 1", ".a", "[0]", "(1)", " or x"])
  func chains(link: String) {
    func parsed(_ count: Int) -> [Diagnostic] {
      parseOnLargeStack("x" + String(repeating: link, count: count)).diagnostics
    }
    #expect(parsed(10_000) == [])
    #expect(parsed(10_001).map(\.code) == ["E0019"])
  }

  @Test func longElseIfChainsAreFine() {
    let text = String(repeating: "if a { 1 } else ", count: 5_000) + "{ 2 }"
    #expect(parseOnLargeStack(text).diagnostics == [])
  }

  @Test("reports every mistake once")
  func severalMistakes() {
    let text = """
      x = f(1, 2
      y = 1 + * 2
      z = [1, 2
      if a = 3 { b }
      w = "abc
      {a: 1 b: 2}
      fn g(a, { a }
      good = 3
      print good good2,
      """
    let codes = parseText(text).diagnostics.map(\.code)
    #expect(codes == ["E0015", "E0020", "E0015", "E0061", "E0004", "E0023", "E0021", "E0033"])
  }

  @Test("keeps what is sound around a mistake")
  func recovery() {
    let cell = parseText("a = 1\nb = (1 + ])\nc = [1, ) 2, 3]\nfn f() { x y z = }\nd = 4")
    let names = cell.block.statements.map { statement -> String in
      switch statement.kind {
      case .assign(.name(let name), _, _): name.name
      case .function(let function): "fn " + function.name.name
      default: "?"
      }
    }
    #expect(names == ["a", "b", "c", "fn f", "d"])
  }

  @Test(
    "knows when more is to come",
    arguments: [
      "x = f(1,", "x = [", "x = {a: 1", "\"\"\"", "\"\"\"\n a ${", "x +", "x =", "x ->", "x |",
      "fn f()",
      "fn f() {", "if c", "if c { a } else", "if c { a } else if", "for x in", "while x {",
      "try { a }",
      "try { a } catch", "sweep a=1,", "sweep a=1..3", "time", "not", "x = -", "f(a)[", "x and\n",
      "# c\n(", "x = 1\n(2", "len key=", "fn", "for", "(x, y) ->", "assert", "x[1..", "{a:",
      "f(a, (b",
      "if a { (", "x not in",
    ])
  func incomplete(text: String) {
    #expect(parseText(text).isIncomplete)
  }

  @Test(
    "knows when no more can help",
    arguments: [
      "", "x", "if c { }", "if c { a }\n", "x = 1 +\n2", "\"abc", "'abc", "x = )", "f(1, ^",
      "x y z",
      "fn f() { }", "x =\n3", "\"${", "(1 2", "x = $ (", "a | len", "# (", "x.", "else",
      "f(1\ny = 2",
    ])
  func complete(text: String) {
    #expect(!parseText(text).isIncomplete)
  }
}
