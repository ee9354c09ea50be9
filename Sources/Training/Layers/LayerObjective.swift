import Models
import Tensors

/// What layers are to learn of a batch: the way through them, and the loss at its end.
public protocol LayerObjective: Sendable {
  associatedtype Root: LayerGroup
  associatedtype Batch: Sendable

  /// Its name and all that it was made with.
  var settings: [TrainingSetting] { get }

  /// The losses of single tokens or pictures. Losses that layers add themselves (``LayerPass/add(_:_:)``) are
  /// added behind.
  func loss(of batch: Batch, by root: Root, in pass: inout LayerPass) throws -> LayerLoss
}

/// An objective given by a closure.
public struct CustomObjective<Root: LayerGroup, Batch: Sendable>: LayerObjective {
  /// Says what the closure does: a run with another name is not resumed.
  public let name: String
  private let body: @Sendable (Batch, Root, inout LayerPass) throws -> LayerLoss

  /// - Parameter body: a pure function of the batch, the layers and the pass.
  public init(
    _ name: String, body: @escaping @Sendable (Batch, Root, inout LayerPass) throws -> LayerLoss
  ) {
    (self.name, self.body) = (name, body)
  }

  public var settings: [TrainingSetting] { [.init("objective", name)] }

  public func loss(of batch: Batch, by root: Root, in pass: inout LayerPass) throws -> LayerLoss {
    try body(batch, root, &pass)
  }
}
