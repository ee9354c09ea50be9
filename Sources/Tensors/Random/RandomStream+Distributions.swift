import Kernels

/// Distributions over a stream's numbers; every function is our own, so the bits are the same everywhere.
extension RandomStream {
  /// A number in (0, 1), an odd multiple of 2⁻⁵³: its logarithm is finite and not 0.
  mutating func openUniform() -> Double { (Double(next() >> 12) + 0.5) * 0x1p-52 }

  /// A number of the exponential distribution with mean 1: one draw.
  public mutating func exponential() -> Double { -ElementaryFunction.log(openUniform()) }

  /// A number of the standard Gumbel distribution, -log(-log u): one draw.
  public mutating func gumbel() -> Double { -ElementaryFunction.log(exponential()) }

  /// A number of the gamma distribution with scale 1, by rejection: draw it from a stream of its own.
  ///
  /// - Parameter concentration: its shape, above 0.
  public mutating func gamma(concentration: Double) -> Double {
    ElementaryFunction.exp(logGamma(concentration: concentration))
  }

  /// The logarithm of ``gamma(concentration:)``, finite also where that is too small for f64.
  ///
  /// G. Marsaglia, W. W. Tsang: "A simple method for generating gamma variables" (2000); below 1, from
  /// the distribution of concentration + 1 and one more uniform number.
  public mutating func logGamma(concentration: Double) -> Double {
    guard concentration > 0, concentration.isFinite else { return .nan }
    if concentration < 1 {
      let above = logGamma(concentration: concentration + 1)
      return above - exponential() / concentration
    }
    let d = concentration - 1.0 / 3
    let c = 1 / (9 * d).squareRoot()
    while true {
      let x = normal()
      let root = 1 + c * x
      let u = openUniform()
      guard root > 0 else { continue }
      let v = root * root * root
      if ElementaryFunction.log(u) < x * x / 2 + d - d * v + d * ElementaryFunction.log(v) {
        return ElementaryFunction.log(d) + ElementaryFunction.log(v)
      }
    }
  }
}
