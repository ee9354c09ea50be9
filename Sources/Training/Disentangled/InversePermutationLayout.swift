/// Where the rows of the inverse permutation task stand, which see which, and where each answer is read.
///
/// Rows from first to last: `before` rows of zeros, n rows of the permutation matrix P, n rows of the
/// permuted string P · Y, `after` rows of zeros. P · Y has row σ(i) of Y at i, where P is one at (i, σ(i));
/// the answer j is row j of Y (arXiv 2509.24125).
public struct InversePermutationLayout: Sendable, Equatable {
  /// Where answers are read for which there is no scratch row behind the data.
  public enum Reading: String, Sendable, CaseIterable {
    /// Answer j at row j of P: with a causal mask before anything of the string.
    case permutation
    /// Answer j at row j of the permuted string.
    case string
  }

  /// The n of the n × n permutation matrices and strings.
  public let size: Int
  /// Whether a row sees itself and the rows before it only.
  public let isCausal: Bool
  /// Rows of zeros before the data.
  public let before: Int
  /// Rows of zeros behind the data; answer j is read at the j-th of them while there is one.
  public let after: Int
  public let reading: Reading

  /// - Parameter reading: the string's rows with a causal mask, those of P without one, unless given.
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for a size outside 1...32 or scratch rows
  ///   outside 0...n.
  public init(
    size: Int, isCausal: Bool = true, before: Int = 0, after: Int = 0, reading: Reading? = nil
  ) throws(TrainingError) {
    guard (1...32).contains(size) else {
      throw .setting(name: "n", value: size, reason: "must be from 1 to 32")
    }
    for count in [before, after] where !(0...size).contains(count) {
      throw .setting(name: "scratch", value: count, reason: "must be from 0 to n, which is \(size)")
    }
    (self.size, self.isCausal, self.before, self.after) = (size, isCausal, before, after)
    self.reading = reading ?? (isCausal ? .string : .permutation)
  }

  /// All rows, T.
  public var rows: Int { before + 2 * size + after }
  /// The row of P's first row.
  public var firstPermutationRow: Int { before }
  /// The row of the permuted string's first row.
  public var firstStringRow: Int { before + size }
  /// The row of the first zeros behind the data.
  public var firstScratchRow: Int { before + 2 * size }

  /// Where answer `j` is read, `0..<n`.
  public func readRow(_ j: Int) -> Int {
    if j < after { return firstScratchRow + j }
    return (reading == .string ? firstStringRow : firstPermutationRow) + j
  }

  /// Where the answers are read, in order.
  public var readRows: [Int] { (0..<size).map(readRow) }

  /// The rows that a row sees.
  public func visibleRows(of row: Int) -> Range<Int> { 0..<(isCausal ? row + 1 : rows) }

  /// Whether answer `j` can be known where it is read: P and the row of the string that holds it are seen.
  ///
  /// - Parameter permutation: σ, with P one at (i, σ(i)).
  public func isSolvable(_ j: Int, under permutation: [Int]) -> Bool {
    guard let place = permutation.firstIndex(of: j) else { return false }
    return visibleRows(of: readRow(j)).contains(firstStringRow + place)
  }

  // MARK: Floors

  /// The share of answers that can be known, over all permutations alike.
  ///
  /// Without a mask 1. With one, k scratch rows behind the data give k/n, and of the others answer j, read
  /// at row j of the string, is there with probability (j + 1)/n; read at the rows of P, never. Without
  /// scratch rows that is (n + 1)/2n at the string and 0 at P; rows before the data change nothing.
  public var solvableShare: Double {
    guard isCausal else { return 1 }
    var chances = after * size
    if reading == .string { for j in 0..<size where j >= after { chances += j + 1 } }
    return Double(chances) / Double(size * size)
  }

  /// The least mean squared error an element, of bits that are zero or one alike: 1/4 for each that cannot
  /// be known, (n - 1)/8n at the string's rows.
  public var leastSquaredError: Double { (1 - solvableShare) / 4 }

  /// The greatest share of bits that are right: half of those that cannot be known.
  public var greatestAccuracy: Double { (1 + solvableShare) / 2 }
}
