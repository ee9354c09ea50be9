import Tensors

/// Puts arithmetic into sentences, plain or paraphrased.
struct ArithmeticWriter {
  /// The share of sentences that are paraphrased.
  let paraphrase: Double
  var stream: RandomStream

  init(paraphrase: Double, stream: RandomStream) {
    (self.paraphrase, self.stream) = (paraphrase, stream)
  }

  /// The plain sentence or one of the others.
  private mutating func sentence(_ plain: String, _ others: [String]) -> String {
    // Both are drawn whatever comes of it, so that a larger share keeps the paraphrases of a smaller.
    let (chance, other) = (stream.uniform(), stream.int(below: others.count))
    return chance < paraphrase ? others[other] : plain
  }

  mutating func question(_ expression: ArithmeticExpression) -> String {
    let text = expression.text(keepsGrouping: true)
    return sentence(
      "\(text)=?",
      [
        "What is \(text)?", "Compute \(text).", "How much is \(text)?", "Work out \(text).",
        "Find the value of \(text).",
      ])
  }

  /// One sentence for each operation, the leftmost that can be done first, then the answer.
  mutating func steps(of expression: ArithmeticExpression) -> String {
    var sentences: [String] = []
    var rest = expression
    while let (step, smaller) = rest.reduced {
      sentences.append(equation(step.left, step.operation, step.right, step.result))
      rest = smaller
    }
    return (sentences + [answer(rest.integer ?? 0)]).joined(separator: " ")
  }

  private mutating func equation(
    _ a: Int, _ operation: ArithmeticOperation, _ b: Int, _ result: Int
  ) -> String {
    let others =
      switch operation {
      case .add:
        [
          "\(a) plus \(b) is \(result).", "Adding \(b) to \(a) gives \(result).",
          "The sum of \(a) and \(b) is \(result).",
        ]
      case .subtract:
        [
          "\(a) minus \(b) is \(result).", "Taking \(b) from \(a) leaves \(result).",
          "The difference of \(a) and \(b) is \(result).",
        ]
      case .multiply:
        [
          "\(a) times \(b) is \(result).", "Multiplying \(a) by \(b) gives \(result).",
          "The product of \(a) and \(b) is \(result).",
        ]
      case .divide:
        [
          "\(a) divided by \(b) is \(result).", "Dividing \(a) by \(b) gives \(result).",
          "The quotient of \(a) and \(b) is \(result).",
        ]
      }
    return sentence("\(a)\(operation.symbol)\(b)=\(result).", others)
  }

  /// One sentence for each column from the right, with its carry, then the answer.
  mutating func columns(_ a: Int, _ b: Int) -> String {
    var sentences: [String] = []
    var (left, right, carry) = (a, b, 0)
    repeat {
      let parts = [left % 10, right % 10] + (carry > 0 ? [carry] : [])
      let sum = parts.reduce(0, +)
      (left, right) = (left / 10, right / 10)
      let isLast = left == 0 && right == 0
      carry = sum / 10
      let written = isLast ? sum : sum % 10
      let texts = parts.map(String.init)
      let rest = isLast ? "" : carry > 0 ? " and carry \(carry)" : " and carry nothing"
      sentences.append(
        sentence(
          "\(texts.joined(separator: "+"))=\(sum), write \(written)"
            + (isLast ? "." : ", carry \(carry)."),
          [
            "\(texts.joined(separator: " plus ")) is \(sum): write \(written)\(rest).",
            "The column of \(texts.joined(separator: " and ")) makes \(sum), so write \(written)\(rest).",
          ]))
      if isLast { break }
    } while true
    return (sentences + [answer(a + b)]).joined(separator: " ")
  }

  private mutating func answer(_ answer: Int) -> String {
    sentence(
      "The answer is \(answer).",
      ["The result is \(answer).", "That makes \(answer).", "So we get \(answer)."])
  }
}

extension ArithmeticExpression {
  /// One operation on two numbers, and what it gives.
  typealias Step = (left: Int, operation: ArithmeticOperation, right: Int, result: Int)

  /// The leftmost operation on two numbers, and the expression with its result in its place; nil for
  /// a number, and where the result is not whole.
  var reduced: (step: Step, rest: ArithmeticExpression)? {
    guard case .operation(let operation, let left, let right) = self else { return nil }
    if case .number(let a) = left, case .number(let b) = right {
      guard let result = operation.applied(a, b) else { return nil }
      return ((a, operation, b, result), .number(result))
    }
    if let (step, rest) = left.reduced { return (step, .operation(operation, rest, right)) }
    if let (step, rest) = right.reduced { return (step, .operation(operation, left, rest)) }
    return nil
  }
}
