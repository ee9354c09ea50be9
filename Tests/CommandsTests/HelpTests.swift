import Commands
import Language
import Testing

@Suite("help and describe") struct HelpTests {
  @Test func overviewNamesEveryFamily() {
    let text = shown("help")
    #expect(text.hasPrefix("Commands over typed values, joined by pipes."))
    for declaration in TesseraCommands.registry.declarations {
      let last = declaration.name.split(separator: ".").last.map(String.init) ?? ""
      #expect(text.contains(last), "\(declaration.name)")
    }
    #expect(text.split(separator: "\n").allSatisfy { TextWidth.columns(of: $0) <= 88 })
  }

  @Test("every command has help", arguments: TesseraCommands.registry.names)
  func command(name: String) throws {
    let declaration = try #require(TesseraCommands.registry.declaration(name))
    let text = shown("help \"\(name)\"")
    #expect(text.hasPrefix(name))
    for parameter in declaration.parameters { #expect(text.contains(parameter.name)) }
    for example in declaration.examples {
      #expect(text.contains(example.source.split(separator: "\n").first ?? ""))
    }
  }

  @Test func familiesAndSearches() {
    let tensors = shown("help tensor")
    #expect(tensors.contains("tensor.softmax"))
    #expect(!tensors.contains("plot.line"))
    #expect(shown("help gaussian").hasPrefix("tensor.normal"))
    #expect(shown("help tensor.softmax").hasPrefix("tensor.softmax tensor [axis=…]"))
    #expect(shown("fn f(x) { x }\nhelp f") == "fn f(x) { x }")
    #expect(shown(#"help "sweep""#).hasPrefix("sweep a="))
  }

  @Test func unknownTopics() {
    let session = Session(registry: TesseraCommands.registry)
    #expect(throws: Diagnostic.self) { try session.run("help sumarize", output: OutputBuffer()) }
    do {
      try session.run("help sumarize", output: OutputBuffer())
    } catch {
      #expect(error.code == "E0311")
      #expect(error.message == "help knows nothing of 'sumarize'")
      #expect(error.hint == "did you mean 'summarize'?")
    }
  }

  @Test(
    "describe",
    arguments: [
      (
        #"describe "héllo wörld""#, #"{type: "string", scalars: 11, bytes: 13, lines: 1, words: 2}"#
      ),
      ("describe null", #"{type: "null"}"#), ("describe []", #"{type: "list", items: 0}"#),
      (#"describe [1, "a"]"#, #"{type: "list", items: 2, of: "integer, string"}"#),
      ("describe 1..5", #"{type: "range", from: 1, to: 5, items: 5}"#),
      ("describe {a: 1}", #"{type: "record", fields: 1, a: "integer"}"#),
      (
        "describe (tensor.ones [2, 2])",
        "type          \"tensor\"\nelement_type  \"f32\"\nshape         [2, 2]\nelements      4\nbytes         16\nmin           1.0\nmean          1.0\nmax           1.0\nstd           0.0"
      ),
      ("describe(fn_of(2))", "error[E0102]: there is no command 'fn_of'"),
    ])
  func describe(script: String, expected: String) { #expect(shown(script) == expected) }
}
