import Files
import Kernels

/// A stream of random numbers that is named, not seeded by chance: the n-th number is a pure function
/// of (seed, path, n).
///
/// Two streams with different paths are independent, and nobody's drawing moves another's numbers:
/// `RandomStream(seed: 7, path: ["cell 3", "sample"])` gives the same numbers in any order of work and
/// on any machine. Derived streams are made with ``child(_:)``.
public struct RandomStream: Sendable, Equatable {
  public let seed: UInt64
  public let path: [String]
  /// How many 64-bit numbers have been drawn.
  public private(set) var position: UInt64 = 0
  private let key: SIMD2<UInt32>
  private let high: SIMD2<UInt32>

  public init(seed: UInt64, path: [String] = []) {
    self.seed = seed
    self.path = path
    // The path's digest names the stream: 64 bits of key, 64 bits of the counter's upper half.
    var digest = Digest()
    withUnsafeBytes(of: seed.littleEndian) { digest.add($0) }
    for name in path { digest.add(field: name) }
    let words = Self.words(digest.hexadecimal())
    key = SIMD2(words[0], words[1])
    high = SIMD2(words[2], words[3])
  }

  /// The first four 32-bit words of a digest.
  private static func words(_ hexadecimal: String) -> [UInt32] {
    let digits = Array(hexadecimal.utf8)
    return (0..<4).map { word in
      digits[word * 8..<word * 8 + 8].reduce(0) { value, digit in
        value << 4 | UInt32(digit < 0x61 ? digit - 0x30 : digit - 0x61 + 10)
      }
    }
  }

  /// The stream of a part of the work, at its start.
  public func child(_ name: String) -> RandomStream {
    RandomStream(seed: seed, path: path + [name])
  }

  /// The number at a position, whatever was drawn before.
  public func value(at position: UInt64) -> UInt64 {
    let index = position >> 1
    let block = Philox.block(
      SIMD4(
        UInt32(truncatingIfNeeded: index), UInt32(truncatingIfNeeded: index >> 32), high[0],
        high[1]), key: key)
    return position & 1 == 0
      ? UInt64(block[0]) | UInt64(block[1]) << 32 : UInt64(block[2]) | UInt64(block[3]) << 32
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    defer { position &+= 1 }
    return value(at: position)
  }

  /// The next number in [0, 1), a multiple of 2⁻⁵³.
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// An integer in `0..<bound`, each equally likely; `bound` is at least 1.
  ///
  /// Draws that would favour some results are thrown away (D. Lemire, 2019).
  public mutating func int(below bound: Int) -> Int {
    if bound <= 1 { return 0 }
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A number of the standard normal distribution (G. Box, M. Muller, 1958): two draws each.
  public mutating func normal() -> Double {
    // In (0, 1], so that the logarithm is finite.
    let radius = Double((next() >> 11) + 1) * 0x1p-53
    let angle = uniform()
    return (-2 * ElementaryFunction.log(radius)).squareRoot()
      * ElementaryFunction.cos(2 * Double.pi * angle)
  }

  /// An index drawn by 2⁻⁴⁰ fixed-point weights (``FixedPointWeights``); nil if all are zero.
  public mutating func categorical(_ weights: FixedPointWeights) -> Int? {
    guard weights.total > 0 else { return nil }
    return weights.index(at: UInt64(int(below: Int(weights.total))))
  }

  /// `count` indices drawn by weights, with or without putting them back: draw n comes from the child
  /// stream `"n"` of this one, so that none depends on the others' rejected numbers.
  ///
  /// - Returns: nil where all weights are zero, or run out without replacement.
  public func multinomial(_ weights: FixedPointWeights, count: Int, replacement: Bool = true)
    -> [Int]?
  {
    var drawing = WeightedDrawing(weights)
    var result: [Int] = []
    result.reserveCapacity(max(count, 0))
    for draw in 0..<max(count, 0) {
      guard drawing.total > 0 else { return nil }
      var stream = child(String(draw))
      guard let index = drawing.index(at: UInt64(stream.int(below: Int(drawing.total)))) else {
        return nil
      }
      if !replacement { drawing.remove(index) }
      result.append(index)
    }
    return result
  }

  /// The numbers `0..<count` in random order (R. Fisher, F. Yates).
  public mutating func permutation(_ count: Int) -> [Int] {
    var result = Array(0..<max(count, 0))
    for last in result.indices.dropFirst().reversed() {
      result.swapAt(last, int(below: last + 1))
    }
    return result
  }
}
