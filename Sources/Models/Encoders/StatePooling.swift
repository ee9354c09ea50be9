import Tensors

/// Which state stands for a whole sequence.
public enum StatePooling: String, Sendable, CaseIterable {
  case last, mean
}

extension TokenState {
  /// One state a sequence, `[sequences, width]`; gradients go through it.
  public func pooled(_ pooling: StatePooling) throws(TensorError) -> Variable {
    switch pooling {
    case .last:
      let last = sequences.map { Int32(truncatingIfNeeded: $0.upperBound - 1) }
      return try x.rows(Tensor(last, shape: [last.count]))
    case .mean:
      var ids: [Int32] = []
      for (index, length) in lengths.enumerated() {
        ids += [Int32](repeating: Int32(truncatingIfNeeded: index), count: length)
      }
      return try x.segmented(
        .mean, by: Tensor(ids, shape: [ids.count]), segments: lengths.count)
    }
  }
}

extension NetworkDescription {
  /// The same network with scores of classes, by a matrix beside the blocks, in place of those of tokens.
  ///
  /// - Parameter isBidirectional: tokens see what is behind them too.
  public func classifying(_ classes: Int, isBidirectional: Bool) -> NetworkDescription {
    var network = isBidirectional ? bidirectional : self
    // Scores of tokens would be weights that nothing trains.
    network.head = nil
    network.dense.removeAll { $0.part == .classifier }
    network.dense.append(
      DenseDescription(.classifier, outputs: classes, inputs: network.width, hasBias: true))
    return network
  }
}
