import Testing

@testable import Kernels

/// Results that go past the caches and weights that come from memory have paths of their own: the same bits as
/// the same numbers in parts, which are too small for them.
@Suite("Operands larger than caches") struct LargeOperandTests {
  static func numbers(_ count: Int) -> [Float] {
    (0..<count).map { Float(($0 &* 7919) % 1999) / 500 - 2 }
  }

  /// What `work` makes of `count` numbers, one number behind a place that vectors like.
  static func shifted(
    _ count: Int,
    _ work: (UnsafeMutableBufferPointer<Float>) throws -> Void
  ) rethrows -> [Float] {
    var memory = [Float](repeating: .nan, count: count + 1)
    try memory.withUnsafeMutableBufferPointer {
      try work(UnsafeMutableBufferPointer(rebasing: $0[1...]))
    }
    return Array(memory[1...])
  }

  @Test("activations and gates", arguments: [Activation.gelu, .silu, .relu])
  func activations(_ activation: Activation) throws {
    let x = Self.numbers(6_300_007)
    let (whole, gated) = try x.withUnsafeBufferPointer { x in
      (
        try Self.shifted(x.count) { try activation.forward(x, into: $0) },
        try Self.shifted(x.count) { try activation.gated(gate: x, up: x, into: $0) }
      )
    }
    var (parts, gatedParts): ([Float], [Float]) = ([], [])
    for start in stride(from: 0, to: x.count, by: 900_000) {
      let part = Array(x[start..<min(start + 900_000, x.count)])
      parts += try ActivationTests.forward(activation, part)
      gatedParts += try ActivationTests.gated(activation, part, part)
    }
    #expect(whole == parts)
    #expect(gated == gatedParts)
  }

  @Test("norms", arguments: [1031, 4096])
  func norms(width: Int) throws {
    let rows = 6_300_000 / width + 7
    let (x, gain) = (Self.numbers(rows * width), Self.numbers(width))
    func normed(_ x: UnsafeBufferPointer<Float>, centered: Bool) throws -> [Float] {
      try gain.withUnsafeBufferPointer { gain in
        try Self.shifted(x.count) {
          if centered {
            try Norms.layer(
              x, gain: gain, bias: gain, epsilon: 1e-5, into: $0, rows: x.count / width,
              width: width)
          } else {
            try Norms.rms(
              x, gain: gain, epsilon: 1e-5, into: $0, rows: x.count / width, width: width)
          }
        }
      }
    }
    for centered in [false, true] {
      try x.withUnsafeBufferPointer { x in
        let whole = try normed(x, centered: centered)
        var parts: [Float] = []
        for start in stride(from: 0, to: rows, by: 200) {
          let range = start * width..<min(start + 200, rows) * width
          parts += try normed(UnsafeBufferPointer(rebasing: x[range]), centered: centered)
        }
        #expect(whole == parts)
      }
    }
  }

  @Test("one row times weights")
  func weights() throws {
    let (inputs, outputs, half) = (256, 33_003, 16_512)
    let (x, weight) = (Self.numbers(inputs), Self.numbers(inputs * outputs))
    func product(_ range: Range<Int>) throws -> [Float] {
      let matrix = try PackedMatrix.packing(
        weight: Array(weight[range.lowerBound * inputs..<range.upperBound * inputs]),
        outputs: range.count, inputs: inputs)
      var y = [Float](repeating: 0, count: range.count)
      try matrix.multiply(x, into: &y)
      return y
    }
    #expect(try product(0..<outputs) == product(0..<half) + product(half..<outputs))
  }
}
