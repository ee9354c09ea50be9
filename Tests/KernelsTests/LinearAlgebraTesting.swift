import Testing

@testable import Kernels

/// What the tests of decompositions share.
enum LinearAlgebraTesting {
  static let shapes = [
    (1, 1), (5, 5), (7, 4), (4, 7), (1, 6), (6, 1), (33, 20), (20, 33), (0, 3), (3, 0),
  ]

  static func numbers(_ seed: Int, _ count: Int) -> [Double] {
    var numbers = TestNumbers(seed + 77)
    return numbers.doubles(count)
  }

  /// a b, plainly.
  static func product(_ a: [Double], _ b: [Double], _ rows: Int, _ inner: Int, _ columns: Int)
    -> [Double]
  {
    (0..<rows * columns).map { place in
      let (row, column) = (place / columns, place % columns)
      return (0..<inner).reduce(0) { $0 + a[row * inner + $1] * b[$1 * columns + column] }
    }
  }

  static func transposed(_ a: [Double], _ rows: Int, _ columns: Int) -> [Double] {
    (0..<rows * columns).map { a[$0 % rows * columns + $0 / rows] }
  }

  static func identity(_ n: Int) -> [Double] {
    (0..<n * n).map { $0 / n == $0 % n ? 1 : 0 }
  }

  static func diagonal(_ values: [Double]) -> [Double] {
    let n = values.count
    return (0..<n * n).map { $0 / n == $0 % n ? values[$0 / n] : 0 }
  }

  /// Aᵀ A + 1 for a random A.
  static func positive(_ seed: Int, _ n: Int) -> [Double] {
    let a = numbers(seed, n * n)
    return zip(product(transposed(a, n, n), a, n, n, n), identity(n)).map { $0 + $1 }
  }

  static func hilbert(_ n: Int) -> [Double] { (0..<n * n).map { 1 / Double(1 + $0 / n + $0 % n) } }

  static func farthest(_ a: [Double], _ b: [Double]) -> Double {
    a.count == b.count ? zip(a, b).map { abs($0 - $1) }.max() ?? 0 : .infinity
  }

  /// How far the columns of q `[rows, columns]` are from orthonormal.
  static func skew(_ q: [Double], _ rows: Int, _ columns: Int) -> Double {
    let t = transposed(q, rows, columns)
    return farthest(product(t, q, columns, rows, columns), identity(columns))
  }

  static func length(_ a: [Double]) -> Double { a.reduce(0) { $0 + $1 * $1 }.squareRoot() }
}
