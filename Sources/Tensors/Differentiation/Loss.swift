/// How far predictions are from targets: one number, the mean over rows or elements.
public enum Loss: String, Sendable, CaseIterable {
  /// Logits `[…, classes]` and ids `[…]`, in nats.
  case crossEntropy = "cross_entropy"
  /// Logits `[…, classes]` and probabilities of the same shape: Σ t (log t - log softmax), in nats.
  case divergence = "kl_divergence"
  /// Logits and probabilities of one shape, each of its own: softplus(x) - t x, in nats.
  case binaryCrossEntropy = "binary_cross_entropy"
  /// (x - t)².
  case squaredError = "squared_error"
  /// |x - t|.
  case absoluteError = "absolute_error"

  /// The mean loss, of no axes.
  ///
  /// - Throws: ``TensorError/shapeMismatch(operation:left:right:)`` for targets of another shape.
  public func mean(_ predictions: Variable, targets: Tensor) throws(TensorError) -> Variable {
    if self == .crossEntropy { return try predictions.crossEntropy(targets).mean() }
    guard predictions.shape == targets.shape else {
      throw .shapeMismatch(operation: rawValue, left: predictions.shape, right: targets.shape)
    }
    let t = Variable(constant: try targets.cast(to: predictions.elementType))
    switch self {
    case .crossEntropy, .squaredError:
      let difference = try predictions - t
      return try (difference * difference).mean()
    case .absoluteError: return try (predictions - t).abs().mean()
    case .binaryCrossEntropy:
      return try (predictions.activated(.softplus) - t * predictions).mean()
    case .divergence:
      // Where t is 0 the term is 0, and so is its logarithm's share.
      let isThere = try t.value.compared(.greater, 0)
      let logarithm = try Tensor.choose(
        isThere, .apply(.log, t.value), .zeros([], t.elementType))
      let terms = try t * (Variable(constant: logarithm) - predictions.logSoftmax())
      return try terms.sum(axes: [-1]).mean()
    }
  }

  /// The loss and its gradient with regard to the predictions.
  public func gradient(_ predictions: Tensor, targets: Tensor) throws(TensorError)
    -> (loss: Tensor, gradient: Tensor)
  {
    let tape = Tape()
    let variable = try tape.variable(predictions)
    let loss = try mean(variable, targets: targets)
    let gradient = try tape.gradients(of: loss, with: [variable])[0]
    guard let gradient else {
      return (loss.value, try .zeros(predictions.shape, predictions.elementType))
    }
    return (loss.value, gradient)
  }
}

extension Tensor {
  /// The slopes of a function of this tensor's elements by central differences, in f64: a check of
  /// gradients, not a way to train.
  ///
  /// - Complexity: two calls an element.
  public func centralDifferences(step: Double, of function: (Tensor) throws -> Double) throws
    -> Tensor
  {
    var values = doubles
    var slopes: [Double] = []
    slopes.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      values[index] = value + step
      let above = try function(Tensor(values, shape: shape))
      values[index] = value - step
      let below = try function(Tensor(values, shape: shape))
      values[index] = value
      slopes.append((above - below) / (2 * step))
    }
    return try Tensor(slopes, shape: shape)
  }
}
