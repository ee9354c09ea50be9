import Kernels
import Models

/// How far the predictions of one model are from another's, over the tokens of a text.
public struct ModelDivergence: Sendable, Equatable {
  /// KL(reference ‖ model) of the next token's distribution at each position, in nats.
  public let perPosition: [Double]
  /// The mean, and its standard error over positions (which are not independent: it is a lower bound).
  public let mean: Double
  public let standardError: Double
  public let largest: Double
  /// The share of positions where both have the same best token.
  public let agreement: Double
  /// The text's loss under both, in nats a token.
  public let referenceLoss: Double
  public let loss: Double

  /// - Throws: ``MeasureError/model(_:)`` for models of different vocabularies.
  /// - Complexity: two forward passes.
  public init(
    _ model: some LanguageModel, reference: some LanguageModel, ids: [Int32]
  ) throws(MeasureError) {
    guard model.vocabularySize == reference.vocabularySize else {
      throw .model(
        .input(
          reason: "'\(model.name)' scores \(model.vocabularySize) tokens, '\(reference.name)' "
            + "\(reference.vocabularySize): their predictions cannot be compared"))
    }
    let width = model.vocabularySize
    var divergences: [Double] = []
    var (losses, references): ([Double], [Double]) = ([], [])
    var same = 0
    do throws(ModelError) {
      guard ids.count > 1 else { throw .noTokens(operation: "a divergence") }
      try model.check(ids)
      try reference.check(ids)
      var (own, other) = (model.makeCache(), reference.makeCache())
      for start in stride(from: 0, to: ids.count - 1, by: 64) {
        let end = min(start + 64, ids.count - 1)
        let part = Array(ids[start..<end])
        let q = try model.logits(ids: part, cache: &own).floats
        let p = try reference.logits(ids: part, cache: &other).floats
        for row in 0..<part.count {
          let range = row * width..<(row + 1) * width
          guard let bestP = Rows.argmax(p[range]), let bestQ = Rows.argmax(q[range]) else {
            let name = Rows.argmax(q[range]) == nil ? model.name : reference.name
            throw .notANumber(model: name, position: start + row)
          }
          let (logP, logQ) = (Self.logSoftmax(p[range]), Self.logSoftmax(q[range]))
          var sum: [Double] = []
          sum.reserveCapacity(width)
          for (a, b) in zip(logP, logQ) { sum.append(ElementaryFunction.exp(a) * (a - b)) }
          divergences.append(max(Sums.sum(sum), 0))
          let target = Int(ids[start + row + 1])
          losses.append(-logQ[target])
          references.append(-logP[target])
          if bestP == bestQ { same += 1 }
        }
      }
    } catch { throw .model(error) }
    let count = Double(divergences.count)
    perPosition = divergences
    mean = Sums.sum(divergences) / count
    let center = mean
    let squares = Sums.sum(divergences.map { ($0 - center) * ($0 - center) })
    standardError = count > 1 ? (squares / (count - 1) / count).squareRoot() : 0
    largest = divergences.max() ?? 0
    agreement = Double(same) / count
    referenceLoss = Sums.sum(references) / count
    loss = Sums.sum(losses) / count
  }

  /// log p of each token, in f64.
  private static func logSoftmax(_ logits: ArraySlice<Float>) -> [Double] {
    let most = Double(logits.max() ?? 0)
    let exponentials = logits.map { ElementaryFunction.exp(Double($0) - most) }
    let total = ElementaryFunction.log(Sums.sum(exponentials))
    return logits.map { Double($0) - most - total }
  }
}
