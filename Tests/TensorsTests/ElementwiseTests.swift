import Testing

@testable import Tensors

@Suite("Element-wise operations") struct ElementwiseTests {
  @Test("broadcast as the definition says, on random shapes", arguments: 0..<60)
  func broadcasting(seed: Int) throws {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    func draw(_ n: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % n
    }
    let shape = (0..<draw(5)).map { _ in draw(4) + (draw(9) == 0 ? 0 : 1) }
    func part() -> [Int] {
      Array(shape.map { draw(3) == 0 ? 1 : $0 }.dropFirst(draw(2)))
    }
    let (left, right) = (part(), part())
    func filled(_ shape: [Int], _ base: Int) throws -> Tensor {
      try Tensor((0..<shape.reduce(1, *)).map { Int32($0 + base) }, shape: shape)
    }
    let (a, b) = (try filled(left, 1), try filled(right, 100))
    let result = try Tensor.apply(.subtract, a, b)
    let target = result.shape
    #expect(target.count == max(left.count, right.count))
    let values = try #require(result.int32s)
    var index = [Int](repeating: 0, count: target.count)
    for value in values {
      func element(_ tensor: Tensor) throws -> Int32 {
        let own = zip(index.suffix(tensor.rank), tensor.shape).map { $1 == 1 ? 0 : $0 }
        let element = try tensor.indexed(own.map { .at($0) })
        #expect(element.shape == [])
        return try #require(element.int32s)[0]
      }
      #expect(value == (try element(a)) - (try element(b)))
      var axis = target.count - 1
      while axis >= 0 {
        index[axis] += 1
        if index[axis] < target[axis] { break }
        index[axis] = 0
        axis -= 1
      }
    }
  }

  @Test("a bare number keeps the tensor's element type where it can")
  func scalarTypes() throws {
    let f32 = Tensor([1, 2] as [Float])
    let i32 = Tensor([1, 2] as [Int32])
    func type(_ t: Tensor, _ s: TensorScalar) throws -> ElementType {
      try Tensor.apply(.multiply, .scalar(s), .tensor(t)).elementType
    }
    #expect(try type(f32, .int(2)) == .f32)
    #expect(try type(f32, .float(0.5)) == .f32)
    #expect(try type(i32, .int(2)) == .i32)
    #expect(try type(i32, .float(0.5)) == .f32)
    #expect(try type(Tensor([1.0]), .float(0.5)) == .f64)
    #expect(try Tensor.apply(.add, f32, Tensor([1.0])).elementType == .f64)
    #expect(try Tensor.apply(.divide, i32, i32).elementType == .f32)
    #expect(try Tensor.apply(.add, Tensor([true]), Tensor([true])) == Tensor([Int32(2)]))
    #expect(
      try Tensor.apply(.less, .tensor(i32), .scalar(.int(1 << 40))) == Tensor([true, true]))
  }

  @Test("integers overflow with an error, never in silence")
  func overflow() throws {
    let big = Tensor([Int32.max])
    let one = Tensor([Int32(1)])
    #expect(throws: TensorError.overflow(operation: "'+'", elementType: .i32)) {
      try Tensor.apply(.add, big, one)
    }
    #expect(throws: TensorError.overflow(operation: "'-'", elementType: .u8)) {
      try Tensor.apply(.subtract, Tensor([UInt8(1)]), Tensor([UInt8(2)]))
    }
    #expect(throws: TensorError.overflow(operation: "'**'", elementType: .i32)) {
      try Tensor.apply(.power, Tensor([Int32(10)]), Tensor([Int32(10)]))
    }
    #expect(throws: TensorError.divisionByZero(operation: "'//'")) {
      try Tensor.apply(.floorDivide, one, Tensor([Int32(0)]))
    }
    let minimum = Tensor([Int32.min])
    #expect(throws: TensorError.overflow(operation: "'//'", elementType: .i32)) {
      try Tensor.apply(.floorDivide, minimum, Tensor([Int32(-1)]))
    }
  }

  @Test("division and remainder round down as in Python")
  func floors() throws {
    for x in -7...7 {
      for y in [-3, -2, -1, 1, 2, 3] {
        let down = Int((Double(x) / Double(y)).rounded(.down))
        let (a, b) = (Tensor([Int32(x)]), Tensor([Int32(y)]))
        #expect(try Tensor.apply(.floorDivide, a, b) == Tensor([Int32(down)]))
        #expect(try Tensor.apply(.modulo, a, b) == Tensor([Int32(x - down * y)]))
        let (c, d) = (Tensor([Double(x) / 4]), Tensor([Double(y) / 4]))
        #expect(try Tensor.apply(.floorDivide, c, d).doubles == [Double(down)])
        #expect(try Tensor.apply(.modulo, c, d).doubles == [Double(x - down * y) / 4])
      }
    }
  }

  @Test("shapes that do not fit are an error with both")
  func mismatch() {
    #expect {
      try Tensor.apply(.add, Tensor([1, 2] as [Float]), Tensor([1, 2, 3] as [Float]))
    } throws: {
      ($0 as? TensorError)?.message == "the shapes [2] and [3] do not go together in '+'"
    }
  }
}
