import Tensors

/// A plain MLP over the tokens of each channel: `[batch, tokens, width]` (MLP-Mixer: I. Tolstikhin and others,
/// arXiv 2105.01601). The number of tokens is fixed.
public struct TokenMLPLayer: Layer, Equatable {
  public let mlp: FeedForwardLayer

  public init(tokens: Int, inner: Int, activation: NetworkActivation = .gelu) throws(ModelError) {
    mlp = try FeedForwardLayer(tokens, inner: inner, activation: activation)
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("mlp", mlp)] }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    try pass.run("mlp", mlp, x.transposed([0, 2, 1])).transposed([0, 2, 1])
  }
}

/// An MLP along one axis of a grid of tokens `[batch, height · width, channels]`, over `raft` channels at once
/// (RaftMLP: Y. Tatsunami, M. Taki, arXiv 2108.04384). With a raft of 1 it mixes each channel by itself.
///
/// Channel c belongs to the raft's place c / (channels / raft). Norm and sum stand around it, as around any mixer.
public struct GridMLPLayer: Layer, Equatable {
  /// Which way tokens read each other.
  public enum Axis: String, Sendable, CaseIterable {
    case column, row
  }

  public let axis: Axis
  public let height: Int
  public let width: Int
  public let raft: Int
  public let mlp: FeedForwardLayer

  /// - Parameter expansion: the MLP's inner width, in lengths of what it mixes.
  public init(
    _ axis: Axis, height: Int, width: Int, raft: Int = 1, expansion: Int = 2,
    activation: NetworkActivation = .gelu
  ) throws(ModelError) {
    try SizeChecks.check(
      layer: "grid MLP",
      ["height": height, "width": width, "raft": raft, "expansion": expansion])
    let length = raft * (axis == .column ? height : width)
    try SizeChecks.check(layer: "grid MLP", ["length": length])
    mlp = try FeedForwardLayer(length, inner: expansion * length, activation: activation)
    (self.axis, self.height, self.width, self.raft) = (axis, height, width, raft)
  }

  public var children: [(name: String, layer: any LayerGroup)] { [("mlp", mlp)] }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 3, x.shape[1] == height * width, x.shape[2] % raft == 0 else {
      throw TensorError.invalidArgument(
        operation: "grid MLP",
        reason: "\(x.shape) is not [batch, \(height * width), a multiple of \(raft)]")
    }
    let (batch, channels) = (x.shape[0], x.shape[2] / raft)
    // [batch, height, width, raft, channels]: the mixed axes last, the raft's place before the grid's.
    let order = axis == .column ? [0, 2, 4, 3, 1] : [0, 1, 4, 3, 2]
    let back = axis == .column ? [0, 4, 1, 3, 2] : [0, 1, 4, 3, 2]
    let grid = try x.reshaped([batch, height, width, raft, channels]).transposed(order)
    let lines = try grid.reshaped([batch, grid.shape[1], channels, raft * grid.shape[4]])
    return try pass.run("mlp", mlp, lines).reshaped(grid.shape).transposed(back)
      .reshaped(x.shape)
  }
}
