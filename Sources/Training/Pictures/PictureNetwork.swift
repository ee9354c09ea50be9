import Models
import Tensors

/// A classifier of pictures that ``NetworkTrainer`` can train: the pass of inference, over a tape.
public struct PictureNetwork: TrainableNetwork {
  public typealias Batch = [PictureExample]

  public let network: NetworkDescription
  public let patches: PatchDescription
  public let loss: TokenCrossEntropy
  public let parameters: [NetworkParameter]
  private let keys: [WeightKey]

  public init(_ made: MadePictureModel, loss: TokenCrossEntropy = .init()) throws(TrainingError) {
    (network, patches, self.loss) = (made.network, made.patches, loss)
    var parameters: [NetworkParameter] = []
    keys = made.network.weightShapes.map(\.key)
    for key in keys {
      guard let value = made.weights[key] else {
        throw .model(.missingTensor(path: made.name, name: key.name))
      }
      parameters.append(NetworkParameter(key.name, value))
    }
    self.parameters = parameters
  }

  public var settings: [TrainingSetting] {
    [
      .init("objective", "picture_class"), .init("patches", "\(patches)"),
      .init("heads", network.blocks.first?.attention.heads ?? 0),
    ] + loss.settings
  }

  /// Weights by key, of a trainer's parameters.
  public func weights(of parameters: [NetworkParameter]) -> [WeightKey: Tensor] {
    Dictionary(zip(keys, parameters.map(\.value)), uniquingKeysWith: { first, _ in first })
  }

  public func loss(
    of batch: [PictureExample], with parameters: [Variable], in context: LossContext
  ) throws -> RecordedLoss {
    let targets = try Tensor(batch.map(\.label), shape: [batch.count])
    return RecordedLoss(
      terms: try loss.losses(scores(of: batch, with: parameters), targets: targets),
      weight: Double(batch.count))
  }

  /// The scores of classes, `[pictures, classes]`.
  func scores(of batch: [PictureExample], with parameters: [Variable]) throws -> Variable {
    let weights = RecordedWeights(
      Dictionary(zip(keys, parameters), uniquingKeysWith: { first, _ in first }),
      isHeadTied: false)
    let pictures = try PictureExample.pictures(
      of: batch, channels: patches.channels, height: patches.imageSize, width: patches.imageSize)
    let inputs = try patches.tokens(
      of: Variable(constant: pictures), weights: weights, width: network.width)
    let state = try network.states(of: inputs, weights: weights)
    let first = state.sequences.map { Int32(truncatingIfNeeded: $0.lowerBound) }
    return try weights.linear(
      WeightKey(.classifier), state.x.rows(Tensor(first, shape: [first.count])))
  }
}
