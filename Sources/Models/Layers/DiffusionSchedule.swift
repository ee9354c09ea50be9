import Kernels
import Tensors

/// How much noise each step of a diffusion adds, as data: x_t = √ᾱ_t · data + √(1 - ᾱ_t) · noise (J. Ho and others,
/// arXiv 2006.11239). Steps count from 1.
public struct DiffusionSchedule: Sendable, Equatable {
  /// β_t of the steps, in 0..<1.
  public let betas: [Double]
  /// ᾱ_t = Π (1 - β), and 1 in front for what has no noise.
  public let keptShares: [Double]

  /// - Throws: ``ModelError/layer(name:reason:)`` for no steps, and for a β outside 0..<1.
  public init(betas: [Double]) throws(ModelError) {
    guard !betas.isEmpty, betas.allSatisfy({ (0..<1).contains($0) }) else {
      throw .layer(
        name: "diffusion", reason: "a schedule needs steps, each adding a share in 0..<1")
    }
    self.betas = betas
    var shares = [1.0]
    for beta in betas { shares.append((shares.last ?? 1) * (1 - beta)) }
    keptShares = shares
  }

  /// β from `low` to `high` in equal steps.
  public static func linear(steps: Int, from low: Double = 1e-4, to high: Double = 0.02)
    throws(ModelError) -> DiffusionSchedule
  {
    try check(steps)
    return try DiffusionSchedule(
      betas: (0..<steps).map {
        low + (high - low) * (steps > 1 ? Double($0) / Double(steps - 1) : 0)
      })
  }

  /// ᾱ falls as a squared cosine (A. Nichol, P. Dhariwal, arXiv 2102.09672).
  public static func cosine(steps: Int, offset: Double = 0.008) throws(ModelError)
    -> DiffusionSchedule
  {
    try check(steps)
    func share(_ step: Int) -> Double {
      let angle = (Double(step) / Double(steps) + offset) / (1 + offset) * Double.pi / 2
      let cosine = ElementaryFunction.cos(angle)
      return cosine * cosine
    }
    return try DiffusionSchedule(
      betas: (1...steps).map { min(max(1 - share($0) / share($0 - 1), 0), 0.999) })
  }

  private static func check(_ steps: Int) throws(ModelError) {
    try SizeChecks.check(layer: "diffusion", ["steps": steps])
  }

  public var steps: Int { betas.count }

  /// Data and noise `[rows, …]` mixed as at the rows' steps.
  public func point(_ data: Tensor, noise: Tensor, steps: [Int]) throws -> Tensor {
    let ends = [steps.count] + [Int](repeating: 1, count: max(data.rank - 1, 0))
    func factors(_ body: (Double) -> Double) throws -> Tensor {
      try Tensor(steps.map { body(try share($0)).squareRoot() }, shape: ends)
        .cast(to: data.elementType)
    }
    return try .apply(
      .add, .apply(.multiply, factors { $0 }, data),
      .apply(.multiply, factors { 1 - $0 }, noise))
  }

  private func share(_ step: Int) throws(ModelError) -> Double {
    guard keptShares.indices.contains(step) else {
      throw .layer(name: "diffusion", reason: "step \(step) is not in 0...\(steps)")
    }
    return keptShares[step]
  }

  /// From a step to an earlier one, by the noise that was found in it (DDIM: J. Song and others, arXiv 2010.02502).
  ///
  /// - Parameters:
  ///   - spread: 0: no noise is added and the same start gives the same end; 1: as DDPM, by `fresh`.
  ///   - fresh: noise in the shape of `x`.
  public func earlier(
    _ x: Tensor, noise: Tensor, from step: Int, to target: Int, spread: Double = 0, fresh: Tensor
  ) throws -> Tensor {
    let (now, then) = (try share(step), try share(target))
    guard target < step else {
      throw ModelError.layer(name: "diffusion", reason: "step \(target) is not before \(step)")
    }
    let deviation =
      now < 1 && then > 0
      ? spread * max((1 - then) / (1 - now) * (1 - now / then), 0).squareRoot() : 0
    let (x, noise) = (Variable(constant: x), Variable(constant: noise))
    let data = try (x - noise * (1 - now).squareRoot()) * (1 / now.squareRoot())
    let direction = max(1 - then - deviation * deviation, 0).squareRoot()
    let mean = try data * then.squareRoot() + noise * direction
    return try (mean + Variable(constant: fresh) * deviation).value
  }
}
