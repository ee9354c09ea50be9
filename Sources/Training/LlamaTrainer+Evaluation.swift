import Kernels

extension LlamaTrainer {
  /// The negative log-likelihood of documents that were held out.
  public struct Evaluation: Sendable, Equatable {
    /// Tokens foreseen: each document's, and its end.
    public let tokens: Int
    /// The sum over them.
    public let nats: Double
    public var natsPerToken: Double { tokens > 0 ? nats / Double(tokens) : 0 }
  }

  /// The likelihood of each document alone, ends included; longer ones are cut at the context.
  ///
  /// - Returns: sums, in the documents' order.
  public func evaluate(_ documents: [[Int32]]) throws(TrainingError) -> Evaluation {
    var (tokens, nats) = (0, 0.0)
    var (inputs, targets, starts): ([Int32], [Int32], [Int]) = ([], [], [0])
    func flush() throws(TrainingError) {
      if inputs.isEmpty { return }
      do { try Cancellation.check() } catch { throw .interrupted(error) }
      let batch = PackedBatch(inputs: inputs, targets: targets, starts: starts)
      try TrainingError.translating { () throws(KernelError) in
        let state = try network.forward(batch)
        try TrainingKernels.crossEntropyGradient(
          logits: state.logits.view, targets: batch.targets, scale: 1, losses: state.losses.view,
          width: shape.vocabulary)
        for loss in state.losses.view { nats += Double(loss) }
      }
      tokens += inputs.count
      (inputs, targets, starts) = ([], [], [0])
    }
    for document in documents {
      if let id = document.first(where: { $0 < 0 || Int($0) >= shape.vocabulary }) {
        throw .idOutsideVocabulary(id: id, size: shape.vocabulary)
      }
      let row = ([markerID] + document).prefix(shape.context)
      inputs += row
      targets += (document + [markerID]).prefix(row.count)
      starts.append(inputs.count)
      if inputs.count >= 1024 { try flush() }
    }
    try flush()
    return Evaluation(tokens: tokens, nats: nats)
  }
}
