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
  func unitRows() throws(TensorError) -> Variable {
    let lengths = try (self * self).sum(axes: [1], keepingAxes: true).squareRoot()
    return try self / lengths.maximum(1e-12)
  }
}
