import Testing

@testable import Tensors

@Suite("Random tensors") struct RandomTensorTests {
  static let stream = RandomStream(seed: 4, path: ["tensors"])

  static func moments(_ values: [Double]) -> (mean: Double, variance: Double) {
    let mean = values.reduce(0, +) / Double(values.count)
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, squares / Double(values.count))
  }

  @Test("moments are those of the distributions")
  func distributions() throws {
    let n = [20_000]
    let uniform = try Tensor.uniform(n, from: -1, to: 3, .f64, stream: Self.stream)
    let normal = try Tensor.normal(n, mean: 2, deviation: 3, .f64, stream: Self.stream)
    let gumbel = try Tensor.gumbel(n, .f64, stream: Self.stream)
    let cases: [(Tensor, Double, Double)] = [
      (uniform, 1, 16.0 / 12), (normal, 2, 9), (gumbel, 0.5772, Double.pi * Double.pi / 6),
    ]
    for (tensor, mean, variance) in cases {
      let found = Self.moments(tensor.doubles)
      #expect(abs(found.mean - mean) < 0.035 * variance.squareRoot())
      #expect(abs(found.variance / variance - 1) < 0.08)
      #expect(tensor.doubles.allSatisfy { $0.isFinite })
    }
  }

  @Test("gamma numbers have theirs too, below and above 1", arguments: [0.2, 0.9, 1, 3.5, 40])
  func gamma(concentration: Double) throws {
    let values = try Tensor.gamma(
      [6_000], concentration: concentration, scale: 2, .f64, stream: Self.stream
    ).doubles
    let found = Self.moments(values)
    // The mean's own deviation is sqrt(variance / n).
    #expect(abs(found.mean / (2 * concentration) - 1) < 4 / (concentration * 6_000).squareRoot())
    #expect(abs(found.variance / (4 * concentration) - 1) < 0.2)
    #expect(values.allSatisfy { $0 > 0 })
  }

  @Test("an element does not depend on how many there are")
  func independence() throws {
    let few = try Tensor.gamma([3], concentration: 0.5, stream: Self.stream)
    let many = try Tensor.gamma([9], concentration: 0.5, stream: Self.stream)
    #expect(few.floats == Array(many.floats.prefix(3)))
    let normals = try Tensor.normal([2, 3], stream: Self.stream)
    var stream = Self.stream
    #expect(normals.floats == (0..<6).map { _ in Float(stream.normal()) })
  }

  @Test func dirichlet() throws {
    let rows = 2_000
    let concentrations = try Tensor([1.0, 2, 5], shape: [3]).broadcast(to: [rows, 3])
    let values = try Tensor.dirichlet(concentrations, stream: Self.stream)
    #expect(values.shape == [rows, 3])
    for (index, mean) in [0.125, 0.25, 0.625].enumerated() {
      let column = (0..<rows).map { values.doubles[$0 * 3 + index] }
      #expect(abs(Self.moments(column).mean - mean) < 0.02)
    }
    for row in 0..<rows {
      #expect(abs(values.doubles[row * 3..<row * 3 + 3].reduce(0, +) - 1) < 1e-14)
    }
    // Very small concentrations give a corner, not 0 / 0.
    let corner = try Tensor.dirichlet(.full([4], .float(1e-5), .f64), stream: Self.stream).doubles
    #expect(abs(corner.reduce(0, +) - 1) < 1e-14)
    #expect(throws: TensorError.self) { try Tensor.dirichlet(.zeros([3]), stream: Self.stream) }
  }

  @Test func categorical() throws {
    let weights = try Tensor([Float(0), 3, 1], shape: [3]).broadcast(to: [8, 500, 3])
    let drawn = try Tensor.categorical(weights, stream: Self.stream)
    #expect(drawn.shape == [8, 500])
    let ids = try #require(drawn.int32s)
    #expect(!ids.contains(0))
    #expect(abs(ids.count { $0 == 1 } - 3_000) < 120)
    for bad in [[Float(0), 0], [1, -1], [.nan, 1], [.infinity, 1]] {
      #expect(throws: TensorError.self) {
        try Tensor.categorical(Tensor(bad), stream: Self.stream)
      }
    }
  }

  @Test func permutation() throws {
    let drawn = try #require(try Tensor.permutation(50, stream: Self.stream).int32s)
    #expect(drawn.sorted() == Array(0..<50))
    #expect(drawn != Array(0..<50))
    #expect(throws: TensorError.self) { try Tensor.permutation(-1, stream: Self.stream) }
  }

  @Test("what has no distribution is an error")
  func misfits() {
    #expect(throws: TensorError.self) {
      try Tensor.uniform([2], from: 1, to: 0, stream: Self.stream)
    }
    #expect(throws: TensorError.self) { try Tensor.normal([2], deviation: -1, stream: Self.stream) }
    #expect(throws: TensorError.self) {
      try Tensor.gamma([2], concentration: 0, stream: Self.stream)
    }
    #expect(throws: TensorError.self) { try Tensor.normal([-2], stream: Self.stream) }
    #expect(throws: TensorError.self) { try Tensor.normal([2], .i32, stream: Self.stream) }
  }
}
