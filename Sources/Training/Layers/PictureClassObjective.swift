import Files
import Models
import Tensors

/// A picture and what it shows.
public struct PictureExample: TrainingExample, Equatable {
  /// Channel after channel, row after row.
  public var values: [Float]
  public var label: Int32

  public init(_ values: [Float], label: Int32) { (self.values, self.label) = (values, label) }

  public func add(to digest: inout Digest) {
    digest.add(field: "\(label) \(values.count)")
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { digest.add($0) }
    }
  }

  /// Pictures `[count, channels, height, width]`.
  ///
  /// - Throws: ``TensorError/elementCount(shape:found:)`` for a picture of another size.
  public static func pictures(
    of examples: [PictureExample], channels: Int, height: Int, width: Int
  ) throws(TensorError) -> Tensor {
    let shape = [examples.count, channels, height, width]
    for example in examples where example.values.count != channels * height * width {
      throw .elementCount(shape: Array(shape.dropFirst()), found: example.values.count)
    }
    return try Tensor(examples.flatMap(\.values), shape: shape)
  }
}

/// The class of each picture.
public struct PictureClassObjective: LayerObjective {
  public var loss: TokenCrossEntropy

  public init(loss: TokenCrossEntropy = .init()) { self.loss = loss }

  public var settings: [TrainingSetting] { [.init("objective", "picture_class")] + loss.settings }

  public func loss(of batch: [PictureExample], by root: VisionNetwork, in pass: inout LayerPass)
    throws -> LayerLoss
  {
    let patches = root.patches
    let pictures = try PictureExample.pictures(
      of: batch, channels: patches.channels, height: patches.height, width: patches.width)
    let scores = try root.forward(Variable(constant: pictures), in: &pass)
    let targets = try Tensor(batch.map(\.label), shape: [batch.count])
    return LayerLoss(
      terms: try loss.losses(scores, targets: targets), weight: Double(batch.count))
  }
}
