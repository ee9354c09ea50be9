import Testing

@testable import Prompt

@Suite("What stands around the cursor") struct CompletionContextTests {
  typealias Place = CompletionContext.Place

  private func context(_ text: String) -> CompletionContext {
    CompletionContext(before: text) { ["train", "tokenizer.train", "map", "f"].contains($0) }
  }

  private static func argument(
    _ command: String, _ given: [String] = [], at position: Int = 0, piped: Bool = false
  ) -> Place {
    .argument(command: command, given: given, position: position, isPiped: piped)
  }

  static let cases: [(text: String, word: String, place: Place)] = [
    // The first word of a statement or stage.
    ("", "", .stage),
    ("tok", "tok", .stage),
    ("tokenizer.tr", "tokenizer.tr", .stage),
    ("x = tok", "tok", .stage),
    ("x =", "", .stage),
    ("x += tok", "tok", .stage),
    ("{a, b} = tok", "tok", .stage),
    ("x | tok", "tok", .stage),
    ("train x\ntok", "tok", .stage),
    ("train x; tok", "tok", .stage),
    ("if a { tok", "tok", .stage),
    ("return tok", "tok", .stage),
    ("map (x -> tok", "tok", .stage),
    ("train (tok", "tok", .stage),
    // Arguments.
    ("train ", "", argument("train")),
    ("train x ", "", argument("train", at: 1)),
    ("train x kind=bpe vo", "vo", argument("train", ["kind"], at: 1)),
    ("train [1, 2] \"a b\" (f x) v", "v", argument("train", at: 3)),
    ("x | train ", "", argument("train", piped: true)),
    ("y = x | train 1 v", "v", argument("train", at: 1, piped: true)),
    ("train(x, v", "v", argument("train", at: 1)),
    ("1 + train(x, kind=bpe, v", "v", argument("train", ["kind"], at: 2)),
    ("train x\n  | map ", "", argument("map", piped: true)),
    ("train \"a ${f(1)} b\" v", "v", argument("train", at: 1)),
    ("train 'it\\' v", "v", argument("train", at: 1)),
    // Values of named parameters.
    ("train x kind=", "", .parameterValue(command: "train", parameter: "kind")),
    ("train x kind=b", "b", .parameterValue(command: "train", parameter: "kind")),
    ("train(x, kind=b", "b", .parameterValue(command: "train", parameter: "kind")),
    // Expressions.
    ("x + y", "y", .operand),
    ("[a, b", "b", .operand),
    ("x == tok", "tok", .operand),
    ("{a: b", "b", .operand),
    ("if tok", "tok", .operand),
    ("for a in b", "b", .operand),
    // Texts.
    ("train \"a/b", "a/b", .text(quote: "\"")),
    ("train 'a b", "a b", .text(quote: "'")),
    ("train \"\"\"a\nb", "a\nb", .text(quote: "\"\"\"")),
    ("\"${x} and \\\" mo", "", .nothing),
    ("\"${tok", "tok", .operand),
    // Nothing to offer.
    ("train # wh", "", .nothing),
    ("12", "", .nothing),
    ("f(x).na", "", .nothing),
    ("x[0].na", "", .nothing),
  ]

  @Test("is told from the text before it", arguments: cases.indices)
  func places(index: Int) {
    let (text, word, place) = Self.cases[index]
    let found = context(text)
    #expect(found.place == place, "after \(text)")
    if place != .nothing {
      #expect(found.word == word, "after \(text)")
      #expect(found.start == text.utf8.count - word.utf8.count, "after \(text)")
    }
  }

  @Test("any text whatever is taken, cut anywhere")
  func anyText() {
    let texts =
      Self.cases.map(\.text) + ["\"${\"${", "}}])", "((((", "é = \"ü", "\\", "'''", "a..b.."]
    for first in texts {
      for second in texts {
        let text = first + second
        for end in text.indices {
          let found = context(String(text[..<end]))
          #expect(found.start <= text[..<end].utf8.count)
        }
      }
    }
  }
}
