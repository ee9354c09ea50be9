import Tensors

/// How the states of a text's tokens become one vector.
public enum TextPooling: String, Sendable, CaseIterable {
  /// The mean of all tokens.
  case mean
  /// The first token's state.
  case first
  /// In each place the greatest number of all tokens.
  case max
  /// tanh(W · first + b), where the network has such a matrix (BERT).
  case pooler
}

extension Variable {
  /// Rows divided by their lengths; rows of zeros stay.
  public func unitRows() throws(TensorError) -> Variable {
    let lengths = try (self * self).sum(axes: [1], keepingAxes: true).squareRoot()
    return try self / lengths.maximum(1e-12)
  }
}

extension TokenState {
  /// One row a sequence, `[sequences, width]`; gradients go through it. ``TextPooling/pooler`` takes the first
  /// state, which its matrix is still to be applied to.
  ///
  /// - Throws: ``ModelError/noTokens(operation:)`` where a sequence has none.
  public func pooled(_ pooling: TextPooling) throws(ModelError) -> Variable {
    var rows: [Variable] = []
    for range in sequences {
      if range.isEmpty { throw .noTokens(operation: "the embedding of a text") }
      do throws(TensorError) {
        let own = try x.indexed([.range(start: range.lowerBound, end: range.upperBound)])
        switch pooling {
        case .mean: rows.append(try own.mean(axes: [0], keepingAxes: true))
        case .max: rows.append(try own.greatest(axes: [0], keepingAxes: true))
        case .first, .pooler: rows.append(try own.indexed([.range(start: 0, end: 1)]))
        }
      } catch { throw ModelError(cause: error) }
    }
    if rows.isEmpty { throw .noTokens(operation: "the embedding of a text") }
    do throws(TensorError) { return try Variable.concatenated(rows) } catch {
      throw ModelError(cause: error)
    }
  }
}
