import Testing

@testable import Language

@Suite("Syntax: what programs mean") struct SyntaxTreeTests {
  static let literals: [(String, String)] = [
    ("null", "null"), ("true", "true"), ("42", "42"), ("1_000", "1000"), ("0x1F", "31"),
    ("0xff_ff", "65535"), ("3.5", "3.5"), ("1e-3", "0.001"), ("1E5", "100000.0"),
    ("4k", "4000"), ("1.5k", "1500"), ("0.5Ki", "512"), ("2M", "2000000"), ("3G", "3000000000"),
    ("1Ki", "1024"), ("2KiB", "2048"), ("1MiB", "1048576"), ("1GiB", "1073741824"),
    ("1Gi", "1073741824"), ("1Mi", "1048576"), ("1.0001k", "1000.1"), ("0.3Ki", "307.2"),
    ("250ms", "0.25"), ("10s", "10.0"), ("2min", "120.0"), ("50%", "0.5"), ("12.5%", "0.125"),
    ("10%", "0.1"), ("7%", "0.07"), ("1e3k", "1000000"),
    ("9223372036854775807", "9223372036854775807"),
    ("-9223372036854775808", "-9223372036854775808"),
    ("10%3", "(% 10 3)"), ("10%-3", "(% 10 (- 3))"), ("10%(3)", "(% 10 (paren 3))"),
    ("x%3", "(% x 3)"), ("50% * 2", "(* 0.5 2)"), ("50%*2", "(* 0.5 2)"),
    ("[50%, 25%]", "(list 0.5 0.25)"), ("(50%)", "(paren 0.5)"), ("50 % 3", "(% 50 3)"),
    ("1..5", "(.. 1 5)"), ("0..<5", "(..< 0 5)"), ("1 .. n + 1", "(.. 1 (+ n 1))"),
    ("1.5..2.5", "(.. 1.5 2.5)"), ("10%..50%", "(.. 0.1 0.5)"),
    (#""a\n\t\"\\\$\u{41}""#, #""a\n\t\"\\$A""#), ("'a\\n${b}'", #""a\\n${b}""#),
    (#""${x}""#, #""${x}""#), (#""a${x + 1}b${y:.3}c""#, #""a${(+ x 1)}b${y:.3}c""#),
    (#""{braces} $5 \${x}""#, #""{braces} $5 ${x}""#),
    (#""${"in ${ {a: 1}.a }"}""#, #""${"in ${(. (record a: 1) a)}"}""#),
    (#""${r["k"]:>8.2f}""#, #""${(index r "k"):>8.2f}""#),
    (#""""#, #""""#),
  ]

  static let blockStrings: [(String, String)] = [
    ("\"\"\"\n  a\n    b\n  \"\"\"", #""a\n  b""#),
    ("\"\"\"a\n  b\n  c\"\"\"", #""a\nb\nc""#),
    ("\"\"\"\n    x ${y}\n\n    z\n\"\"\"", #""x ${y}\n\nz""#),
    ("\"\"\"\n  ${y}\n  \"\"\"", #""${y}""#),
    ("\"\"\"\n\"\"\"", #""""#), ("\"\"\"\"\"\"", #""""#), ("\"\"\"\n  \"\"\"", #""""#),
    ("\"\"\"say \"hi\" \\\"\"\"\"", #""say \"hi\" \"""#),
    ("\"\"\"\r\n  a\r\n  b\r\n\"\"\"", #""a\nb""#),
    ("\"\"\"\n\ta\n\t\tb\n\"\"\"", #""a\n\tb""#),
    ("\"\"\"\n  a\n\n\"\"\"", #""a\n""#),
    ("\"\"\"\n  a ${\n f(x)\n} b\n  \"\"\"", #""a ${(call#0 f x)} b""#),
  ]

  static let operators: [(String, String)] = [
    ("a or b and not c == d", "(or a (and b (not (== c d))))"),
    ("1 + 2 * 3", "(+ 1 (* 2 3))"), ("a - b - c", "(- (- a b) c)"),
    ("-2 ** 2", "(- (** 2 2))"), ("2 ** -1", "(** 2 (- 1))"), ("2 ** 3 ** 2", "(** 2 (** 3 2))"),
    ("-a * b", "(* (- a) b)"), ("a // b % c @ d", "(@ (% (// a b) c) d)"),
    ("a in b", "(in a b)"), ("a not in b", "(not in a b)"), ("not a in b", "(not (in a b))"),
    ("1..3 == r", "(== (.. 1 3) r)"), ("a +\n b", "(+ a b)"), ("- -a", "(- (- a))"),
    ("a.b.c[0].d", "(. (index (. (. a b) c) 0) d)"), ("a.if", "(. a if)"),
    ("-x.y ** 2", "(- (** (. x y) 2))"), ("x != y", "(!= x y)"), ("a and\n\n b", "(and a b)"),
  ]

  static let indexes: [(String, String)] = [
    ("x[0]", "(index x 0)"), ("x[-1]", "(index x (- 1))"), ("x[1..3]", "(index x (.. 1 3))"),
    ("x[2..]", "(index x (.. 2 _))"), ("x[..<3]", "(index x (..< _ 3))"),
    ("x[..]", "(index x (.. _ _))"), ("x[.., 0, 1..<4]", "(index x (.. _ _) 0 (..< 1 4))"),
    (#"r["key"]"#, #"(index r "key")"#), ("x[a == b]", "(index x (== a b))"),
    ("x[not m]", "(index x (not m))"), ("x[i + 1..n - 1]", "(index x (.. (+ i 1) (- n 1)))"),
    ("x[0][1]", "(index (index x 0) 1)"), ("x[\n0,\n1,\n]", "(index x 0 1)"),
    ("x[0 or 1]", "(index x (or 0 1))"), ("x[..-1]", "(index x (.. _ (- 1)))"),
  ]

  static let calls: [(String, String)] = [
    ("len x", "(call#0 len x)"), ("len(x) + 1", "(+ (call#0 len x) 1)"),
    (#"decode.sample lm "x" max=64"#, #"(call#0 decode.sample lm "x" max=64)"#),
    ("seed * 10", "(* seed 10)"), ("lines[0]", "(index lines 0)"), ("x - 1", "(- x 1)"),
    ("len -1", "(call#0 len (- 1))"), ("len - 1", "(- len 1)"), ("len -x", "(call#0 len (- x))"),
    ("vars", "(call#0 vars)"), ("vars | table", "(| (call#0 vars) (call#1 table))"),
    ("len x+1", "(call#0 len (+ x 1))"),
    ("len x[0].a(3)", "(call#0 len (apply (. (index x 0) a) 3))"),
    ("len x [0]", "(call#0 len x (list 0))"), ("len x (y)", "(call#0 len x (paren y))"),
    ("len 1..5", "(call#0 len (.. 1 5))"), ("len {a: 1}", "(call#0 len (record a: 1))"),
    ("len x -1", "(call#0 len x (- 1))"), ("len a=-1", "(call#0 len a=(- 1))"),
    ("len in=3 with=[1, 2]", "(call#0 len in=3 with=(list 1 2))"),
    ("len x==y", "(call#0 len (== x y))"), ("len -x+1 50%", "(call#0 len (+ (- x) 1) 0.5)"),
    ("map xs (x -> x + 1)", "(call#0 map xs (paren (-> (x) (+ x 1))))"),
    ("map(xs, x -> x + 1)", "(call#0 map xs (-> (x) (+ x 1)))"),
    ("map(xs, key = b, c)", "(call#0 map xs c key=b)"),
    ("len(f(x), g(y))", "(call#0 len (call#1 f x) (call#2 g y))"),
    ("f(x)(y)", "(apply (call#0 f x) y)"), ("(f)(x)", "(apply (paren f) x)"),
    ("tokenizer.trian x kind=bpe", "(call#0 tokenizer.trian x kind=bpe)"),
    ("measure.nll(a, b).nats", "(. (call#0 measure.nll a b) nats)"),
    ("x = len y", "(= x (call#0 len y))"), ("(len x)", "(paren (call#0 len x))"),
    ("(len x\n  key=3)", "(paren (call#0 len x key=3))"), ("x = len", "(= x (call#0 len))"),
    ("len = 3; len", "(= len 3)\nlen"), ("len = 3\nlen x", "(= len 3)\n(call#0 len x)"),
    ("a | len", "(| a (call#0 len))"), ("a | len(3)", "(| a (call#0 len 3))"),
    ("a + b | len x | table", "(| (+ a b) (call#0 len x) (call#1 table))"),
    ("a\n  | len\n  # why\n  | table", "(| a (call#0 len) (call#1 table))"),
    ("x = a |\n len", "(= x (| a (call#0 len)))"),
    ("f(a | b)", "E0036: a pipeline inside an expression stands in parentheses"),
    ("f((a | len))", "(call#0 f (paren (| a (call#1 len))))"),
    ("model = 1\nmodel.load", "(= model 1)\n(. model load)"),
    ("model.load", "(call#0 model.load)"), ("out.tokens", "(. out tokens)"),
    ("model = 1\nmodel.size(2)", "(= model 1)\n(apply (. model size) 2)"),
    ("model = 1\nmodel.load(2)", "(= model 1)\n(call#0 model.load 2)"),
    ("fn f(x) { x }\nf 3", "(fn f (x) {x})\n(call#0 f 3)"),
    ("f 3\nfn f(x) { x }", "(call#0 f 3)\n(fn f (x) {x})"),
    (#"helper 3; import "lib.md""#, #"(call#0 helper 3)"# + "\n" + #"(import "lib.md")"#),
    ("x = [len(a), -1]", "(= x (list (call#0 len a) (- 1)))"),
    ("tokenizer.train x kind=bpe vocab=4k", "(call#0 tokenizer.train x kind=bpe vocab=4000)"),
    ("len 'a' \"b${c}\"", #"(call#0 len "a" "b${c}")"#),
    ("len x.y \"z\"", #"(call#0 len (. x y) "z")"#), ("len key=\n  3", "(call#0 len key=3)"),
  ]

  static let lambdas: [(String, String)] = [
    ("x -> x + 1", "(-> (x) (+ x 1))"), ("(a, b) -> a @ b", "(-> (a b) (@ a b))"),
    ("() -> 1", "(-> () 1)"), ("(a, b=2) -> a", "(-> (a b=2) a)"),
    ("f = x -> {a: x}", "(= f (-> (x) (record a: x)))"),
    ("f = x -> len x", "(= f (-> (x) (call#0 len x)))"),
    ("f = x -> len x | table", "(= f (-> (x) (| (call#0 len x) (call#1 table))))"),
    ("[x -> x, y -> y]", "(list (-> (x) x) (-> (y) y))"), ("x -> y -> x", "(-> (x) (-> (y) x))"),
    ("x ->\n  x", "(-> (x) x)"), ("[x -> vars, 3]", "(list (-> (x) (call#0 vars)) 3)"),
    ("f = vars -> vars", "(= f (-> (vars) vars))"),
  ]

  static let statements: [(String, String)] = [
    ("x = 3", "(= x 3)"),
    ("x += 1; x -= 1; x *= 2; x /= 2", "(+= x 1)\n(-= x 1)\n(*= x 2)\n(/= x 2)"),
    ("xs[0] = v", "(= (place xs (index 0)) v)"),
    ("r.f.g[1] += v", "(+= (place r .f .g (index 1)) v)"),
    ("{a, b} = f(x)", "(= {a b} (call#0 f x))"), ("[a, b] = xs", "(= [a b] xs)"),
    ("{a, b}", "(record a: a b: b)"), ("{a: 1,}", "(record a: 1)"), ("{}", "(record)"),
    (#"{"a b": 1, in: 2, if: 3}"#, #"(record "a b": 1 in: 2 if: 3)"#), ("[]", "(list)"),
    ("[1, 2,\n 3,\n]", "(list 1 2 3)"), ("{\n a: 1,\n b\n}", "(record a: 1 b: b)"),
    ("x =\n  3", "(= x 3)"), ("# c\nx # d\n\n# e", "x"),
    ("if c { a } else { b }", "(if c {a} {b})"),
    ("if c { a }\nelse if d { b }\nelse { e }", "(if c {a} (if d {b} {e}))"),
    ("x = if c { 1 } else { 2 }", "(= x (if c {1} {2}))"), ("if c {\n a\n b\n}", "(if c {a; b})"),
    ("if x == {a: 1} { b }", "(if (== x (record a: 1)) {b})"), ("if c {}", "(if c {})"),
    ("if len(x) > 3 { b }", "(if (> (call#0 len x) 3) {b})"), ("if vars { b }", "(if vars {b})"),
    ("for x in xs { print x }", "(for x xs {(call#0 print x)})"),
    ("for {a, b} in xs { a }", "(for {a b} xs {a})"),
    ("for [a, b] in xs { a }", "(for [a b] xs {a})"),
    ("while x < 3 { x += 1; break }", "(while (< x 3) {(+= x 1); (break)})"),
    ("for i in 0..<3 { continue }", "(for i (..< 0 3) {(continue)})"),
    ("try { a } catch e { b }", "(try {a} e {b})"), ("try { a }\ncatch { b }", "(try {a} _ {b})"),
    ("time { a }", "(time {a})"),
    ("t = time { a } | describe", "(= t (| (time {a}) (call#0 describe)))"),
    ("sweep a=[1, 2], b=1..3 { a }", "(sweep#0 a=(list 1 2) b=(.. 1 3) {a})"),
    (
      "sweep a=xs with jobs=2, seed=3 { {v: a} } | summarize by=[a] | plot.heatmap x=a",
      "(| (sweep#0 a=xs with jobs=2 seed=3 {(record v: a)}) (call#1 summarize by=(list a)) (call#2 plot.heatmap x=a))"
    ),
    ("sweep a=1..3,\n b=2 {\n a\n}", "(sweep#0 a=(.. 1 3) b=2 {a})"),
    ("fn f(a, b = 2) { return a }", "(fn f (a b=2) {(return a)})"),
    ("fn f() {\n  return\n}", "(fn f () {(return)})"),
    ("fn f()\n{ 1 }", "(fn f () {1})"),
    ("fn f(x) { return len x }", "(fn f (x) {(return (call#0 len x))})"),
    (#"assert x == 3 "why""#, #"(assert (== x 3) "why")"#), ("assert c", "(assert c)"),
    (#"assert c "got ${x}""#, #"(assert c "got ${x}")"#), (#"import "x.md""#, #"(import "x.md")"#),
    ("f = x -> if x { 1 } else { 2 }", "(= f (-> (x) (if x {1} {2})))"),
    ("(if a { b\n c })", "(paren (if a {b; c}))"),
    ("xs = (vars\n)\ny", "(= xs (paren (call#0 vars)))\ny"),
    ("x = 1;;; y = 2;", "(= x 1)\n(= y 2)"), ("\u{FEFF}x", "x"), ("größe = 3", "(= größe 3)"),
    ("r.a = {b: 1}\nr.a.b", "(= (place r .a) (record b: 1))\n(. (. r a) b)"),
    ("lines[0] = 3", "(= (place lines (index 0)) 3)"), ("x\r\ny\r\n", "x\ny"),
    ("  x = 1\n  y = 2\nz=3", "(= x 1)\n(= y 2)\n(= z 3)"),
  ]

  @Test("reads", arguments: literals + blockStrings + operators + indexes)
  func expressions(text: String, tree: String) { #expect(dumpText(text) == tree) }

  @Test("reads", arguments: calls + lambdas + statements)
  func programs(text: String, tree: String) { #expect(dumpText(text) == tree) }

  @Test func aLeadingPipeContinuesFromTheLastValue() {
    #expect(dumpText("| len", variables: ["_"]) == "(| _ (call#0 len))")
    #expect(!parseText("| len").diagnostics.isEmpty)
  }
}
