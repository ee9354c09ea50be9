import Testing

@testable import Tensors

@Suite("Element types") struct ElementTypeTests {
  @Test("all 65,536 halves widen and come back")
  func halves() throws {
    let f16 = (0...UInt16.max).map { Binary16(bits: $0) }
    let bf16 = (0...UInt16.max).map { BFloat16(bits: $0) }
    for tensor in [Tensor(f16), Tensor(bf16)] {
      for wide in [ElementType.f32, .f64] {
        #expect(try tensor.cast(to: wide).cast(to: tensor.elementType) == tensor)
      }
    }
    // Swift's own conversion is independent of ours.
    for bits in 0...UInt16.max {
      let own = Float(Float16(bitPattern: bits))
      let value = Binary16(bits: bits).float
      #expect(value == own || (value.isNaN && own.isNaN))
    }
  }

  @Test("narrowing rounds to the nearest, halves to the even one, once")
  func rounding() throws {
    var stream = RandomStream(seed: 1, path: ["halves"])
    for _ in 0..<20_000 {
      let value = Double(bitPattern: stream.next())
      let scaled = (stream.uniform() - 0.5) * 2e5
      for value in [value, scaled, scaled * 0x1p-24, Double(Float(scaled))] where !value.isNaN {
        #expect(Binary16(value).bits == Float16(value).bitPattern, "\(value)")
      }
    }
    // Between two neighbours, and just beside the middle.
    for bits in UInt16(0)..<0x7BFF {
      let (low, high) = (Double(Float16(bitPattern: bits)), Double(Float16(bitPattern: bits + 1)))
      let middle = (low + high) / 2
      #expect(Binary16(middle).bits == (bits % 2 == 0 ? bits : bits + 1))
      #expect(Binary16(middle.nextDown).bits == bits)
      #expect(Binary16(middle.nextUp).bits == bits + 1)
    }
    for bits in UInt16(0)..<0x7F7F {
      let low = Double(BFloat16(bits: bits).float)
      let middle = (low + Double(BFloat16(bits: bits + 1).float)) / 2
      #expect(BFloat16(middle).bits == (bits % 2 == 0 ? bits : bits + 1))
      #expect(BFloat16(middle.nextDown).bits == bits)
      #expect(BFloat16(-middle.nextUp).bits == (bits + 1) | 0x8000)
    }
    #expect(Binary16(65519.99).bits == 0x7BFF && Binary16(65520).bits == 0x7C00)
    #expect(Binary16(-1e300).bits == 0xFC00 && BFloat16(1e300).bits == 0x7F80)
    #expect(Binary16(.nan).bits == 0x7E00 && BFloat16(-.nan).bits == 0x7FC0)
  }

  @Test("f16 and bf16 are computed in f32, i8 in i32")
  func computing() throws {
    let h = try Tensor([1.5, -2] as [Float]).cast(to: .f16)
    let b = try h.cast(to: .bf16)
    let c = Tensor([Int8(100), -128])
    #expect(try Tensor.apply(.add, h, h) == Tensor([3, -4] as [Float]))
    #expect(try Tensor.apply(.multiply, h, b) == Tensor([2.25, 4] as [Float]))
    #expect(
      try Tensor.apply(.multiply, .tensor(h), .scalar(.int(2))) == Tensor([3, -4] as [Float]))
    #expect(try Tensor.apply(.less, h, b) == Tensor([false, false]))
    #expect(try Tensor.apply(.add, c, c) == Tensor([Int32(200), -256]))
    #expect(try Tensor.apply(.negate, c) == Tensor([Int32(-100), 128]))
    #expect(try Tensor.apply(.add, c, Tensor([UInt8(1)])).elementType == .i32)
    #expect(try c.reduced(.min) == Tensor([Int32(-128)], shape: []))
    #expect(try h.reduced(.max) == Tensor([Float(1.5)], shape: []))
    #expect(try h.matmul(b) == Tensor([Float(6.25)], shape: []))
    #expect(try c.matmul(c) == Tensor([Int32(26_384)], shape: []))
    #expect(try Tensor.concatenated([h, h]).elementType == .f16)
    #expect(try Tensor.concatenated([h, b]).elementType == .f32)
    #expect(try Tensor.concatenated([c, c]).elementType == .i8)
    #expect(try Tensor.concatenated([c, Tensor([UInt8(1)])]).elementType == .i32)
    #expect(throws: TensorError.overflow(operation: "cast", elementType: .i8)) {
      try Tensor([Int32(128)]).cast(to: .i8)
    }
    #expect(try Tensor.full([2], .float(0.1), .f16).doubles == [0.0999755859375, 0.0999755859375])
  }
}
