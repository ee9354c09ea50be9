import Kernels
import Tensors

/// A Llama's parameters with AdamW's moments, and the one step that all its trainers take.
final class LlamaLearner {
  let network: LlamaNetwork
  private let firstMoments: FloatBuffer
  private let secondMoments: FloatBuffer
  /// Steps done.
  private(set) var step = 0

  /// Fresh parameters, drawn from `seed`.
  init(_ shape: LlamaShape, seed: UInt64) throws(TrainingError) {
    network = try LlamaNetwork(shape)
    let count = network.table.count
    (firstMoments, secondMoments) = try TrainingError.translating { () throws(KernelError) in
      (try FloatBuffer(count), try FloatBuffer(count))
    }
    network.table.initialize(
      network.parameters.view, stream: RandomStream(seed: seed, path: ["train.lm", "parameters"]))
  }

  /// Takes the state of a checkpoint of the same shape.
  func restore(_ checkpoint: LlamaTrainer.Checkpoint) throws(TrainingError) {
    for (name, values) in [
      ("parameters", checkpoint.parameters), ("first moments", checkpoint.firstMoments),
      ("second moments", checkpoint.secondMoments),
    ] where values.count != network.table.count {
      throw .resumeMismatch(
        setting: "the number of \(name)", saved: "\(values.count)", asked: "\(network.table.count)")
    }
    guard checkpoint.step >= 0, checkpoint.step <= 1 << 40 else {
      throw .setting(
        name: "the checkpoint's step", value: checkpoint.step, reason: "must be from 0 to 2^40")
    }
    network.parameters.values = checkpoint.parameters
    firstMoments.values = checkpoint.firstMoments
    secondMoments.values = checkpoint.secondMoments
    step = checkpoint.step
  }

  /// All that the next step needs to know, of a run over data with this digest.
  func checkpoint(_ settings: LlamaTrainer.Settings, data: String) -> LlamaTrainer.Checkpoint {
    LlamaTrainer.Checkpoint(
      shape: network.shape, settings: settings, step: step, data: data,
      parameters: network.parameters.values, firstMoments: firstMoments.values,
      secondMoments: secondMoments.values)
  }

  /// One step.
  ///
  /// - Throws: ``TrainingError/notFinite(step:loss:place:)`` with the parameters as they were
  ///   before the step; ``TrainingError/interrupted(_:)`` between two steps.
  func advance(on batch: PackedBatch, _ settings: LlamaTrainer.Settings) throws(TrainingError)
    -> LlamaTrainer.StepReport
  {
    do { try Cancellation.check() } catch { throw .interrupted(error) }
    let rate = settings.schedule.rate(at: step + 1)
    let (loss, norm) = try TrainingError.translating { () throws(KernelError) in
      let loss = try network.lossAndGradients(batch)
      guard loss.isFinite else { return (loss, Float.nan) }
      let norm = try settings.optimizer.apply(
        to: network, moments: (firstMoments, secondMoments), rate: rate, step: step + 1)
      return (loss, norm)
    }
    guard norm.isFinite else {
      throw .notFinite(step: step + 1, loss: loss, place: placeOfTrouble())
    }
    step += 1
    return LlamaTrainer.StepReport(step: step, loss: loss, gradientNorm: norm, rate: rate)
  }

  /// The first gradient that is not finite, or the largest.
  private func placeOfTrouble() -> String {
    for tensor in network.table.tensors {
      if let index = tensor.range.first(where: { !network.gradients.view[$0].isFinite }) {
        return "the gradient of \(tensor.name) at \(index - tensor.range.lowerBound)"
      }
    }
    return "the norm of the gradients"
  }
}
