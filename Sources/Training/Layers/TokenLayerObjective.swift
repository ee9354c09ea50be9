import Models
import Tensors

/// Any ``TokenObjective`` for a ``TokenNetwork``: masked tokens, next tokens, classes of sequences.
///
/// Who sees whom is the network's own; objectives that give masks of their own are refused.
public struct TokenLayerObjective: LayerObjective {
  public typealias Batch = [TokenExample]

  public let objective: any TokenObjective

  public init(_ objective: any TokenObjective) { self.objective = objective }

  public var settings: [TrainingSetting] { objective.settings }

  public func loss(of batch: [TokenExample], by root: TokenNetwork, in pass: inout LayerPass) throws
    -> LayerLoss
  {
    let stream = pass.nextStream()
    let task = try objective.task(
      for: batch, in: LossContext(stream: stream, isTraining: pass.isTraining))
    guard task.masks.isEmpty, task.positions == nil else {
      throw ModelError.input(reason: "layers take no masks and no positions of an objective")
    }
    if task.targets.isEmpty {
      return LayerLoss(terms: Variable(constant: try .zeros([0], .f32)), weight: task.weight)
    }
    let inputs = try TokenBatch(task.inputs)
    let states = try root.states(of: inputs, in: &pass).reshaped([-1, root.width])
    let scores = try root.scores(read(states, task, inputs), in: &pass)
    var terms = try objective.losses(scores, of: task)
    if task.weights.contains(where: { $0 != 1 }) {
      terms = try terms * Variable(constant: Tensor(task.weights, shape: [task.weights.count]))
    }
    return LayerLoss(terms: terms, weight: task.weight)
  }

  /// The states that targets are foreseen by: `[targets, width]`.
  private func read(_ states: Variable, _ task: TokenTask, _ inputs: TokenBatch) throws -> Variable
  {
    func rows(_ places: [Int]) throws -> Variable {
      let rows = places.compactMap { inputs.row(of: $0).map { Int32(truncatingIfNeeded: $0) } }
      return try states.rows(Tensor(rows, shape: [rows.count]))
    }
    let ends = inputs.lengths.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
    let all = Array(0..<(ends.last ?? 0))
    switch task.reading {
    case .tokens: return try rows(task.rows?.map(Int.init) ?? all)
    case .sequences(.last): return try rows(ends.dropFirst().map { $0 - 1 })
    case .sequences(.mean):
      let owners = inputs.lengths.enumerated().flatMap { index, length in
        [Int32](repeating: Int32(truncatingIfNeeded: index), count: length)
      }
      return try rows(all).segmented(
        .mean, by: Tensor(owners, shape: [owners.count]), segments: inputs.lengths.count)
    }
  }
}
