import Models
import Tensors

/// Each token foresees what a teacher foresees behind it (G. Hinton et al., arXiv 1503.02531).
///
/// share · T² · Σ p (log p - log q) + (1 - share) · cross-entropy, with p and q the softmax of the teacher's
/// and the student's scores divided by T.
public struct Distillation: TokenObjective {
  public let teacher: any LanguageModel
  public var temperature: Double
  public var share: Double
  private let digest: String

  /// - Throws: ``TrainingError/wrongNumber(name:value:reason:)``, and what the teacher's file refuses.
  public init(teacher: any LanguageModel, temperature: Double = 1, share: Double = 1)
    throws(TrainingError)
  {
    guard temperature > 0, temperature.isFinite else {
      throw .wrongNumber(name: "temperature", value: temperature, reason: "must be above 0")
    }
    guard (0...1).contains(share) else {
      throw .wrongNumber(name: "share", value: share, reason: "must be from 0 to 1")
    }
    (self.teacher, self.temperature, self.share) = (teacher, temperature, share)
    do throws(ModelError) { digest = try teacher.digest() } catch {
      throw TrainingError(cause: error)
    }
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "distillation"), .init("teacher", digest),
      .init("temperature", temperature), .init("share", share),
    ]
  }

  public func task(for batch: [TokenExample], in context: LossContext) throws -> TokenTask {
    try NextToken.task(for: batch)
  }

  public func losses(_ scores: Variable, of task: TokenTask) throws -> Variable {
    let plain = try scores.crossEntropy(task.targetIDs())
    if share == 0 { return plain }
    var parts: [Tensor] = []
    for ids in task.inputs { parts.append(try teacher.logits(ids: ids)) }
    var known = try Tensor.concatenated(parts)
    if let rows = task.rows { known = try known.taking(rows.map(Int.init)) }
    guard known.shape == scores.shape else {
      throw TensorError.shapeMismatch(
        operation: "distillation", left: known.shape, right: scores.shape)
    }
    let p = Variable(constant: try known.cast(to: scores.elementType))
    let logP = try p.logSoftmax(temperature: temperature)
    let logQ = try scores.logSoftmax(temperature: temperature)
    let divergence = try (logP.exp() * (logP - logQ)).sum(axes: [-1])
    return try divergence * (share * temperature * temperature) + plain * (1 - share)
  }
}
