import CKernels
import Testing

@testable import Kernels

@Suite("Packed quantised weights") struct QuantizedMatrixTests {
  /// Blocks of any bytes. Where they are tame, their f16 scales are finite and not subnormal.
  enum Bytes: CaseIterable {
    case tame
    case any
    /// Scales that are NaN, -1 everywhere.
    case ones
    /// 128 in every byte: -128 in eight bits, -0 as scales' upper bytes.
    case least

    func blocks(_ format: BlockFormat, _ count: Int, _ numbers: inout TestNumbers) -> [UInt8] {
      var bytes = (0..<count * format.byteCount).map { _ in
        switch self {
        case .ones: UInt8(255)
        case .least: UInt8(128)
        default: UInt8(truncatingIfNeeded: numbers.bits() >> 7)
        }
      }
      if self == .tame {
        // A scale's upper byte is among the first four or the last four of any block.
        for block in 0..<count {
          let start = block * format.byteCount
          for place in [1, 3, format.byteCount - 3, format.byteCount - 1] {
            bytes[start + place] = bytes[start + place] & 0x83 | 0x30
          }
        }
      }
      return bytes
    }
  }

  /// The product `[rows, outputs]` by the plain kernel, over the blocks as they were.
  static func expected(_ x: [Float], _ bytes: [UInt8], _ format: BlockFormat, outputs: Int) throws
    -> [Float]
  {
    let inputs = bytes.count / format.byteCount * format.length / outputs
    let rows = x.count / inputs
    let (blocks, q) = (TestMemory(bytes), TestMemory(x.count, Int8(0)))
    let (scales, sums) = (TestMemory(x.count / 32, Float(0)), TestMemory(x.count / 16, Int32(0)))
    let y = TestMemory(rows * outputs, Float.nan)
    let b = try #require(blocks.view.baseAddress)
    let to = try #require(q.mutable.baseAddress)
    let d = try #require(scales.mutable.baseAddress)
    let s = try #require(sums.mutable.baseAddress)
    let result = try #require(y.mutable.baseAddress)
    try Machine.with(variant: Machine.variants[0], shares: 1) {
      ck_quantize_activations(x, x.count, to, d, s)
      var product = ck_block_product(
        format: format.code, blocks: b, q: to, scales: d, sums: s, y: result, rows: rows,
        inputs: inputs, outputs: outputs)
      ck_multiply_blocks(&product)
    }
    return y.values
  }

  @Test("products have the plain kernel's bits", arguments: BlockFormat.allCases, Bytes.allCases)
  func products(format: BlockFormat, bytes: Bytes) throws {
    var numbers = TestNumbers(5)
    for (rows, outputs) in [
      (1, 1), (1, 40), (2, 15), (3, 16), (3, 17), (4, 33), (5, 40), (16, 17), (17, 31), (33, 1),
      (33, 40), (131, 35),
    ] {
      // Odd numbers of blocks leave half a unit.
      let inputs = (1 + numbers.below(format.length == 32 ? 5 : 2)) * format.length
      let blocks = bytes.blocks(format, inputs / format.length * outputs, &numbers)
      var x = bytes == .tame ? numbers.floats(rows * inputs) : numbers.wild(rows * inputs)
      for i in 0..<32 { x[i] *= 0x1p-110 }
      if bytes == .any { x[x.count - 1] = .nan }
      let expected = try Self.expected(x, blocks, format, outputs: outputs)
      let matrix = try QuantizedMatrix.copying(
        blocks, format: format, inputs: inputs, outputs: outputs)
      let found = try KernelTesting.everywhere("\(rows) x \(inputs) x \(outputs)") {
        KernelTesting.bits(try Self.product(x, matrix))
      }
      #expect(found == KernelTesting.bits(expected), "\(rows) x \(inputs) x \(outputs)")
    }
  }

  static func product(_ x: [Float], _ matrix: QuantizedMatrix) throws -> [Float] {
    try written(x.count / matrix.inputs * matrix.outputs, over: Float.nan) { y in
      try x.withUnsafeBufferPointer { try matrix.multiply($0, into: y) }
    }
  }

  @Test("several matrices at once, adding or not, are as one after the other", arguments: 1...6)
  func together(rows: Int) throws {
    var numbers = TestNumbers(rows)
    let formats: [BlockFormat] = [.q4K, .q8x0, .q4x1, .q6K]
    let matrices = try [5, 64, 16, 33].enumerated().map { place, outputs in
      try QuantizedMatrix.copying(
        Bytes.tame.blocks(formats[place], outputs * 256 / formats[place].length, &numbers),
        format: formats[place], inputs: 256, outputs: outputs)
    }
    let x = numbers.floats(rows * 256 * 5)
    let quantized = try x.withUnsafeBufferPointer { try QuantizedRows($0, width: 256) }
    let before = matrices.map { numbers.floats(quantized.rows * $0.outputs) }
    let expected = try zip(matrices, before).map { matrix, before in
      zip(before, try Self.product(x, matrix)).map { $0 + $1 }
    }
    for count in 1...4 {
      try KernelTesting.everywhere("\(count) matrices") {
        let results = before.map { TestMemory($0) }
        let products = zip(matrices, results).map {
          QuantizedProduct($0, into: $1.mutable, adding: true)
        }
        switch count {
        case 1: try quantized.multiply(products[0])
        case 2: try quantized.multiply(products[0], products[1])
        case 3: try quantized.multiply(products[0], products[1], products[2])
        default: try products.withUnsafeBufferPointer { try quantized.multiply($0) }
        }
        let bits = results.prefix(count).map { KernelTesting.bits($0.values) }
        #expect(bits == expected.prefix(count).map { KernelTesting.bits($0) })
        return bits
      }
    }
    let short = TestMemory(3, Float(0))
    #expect(throws: KernelError.self) {
      try quantized.multiply(QuantizedProduct(matrices[0], into: short.mutable))
    }
  }

  @Test(
    "packing loses nothing, and mapped bytes make the same matrix", arguments: BlockFormat.allCases)
  func roundTrip(format: BlockFormat) throws {
    var numbers = TestNumbers(9)
    for (blocks, outputs) in [(1, 1), (2, 16), (3, 17), (5, 40), (4, 0)] {
      let inputs = blocks * format.length
      for kind in Bytes.allCases {
        let bytes = kind.blocks(format, blocks * outputs, &numbers)
        let matrix = try QuantizedMatrix.copying(
          bytes, format: format, inputs: inputs, outputs: outputs)
        #expect(matrix.blocks() == bytes)
        #expect(matrix.byteCount == bytes.count)
        let all = try format.dequantizing(bytes)
        #expect(KernelTesting.bits(try matrix.dequantized()) == KernelTesting.bits(all))
        let size = try #require(
          QuantizedMatrix.packedByteCount(format: format, inputs: inputs, outputs: outputs))
        let file = MappedBytes(matrix.withPackedBytes { Array($0) })
        #expect(file.bytes.count == size)
        let mapped = try QuantizedMatrix(
          packed: UnsafeRawBufferPointer(file.bytes), owner: file, format: format, inputs: inputs,
          outputs: outputs)
        #expect(mapped.blocks() == bytes)
        guard outputs > 0 else { continue }
        let last = KernelTesting.bits(Array(all.suffix(inputs)))
        #expect(KernelTesting.bits(try mapped.row(outputs - 1)) == last)
        let chosen = try mapped.choosing([outputs - 1, 0, outputs - 1])
        #expect(chosen.outputs == 3)
        #expect(KernelTesting.bits(try chosen.row(2)) == last)
        #expect(
          KernelTesting.bits(try chosen.row(1)) == KernelTesting.bits(Array(all.prefix(inputs))))
        #expect(throws: KernelError.self) { try mapped.choosing([0, outputs]) }
      }
    }
  }

  /// Memory that plays a mapped file.
  final class MappedBytes {
    let bytes: UnsafeMutableRawBufferPointer
    init(_ values: [UInt8]) {
      bytes = .allocate(byteCount: values.count, alignment: 64)
      bytes.copyBytes(from: values)
    }
    deinit { bytes.deallocate() }
  }

  @Test("packed bytes that do not fit are refused")
  func refused() throws {
    let file = MappedBytes([UInt8](repeating: 0, count: 6 * 64))
    let bytes = UnsafeRawBufferPointer(file.bytes)
    func make(_ bytes: UnsafeRawBufferPointer, _ inputs: Int, _ outputs: Int) throws {
      _ = try QuantizedMatrix(
        packed: bytes, owner: file, format: .q4x0, inputs: inputs, outputs: outputs)
    }
    let five = UnsafeRawBufferPointer(rebasing: bytes[..<320])
    try make(five, 32, 16)
    try make(five, 32, 1)
    let aside = UnsafeRawBufferPointer(rebasing: bytes[4..<324])
    #expect(throws: KernelError.self) { try make(aside, 32, 16) }
    #expect(throws: KernelError.self) { try make(five, 32, 17) }
    #expect(throws: KernelError.self) { try make(five, 33, 16) }
    #expect(throws: KernelError.self) { try make(five, 32, -1) }
    #expect(throws: KernelError.self) { try make(five, 32, Int.max) }
    #expect(throws: KernelError.self) { try make(five, Int.max / 32 * 32, 1) }
    #expect(QuantizedMatrix.packedByteCount(format: .q4x0, inputs: Int.max, outputs: 1) == nil)
  }

  @Test("rows whose memory is used again are as new ones")
  func scratch() throws {
    var numbers = TestNumbers(2)
    let blocks = Bytes.tame.blocks(.q4x0, 3 * 20, &numbers)
    let matrix = try QuantizedMatrix.copying(blocks, format: .q4x0, inputs: 96, outputs: 20)
    let scratch = try QuantizedScratch(capacity: 96)
    for rows in [1, 3, 2, 40, 0, 1] {
      let x = numbers.floats(rows * 96)
      try x.withUnsafeBufferPointer { try scratch.quantize($0, width: 96) }
      let found = try written(rows * 20, over: Float.nan) {
        try scratch.multiply(QuantizedProduct(matrix, into: $0))
      }
      #expect(found == (try Self.product(x, matrix)))
    }
    let odd = [Float](repeating: 0, count: 33)
    #expect(throws: KernelError.self) {
      try odd.withUnsafeBufferPointer { try scratch.quantize($0, width: 33) }
    }
    #expect(throws: KernelError.self) {
      try odd.withUnsafeBufferPointer { try scratch.quantize($0, width: 32) }
    }
  }

  @Test("activations are quantised the same by every instance")
  func activations() throws {
    var numbers = TestNumbers(12)
    for count in [32, 64, 96, 576, 1536] {
      var x = numbers.floats(count) + numbers.wild(count)
      // A tie of rounding in either direction, tiny and odd blocks.
      x.replaceSubrange(0..<4, with: [127, 0.5, -1.5, 2.5])
      for i in 4..<32 { x[i] = (x[i] * 100).rounded() + 0.5 }
      x += [Float](repeating: 0x1p-101, count: 32) + [Float](repeating: 0x1p-100, count: 32)
      x += [Float](repeating: -0.0, count: 31) + [.nan]
      x += [.infinity] + [Float](repeating: 1, count: 31)
      x += [Float](repeating: .greatestFiniteMagnitude, count: 32)
      try KernelTesting.everywhere("\(count)") {
        let (q, scales) = (TestMemory(x.count, Int8(1)), TestMemory(x.count / 32, Float(1)))
        let sums = TestMemory(x.count / 16, Int32(1))
        if let to = q.mutable.baseAddress, let d = scales.mutable.baseAddress,
          let s = sums.mutable.baseAddress
        {
          ck_quantize_activations(x, x.count, to, d, s)
        }
        for half in 0..<x.count / 16 {
          let sum = q.values[half * 16..<half * 16 + 16].reduce(0) { $0 + Int32($1) }
          #expect(sums.values[half] == sum)
        }
        return [q.values.map(Int.init), KernelTesting.bits(scales.values).map(Int.init)]
      }
    }
  }
}
