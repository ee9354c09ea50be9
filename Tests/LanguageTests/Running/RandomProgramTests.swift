import Kernels
import Language
import Testing

/// A small generator for tests; the product's own random numbers are not needed here.
struct TestGenerator {
  private var state: UInt64
  init(_ seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
  mutating func pick<T>(_ items: [T]) -> T { items[below(items.count)] }
}

/// Writes programs that are well formed and mostly wrong.
struct ProgramWriter {
  var random: TestGenerator
  private let names = ["a", "b", "xs", "r", "f", "n"]

  init(seed: Int) { random = TestGenerator(seed) }

  mutating func program() -> String {
    // Names are bound first, so that programs get past the check of names.
    var lines = [
      "a = 1", "b = 2.5", "xs = [1, 2, 3]", "r = {p: 1, q: [1, 2]}", "f = x -> x", "n = 3",
    ]
    for _ in 0..<(1 + random.below(8)) { lines.append(statement(3)) }
    return lines.joined(separator: "\n")
  }

  private mutating func statement(_ depth: Int) -> String {
    switch random.below(depth > 0 ? 14 : 5) {
    case 0, 1: return "\(random.pick(names)) = \(expression(depth))"
    case 2: return "xs[\(expression(1))] = \(expression(1))"
    case 3: return "(\(expression(depth)))"
    case 4: return "n \(random.pick(["+=", "-=", "*=", "/="])) \(expression(1))"
    case 5: return "for i in \(expression(1)) { \(statement(depth - 1)) }"
    case 6:
      return "if \(expression(1)) { \(statement(depth - 1)) } else { \(statement(depth - 1)) }"
    case 7: return "try { \(statement(depth - 1)) } catch e { e.message }"
    case 8: return "sweep s=\(expression(1)) { \(statement(depth - 1)) }"
    case 9: return "fn g(x, y = \(expression(0))) { \(statement(depth - 1)) }\ng(\(expression(1)))"
    case 10: return "\(expression(1)) | map (x -> \(expression(1))) | len"
    case 11: return "{p, q} = \(expression(1))"
    case 12: return "r.p = \(expression(1))"
    default: return "print (\(expression(1)))"
    }
  }

  private mutating func expression(_ depth: Int) -> String {
    if depth <= 0 { return leaf() }
    switch random.below(14) {
    case 0...3: return leaf()
    case 4, 5:
      let operation = random.pick([
        "+", "-", "*", "/", "//", "%", "**", "==", "<", "in", "not in", "and", "or", "@", "..",
      ])
      return "(\(expression(depth - 1)) \(operation) \(expression(depth - 1)))"
    case 6: return "[\(expression(depth - 1)), \(expression(depth - 1))]"
    case 7: return "{p: \(expression(depth - 1)), q: \(expression(depth - 1))}"
    case 8: return "(\(expression(depth - 1)))[\(expression(depth - 1))]"
    case 9: return "(\(expression(depth - 1)))[\(leaf())..\(leaf())]"
    case 10: return "(\(expression(depth - 1))).\(random.pick(["p", "q", "shape", "zzz"]))"
    case 11: return "f(\(expression(depth - 1)))"
    case 12: return "\"t${\(expression(depth - 1))}\""
    default: return "-(\(expression(depth - 1)))"
    }
  }

  private mutating func leaf() -> String {
    switch random.below(9) {
    case 0: "\(random.below(7) - 3)".replacing("-", with: "0 - ")
    case 1: random.pick(["0", "1", "2", "-1", "9223372036854775807", "63"])
    case 2: random.pick(["1.5", "1e300", "0.0"])
    case 3: random.pick(["true", "false", "null"])
    case 4: random.pick([#""x""#, #""""#, #""héllo""#])
    case 5: random.pick(["[]", "{}", "1..3", "[[1, 2], [3, 4]]", "0..<0"])
    default: random.pick(names)
    }
  }
}

@Suite("Random programs") struct RandomProgramTests {
  @Test("run to an end or to an error with a code and a place", arguments: 0..<40)
  func run(block: Int) {
    InterpreterThread.run {
      for index in 0..<50 {
        var writer = ProgramWriter(seed: block * 1000 + index)
        let program = writer.program()
        let session = Session(registry: TestCommands.registry)
        let cell = session.check(SourceText(program))
        for error in cell.errors {
          #expect(error.code.hasPrefix("E") && error.span != nil, "\(program)")
        }
        guard cell.errors.isEmpty else { continue }
        do throws(Diagnostic) {
          try session.run(cell, output: OutputBuffer())
        } catch {
          #expect(error.code.hasPrefix("E") && error.code != "E0000", "\(error)\n\(program)")
          #expect(error.span != nil, "\(program)")
          #expect(!error.message.isEmpty)
        }
      }
    }
  }
}
