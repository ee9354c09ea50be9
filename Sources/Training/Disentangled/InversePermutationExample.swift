import Tensors

/// A permutation and a binary string that it permutes: Y is to be found from P and P · Y.
public struct InversePermutationExample: Sendable, Equatable {
  /// σ: row i of the permuted string is row σ(i) of the string.
  public let permutation: [Int]
  /// Y, `[n, n]`, row after row.
  public let string: [Bool]

  init(permutation: [Int], string: [Bool]) {
    (self.permutation, self.string) = (permutation, string)
  }

  /// One of all permutations and strings, each equally likely.
  public init(size: Int, stream: inout RandomStream) {
    self.init(permutation: stream.permutation(size), stream: &stream)
  }

  /// A random string under a given permutation.
  init(permutation: [Int], stream: inout RandomStream) {
    let count = permutation.count
    self.permutation = permutation
    string = (0..<count * count).map { _ in stream.next() >> 63 == 1 }
  }

  /// The elements of Y.
  public var targets: [Double] { string.map { $0 ? 1 : 0 } }

  /// The rows that a network is given, `[rows, n]`: P, P · Y and the layout's rows of zeros.
  ///
  /// - Throws: ``TrainingError/setting(name:value:reason:)`` for a layout of another size.
  public func content(_ layout: InversePermutationLayout) throws(TrainingError) -> [Double] {
    let size = layout.size
    guard permutation.count == size else {
      throw .setting(
        name: "the permutation's size", value: permutation.count, reason: "must be \(size)")
    }
    var rows = [Double](repeating: 0, count: layout.rows * size)
    for (i, image) in permutation.enumerated() {
      rows[(layout.firstPermutationRow + i) * size + image] = 1
      for column in 0..<size where string[image * size + column] {
        rows[(layout.firstStringRow + i) * size + column] = 1
      }
    }
    return rows
  }

  /// Examples to measure on: every permutation equally often up to n = 6, random ones above, at least
  /// `count` in all.
  public static func balanced(size: Int, count: Int, stream: RandomStream) -> [Self] {
    var stream = stream
    guard size <= 6 else {
      return (0..<max(count, 1)).map { _ in Self(size: size, stream: &stream) }
    }
    let all = permutations(size)
    return (0..<(max(count, 1) + all.count - 1) / all.count).flatMap { _ in
      all.map { Self(permutation: $0, stream: &stream) }
    }
  }

  /// All n! permutations of `0..<size`, in lexicographic order.
  public static func permutations(_ size: Int) -> [[Int]] {
    (0..<max(size, 0)).reduce([[]]) { partial, _ in
      partial.flatMap { head in (0..<size).filter { !head.contains($0) }.map { head + [$0] } }
    }
  }
}

/// Batches of random examples without end: the n-th is drawn from a stream of its own.
public struct InversePermutationBatches: BatchSource {
  public let size: Int
  public let count: Int
  public let seed: UInt64

  /// - Parameters:
  ///   - size: of the permutations.
  ///   - count: examples in a batch.
  public init(size: Int, count: Int, seed: UInt64) {
    (self.size, self.count, self.seed) = (size, count, seed)
  }

  public var digest: String { "\(count) inverse permutations of \(size), seed \(seed)" }
  /// No batch comes twice, so that a pass has one.
  public var batchesPerPass: Int { 1 }

  public func batch(_ number: Int) -> [InversePermutationExample] {
    var stream = RandomStream(seed: seed, path: ["inverse permutation", "batch \(number)"])
    return (0..<max(count, 0)).map { _ in InversePermutationExample(size: size, stream: &stream) }
  }
}
