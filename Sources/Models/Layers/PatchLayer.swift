import Kernels
import Tensors

/// Pictures cut into squares, each a token: `[batch, channels, height, width]` to `[batch, tokens, width]`, row by
/// row (arXiv 2010.11929); and tokens' numbers put back in their places.
public struct PatchLayer: Layer, Equatable {
  public let channels: Int
  public let height: Int
  public let width: Int
  /// The side of a square; it divides height and width.
  public let side: Int
  public let outputs: Int
  private let map: ConvolutionLayer

  public init(channels: Int, height: Int, width: Int, side: Int, outputs: Int) throws(ModelError) {
    try SizeChecks.check(
      layer: "patches",
      ["channels": channels, "height": height, "width": width, "side": side, "outputs": outputs])
    guard height % side == 0, width % side == 0 else {
      throw .layer(
        name: "patches", reason: "squares of \(side) do not divide \(height) x \(width)")
    }
    map = try .picture(channels, outputs, size: side, stride: side)
    (self.channels, self.height, self.width) = (channels, height, width)
    (self.side, self.outputs) = (side, outputs)
  }

  public var rows: Int { height / side }
  public var columns: Int { width / side }
  public var tokens: Int { rows * columns }
  /// The numbers of one square.
  public var squareCount: Int { channels * side * side }

  public var children: [(name: String, layer: any LayerGroup)] { [("map", map)] }

  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    guard x.rank == 4, Array(x.shape.dropFirst()) == [channels, height, width] else {
      throw TensorError.shapeMismatch(
        operation: "patches", left: [channels, height, width], right: Array(x.shape.dropFirst()))
    }
    return try pass.run("map", map, x).reshaped([x.shape[0], outputs, tokens])
      .transposed([0, 2, 1])
  }

  /// The squares' own numbers as tokens: `[batch, tokens, channels · side · side]`.
  public func squares(of x: Variable) throws -> Variable {
    try x.reshaped([x.shape[0], channels, rows, side, columns, side])
      .transposed([0, 2, 4, 1, 3, 5]).reshaped([x.shape[0], tokens, squareCount])
  }

  /// Pictures of their squares: the inverse of ``squares(of:)``.
  public func picture(of squares: Variable) throws -> Variable {
    try squares.reshaped([squares.shape[0], rows, columns, channels, side, side])
      .transposed([0, 3, 1, 4, 2, 5]).reshaped([squares.shape[0], channels, height, width])
  }
}
