import Kernels
import Tensors

/// Numbers as waves: cos and then sin of time · base^(-i / pairs) (A. Vaswani and others, arXiv 1706.03762; for
/// diffusion: arXiv 2006.11239).
public enum TimeFeatures {
  /// - Parameters:
  ///   - times: `[n]`.
  ///   - width: even.
  ///   - scale: what times are multiplied by first: 1000 for times from 0 to 1.
  /// - Returns: `[n, width]` of the times' element type, computed in f64 and rounded once.
  public static func waves(_ times: Tensor, width: Int, scale: Double = 1000, base: Double = 10_000)
    throws(ModelError) -> Tensor
  {
    try SizeChecks.check(layer: "time features", ["width": width])
    guard width % 2 == 0, times.rank == 1, base > 0 else {
      throw .layer(
        name: "time features", reason: "\(times.shape) times as \(width) waves over \(base)")
    }
    let pairs = width / 2
    let frequencies = (0..<pairs).map { Arithmetic.power(base, -Double($0) / Double(pairs)) }
    var values: [Double] = []
    for time in times.doubles {
      let angles = frequencies.map { $0 * (time * scale) }
      values += ElementaryFunction.cos(angles) + ElementaryFunction.sin(angles)
    }
    do throws(TensorError) {
      return try Tensor(values, shape: [times.count, width]).cast(to: times.elementType)
    } catch { throw ModelError(cause: error) }
  }
}

/// Times `[n]` as conditions `[n, width]`: waves, a linear map, SiLU, a linear map.
public struct TimeEmbedding: Layer, Equatable {
  public let width: Int
  public let waves: Int
  public let scale: Double
  private let first: LinearLayer
  private let second: LinearLayer

  /// - Parameter waves: how many numbers a time becomes first; even.
  public init(_ width: Int, waves: Int = 64, scale: Double = 1000) throws(ModelError) {
    try SizeChecks.check(layer: "time embedding", ["width": width, "waves": waves])
    guard waves % 2 == 0 else {
      throw .layer(name: "time embedding", reason: "\(waves) waves are not pairs")
    }
    first = try LinearLayer(waves, width)
    second = try LinearLayer(width, width)
    (self.width, self.waves, self.scale) = (width, waves, scale)
  }

  public var children: [(name: String, layer: any LayerGroup)] {
    [("first", first), ("second", second)]
  }

  /// - Parameter x: a constant; no gradient goes to times.
  public func forward(_ x: Variable, in pass: inout LayerPass) throws -> Variable {
    let features = Variable(
      constant: try TimeFeatures.waves(x.value, width: waves, scale: scale))
    return try pass.run("second", second, pass.run("first", first, features).activated(.silu))
  }
}
