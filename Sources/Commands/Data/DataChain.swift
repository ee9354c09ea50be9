import Language
import Training

/// `data.chain`: arithmetic worked from left to right.
struct DataChain: Command {
  static let name = "data.chain"
  static let summary =
    "Draw chains of arithmetic to be worked from left to right, with their steps and answers."
  static let searchWords = ["arithmetic", "chain of thought", "reasoning", "rlvr", "generate"]
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.chain(n=2, steps=[3, 4], seed=1) | map (r -> r.problem)",
      shows: #"["1+1+4-6?", "6+8-2*3+5?"]"#),
    Example(
      "data.chain(n=1, steps=3, seed=1) | map (r -> r.steps)", shows: #"["1+1=2;2+4=6;6-6=0;A:0"]"#),
    Example(
      "data.chain(n=1, steps=3, modulus=7, seed=1) | map (r -> r.problem)",
      shows: #"["1+1+4-9 mod 7?"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let steps = Option<[Int]>(
    "The numbers of operations, 1 to 64, which problems take in turn.", default: [3, 4, 5, 6])
  let operations = Option<[ArithmeticOperation]>(
    "What is drawn from; numbers are divided only where it comes out even.",
    default: [.add, .subtract, .multiply])
  let operands = Option<[Int]>(
    "What first numbers and operands are drawn from, each 0 to 99.", default: Array(1...9))
  let largest = Option("No value is below 0 or above this.", default: 99, in: 1...999)
  let modulus = Option<Int?>("Reduces the result of every step.", in: 2...999)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try ChainWorld(
      seed: call.worldSeed(try call[seed], Self.name), steps: try call[steps],
      operations: try call[operations], operands: try call[operands], largest: try call[largest],
      modulus: try call[modulus])
    return try call.rows(world, try call[n])
  }
}

/// What `data.arithmetic` draws.
enum ArithmeticForm: String, WordParameter {
  case expression, addition
}

/// `data.arithmetic`: arithmetic with its steps in sentences.
struct DataArithmetic: Command {
  static let name = "data.arithmetic"
  static let summary =
    "Draw expressions or additions in columns, with their steps in plain or paraphrased sentences."
  static let searchWords = [
    "chain of thought", "scratchpad", "carry", "sums", "paraphrase", "generate",
  ]
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.arithmetic(n=1, operations=3, seed=1) | map (r -> r.expression)",
      shows: #"["41+42-19-45"]"#),
    Example(
      "data.arithmetic(n=1, operations=3, seed=1) | map (r -> r.steps)",
      shows: #"["41+42=83. 83-19=64. 64-45=19. The answer is 19."]"#),
    Example(
      "(data.arithmetic(n=1, kind=addition, digits=2, seed=1) | first).steps",
      shows: "7+2=9, write 9, carry 0. 2+8=10, write 10. The answer is 109."),
  ]

  let kind = Option<ArithmeticForm>(
    "Expressions with parentheses, or two numbers added column by column.", default: .expression)
  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let operations = Option<[Int]>(
    "The numbers of operations of an expression, 1 to 32, which problems take in turn.",
    default: [2, 3, 4])
  let of = Option<[ArithmeticOperation]>(
    "What operations of an expression are drawn from.", default: [.add, .subtract, .multiply])
  let largest = Option(
    "No value in an expression is below 0 or above this.", default: 99, in: 1...9999)
  let digits = Option<[Int]>(
    "The digits of both numbers of an addition, 1 to 17, which problems take in turn.",
    default: [2, 3, 4])
  let paraphrase = Option("The share of sentences put in other words.", default: 0, in: 0.0...1.0)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let kind: ArithmeticWorld.Kind =
      switch try call[kind] {
      case .expression:
        .expression(
          operations: try call[operations], of: try call[of], largest: try call[largest])
      case .addition: .addition(digits: try call[digits])
      }
    let world = try ArithmeticWorld(
      seed: call.worldSeed(try call[seed], Self.name), kind: kind,
      paraphrase: try call[paraphrase])
    return try call.rows(world, try call[n])
  }
}

/// `data.countdown`: numbers, a target and a way to it.
struct DataCountdown: Command {
  static let name = "data.countdown"
  static let summary =
    "Draw numbers and a target that can be made of all of them by + - * /, with one way to do it."
  static let searchWords = ["arithmetic", "puzzle", "24 game", "reasoning", "rlvr", "generate"]
  static let isRandom = true
  static let result = ValueType.table
  static let examples = [
    Example(
      "data.countdown(n=2, seed=1) | map (r -> r.problem)",
      shows: #"["7 2 15: 44?", "9 17 12: 96?"]"#),
    Example(
      "data.countdown(n=2, seed=1) | map (r -> r.expression)", shows: #"["2*(7+15)", "12*(17-9)"]"#),
  ]

  let n = Option("How many problems.", default: 100, in: 0...1_000_000)
  let numbers = Option<[Int]>(
    "How many numbers there are, 2 to 5, which problems take in turn.", default: [3])
  let largest = Option("Numbers are from 1 to this.", default: 20, in: 1...100)
  let target = Option("Targets are from 1 to this.", default: 100, in: 1...10_000)
  let seed = Option<Int?>("Names the random stream; drawn from the notebook's seed where absent.")

  func run(_ call: Call) throws -> Value {
    let world = try CountdownWorld(
      seed: call.worldSeed(try call[seed], Self.name), counts: try call[numbers],
      largest: try call[largest], largestTarget: try call[target])
    return try call.rows(world, try call[n])
  }
}
