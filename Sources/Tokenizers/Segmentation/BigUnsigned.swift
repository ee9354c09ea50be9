import Kernels

/// A natural number of any size: enough to count segmentations exactly.
public struct BigUnsigned: Sendable, Equatable {
  /// Digits to base 2⁶⁴, the lowest first, without zeros at the top; 0 has none.
  private(set) var limbs: [UInt64]

  public init(_ value: UInt64 = 0) { limbs = value == 0 ? [] : [value] }

  public var isZero: Bool { limbs.isEmpty }

  /// How many bits it takes; 0 for 0.
  public var bitWidth: Int {
    guard let top = limbs.last else { return 0 }
    return limbs.count * 64 - top.leadingZeroBitCount
  }

  /// The nearest `Double` below or at it, or infinity.
  public var approximation: Double {
    limbs.reversed().reduce(0) { $0 * 0x1p64 + Double($1) }
  }

  /// Its logarithm to base 2, also where ``approximation`` is infinite; −∞ for 0.
  public var log2: Double {
    guard let top = limbs.last else { return -.infinity }
    let next = limbs.count > 1 ? Double(limbs[limbs.count - 2]) * 0x1p-64 : 0
    let logTwo = ElementaryFunction.log(2)
    return ElementaryFunction.log(Double(top) + next) / logTwo + Double(64 * (limbs.count - 1))
  }

  public static func += (left: inout BigUnsigned, right: BigUnsigned) {
    if left.isZero {
      left = right
      return
    }
    let missing = right.limbs.count - left.limbs.count
    if missing > 0 { left.limbs.append(contentsOf: repeatElement(0, count: missing)) }
    var carry: UInt64 = 0
    left.limbs.withUnsafeMutableBufferPointer { sums in
      right.limbs.withUnsafeBufferPointer { others in
        for place in others.indices {
          let (sum, first) = sums[place].addingReportingOverflow(others[place])
          let (whole, second) = sum.addingReportingOverflow(carry)
          sums[place] = whole
          carry = first || second ? 1 : 0
        }
        var place = others.count
        while carry > 0, place < sums.count {
          let (sum, isCarried) = sums[place].addingReportingOverflow(1)
          sums[place] = sum
          carry = isCarried ? 1 : 0
          place += 1
        }
      }
    }
    if carry > 0 { left.limbs.append(carry) }
  }

  /// Takes away a number that is not larger.
  mutating func subtract(_ other: BigUnsigned) {
    var borrow: UInt64 = 0
    for place in limbs.indices {
      let lost = place < other.limbs.count ? other.limbs[place] : 0
      let (difference, first) = limbs[place].subtractingReportingOverflow(lost)
      let (whole, second) = difference.subtractingReportingOverflow(borrow)
      limbs[place] = whole
      borrow = first || second ? 1 : 0
    }
    while limbs.last == 0 { limbs.removeLast() }
  }

  /// A number drawn evenly from those below `limit`, which is not zero.
  static func below(_ limit: BigUnsigned, using generator: inout some RandomNumberGenerator)
    -> BigUnsigned
  {
    let unused = UInt64((64 - limit.bitWidth % 64) % 64)
    while true {
      var drawn = BigUnsigned()
      drawn.limbs = limit.limbs.map { _ in generator.next() }
      if let top = drawn.limbs.indices.last { drawn.limbs[top] >>= unused }
      while drawn.limbs.last == 0 { drawn.limbs.removeLast() }
      if drawn < limit { return drawn }
    }
  }

  /// Divides by a small number, and gives the remainder.
  private mutating func divide(by divisor: UInt64) -> UInt64 {
    var remainder: UInt64 = 0
    for place in limbs.indices.reversed() {
      (limbs[place], remainder) = divisor.dividingFullWidth((remainder, limbs[place]))
    }
    while limbs.last == 0 { limbs.removeLast() }
    return remainder
  }
}

extension BigUnsigned: Comparable {
  public static func < (left: BigUnsigned, right: BigUnsigned) -> Bool {
    if left.limbs.count != right.limbs.count { return left.limbs.count < right.limbs.count }
    for (a, b) in zip(left.limbs.reversed(), right.limbs.reversed()) where a != b { return a < b }
    return false
  }
}

extension BigUnsigned: CustomStringConvertible {
  /// All decimal digits.
  public var description: String {
    if isZero { return "0" }
    var rest = self
    var groups: [String] = []
    while !rest.isZero {
      let digits = String(rest.divide(by: 1_000_000_000_000_000_000))
      groups.append(
        rest.isZero ? digits : String(repeating: "0", count: 18 - digits.count) + digits)
    }
    return groups.reversed().joined()
  }
}
