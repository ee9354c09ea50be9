import Kernels
import Models
import Tensors

extension LlamaTrainer {
  /// The negative log-likelihood of documents that were held out.
  public struct Evaluation: Sendable, Equatable {
    /// Tokens foreseen: each document's, and its end.
    public let tokens: Int
    /// The sum over them.
    public let nats: Double
    public var natsPerToken: Double { tokens > 0 ? nats / Double(tokens) : 0 }
  }

  /// The likelihood of documents and their ends, each alone; one that is longer than the context is cut
  /// into windows, as in training.
  public func evaluate(_ documents: [[Int32]]) throws(TrainingError) -> Evaluation {
    var (tokens, nats) = (0, 0.0)
    var group: [PackedBatch.Window] = []
    var rows = 0
    func flush() throws(TrainingError) {
      if group.isEmpty { return }
      do { try Cancellation.check() } catch { throw .interrupted(error) }
      let batch = PackedBatch(group)
      try TrainingError.translating { () throws(KernelError) in
        let state = try network.states(batch)
        try network.losses(state, batch, scale: 1)
        for loss in state.losses.view { nats += Double(loss) }
      }
      tokens += rows
      (group, rows) = ([], 0)
    }
    for document in documents {
      try shape.check(ids: document)
      for window in PackedBatch.windows(of: document, marker: markerID, context: shape.context) {
        group.append(window)
        rows += window.inputs.count
        if rows >= 1024 { try flush() }
      }
    }
    try flush()
    return Evaluation(tokens: tokens, nats: nats)
  }

  /// Rounds the parameters to what a file of 16-bit floats will hold, so that what is measured is
  /// what is saved.
  public func roundParametersToHalf() {
    for index in network.parameters.view.indices {
      network.parameters.view[index] = HalfPrecision.float(
        fromBinary16: SafetensorsWriter.binary16(network.parameters.view[index]))
    }
  }
}
