import Testing
import Training

@testable import Commands
@testable import Language

@Suite("Commands of generated worlds") struct WorldCommandTests {
  @Test(
    "every row's own answer is right, and no answer is not",
    arguments: [
      "data.arithmetic(n=20, paraphrase=0.5)", "data.arithmetic(n=20, kind=addition)",
      "data.chain(n=20, modulus=5)", "data.countdown(n=20, numbers=[3, 4])", "data.lists(n=40)",
      "data.graph(n=12, kind=[candidates, reachable, path])",
      "data.sudoku(n=4, side=4, givens=6)",
      "data.sudoku(n=4, side=5, boxes=false, givens=0, unique=false)",
      #"data.cipher(["Abc, x!", "def"], n=5)"#, "data.lookup(n=20)", "data.permute(n=20)",
    ])
  func accepted(source: String) throws {
    let world = try #require(source.split(separator: "(").first).dropFirst(5)
    #expect(shown("\(source) | data.check \(world) | all (r -> r.right)") == "true")
    #expect(
      shown(
        "rows = \(source); data.check(\(world), rows, map(rows, r -> null)) | any (r -> r.right)")
        == "false")
  }

  @Test("there is a data command for every world, which draws what the library draws")
  func library() throws {
    for kind in WorldKind.allCases {
      #expect(TesseraCommands.registry.declaration("data.\(kind.rawValue)") != nil)
    }
    let problems = try ChainWorld(seed: 7, steps: [2, 5]).problems(3)
    let steps = problems.map { "\"\($0.steps)\"" }.joined(separator: ", ")
    #expect(
      shown(
        "drawn = data.chain(n=3, steps=[2, 5], seed=7) | map (r -> r.steps); drawn == [\(steps)]")
        == "true")
  }

  @Test("lists and numbers are answers too")
  func answers() {
    #expect(
      shown(
        """
        g = {kind: "path", nodes: 3, edges: [[0, 1], [1, 2]], root: 0, candidates: [2]}
        data.check(graph, [g], [[0, 1, 2]]) | map (r -> [r.given, r.right])
        """) == #"[["0 1 2", true]]"#)
    #expect(
      shown(
        """
        l = {task: "reverse", items: ["A", "B"], index: null, item: null}
        data.check(lists, [l], [["B", "A"]]) | map (r -> [r.given, r.right])
        """) == #"[["B, A", true]]"#)
    #expect(
      shown(#"data.check(arithmetic, [{expression: "2*3"}], [6]) | map (r -> r.right)"#)
        == "[true]")
  }

  @Test("verdicts stand behind what they are about, and no rows get none")
  func columns() {
    #expect(
      shown("data.chain(n=2, steps=3) | data.check chain | first | keys")
        == #"["problem", "given", "right", "reason", "wrong_at", "steps", "answer", "difficulty"]"#
    )
    #expect(shown("data.check(chain, data.chain(n=0), []) | len") == "0")
  }

  @Test(
    "what cannot be is refused",
    arguments: [
      (#"data.check(chain, [{a: 1}], ["x"])"#, "error[E0220]: there is no column 'problem'"),
      (
        #"data.check(chain, [{problem: 1}], ["x"])"#,
        "error[E0311]: row 0 is no problem of the world chain"
      ),
      (
        #"data.check(chain, [{problem: "1+1?"}], [])"#,
        "error[E0309]: problems and answers: the lengths differ, 1 and 0"
      ),
      ("data.chain steps=100", "error[E0695]: steps is 100, but it must be from 1 to 64"),
      ("data.sudoku(n=1, givens=20)", "error[E0695]: givens is 20, but it must be from 23 to 81"),
      (
        "data.split [1, 2] shares={}",
        "error[E0695]: the sum of the shares is 0.0, but it must be a number above 0"
      ),
      (#"data.split [1, 2] shares={a: "x"}"#, #"error[E0308]: "x" cannot be made a share"#),
      ("data.split [1, 2] by=x", "error[E0201]: data.split: 'data' wants a table, not a list"),
    ])
  func refused(script: String, error: String) {
    #expect(shown(script) == error)
  }

  @Test("a split keeps rows that are alike in the columns together, in tables of any size")
  func split() {
    #expect(
      shown(
        """
        rows = data.countdown(n=300, numbers=2, largest=4, seed=1)
        sides = data.split(rows, by=[numbers, target], shares={a: 1, b: 1})
        [len(sides.a) + len(sides.b), any(sides.a, r -> any(sides.b, q -> q.problem == r.problem))]
        """) == "[300, false]")
    #expect(
      shown(
        """
        words = map(range(200), i -> "w${i}")
        few = first(words, 50)
        held = data.split(words, seed=3).held_out
        data.split(reverse(few), seed=3).held_out == reverse(filter(held, w -> w in few))
        """) == "true")
  }
}
