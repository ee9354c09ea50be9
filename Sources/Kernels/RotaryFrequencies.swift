/// How rotary frequencies are changed for more positions than a model was trained with.
public enum RotaryScaling: Sendable, Equatable {
  case none
  /// Positions divided by `factor` (S. Chen and others, arXiv 2306.15595).
  case linear(factor: Double)
  /// base · factor^(d / (d - 2)), d = 2 · pairs: high frequencies stay, low ones are stretched.
  case ntk(factor: Double)
  /// The same with factor · positions / original - (factor - 1), above `original` positions only.
  case dynamicNTK(factor: Double, originalPositions: Int, positions: Int)
  /// YaRN (B. Peng and others, arXiv 2309.00071): pairs that turn more than `betaFast` times over the
  /// original positions stay, those that turn less than `betaSlow` times are divided by the factor, a
  /// ramp between. The attention factor is 0.1 · ln(factor) + 1 if nil. `truncate`: the ramp's ends are
  /// whole pairs.
  case yarn(
    factor: Double, originalPositions: Int, betaFast: Double = 32, betaSlow: Double = 1,
    attentionFactor: Double? = nil, truncate: Bool = true)
  /// Llama 3.1's: wavelengths above original / low are divided by the factor, those below
  /// original / high stay, smooth between.
  case llama3(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double,
    originalPositions: Int)
  /// LongRoPE (Y. Ding and others, arXiv 2402.13753): each frequency divided by its own factor, of
  /// `long` above the original number of positions, else of `short`. The attention factor is
  /// √(1 + ln(factor) / ln(original)) if nil.
  case longRoPE(
    short: [Double], long: [Double], factor: Double, originalPositions: Int, positions: Int,
    attentionFactor: Double? = nil)
  /// Each frequency divided by its own factor, whatever the number of positions (GGUF keeps Llama 3.1's
  /// scaling so).
  case perPair(factors: [Double])
}

/// The angle a pair turns by from one position to the next, for every pair, computed in f64 by our own
/// functions.
public struct RotaryFrequencies: Sendable, Equatable {
  public let values: [Double]
  /// What cos and sin are multiplied by.
  public let attentionFactor: Double

  public init(values: [Double], attentionFactor: Double = 1) {
    (self.values, self.attentionFactor) = (values, attentionFactor)
  }

  /// base^(-i / pairs), scaled.
  ///
  /// - Throws: ``KernelError/value(kernel:argument:allowed:)`` for a base, factor or number of
  ///   positions that is not above 0.
  public init(base: Double, pairs: Int, scaling: RotaryScaling = .none) throws(KernelError) {
    try Self.check("pairs", pairs >= 0, "of at least 0")
    try Self.check("base", base > 0 && base.isFinite)
    func plain(_ base: Double) -> [Double] {
      (0..<pairs).map { Arithmetic.power(base, -Double($0) / Double(pairs)) }
    }
    /// One pair has the frequency 1 under any base.
    func stretched(_ factor: Double) -> [Double] {
      let width = Double(2 * pairs)
      return plain(pairs > 1 ? base * Arithmetic.power(factor, width / (width - 2)) : base)
    }
    switch scaling {
    case .none: self.init(values: plain(base))
    case .linear(let factor):
      try Self.check("factor", factor > 0)
      self.init(values: plain(base).map { $0 / factor })
    case .ntk(let factor):
      try Self.check("factor", factor > 0)
      self.init(values: stretched(factor))
    case .dynamicNTK(let factor, let original, let positions):
      try Self.check("factor", factor > 0)
      try Self.check("originalPositions", original > 0)
      let ratio = factor * Double(positions) / Double(original) - (factor - 1)
      self.init(values: positions > original ? stretched(ratio) : plain(base))
    case .yarn(let factor, let original, let fast, let slow, let attention, let truncate):
      try Self.check("factor", factor > 0)
      try Self.check("originalPositions", original > 0)
      try Self.check("betaSlow", slow > 0 && fast >= slow, "above 0 and not above betaFast")
      try Self.check("base", base > 1, "above 1")
      /// The pair that turns `turns` times over the original positions.
      func pair(_ turns: Double) -> Double {
        let length = ElementaryFunction.log(Double(original) / (turns * 2 * Double.pi))
        return Double(pairs) * length / ElementaryFunction.log(base)
      }
      var (low, high) = (pair(fast), pair(slow))
      if truncate { (low, high) = (Arithmetic.floor(low), -Arithmetic.floor(-high)) }
      low = max(low, 0)
      high = min(high, Double(2 * pairs - 1))
      if low == high { high += 0.001 }
      let values = plain(base).enumerated().map { index, frequency in
        let ramp = min(max((Double(index) - low) / (high - low), 0), 1)
        return frequency / factor * ramp + frequency * (1 - ramp)
      }
      let own = factor > 1 ? 0.1 * ElementaryFunction.log(factor) + 1 : 1
      self.init(values: values, attentionFactor: attention ?? own)
    case .llama3(let factor, let low, let high, let original):
      try Self.check("factor", factor > 0)
      try Self.check("originalPositions", original > 0)
      try Self.check("lowFrequencyFactor", low > 0 && high > low, "above 0 and below the high one")
      self.init(
        values: plain(base).map { frequency in
          // How often the pair turns over the original positions.
          let turns = Double(original) * frequency / (2 * Double.pi)
          if turns < low { return frequency / factor }
          if turns > high { return frequency }
          let smooth = (turns - low) / (high - low)
          return (1 - smooth) * frequency / factor + smooth * frequency
        })
    case .longRoPE(let short, let long, let factor, let original, let positions, let attention):
      try Self.check("factor", factor > 0)
      try Self.check("originalPositions", original > 1, "above 1")
      let factors = positions > original ? long : short
      try KernelError.check("rotary frequencies", "factors", factors.count, pairs)
      let ratio = ElementaryFunction.log(factor) / ElementaryFunction.log(Double(original))
      let own = factor > 1 ? (1 + ratio).squareRoot() : 1
      self.init(
        values: zip(plain(base), factors).map { $0 / $1 }, attentionFactor: attention ?? own)
    case .perPair(let factors):
      try KernelError.check("rotary frequencies", "factors", factors.count, pairs)
      self.init(values: zip(plain(base), factors).map { $0 / $1 })
    }
  }

  private static func check(_ argument: String, _ isFit: Bool, _ allowed: String = "above 0")
    throws(KernelError)
  {
    if !isFit { throw .value(kernel: "rotary frequencies", argument: argument, allowed: allowed) }
  }
}
