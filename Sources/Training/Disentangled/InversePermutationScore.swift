import Kernels

/// How well answers were found.
public struct InversePermutationScore: Sendable, Equatable {
  /// The mean squared error of an element.
  public let squaredError: Double
  /// The share of elements on the right side of 1/2.
  public let accuracy: Double
  /// The greatest error of an answer that can be known where it is read; 0 where none can.
  public let solvableError: Double
  /// The share of answers whose elements are all within 10⁻⁶, those by luck among them.
  public let solvedShare: Double

  /// - Parameter answers: for each example row after row, `[n, n]`.
  init(
    _ answers: [[Double]], of examples: [InversePermutationExample],
    _ layout: InversePermutationLayout
  ) {
    let size = layout.size
    var (squares, right, solved, worst) = (0.0, 0, 0, 0.0)
    for (answer, example) in zip(answers, examples) {
      let targets = example.targets
      for j in 0..<size {
        var greatest = 0.0
        for index in j * size..<(j + 1) * size {
          let error = answer[index] - targets[index]
          squares += error * error
          greatest = max(greatest, abs(error))
          if (answer[index] > 0.5) == example.string[index] { right += 1 }
        }
        if greatest <= 1e-6 { solved += 1 }
        if layout.isSolvable(j, under: example.permutation) { worst = max(worst, greatest) }
      }
    }
    let answered = Double(max(examples.count * size, 1))
    squaredError = squares / (answered * Double(size))
    accuracy = Double(right) / (answered * Double(size))
    solvedShare = Double(solved) / answered
    solvableError = worst
  }

  /// Of a transformer in f64, read where the layout says.
  public init(
    _ transformer: DisentangledTransformer, on examples: [InversePermutationExample],
    _ layout: InversePermutationLayout
  ) throws(TrainingError) {
    guard transformer.rows == layout.rows, transformer.contentWidth == layout.size,
      transformer.outputs == layout.size
    else {
      throw .setting(
        name: "the transformer's rows", value: transformer.rows,
        reason: "must be \(layout.rows), of \(layout.size) columns as its answers")
    }
    var answers: [[Double]] = []
    for example in examples {
      do { try Cancellation.check() } catch { throw .interrupted(error) }
      let rows = try transformer(example.content(layout))
      answers.append(layout.readRows.flatMap { rows[$0] })
    }
    self.init(answers, of: examples, layout)
  }
}
