import Files
import Kernels
import Testing

@testable import Models

/// Numbers from a linear congruence: the tests need variety, not randomness.
struct Draws {
  var state: UInt64
  mutating func bits() -> UInt32 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return UInt32(truncatingIfNeeded: state >> 32)
  }
  mutating func signed() -> Float { Float(Int32(bitPattern: bits())) * 0x1p-31 }
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: bits() >> 11) }
  }
}

/// Equal bits, all NaNs being one.
func sameBits(_ a: [Float], _ b: [Float]) -> Bool {
  a.count == b.count
    && zip(a, b).allSatisfy { $0.bitPattern == $1.bitPattern || ($0.isNaN && $1.isNaN) }
}

@Suite("Blocks of quantised weights") struct BlockTests {
  /// What the gguf package makes of the same blocks and numbers (`scripts/fixtures-blocks`).
  static let fixture = Paths.parent(of: #filePath) + "/Fixtures/blocks.gguf"

  /// Random blocks whose f16 scales are finite, some of them subnormal or large.
  static func blocks(_ format: BlockFormat, _ count: Int, _ draws: inout Draws) -> [UInt8] {
    var bytes = draws.bytes(count * format.byteCount)
    let places: [Int] =
      switch format {
      case .q4x1, .q5x1, .q4K, .q5K: [1, 3]
      case .q2K: [81, 83]
      case .q3K: [109]
      case .q6K: [209]
      default: [1]
      }
    for block in 0..<count {
      for place in places where bytes[block * format.byteCount + place] & 0x7C == 0x7C {
        bytes[block * format.byteCount + place] ^= 0x40
      }
    }
    return bytes
  }

  @Test("every type is dequantised as by the gguf package", arguments: GGUFTensorType.allCases)
  func dequantized(type: GGUFTensorType) throws {
    let file = try GGUFFile(path: Self.fixture)
    guard type.decoder != nil, type != .f32 else { return }
    let values = try file.floats(type.name + ".values")
    #expect(values.count >= 8)
    let found = try file.floats(type.name + ".blocks")
    #expect(sameBits(found, values))
    if let matrix = try file.quantized(type.name + ".blocks") {
      let all = try matrix.dequantized()
      #expect(sameBits(all, values))
      let second = try matrix.row(1)
      #expect(sameBits(second, Array(values.suffix(matrix.inputs))))
      #expect(throws: KernelError.self) { try matrix.row(2) }
      #expect(throws: KernelError.self) { try matrix.row(-1) }
    } else {
      #expect(type.blockFormat == nil)
    }
    let count = file.shape(of: type.name + ".blocks")?.first ?? 0
    let rows = try file.rows(type.name + ".blocks", count - 1..<count)
    #expect(sameBits(rows, Array(values.suffix(values.count / count))))
  }

  @Test(
    "numbers are quantised as by the gguf package",
    arguments: [BlockFormat.q4x0, .q4x1, .q5x0, .q5x1, .q8x0])
  func quantized(format: BlockFormat) throws {
    let file = try GGUFFile(path: Self.fixture)
    let made = try format.quantizing(file.floats(format.rawValue + ".source"))
    let expected = try file.bytes(format.rawValue + ".quantized")
    #expect(made.count == expected.count)
    for (index, (a, b)) in zip(made, expected).enumerated() where a != b {
      Issue.record("byte \(index): \(a), not \(b)")
      break
    }
  }

  /// The largest mean square error of the numbers, as a share of their mean square.
  @Test(
    "a search finds scales that lose little",
    arguments: [
      (BlockFormat.q2K, 0.09), (.q3K, 0.03), (.q4K, 0.006), (.q5K, 0.0015), (.q6K, 0.0005),
      (.iq4NL, 0.008),
    ] as [(BlockFormat, Double)])
  func searched(format: BlockFormat, bound: Double) throws {
    var draws = Draws(state: 7)
    // A sum of six is nearly normal.
    let x = (0..<4096).map { _ in (0..<6).reduce(Float(0)) { sum, _ in sum + draws.signed() } }
    let blocks = try format.quantizing(x)
    let again = try format.dequantizing(blocks)
    let lost = zip(x, again).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
    let all = x.reduce(0.0) { $0 + Double($1 * $1) }
    #expect(lost / all < bound, "\(lost / all)")
    #expect(try format.quantizing(x) == blocks)
    let zeros = [Float](repeating: 0, count: 256)
    let nothing = try format.dequantizing(format.quantizing(zeros))
    #expect(nothing.allSatisfy { $0 == 0 })
  }

  @Test("numbers that no block can hold are refused", arguments: BlockFormat.allCases)
  func refused(format: BlockFormat) throws {
    var x = [Float](repeating: 1, count: 256)
    _ = try format.quantizing(x)
    for odd in [Float.nan, .infinity, -.infinity] {
      x[77] = odd
      #expect(throws: KernelError.self) { try format.quantizing(x) }
    }
    for large in [Float(1e30), -1e38, .greatestFiniteMagnitude] {
      x[77] = large
      #expect(throws: KernelError.self) { try format.quantizing(x) }
    }
    x[77] = .leastNonzeroMagnitude
    _ = try format.quantizing(x)
    x = x.map { $0 * 0x1p-130 }
    let tiny = try format.dequantizing(format.quantizing(x))
    #expect(tiny.allSatisfy { abs($0) < 0x1p-100 })
    x.removeLast()
    #expect(throws: KernelError.self) { try format.quantizing(x) }
  }

  @Test(
    "products are those of the contract, on every instance, with any shares",
    arguments: BlockFormat.allCases)
  func products(format: BlockFormat) throws {
    var draws = Draws(state: 3)
    for (rows, blocks, outputs) in [(1, 1, 1), (2, 3, 7), (5, 2, 33)] {
      let inputs = blocks * format.length
      let bytes = Self.blocks(format, blocks * outputs, &draws)
      var x = (0..<rows * inputs).map { _ in draws.signed() * 5 }
      // Zeros, a tie of rounding, tiny and large activations.
      for i in 0..<32 { x[x.count - 1 - i] *= 0x1p-110 }
      x[0] = 127
      x[1] = 0.5
      x[2] = -1.5
      let expected = naiveProduct(x, bytes, format, inputs: inputs, outputs: outputs)
      let matrix = try QuantizedMatrix.copying(
        bytes, format: format, inputs: inputs, outputs: outputs)
      for variant in Machine.variants {
        for shares in [1, 3] {
          let answer = try Machine.with(variant: variant, shares: shares, cutsAll: true) {
            try Self.product(x, matrix)
          }
          let found = try #require(answer)
          #expect(sameBits(found, expected), "\(variant), \(shares) shares, \(rows)×\(inputs)")
        }
      }
    }
  }

  static func product(_ x: [Float], _ matrix: QuantizedMatrix) throws -> [Float] {
    var y = [Float](repeating: .nan, count: x.count / matrix.inputs * matrix.outputs)
    try x.withUnsafeBufferPointer { x in
      try y.withUnsafeMutableBufferPointer { try matrix.multiply(x, into: $0) }
    }
    return y
  }

  @Test(
    "odd activations and infinite scales go the contract's way", arguments: BlockFormat.allCases)
  func specials(format: BlockFormat) throws {
    var draws = Draws(state: 11)
    let inputs = 2 * max(format.length, 32)
    let bytes = Self.blocks(format, inputs / format.length * 3, &draws)
    let matrix = try QuantizedMatrix.copying(bytes, format: format, inputs: inputs, outputs: 3)
    for special in [
      Float.nan, .infinity, -.infinity, 0x1p-101, 0x1p-100, -0x1p127, Float.leastNonzeroMagnitude,
    ] {
      for place in [0, 33, inputs - 1] {
        for rest in [Float(0), 0x1p-120, 1] {
          var x = [Float](repeating: rest, count: inputs)
          x[place] = special
          let expected = naiveProduct(x, bytes, format, inputs: inputs, outputs: 3)
          let found = try Self.product(x, matrix)
          #expect(sameBits(found, expected), "\(special) at \(place)")
          if !special.isFinite { #expect(expected.allSatisfy { $0.isNaN }) }
        }
      }
    }
  }

  @Test("sizes that do not fit are refused")
  func sizes() throws {
    let bytes = [UInt8](repeating: 0, count: 36)
    #expect(throws: KernelError.self) {
      try QuantizedMatrix.copying(bytes, format: .q4x0, inputs: 33, outputs: 1)
    }
    #expect(throws: KernelError.self) {
      try QuantizedMatrix.copying(bytes, format: .q4x0, inputs: 32, outputs: 3)
    }
    #expect(throws: KernelError.self) {
      try QuantizedMatrix.copying(bytes, format: .q4x0, inputs: 0, outputs: 3)
    }
    #expect(throws: KernelError.self) {
      try QuantizedMatrix.copying(bytes, format: .q4x0, inputs: 32, outputs: Int.max)
    }
    let matrix = try QuantizedMatrix.copying(bytes, format: .q4x0, inputs: 32, outputs: 2)
    #expect(throws: KernelError.self) {
      try Self.product([Float](repeating: 0, count: 33), matrix)
    }
    #expect(try Self.product([Float](repeating: 1, count: 64), matrix) == [0, 0, 0, 0])
    #expect(throws: KernelError.self) { try BlockFormat.q4x0.dequantizing([1, 2, 3]) }
  }
}
