import Language
import Testing

/// Every kind of error between parser and commands: its exact sentence and place.
@Suite("Errors of names, types and values") struct LanguageErrorTests {
  @Test(
    "say what is wrong and where",
    arguments: [
      ("x + 1", "E0101 0..<1: there is no variable 'x'"),
      ("[len]", "E0101 1..<4: 'len' is a command, not a variable"),
      ("lenn([1])", "E0102 0..<4: there is no command 'lenn'"),
      ("[1] | mapp len", "E0102 6..<10: there is no command 'mapp'"),
      ("pick 1", "E0103 0..<4: pick needs 'second'"),
      ("math.power 2 exponnt=3", "E0104 13..<20: math.power has no parameter 'exponnt'"),
      ("len 1 2", "E0105 6..<7: len takes one argument by place"),
      ("answer(1)", "E0105 7..<8: answer takes no arguments by place"),
      (
        "g = x -> x\ng(1, x=2)", "E0106 16..<17: the function is given 'x' twice"
      ),
      ("paint colour=blu", "E0107 13..<16: 'blu' is no word for 'colour'"),
      ("\"a\" | halve", "E0108 6..<11: halve takes a number from the pipe, not a string"),
      ("1 | answer", "E0109 4..<10: answer takes nothing from a pipe"),
      (
        "if false { z = 1 }\nz",
        "E0110 19..<20: 'z' is not bound: the statement in line 1 would have bound it, but did not run"
      ),
      ("fn f() { w }\nf()", "E0111 13..<14: f reads 'w', which nothing has bound"),
      ("sweep a=[1] with job=2 { a }", "E0112 17..<20: sweep has no option 'job'"),
      (
        "import \"other.md\"",
        "E0113 7..<17: cannot import 'other.md': nothing can be imported here"
      ),
      ("halve \"a\"", "E0201 6..<9: halve: 'number' wants a number, not a string"),
      ("1 + \"a\"", "E0202 0..<7: '+' does not work on an integer and a string"),
      ("-\"a\"", "E0203 0..<4: '-' does not work on a string"),
      ("if 1 { 2 }", "E0204 3..<4: a condition must be true or false, not an integer"),
      ("x = 5\nx[0]", "E0205 6..<10: an integer has no items to index"),
      ("[1][\"a\"]", "E0206 0..<8: the index must be an integer, not a string"),
      ("r = {abc: 1}\nr.abd", "E0207 15..<18: a record has no field 'abd'"),
      ("for x in 5 { x }", "E0208 9..<10: an integer cannot be walked item by item"),
      ("f = 5\nf(1)", "E0209 6..<7: an integer cannot be called"),
      ("{a} = 5", "E0221 0..<3: an integer cannot be taken apart as a record"),
      (
        "9223372036854775807 + 1",
        "E0301 0..<23: 9223372036854775807 + 1 is beyond 64-bit integers"
      ),
      ("1 // 0", "E0302 0..<6: integer division by zero in '1 // 0'"),
      ("[1, 2][5]", "E0303 0..<9: index 5 is outside the list of 2 items"),
      (
        "math.power 2 exponent=11",
        "E0304 22..<24: math.power: 'exponent' must be in 0...10, not 11"
      ),
      ("assert 1 + 1 == 3 \"sums\"", "E0305 7..<17: assertion failed: sums (2 == 3)"),
      ("assert false", "E0305 7..<12: assertion failed"),
      ("[a, b] = [1, 2, 3]", "E0306 0..<6: 2 names for 3 values"),
      ("fail \"oh no\"", "E0307 0..<12: oh no"),
      ("fn f(n) { f(n + 1) }\nf(0)", "E0404 10..<18: calls nest deeper than 5000"),
      ("x = []\nwhile true { x = [x] }", "E0405 24..<27: the value nests deeper than 10000"),
      (
        "\"a\" * 9k * 9k * 9k",
        "E0406 0..<18: the text would have 729000000000 items, the limit is 2147483648"
      ),
    ])
  func messages(script: String, expected: String) { #expect(shown(script) == expected) }

  @Test(
    "suggest the nearest name",
    arguments: [
      ("count = 1\ncoumt + 1", "did you mean 'count'?"), ("lenn([1])", "did you mean 'len'?"),
      ("math.power 2 exponnt=3", "did you mean 'exponent'?"),
      ("paint colour=blu", "did you mean 'blue'?"),
    ])
  func suggestions(script: String, label: String) {
    let session = Session(registry: TestCommands.registry)
    #expect(session.check(SourceText(script)).errors.first?.label == label)
  }

  @Test("nothing of a cell runs where a name is wrong")
  func checksFirst() {
    #expect(shown("print \"ran\"\nnosuch + 1").hasPrefix("E0101"))
  }

  @Test("all errors of names are told at once")
  func tellsAll() {
    #expect(shown("aa + 1\nbb + 1").split(separator: "\n").count == 2)
  }
}
