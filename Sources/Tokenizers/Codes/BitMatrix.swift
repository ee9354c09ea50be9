/// A square matrix over the field of two elements, of at most 64 rows: row i's bits are those of a word, the
/// lowest first.
public struct BitMatrix: Sendable, Equatable {
  public let rows: [UInt64]

  public init(rows: [UInt64]) {
    let mask = Self.mask(rows.count)
    self.rows = rows.map { $0 & mask }
  }

  public static func identity(_ size: Int) -> BitMatrix {
    BitMatrix(rows: (0..<size).map { 1 << UInt64($0) })
  }

  public var size: Int { rows.count }

  /// The lowest `size` bits.
  static func mask(_ size: Int) -> UInt64 { size >= 64 ? .max : (1 << UInt64(max(size, 0))) - 1 }

  /// Bit i is the parity of row i AND x.
  public func times(_ x: UInt64) -> UInt64 {
    var result: UInt64 = 0
    for (index, row) in rows.enumerated() where (row & x).nonzeroBitCount & 1 == 1 {
      result |= 1 << UInt64(index)
    }
    return result
  }

  /// How many rows are independent, by elimination.
  public var rank: Int {
    var left = rows
    var rank = 0
    for column in 0..<size {
      let bit: UInt64 = 1 << UInt64(column)
      guard let pivot = (rank..<size).first(where: { left[$0] & bit != 0 }) else { continue }
      left.swapAt(rank, pivot)
      for row in rank + 1..<max(size, rank + 1) where left[row] & bit != 0 {
        left[row] ^= left[rank]
      }
      rank += 1
    }
    return rank
  }

  /// The matrix that undoes this one; nil where rows depend on each other.
  public var inverse: BitMatrix? {
    var left = rows
    var right = BitMatrix.identity(size).rows
    for column in 0..<size {
      let bit: UInt64 = 1 << UInt64(column)
      guard let pivot = (column..<size).first(where: { left[$0] & bit != 0 }) else { return nil }
      left.swapAt(column, pivot)
      right.swapAt(column, pivot)
      for row in 0..<size where row != column && left[row] & bit != 0 {
        left[row] ^= left[column]
        right[row] ^= right[column]
      }
    }
    return BitMatrix(rows: right)
  }

  /// An invertible matrix, each equally likely: drawn bit by bit until one has full rank.
  ///
  /// - Parameter words: random words; a matrix takes one a row.
  /// - Complexity: about 3.5 draws, each O(size³ / 64).
  public static func invertible(size: Int, words: () -> UInt64) -> BitMatrix {
    while true {
      let drawn = BitMatrix(rows: (0..<max(size, 0)).map { _ in words() })
      if drawn.rank == drawn.size { return drawn }
    }
  }
}
