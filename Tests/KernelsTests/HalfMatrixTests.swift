import Testing

@testable import Kernels

@Suite("16-bit weights") struct HalfMatrixTests {
  static let all = (0...UInt16.max).map { $0 }

  @Test("every f16 widens as the language's own type does, every bf16 as an f32's upper half")
  func widening() {
    let f16 = Self.all.map { Float(Float16(bitPattern: $0)) }
    #expect(KernelTesting.bits(HalfFormat.f16.widening(Self.all)) == KernelTesting.bits(f16))
    let bf16 = Self.all.map { Float(bitPattern: UInt32($0) << 16) }
    #expect(KernelTesting.bits(HalfFormat.bf16.widening(Self.all)) == KernelTesting.bits(bf16))
  }

  @Test("narrowing rounds to the nearest, ties to even")
  func narrowing() {
    var numbers = TestNumbers(8)
    // Around every f16: itself, the middle to the next one, and that middle's neighbours.
    var values = numbers.wild(5000)
    for bits in stride(from: UInt16(0), to: 0x7C00, by: 7) {
      let low = Float(Float16(bitPattern: bits))
      let high = bits == 0x7BFF ? 65536 : Float(Float16(bitPattern: bits + 1))
      let middle = (low + high) / 2
      values += [low, middle, middle.nextUp, -middle.nextDown, -middle]
    }
    values += [65519.996, 65520, -65520, 1e30, .greatestFiniteMagnitude]
    for (value, half) in zip(values, HalfFormat.f16.narrowing(values)) {
      let expected = Float16(value)
      #expect(
        half == expected.bitPattern || value.isNaN && Float16(bitPattern: half).isNaN, "\(value)")
    }
    for (value, half) in zip(values, HalfFormat.bf16.narrowing(values)) where !value.isNaN {
      let (low, rest) = (value.bitPattern >> 16, value.bitPattern & 0xFFFF)
      let up = rest > 0x8000 || rest == 0x8000 && low & 1 == 1
      #expect(UInt32(half) == low + (up ? 1 : 0), "\(value)")
    }
    for format in HalfFormat.allCases {
      let numbers = Self.all.filter { !format.widening([$0])[0].isNaN }
      #expect(format.narrowing(format.widening(numbers)) == numbers)
      #expect(format.widening(format.narrowing([.nan]))[0].isNaN)
    }
  }

  @Test("products are those of the widened numbers", arguments: HalfFormat.allCases, 0..<12)
  func products(format: HalfFormat, seed: Int) throws {
    var numbers = TestNumbers(seed)
    let rows = seed % 3 == 0 ? 1 : 1 + numbers.below(30)
    let (inner, columns) = (numbers.below(seed % 4 == 0 ? 600 : 50), 1 + numbers.below(150))
    // Any pattern: subnormals, infinities, NaN.
    let halves = (0..<inner * columns).map { _ in UInt16(truncatingIfNeeded: numbers.bits()) }
    let x = seed % 2 == 0 ? numbers.floats(rows * inner) : numbers.wild(rows * inner)
    let wide = format.widening(halves)
    let transposed = seed % 2 == 0
    let (k, column) = transposed ? (1, inner) : (columns, 1)
    let matrix = try wide.withUnsafeBufferPointer {
      try PackedMatrix(
        $0, inputs: inner, outputs: columns, inputStride: k, outputStride: column)
    }
    let packed = try halves.withUnsafeBufferPointer {
      try PackedHalfMatrix(
        $0, format: format, inputs: inner, outputs: columns, inputStride: k, outputStride: column)
    }
    let rounded = try wide.withUnsafeBufferPointer {
      try PackedHalfMatrix(
        rounding: $0, to: format, inputs: inner, outputs: columns, inputStride: k,
        outputStride: column)
    }
    var expected = [Float](repeating: .nan, count: rows * columns)
    try matrix.multiply(x, into: &expected)
    for candidate in [packed, rounded] {
      let found = try KernelTesting.everywhere("\(rows) x \(inner) x \(columns)") {
        var y = [Float](repeating: .nan, count: rows * columns)
        try x.withUnsafeBufferPointer { x in
          try y.withUnsafeMutableBufferPointer { try candidate.multiply(x, into: $0, rows: rows) }
        }
        return KernelTesting.bits(y)
      }
      #expect(found == KernelTesting.bits(expected))
    }
  }

  @Test("sizes that do not fit are errors")
  func sizes() throws {
    let four: [UInt16] = [1, 2, 3, 4]
    try four.withUnsafeBufferPointer { values in
      #expect(throws: KernelError.self) {
        try PackedHalfMatrix(
          values, format: .f16, inputs: 2, outputs: 3, inputStride: 1, outputStride: 2)
      }
      let matrix = try PackedHalfMatrix(
        values, format: .f16, inputs: 2, outputs: 2, inputStride: 1, outputStride: 2)
      var y: [Float] = [0, 0]
      y.withUnsafeMutableBufferPointer { y in
        let short = UnsafeBufferPointer(rebasing: UnsafeBufferPointer(y)[0..<1])
        #expect(throws: KernelError.self) { try matrix.multiply(short, into: y, rows: 1) }
        #expect(throws: KernelError.self) { try matrix.multiply(short, into: y, rows: .max) }
      }
    }
  }
}
