import Testing

@testable import Tensors

@Suite("Tensors") struct TensorTests {
  let grid: Tensor
  init() throws { grid = try Tensor((0..<24).map { Float($0) }, shape: [2, 3, 4]) }

  @Test("shapes are checked")
  func shapes() throws {
    #expect(throws: TensorError.elementCount(shape: [2, 2], found: 3)) {
      try Tensor([1, 2, 3] as [Float], shape: [2, 2])
    }
    #expect(throws: TensorError.self) { try Tensor.zeros([1, 1, 1, 1, 1, 1, 1, 1, 1]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([-1]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1 << 40, 1 << 40]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1 << 60]) }
    #expect(throws: TensorError.self) { try Tensor.zeros([1 << 44]) }
    #expect(try Tensor.zeros([1 << 40, 0, 1 << 40]).count == 0)
    #expect(try Tensor.full([], .float(2.5), .f32).scalar(at: 0) == .float(2.5))
  }

  @Test("equality is of bits, with one NaN")
  func equality() {
    #expect(Tensor([Float.nan]) == Tensor([-Float.nan]))
    #expect(Tensor([Float(0)]) != Tensor([-Float(0)]))
    #expect(Tensor([Float(1)]) != Tensor([1.0]))
  }

  @Test("indexes take positions, ranges and whole axes")
  func indexing() throws {
    #expect(try grid.indexed([.at(1), .at(-1), .at(0)]) == Tensor([20] as [Float], shape: []))
    #expect(
      try grid.indexed([.all, .at(0), .range(start: 1, end: 3)])
        == Tensor([1, 2, 13, 14] as [Float], shape: [2, 2]))
    #expect(
      try grid.indexed([.range(start: -1, end: nil), .range(start: 3, end: 1)]).shape == [1, 0, 4])
    #expect(throws: TensorError.indexOutOfRange(index: 2, axis: 0, shape: [2, 3, 4])) {
      try grid.indexed([.at(2)])
    }
    #expect(throws: TensorError.indexOutOfRange(index: Int.min, axis: 0, shape: [2, 3, 4])) {
      try grid.indexed([.at(Int.min)])
    }
    #expect(throws: TensorError.tooManyIndexes(count: 4, shape: [2, 3, 4])) {
      try grid.indexed([.all, .all, .all, .all])
    }
    let replaced = try grid.replacing(
      at: [.at(0), .all, .at(1)], with: .tensor(Tensor([-1, -2, -3] as [Float])))
    #expect(try replaced.indexed([.at(0), .all, .at(1)]) == Tensor([-1, -2, -3] as [Float]))
    #expect(try replaced.indexed([.at(1)]) == grid.indexed([.at(1)]))
    #expect(throws: TensorError.self) {
      try grid.replacing(at: [.at(0)], with: .tensor(Tensor([1, 2] as [Float])))
    }
  }

  @Test("transposing twice gives the tensor back; reshape keeps the order")
  func rearranging() throws {
    let turned = try grid.transposed([2, 0, 1])
    #expect(turned.shape == [4, 2, 3])
    #expect(
      try turned.indexed([.at(3), .at(1), .at(2)]) == grid.indexed([.at(1), .at(2), .at(3)]))
    #expect(try turned.transposed([1, 2, 0]) == grid)
    #expect(try grid.transposed().transposed() == grid)
    #expect(try grid.reshaped([-1, 2]).shape == [12, 2])
    #expect(
      throws: TensorError.shapeMismatch(operation: "reshape", left: [2, 3, 4], right: [5, -1])
    ) {
      try grid.reshaped([5, -1])
    }
    #expect(throws: TensorError.self) { try grid.transposed([0, 0, 1]) }
  }

  @Test("parts put together again give the whole")
  func joining() throws {
    for axis in 0..<3 {
      let parts = try (0..<grid.shape[axis]).map { position in
        try grid.indexed(
          (0..<3).map { $0 == axis ? .range(start: position, end: position + 1) : .all })
      }
      #expect(try Tensor.concatenated(parts, axis: axis) == grid)
      let slices = try (0..<grid.shape[axis]).map { position in
        try grid.indexed((0..<3).map { $0 == axis ? .at(position) : .all })
      }
      #expect(try Tensor.stack(slices, axis: axis) == grid)
    }
    #expect(
      try Tensor.concatenated([Tensor([Int32(1)]), Tensor([2.5])]) == Tensor([1, 2.5] as [Double]))
    #expect(throws: TensorError.shapeMismatch(operation: "concatenate", left: [1], right: [1, 1])) {
      try Tensor.concatenated([Tensor([Float(1)]), Tensor([Float(1)], shape: [1, 1])])
    }
  }

  @Test("reductions over the whole and along axes")
  func reductions() throws {
    #expect(try grid.reduced(.sum) == Tensor([276] as [Float], shape: []))
    #expect(try grid.reduced(.sum, axis: 1).floats == [12, 15, 18, 21, 48, 51, 54, 57])
    #expect(
      try grid.reduced(.argmax, axis: -1) == Tensor([3, 3, 3, 3, 3, 3] as [Int32], shape: [2, 3]))
    #expect(try Tensor([1, 5, 5, 2] as [Float]).reduced(.argmax) == Tensor([Int32(1)], shape: []))
    #expect(try Tensor([2, 4, 4, 4, 5, 5, 7, 9] as [Double]).reduced(.std).doubles == [2])
    #expect(try Tensor([Int32(1), 2]).reduced(.mean) == Tensor([1.5] as [Float], shape: []))
    #expect(try Tensor([true, true, false]).reduced(.sum) == Tensor([Int32(2)], shape: []))
    #expect(try Tensor([true, false]).reduced(.any) == Tensor([true], shape: []))
    #expect(try Tensor([true, false]).reduced(.max) == Tensor([true], shape: []))
    #expect(try Tensor([1, .nan, 0] as [Float]).reduced(.max).floats[0].isNaN)
    #expect(throws: TensorError.notANumber(operation: "argmax")) {
      try Tensor([1, .nan] as [Float]).reduced(.argmax)
    }
    #expect(throws: TensorError.empty(operation: "max", shape: [0])) {
      try Tensor([] as [Float]).reduced(.max)
    }
    #expect(try Tensor([] as [Float]).reduced(.sum).floats == [0])
    #expect(throws: TensorError.axisOutOfRange(axis: 3, shape: [2, 3, 4])) {
      try grid.reduced(.sum, axis: 3)
    }
    #expect(throws: TensorError.overflow(operation: "sum", elementType: .i32)) {
      try Tensor([Int32.max, 1]).reduced(.sum)
    }
  }

  @Test("matrix products: vectors, matrices, batches, types")
  func products() throws {
    let a = try Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
    let b = try Tensor([1, 0, 0, 1, 1, 1] as [Float], shape: [3, 2])
    #expect(try a.matmul(b) == Tensor([4, 5, 10, 11] as [Float], shape: [2, 2]))
    #expect(try a.cast(to: .i32).matmul(b.cast(to: .u8)) == a.matmul(b).cast(to: .i32))
    #expect(try a.cast(to: .f64).matmul(b) == a.matmul(b).cast(to: .f64))
    let v = Tensor([1, 1, 1] as [Float])
    #expect(try a.matmul(v) == Tensor([6, 15] as [Float]))
    #expect(try v.matmul(b) == Tensor([2, 2] as [Float]))
    #expect(try v.matmul(v) == Tensor([3] as [Float], shape: []))
    let batched = try grid.matmul(grid.transposed([0, 2, 1]))
    #expect(batched.shape == [2, 3, 3])
    for batch in 0..<2 {
      let one = try grid.indexed([.at(batch)])
      #expect(try batched.indexed([.at(batch)]) == one.matmul(one.transposed()))
    }
    let m = try Tensor((0..<8).map { Float($0) }, shape: [4, 2])
    let spread = try grid.matmul(m)
    #expect(try spread.indexed([.at(1)]) == grid.indexed([.at(1)]).matmul(m))
    #expect(throws: TensorError.shapeMismatch(operation: "'@'", left: [2, 3], right: [2, 3])) {
      try a.matmul(a)
    }
    #expect(try Tensor.zeros([2, 0]).matmul(.zeros([0, 3])) == .zeros([2, 3]))
    #expect(throws: TensorError.overflow(operation: "'@'", elementType: .i32)) {
      try Tensor([Int32.max]).matmul(Tensor([Int32(2)]))
    }
  }

  @Test("operations of one operand")
  func unary() throws {
    func values(_ operation: UnaryOperation, _ x: [Double]) throws -> [Double] {
      try Tensor.apply(operation, Tensor(x)).doubles
    }
    #expect(try values(.round, [0.5, 1.5, 2.5, -0.5, -1.5, 2.4, -2.6]) == [0, 2, 2, 0, -2, 2, -3])
    #expect(try values(.floor, [-0.5, 1.5]) == [-1, 1])
    #expect(try values(.ceil, [-0.5, 1.5]) == [0, 2])
    #expect(try values(.sqrt, [4, 2.25]) == [2, 1.5])
    #expect(try Tensor.apply(.abs, Tensor([Int32(-3)])) == Tensor([Int32(3)]))
    #expect(try Tensor.apply(.not, Tensor([true])) == Tensor([false]))
    #expect(try Tensor.apply(.exp, Tensor([Int32(0)])) == Tensor([Float(1)]))
    #expect(throws: TensorError.overflow(operation: "'-'", elementType: .i32)) {
      try Tensor.apply(.negate, Tensor([Int32.min]))
    }
    #expect(throws: TensorError.self) { try Tensor.apply(.not, Tensor([Float(1)])) }
  }

  @Test("casting drops fractions and refuses what does not fit")
  func casting() throws {
    #expect(try Tensor([1.9, -1.9]).cast(to: .i32) == Tensor([Int32(1), -1]))
    #expect(try Tensor([Float(0), 2]).cast(to: .bool) == Tensor([false, true]))
    for value in [Double.nan, .infinity, 3e9] {
      #expect(throws: TensorError.overflow(operation: "cast", elementType: .i32)) {
        try Tensor([value]).cast(to: .i32)
      }
    }
    #expect(throws: TensorError.overflow(operation: "cast", elementType: .u8)) {
      try Tensor([Int32(-1)]).cast(to: .u8)
    }
  }

  @Test("16-bit floats widen exactly")
  func half() {
    #expect(HalfPrecision.float(fromBinary16: 0x3C00) == 1)
    #expect(HalfPrecision.float(fromBinary16: 0x0001) == 0x1p-24)
    #expect(HalfPrecision.float(fromBinary16: 0xFBFF) == -65504)
    #expect(HalfPrecision.float(fromBinary16: 0xFC00) == -.infinity)
    #expect(HalfPrecision.float(fromBinary16: 0x7E00).isNaN)
    #expect(HalfPrecision.float(fromBFloat16: 0x3F80) == 1)
  }
}
