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
}
