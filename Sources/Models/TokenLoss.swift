import Kernels

/// The negative log-likelihood of single tokens.
public enum TokenLoss {
  /// -log softmax(row)[target] in nats, for row `row` of logits `[rows, vocabulary]`.
  ///
  /// - Parameter width: the vocabulary's size; by default `logits` is one row.
  public static func nats(_ logits: [Float], row: Int, target: Int32, width: Int? = nil)
    throws(ModelError) -> Float
  {
    do throws(KernelError) {
      return try Rows.negativeLogLikelihood(
        logits, row: row, width: width ?? logits.count, target: Int(target))
    } catch {
      throw .idOutsideVocabulary(
        id: target, position: row, size: width ?? logits.count)
    }
  }

  /// -log p(ids[i] | ids[..<i]) for i from `first` on, in nats.
  ///
  /// Scores are made tile by tile, so that memory does not grow with the text.
  /// - Parameter first: at least 1: the first token has nothing before it.
  /// - Returns: `ids.count - first` values.
  /// - Complexity: one forward pass.
  public static func nats(_ model: some LanguageModel, ids: [Int32], from first: Int = 1)
    throws(ModelError) -> [Float]
  {
    guard first >= 1, ids.count > first else {
      throw .noTokens(operation: "a negative log-likelihood")
    }
    try model.check(ids)
    var cache = model.makeCache()
    var losses: [Float] = []
    losses.reserveCapacity(ids.count - first)
    // What stands before the first scored token needs no scores but its last.
    if first > 1 { _ = try model.lastLogits(ids: Array(ids[..<(first - 1)]), cache: &cache) }
    var start = first - 1
    while start < ids.count - 1 {
      let end = min(start + 64, ids.count - 1)
      let logits = try model.logits(ids: Array(ids[start..<end]), cache: &cache).floats
      for position in start..<end {
        let loss = try nats(
          logits, row: position - start, target: ids[position + 1], width: model.vocabularySize)
        if loss.isNaN { throw .notANumber(model: model.name, position: position) }
        losses.append(loss)
      }
      start = end
    }
    return losses
  }
}
