import Tensors

/// The last tokens of an example are foreseen at given rows of those before them.
///
/// Unlike next tokens, an answer need not be the input that follows its row.
struct PlacedAnswers: TokenObjective {
  /// One an answer, ascending, counted from the sequence's first row.
  let rows: Range<Int>

  var settings: [TrainingSetting] {
    [.init("objective", "placed_answers"), .init("rows", rows)]
  }

  /// - Throws: ``TrainingError/tooLittleData(tokens:needed:)`` for an example without all its rows.
  func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    var (inputs, wanted, targets): ([[Int32]], [Int32], [Int32]) = ([], [], [])
    var first = 0
    for example in batch {
      try example.check(least: rows.upperBound + rows.count)
      let input = Array(example.ids.dropLast(rows.count))
      inputs.append(input)
      wanted += rows.map { Int32(truncatingIfNeeded: first + $0) }
      targets += example.ids.suffix(rows.count)
      first += input.count
    }
    return TokenTask(
      inputs: inputs, rows: wanted, targets: targets,
      weights: [Float](repeating: 1, count: wanted.count))
  }

  func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    try scores.crossEntropy(task.targetIDs())
  }
}
