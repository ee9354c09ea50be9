import Language
import Testing

@testable import Notebooks

@Suite("Front matter") struct FrontMatterTests {
  private func read(_ text: String) throws -> FrontMatter {
    try FrontMatter(reading: text, firstLine: 2)
  }

  private func shown(_ value: Value?) -> String { value.map { "\($0)" } ?? "nil" }

  @Test("reads title, seed, parameters and tolerance, and lets the rest be")
  func fields() throws {
    let matter = try read(
      """
      title: "A: title"
      system: todre
      seed: 11
      params: {questions: 500, keep: 0.5, scale: full, deep: true, sizes: [1, 2], name: "4"}
      tolerance: {rel: 1e-4, abs: 0}
      """)
    #expect(matter.title == "A: title")
    #expect(matter.seed == 11)
    #expect(
      matter.parameters.map(\.name) == ["questions", "keep", "scale", "deep", "sizes", "name"])
    #expect(
      matter.parameters.map { shown($0.value) } == [
        "int(500)", "float(0.5)", "string(\"full\")", "bool(true)",
        "list([Language.Value.int(1), Language.Value.int(2)])", "string(\"4\")",
      ])
    #expect(matter.tolerance == Tolerance(relative: 1e-4, absolute: 0))
    #expect(try read("tolerance: 0.01").tolerance.relative == 0.01)
    #expect(try read("tolerance: 0").tolerance == Tolerance(relative: 0, absolute: 0))
  }

  @Test("nothing is declared by an empty text")
  func empty() throws {
    for text in ["", "# comment\n", "params:\n", "other: 1\n"] {
      #expect(try read(text).parameters.isEmpty)
    }
  }

  @Test(
    "what is wrong is named by its line",
    arguments: [
      ("a\n", 2, "it must be a mapping of names to values"),
      ("title: [a]", 2, "'title' must be a text"),
      ("\nseed: x", 3, "'seed' must be an integer"),
      ("seed: 1.5", 2, "'seed' must be an integer"),
      ("params: 3", 2, "'params' must be a mapping of names to defaults"),
      ("params:\n  a: {b: 1}", 3, "the parameter 'a' cannot be a mapping"),
      (
        "params:\n  a: [{b: 1}]", 3,
        "the parameter 'a' must be a number, a text, true, false, or a list"
      ),
      ("params:\n  a:", 3, "the parameter 'a' needs a default"),
      ("params:\n  1a: 1", 3, "'1a' is no name for a parameter"),
      ("params:\n  if: 1", 3, "'if' is no name for a parameter"),
      ("tolerance: -1", 2, "'tolerance' must be a number of 0 or more, or {rel: …, abs: …}"),
      ("tolerance: {x: 1}", 2, "'tolerance' holds 'rel' and 'abs' only"),
      ("a: 1\na: 2", 2, "'a' stands there twice"),
      ("a: [1", 3, "did not find expected ',' or ']'"),
      ("a: &x [1]\nb: *x", 2, "references (&name, *name) are not read here"),
    ])
  func wrong(text: String, line: Int, reason: String) {
    #expect(throws: NotebookError.frontMatter(line: line, reason: reason)) { try read(text) }
  }

  @Test("deep, long and self-referring texts are refused quickly")
  func hostile() throws {
    #expect(throws: NotebookError.self) {
      try read("a: " + String(repeating: "[", count: 50_000))
    }
    #expect(throws: NotebookError.self) {
      try read("a: " + String(repeating: "x", count: FrontMatter.sizeLimit))
    }
    #expect(throws: NotebookError.self) {
      try read(
        "a: &a [x, x]\n"
          + (0..<40).map { "b\($0): &b\($0) [*b\($0 - 1), *b\($0 - 1), *a]\n" }.joined())
    }
  }

  @Test("values are taken by the default's type")
  func types() throws {
    func value(_ text: String, _ example: Value) -> String {
      shown(try? NotebookParameter(name: "x", value: example).value(from: text))
    }
    #expect(value("12", .int(1)) == "int(12)")
    #expect(value("1.5", .int(1)) == "nil")
    #expect(value("x", .int(1)) == "nil")
    #expect(value("-2", .float(1)) == "float(-2.0)")
    #expect(value("0.25", .float(1)) == "float(0.25)")
    #expect(value("true", .bool(false)) == "bool(true)")
    #expect(value("yes", .bool(false)) == "nil")
    #expect(value("12", .string("")) == "string(\"12\")")
    #expect(
      value("[1, 2]", .list([.float(1)]))
        == "list([Language.Value.float(1.0), Language.Value.float(2.0)])")
    #expect(
      value("1, 2", .list([.int(1)])) == "list([Language.Value.int(1), Language.Value.int(2)])")
    #expect(value("a", .list([.int(1)])) == "nil")
    #expect(
      value("[a, 1]", .list([.string("")]))
        == "list([Language.Value.string(\"a\"), Language.Value.string(\"1\")])")
    #expect(throws: NotebookError.parameterType(name: "x", wanted: "an integer", given: "k")) {
      try NotebookParameter(name: "x", value: .int(1)).value(from: "k")
    }
  }

  @Test(
    "setting a parameter changes its value alone",
    arguments: [
      ("params: {a: 1, b: 2}  # c\nx: 1\n", "params: {a: 7, b: 2}  # c\nx: 1\n"),
      ("params:\n  a: 1   # why\n  b: 2\n", "params:\n  a: 7   # why\n  b: 2\n"),
      ("t: a\nparams:\r\n  a: 1\r\nz: 2\r\n", "t: a\nparams:\r\n  a: 7\r\nz: 2\r\n"),
      ("é: ü\nparams: {é: 1}\n", ""),
      ("params: {b: \"x # y\", a: 1}\n", "params: {b: \"x # y\", a: 7}\n"),
      ("params:\n  a: !!int 1\nz: 1\n", "params:\n  a: 7\nz: 1\n"),
    ])
  func setting(text: String, wanted: String) throws {
    if wanted.isEmpty {
      #expect(throws: NotebookError.self) { try read(text) }
      return
    }
    let editor = FrontMatterEditor(text: text, firstLine: 2)
    #expect(try editor.setting("a", to: .int(7), written: "7") == wanted)
  }

  @Test("every kind of value can be set, over every kind of old text")
  func everyKind() throws {
    let texts: [(String, Value)] = [
      ("plain", .string("x")), ("'it''s'", .string("x")), ("\"a\\\"b\"", .string("x")),
      ("|\n    two\n    lines", .string("x")), ("[1, 2]", .list([.int(1)])),
      ("\n    - 1\n    - 2", .list([.int(1)])), ("[a, \"]\", ']']", .list([.string("a")])),
      ("0.5", .float(1)), ("true", .bool(true)),
    ]
    let news: [Value] = [
      .string("plain"), .string("with blank"), .string("yes"), .string("1"), .string(""),
      .string("a\"b\\c\nd # {e}"), .string("é 😀"), .int(-3), .float(0.1), .float(1), .bool(false),
      .list([.string("a b"), .string("c")]), .list([]), .list([.float(1e-30)]),
    ]
    for (old, _) in texts {
      for new in news {
        let text = "title: t\nparams:\n  z: 1\n  a: \(old)\n  b: 2\nlast: [1, 2]\n"
        let result = try FrontMatterEditor(text: text, firstLine: 2)
          .setting("a", to: new, written: new.stringValue ?? FrontMatterEditor.literal(new))
        let matter = try read(result)
        #expect(matter.parameters.map(\.name) == ["z", "a", "b"])
        #expect(ValueArchive.bytes(of: matter.parameters[1].value) == ValueArchive.bytes(of: new))
        #expect(result.hasPrefix("title: t\nparams:\n  z: 1\n  a: "))
        #expect(result.hasSuffix("  b: 2\nlast: [1, 2]\n"))
      }
    }
  }

  @Test("the notebook around the front matter is kept")
  func inDocument() throws {
    var document = try NotebookDocument(
      reading: "\u{FEFF}---\nparams: {a: 1}\n---\ntext\n```tessera\na\n```\n")
    try document.setParameter("a", to: .int(5), written: "5")
    document.setOutput(OutputBlock(name: "c1", key: "k", body: "5\n"), ofCell: 0)
    #expect(
      document.text == "\u{FEFF}---\nparams: {a: 5}\n---\ntext\n```tessera\na\n```\n"
        + "```output c1 key=k\n5\n```\n")
    var plain = try NotebookDocument(reading: "text")
    #expect(throws: NotebookError.self) {
      try plain.setParameter("a", to: .int(5), written: "5")
    }
  }

  @Test("a rule at the top is no front matter")
  func rule() throws {
    let document = try NotebookDocument(reading: "---\ntext\n\n```tessera\n1\n```\n")
    #expect(document.problems.isEmpty)
    #expect(document.cells.count == 1)
  }
}
