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
    var (inputs, targets, starts): ([Int32], [Int32], [Int]) = ([], [], [0])
    func flush() throws(TrainingError) {
      if inputs.isEmpty { return }
      do { try Cancellation.check() } catch { throw .interrupted(error) }
      let batch = PackedBatch(inputs: inputs, targets: targets, starts: starts)
      try TrainingError.translating { () throws(KernelError) in
        let state = try network.states(batch)
        try network.losses(state, batch, scale: 1)
        for loss in state.losses.view { nats += Double(loss) }
      }
      tokens += inputs.count
      (inputs, targets, starts) = ([], [], [0])
    }
    for document in documents {
      if let id = document.first(where: { $0 < 0 || Int($0) >= shape.vocabulary }) {
        throw .idOutsideVocabulary(id: id, size: shape.vocabulary)
      }
      let row = [markerID] + document + [markerID]
      for start in stride(from: 0, to: row.count - 1, by: shape.context) {
        let end = min(start + shape.context, row.count - 1)
        inputs += row[start..<end]
        targets += row[start + 1..<end + 1]
        starts.append(inputs.count)
        if inputs.count >= 1024 { try flush() }
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
