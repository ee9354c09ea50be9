import Kernels

/// The distribution of the largest distance D of `count` even numbers' distribution from the even one.
struct KolmogorovDistribution: Sendable {
  let count: Int

  /// More numbers than this have the limit's distribution, with its first correction.
  private static let exactLimit = 4_000

  /// P(D ≥ d).
  func upperTail(_ distance: Double) -> Double {
    let n = Double(count)
    if distance >= 1 { return 0 }
    if distance <= 0.5 / n { return 1 }
    // Both sides are that far apart with a chance of e⁻³² only, and sums of positive terms keep their digits.
    if n * distance * distance >= 4 { return min(1, 2 * oneSidedTail(distance)) }
    let below = count <= Self.exactLimit ? lowerPart(distance) : limit(distance)
    return min(1, max(0, 1 - below))
  }

  /// P(D⁺ ≥ d), the distance to one side (Z. Birnbaum, F. Tingey, 1951).
  private func oneSidedTail(_ d: Double) -> Double {
    let n = Double(count)
    var sum = 0.0
    for step in 0...Int(n * (1 - d)) {
      let j = Double(step)
      let rest = 1 - d - j / n
      if rest <= 0 { break }
      let logTerm =
        ElementaryFunction.lgamma(n + 1) - ElementaryFunction.lgamma(j + 1)
        - ElementaryFunction.lgamma(n - j + 1) + (j - 1) * ElementaryFunction.log(d + j / n)
        + (n - j) * ElementaryFunction.log(rest)
      sum += ElementaryFunction.exp(logTerm)
    }
    return d * sum
  }

  /// P(D < d) by the power of a matrix (G. Marsaglia, W. Tsang, J. Wang, 2003).
  private func lowerPart(_ d: Double) -> Double {
    let scaled = Double(count) * d
    let k = Int(scaled) + 1
    let size = 2 * k - 1
    let h = Double(k) - scaled
    var matrix = ScaledMatrix(size)
    for row in 0..<size {
      for column in 0..<min(row + 2, size) { matrix[row, column] = 1 }
    }
    var power = 1.0
    for row in 0..<size {
      power *= h
      matrix[row, 0] -= power
      matrix[size - 1, size - 1 - row] -= power
    }
    if 2 * h > 1 {
      var corner = 1.0
      for _ in 0..<size { corner *= 2 * h - 1 }
      matrix[size - 1, 0] += corner
    }
    for row in 0..<size {
      for column in 0..<min(row + 2, size) {
        for factor in stride(from: 1, through: row - column + 1, by: 1) {
          matrix[row, column] /= Double(factor)
        }
      }
    }
    let raised = matrix.power(count)
    var (value, exponent) = (raised[k - 1, k - 1], raised.exponent)
    for factor in 1...count {
      value *= Double(factor) / Double(count)
      if value < 0x1p-500 { (value, exponent) = (value * 0x1p500, exponent - 500) }
    }
    return value * Arithmetic.power(2, Double(exponent))
  }

  /// The limit for many numbers, at a distance that takes their number into account (J. Vrbik, 2018).
  private func limit(_ d: Double) -> Double {
    let n = Double(count)
    let plain = n.squareRoot() * d
    let x = plain + 1 / (6 * n.squareRoot()) + (plain - 1) / (4 * n)
    var sum = 0.0
    for odd in stride(from: 1.0, through: 39, by: 2) {
      sum += ElementaryFunction.exp(-odd * odd * Double.pi * Double.pi / (8 * x * x))
    }
    return (2 * Double.pi).squareRoot() / x * sum
  }
}

/// A square matrix times a power of two, so that its powers stay in range.
private struct ScaledMatrix {
  let size: Int
  private(set) var exponent = 0
  private var values: [Double]

  init(_ size: Int) {
    self.size = size
    values = [Double](repeating: 0, count: size * size)
  }

  subscript(row: Int, column: Int) -> Double {
    get { values[row * size + column] }
    set { values[row * size + column] = newValue }
  }

  private func times(_ other: ScaledMatrix) -> ScaledMatrix {
    var result = ScaledMatrix(size)
    result.exponent = exponent + other.exponent
    for row in 0..<size {
      for middle in 0..<size {
        let factor = self[row, middle]
        if factor == 0 { continue }
        for column in 0..<size {
          result.values[row * size + column] += factor * other.values[middle * size + column]
        }
      }
    }
    if result[size / 2, size / 2] > 0x1p400 {
      result.values = result.values.map { $0 * 0x1p-400 }
      result.exponent += 400
    }
    return result
  }

  /// By squares; `count` is at least 1.
  func power(_ count: Int) -> ScaledMatrix {
    if count == 1 { return self }
    let half = power(count / 2)
    let square = half.times(half)
    return count.isMultiple(of: 2) ? square : square.times(self)
  }
}
