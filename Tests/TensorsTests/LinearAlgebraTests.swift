import Testing

@testable import Tensors

@Suite("Decompositions of tensors") struct LinearAlgebraTests {
  private func close(_ a: Tensor, _ b: Tensor, _ tolerance: Double = 1e-12) -> Bool {
    a.shape == b.shape
      && zip(a.doubles, b.doubles).allSatisfy { abs($0 - $1) <= tolerance }
  }

  @Test("factors give the matrix again", arguments: [[4, 4], [5, 3], [3, 5]])
  func factors(shape: [Int]) throws {
    let a = try GradientChecking.tensor(shape, "a")
    let (q, r) = try a.qr()
    #expect(close(try q.matmul(r), a))
    let (u, values, vt) = try a.singularValues()
    #expect(close(try u.times(values).matmul(vt), a))
    let one = try Tensor((0..<shape[0]).map { Int32($0) }).oneHot(classes: shape[0])
    let square = try a.matmul(a.transposed()).plus(one.cast(to: .f64))
    let lower = try square.cholesky()
    #expect(close(try lower.matmul(lower.transposed()), square))
    let (eigenvalues, vectors) = try square.symmetricEigen()
    #expect(close(try vectors.times(eigenvalues).matmul(vectors.transposed()), square))
  }

  @Test("solutions, exact and nearest")
  func solutions() throws {
    let a = try GradientChecking.tensor([4, 4], "a")
    let x = try GradientChecking.tensor([4, 2], "x")
    #expect(close(try a.solving(a.matmul(x)), x, 1e-10))
    let tall = try GradientChecking.tensor([6, 3], "tall")
    let b = try GradientChecking.tensor([6], "b")
    let nearest = try tall.solving(b)
    // What is left is orthogonal to the columns.
    let rest = try tall.matmul(nearest).minus(b)
    #expect(close(try tall.transposed().matmul(rest), try .zeros([3], .f64)))
    #expect(try a.cast(to: .f32).qr().q.elementType == .f32)
    #expect(try Tensor([Int32(2)], shape: [1, 1]).cholesky().elementType == .f32)
  }

  @Test func misfits() throws {
    let a = try GradientChecking.tensor([3, 4], "a")
    #expect(throws: TensorError.self) { try a.cholesky() }
    #expect(throws: TensorError.self) { try a.symmetricEigen() }
    #expect(throws: TensorError.self) { try a.solving(Tensor([1.0, 2])) }
    #expect(throws: TensorError.self) { try a.solving(Tensor([1.0, 2, 3])) }
    #expect(throws: TensorError.self) { try Tensor([1.0]).qr() }
    #expect(throws: TensorError.self) { try Tensor([1.0]).singularValues() }
    #expect(throws: TensorError.self) { try Tensor.zeros([2, 2], .f64).cholesky() }
    #expect(throws: TensorError.self) { try Tensor.zeros([2, 2]).solving(Tensor([1.0, 2])) }
  }

  @Test("losses: gradients against central differences", arguments: Loss.allCases)
  func losses(_ loss: Loss) throws {
    let x = try GradientChecking.tensor([3, 4], "x", from: -2, to: 2)
    let targets =
      loss == .crossEntropy
      ? Tensor([Int32(0), 3, 1])
      : try GradientChecking.tensor([3, 4], "t", from: 0, to: 1)
    try GradientChecking.check("\(loss)", [x]) { try loss.mean($0[0], targets: targets) }
    let found = try loss.gradient(x, targets: targets)
    let slopes = try x.centralDifferences(step: 1e-5) {
      try loss.mean(Variable(constant: $0), targets: targets).value.doubles[0]
    }
    #expect(close(found.gradient, slopes, 1e-8))
    #expect(throws: TensorError.self) {
      try loss.mean(Variable(constant: x), targets: Tensor([Int32(0), 1]))
    }
  }

  @Test("a divergence from itself is nothing, with zeros too")
  func divergence() throws {
    let shares = try Tensor([0.5, 0, 0.5, 1, 0, 0], shape: [2, 3])
    let logits = try Tensor([0, -800, 0, 0, -900, -900.0], shape: [2, 3])
    let loss = try Loss.divergence.mean(Variable(constant: logits), targets: shares).value
    #expect(abs(loss.doubles[0]) < 1e-12)
  }

  @Test("nearest codes, distances and orders of every type")
  func orders() throws {
    let x = try Tensor([Float(0), 1, 5, 5], shape: [2, 2])
    let codes = try Tensor([Float(0), 0, 4, 4, 0, 2], shape: [3, 2])
    let found = try x.nearest(2, of: codes)
    #expect(found.indices.int32s == [0, 2, 1, 2])
    #expect(found.distances.floats == [1, 1, 2, 34])
    #expect(try x.distances(to: codes, by: .dot).floats == [0, 4, 2, 0, 40, 10])
    #expect(throws: TensorError.self) { try x.nearest(4, of: codes) }
    #expect(throws: TensorError.self) { try x.distances(to: Tensor([Float(1)])) }
    for type in ElementType.allCases where type != .bool {
      let values = try Tensor([3, 1, 2, 1], shape: [4, 1]).cast(to: type)
      let (sorted, indices) = try values.sorted(axis: 0, descending: true)
      #expect(sorted.elementType == type && sorted.doubles == [3, 2, 1, 1])
      #expect(indices.int32s == [0, 2, 1, 3] && indices.shape == [4, 1])
      #expect(try values.top(2, axis: 0, largest: false).indices.int32s == [1, 3])
    }
  }
}
