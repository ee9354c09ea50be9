import Files

/// Parts a collection of documents by a seeded hash of each, so that the same document always falls on the
/// same side, whatever else is in the collection and in whatever order.
public struct SeededSplit: Sendable {
  public let seed: UInt64
  public let shares: [Double]
  /// Up to which number in 0 to 1 each side reaches.
  private let bounds: [Double]

  /// - Parameter shares: what each side gets, in proportion to their sum.
  /// - Throws: ``TrainingError/wrongNumber(name:value:reason:)`` for a negative or infinite share, and
  ///   if all are zero.
  public init(seed: UInt64, shares: [Double]) throws(TrainingError) {
    for share in shares where !(share >= 0 && share.isFinite) {
      throw .wrongNumber(name: "a share", value: share, reason: "it must be a number from 0 on")
    }
    let total = shares.reduce(0, +)
    guard total > 0 && total.isFinite else {
      throw .wrongNumber(
        name: "the sum of the shares", value: total, reason: "it must be a number above 0")
    }
    self.seed = seed
    self.shares = shares
    var sum = 0.0
    bounds = shares.map { share in
      sum += share
      return sum / total
    }
  }

  /// The side that a document falls on, an index into ``shares``.
  ///
  /// A side with share s gets a document with probability s; with a million documents of which
  /// each is different, its part is within 0.002 of s.
  public func side(of document: String) -> Int {
    var digest = Digest()
    withUnsafeBytes(of: seed.littleEndian) { digest.add($0) }
    digest.add(field: document)
    // 52 bits of the digest, as a number in [0, 1).
    let bits = digest.hexadecimal().prefix(13).reduce(UInt64(0)) {
      $0 << 4 | UInt64($1.hexDigitValue ?? 0)
    }
    let place = Double(bits) * 0x1p-52
    // Rounding may leave the last bound below 1; a side with no share is never taken.
    return bounds.firstIndex { place < $0 } ?? shares.lastIndex { $0 > 0 } ?? 0
  }

  /// The indices of the documents on each side, in their order.
  ///
  /// - Throws: ``TrainingError/interrupted(_:)``.
  public func sides(of documents: [String]) throws(TrainingError) -> [[Int]] {
    var sides = [[Int]](repeating: [], count: shares.count)
    for (index, document) in documents.enumerated() {
      try TrainingError.poll()
      sides[side(of: document)].append(index)
    }
    return sides
  }
}
