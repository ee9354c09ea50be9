import Files
import Models
import Tensors

/// Layers that ``NetworkTrainer`` can train, by an objective. Its parameters have the names of the layers', so
/// that ``NetworkCheckpoint`` keeps any composition.
///
/// A step's loss is the objective's, and the layers' own, each a mean of its kind.
public struct LayerNetwork<Objective: LayerObjective>: TrainableNetwork {
  public typealias Batch = Objective.Batch

  public let root: Objective.Root
  public let objective: Objective
  public let parameters: [NetworkParameter]

  /// - Parameters:
  ///   - values: where training begins, in the order of ``LayerGroup/parameters``; fresh ones unless given.
  ///   - isTrained: which of the trained parameters gradients move; all of them unless given.
  /// - Throws: ``ModelError/shape(path:name:expected:found:)`` for values of another shape.
  public init(
    _ root: Objective.Root, objective: Objective, values: [Tensor]? = nil, seed: UInt64 = 1,
    isTrained: (String) -> Bool = { _ in true }
  ) throws(ModelError) {
    let declared = root.parameters
    let values = if let values { values } else { try root.freshValues(seed: seed) }
    guard values.count == declared.count else {
      throw .layer(
        name: "all", reason: "there are \(declared.count) parameters and \(values.count) values")
    }
    for (parameter, value) in zip(declared, values) where parameter.shape != value.shape {
      throw .shape(
        path: "the layers", name: parameter.name, expected: parameter.shape, found: value.shape)
    }
    parameters = zip(declared, values).map {
      NetworkParameter($0.name, $1, isTrained: $0.isTrained && isTrained($0.name))
    }
    (self.root, self.objective) = (root, objective)
  }

  /// The layers as text, in short, and the objective's settings.
  public var settings: [TrainingSetting] {
    [.init("layers", Digest.hexadecimal(of: "\(root)"))] + objective.settings
  }

  /// A pass over a trainer's parameters, for what is done with layers that have learned.
  public func pass(
    _ parameters: [NetworkParameter], stream: RandomStream = RandomStream(seed: 0)
  ) -> LayerPass {
    LayerPass(root, values: parameters.map(\.value), stream: stream)
  }

  public func loss(
    of batch: Objective.Batch, with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    var pass = LayerPass(
      Dictionary(
        zip(self.parameters.map(\.name), parameters), uniquingKeysWith: { first, _ in first }),
      stream: context.stream, isTraining: context.isTraining)
    let main = try objective.loss(of: batch, by: root, in: &pass)
    let own = pass.losses.filter { $0.loss.weight > 0 }
    var terms = main.terms
    if !own.isEmpty {
      var parts = [try terms.reshaped([terms.value.count])]
      for (_, loss) in own {
        let scaled = try loss.terms * (main.weight / loss.weight)
        parts.append(try scaled.reshaped([scaled.value.count]))
      }
      terms = try .concatenated(parts)
    }
    return RecordedLoss(terms: terms, weight: main.weight, updates: pass.updates)
  }
}
