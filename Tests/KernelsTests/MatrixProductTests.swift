import Testing

@testable import Kernels

@Suite("Products of matrices as they stand") struct MatrixProductTests {
  /// Extents, layouts and numbers drawn from a seed.
  struct Case {
    var extents: MatrixProduct.Extents
    var a: [Float]
    var b: [Float]
    var c: [Float]
    var layouts: [MatrixLayout] = []
    var accumulating: Bool

    init(_ seed: Int) {
      var numbers = TestNumbers(seed)
      // A few large enough for several blocks; many small and odd.
      let inner = seed % 9 == 0 ? 0 : 1 + numbers.below(seed % 4 == 0 ? 700 : 60)
      extents = MatrixProduct.Extents(
        batches: seed % 3 == 0 ? 1 + numbers.below(5) : 1,
        rows: seed % 5 == 0 ? 1 : 1 + numbers.below(seed % 8 == 1 ? 300 : 30), inner: inner,
        columns: 1 + numbers.below(seed % 4 == 0 ? 40 : 90))
      accumulating = numbers.below(2) == 1
      var counts: [Int] = []
      for (rows, columns) in [
        (extents.rows, inner), (inner, extents.columns), (extents.rows, extents.columns),
      ] {
        var layout = MatrixLayout(row: columns, column: 1)
        var size = rows * columns
        switch numbers.below(3) {
        case 0: break
        case 1: layout = MatrixLayout(row: 1, column: max(rows, 1))
        default:
          layout = MatrixLayout(row: 2 * columns + 3, column: 2)
          size = rows * (2 * columns + 3)
        }
        (layout.batch, layout.offset) = (size, numbers.below(4))
        // Read backwards now and then.
        if counts.count < 2, rows > 0, numbers.below(4) == 0 {
          layout.offset += (rows - 1) * layout.row
          layout.row = -layout.row
        }
        layouts.append(layout)
        counts.append(size * extents.batches + 3)
      }
      let wild = seed % 2 == 1
      a = wild ? numbers.wild(counts[0]) : numbers.floats(counts[0])
      b = wild ? numbers.wild(counts[1]) : numbers.floats(counts[1])
      c = numbers.floats(counts[2])
    }

    /// The definition, for both types.
    func expected<T: KernelReal>(_ type: T.Type) -> [T] {
      var result = c.map { T($0) }
      let (x, y) = (a.map { T($0) }, b.map { T($0) })
      func at(_ operand: Int, _ n: Int, _ row: Int, _ column: Int) -> Int {
        let l = layouts[operand]
        return l.offset + n * l.batch + row * l.row + column * l.column
      }
      for n in 0..<extents.batches {
        for row in 0..<extents.rows {
          for column in 0..<extents.columns {
            var chain: T = accumulating ? result[at(2, n, row, column)] : 0
            for i in 0..<extents.inner {
              chain.addProduct(x[at(0, n, row, i)], y[at(1, n, i, column)])
            }
            result[at(2, n, row, column)] = accumulating && extents.inner == 0 ? chain : chain + 0
          }
        }
      }
      return result
    }

    func result<T: KernelReal>(_ type: T.Type, guarded atEnd: Bool) throws -> [T] {
      let x = try GuardedMemory(a.map { T($0) }, atEnd: atEnd)
      let y = try GuardedMemory(b.map { T($0) }, atEnd: atEnd)
      let z = try GuardedMemory(c.map { T($0) }, atEnd: atEnd)
      try MatrixProduct.multiply(
        x.readable, layouts[0], y.readable, layouts[1], into: z.values, layouts[2], extents,
        accumulating: accumulating)
      return Array(z.values)
    }
  }

  @Test(
    "any strides and batches: the chain of the definition, inside the operands", arguments: 0..<48)
  func strided(seed: Int) throws {
    let drawn = Case(seed)
    let narrow = try KernelTesting.everywhere("\(drawn.extents)") {
      KernelTesting.bits(try drawn.result(Float.self, guarded: seed % 4 < 2))
    }
    #expect(narrow == KernelTesting.bits(drawn.expected(Float.self)))
    let wide = try KernelTesting.everywhere("\(drawn.extents)") {
      KernelTesting.bits(try drawn.result(Double.self, guarded: seed % 4 < 2))
    }
    #expect(wide == KernelTesting.bits(drawn.expected(Double.self)))
  }

  @Test("parts of the inner axis, one after the other, are the whole", arguments: [1, 3, 12, 40])
  func microBatches(rows: Int) throws {
    var numbers = TestNumbers(rows)
    let (inner, columns) = (530, 45)
    let (a, b) = (numbers.floats(inner * rows), numbers.floats(inner * columns))
    func gradient(parts: [Int]) throws -> [Float] {
      var c = [Float](repeating: 0.25, count: rows * columns)
      var start = 0
      for part in parts {
        try a.withUnsafeBufferPointer { a in
          try b.withUnsafeBufferPointer { b in
            try c.withUnsafeMutableBufferPointer { c in
              try MatrixProduct.multiply(
                a, MatrixLayout(offset: start * rows, row: rows).transposed, b,
                MatrixLayout(offset: start * columns, row: columns), into: c,
                MatrixLayout(row: columns),
                .init(rows: rows, inner: part, columns: columns), accumulating: true)
            }
          }
        }
        start += part
      }
      return c
    }
    let whole = try KernelTesting.everywhere { KernelTesting.bits(try gradient(parts: [530])) }
    for parts in [[1, 529], [256, 256, 18], [100, 0, 430]] {
      #expect(KernelTesting.bits(try gradient(parts: parts)) == whole)
    }
  }

  @Test("packed, as it stands and transposed agree; a row of many is that row alone")
  func forms() throws {
    var numbers = TestNumbers(4)
    let (rows, inner, columns) = (150, 600, 131)
    let (a, b) = (numbers.floats(rows * inner), numbers.floats(inner * columns))
    let turned = (0..<columns * inner).map { b[$0 % inner * columns + $0 / inner] }
    let plain = try KernelTesting.everywhere {
      KernelTesting.bits(
        try MatrixProduct.multiply(a, b, rows: rows, inner: inner, columns: columns))
    }
    let packed = try PackedMatrix.packing(weight: turned, outputs: columns, inputs: inner)
    let many = try KernelTesting.everywhere {
      var y = [Float](repeating: .nan, count: rows * columns)
      try packed.multiply(a, into: &y)
      return KernelTesting.bits(y)
    }
    #expect(many == plain)
    for row in [0, 77, 149] {
      let x = Array(a[row * inner..<(row + 1) * inner])
      let one = try KernelTesting.everywhere {
        var y = [Float](repeating: .nan, count: columns)
        try packed.multiply(x, into: &y)
        return KernelTesting.bits(y)
      }
      #expect(one == Array(plain[row * columns..<(row + 1) * columns]))
    }
  }

  @Test("packed products stay inside their operands", arguments: [true, false], [1, 2, 13, 40])
  func guarded(atEnd: Bool, rows: Int) throws {
    var numbers = TestNumbers(rows)
    for (inner, columns) in [(1, 1), (17, 33), (300, 95)] {
      let weight = try GuardedMemory(numbers.floats(inner * columns), atEnd: atEnd)
      let halves = try GuardedMemory(
        HalfFormat.bf16.narrowing(Array(weight.values)), atEnd: atEnd)
      let x = try GuardedMemory(numbers.floats(rows * inner), atEnd: atEnd)
      let y = try GuardedMemory([Float](repeating: 0, count: rows * columns), atEnd: atEnd)
      for (k, column) in [(columns, 1), (1, inner)] {
        for variant in Machine.variants {
          try Machine.with(variant: variant, shares: 2) {
            try PackedMatrix(
              weight.readable, inputs: inner, outputs: columns, inputStride: k, outputStride: column
            ).multiply(x.readable, into: y.values, rows: rows)
            try PackedHalfMatrix(
              halves.readable, format: .bf16, inputs: inner, outputs: columns, inputStride: k,
              outputStride: column
            ).multiply(x.readable, into: y.values, rows: rows)
          }
        }
      }
    }
  }

  @Test("what stands outside is an error")
  func sizes() throws {
    let six = [Float](repeating: 1, count: 6)
    func tried(
      _ a: MatrixLayout, _ b: MatrixLayout, _ c: MatrixLayout, _ extents: MatrixProduct.Extents
    ) throws {
      var out = six
      try six.withUnsafeBufferPointer { x in
        try out.withUnsafeMutableBufferPointer { y in
          try MatrixProduct.multiply(x, a, x, b, into: y, c, extents)
        }
      }
    }
    let (wide, tall) = (MatrixLayout(row: 3), MatrixLayout(row: 2))
    let fits = MatrixProduct.Extents(rows: 2, inner: 3, columns: 2)
    try tried(wide, tall, tall, fits)
    try tried(wide, MatrixLayout(row: 0), tall, fits)
    #expect(throws: KernelError.size(kernel: "product", argument: "a", needed: 7, found: 6)) {
      try tried(MatrixLayout(offset: 1, row: 3), tall, tall, fits)
    }
    #expect(throws: KernelError.size(kernel: "product", argument: "b", needed: -4, found: 6)) {
      try tried(wide, MatrixLayout(row: -2), tall, fits)
    }
    #expect(throws: KernelError.self) { try tried(wide, MatrixLayout(row: .max), tall, fits) }
    // Two outputs in one place.
    #expect(throws: KernelError.self) { try tried(wide, tall, MatrixLayout(row: 1), fits) }
    #expect(throws: KernelError.self) { try tried(wide, tall, MatrixLayout(row: 0), fits) }
    #expect(throws: KernelError.self) {
      try tried(wide, tall, tall, .init(batches: 2, rows: 2, inner: 3, columns: 2))
    }
    #expect(throws: KernelError.self) {
      try tried(wide, tall, tall, .init(rows: -1, inner: 3, columns: 2))
    }
    #expect(try MatrixProduct.multiply([Double](), [], rows: 2, inner: 0, columns: 1) == [0, 0])
  }
}
