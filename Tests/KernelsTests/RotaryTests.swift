import Testing

@testable import Kernels

@Suite("Rotary positions") struct RotaryTests {
  static func turned<T: KernelReal>(
    _ angles: RotaryAngles<T>, _ x: [T], heads: Int, headWidth: Int, first: Int = 0,
    pairing: RotaryPairing = .halves, backward: Bool = false
  ) throws(KernelError) -> [T] {
    try RowMemory.made(x.count) { memory, y throws(KernelError) in
      if backward {
        try angles.gradient(
          memory.input(x), into: y, heads: heads, headWidth: headWidth, first: first,
          pairing: pairing)
      } else {
        try angles.rotate(
          memory.input(x), into: y, heads: heads, headWidth: headWidth, first: first,
          pairing: pairing)
      }
    }
  }

  func definition<T: KernelReal>(_ type: T.Type) throws {
    var numbers = TestNumbers(1)
    let (pairs, heads, width, first) = (5, 3, 13, 2)
    let positions: [Int32] = [0, 7, 7, 100_000, -3]
    let frequencies = try RotaryFrequencies(base: 10_000, pairs: pairs)
    let angles = try RotaryAngles<T>(frequencies, positions: .whole(positions))
    let x: [T] = numbers.reals(positions.count * heads * width)
    for pairing in [RotaryPairing.halves, .interleaved] {
      var expected = x
      for (row, position) in positions.enumerated() {
        for head in 0..<heads {
          for i in 0..<pairs {
            let angle = Double(position) * Arithmetic.power(10_000, -Double(i) / Double(pairs))
            let (c, s) = (T(ElementaryFunction.cos(angle)), T(ElementaryFunction.sin(angle)))
            let start = (row * heads + head) * width + first
            let one = start + (pairing == .halves ? i : 2 * i)
            let other = start + (pairing == .halves ? i + pairs : 2 * i + 1)
            let (a, b) = (x[one], x[other])
            expected[one] = (a * c).addingProduct(-b, s)
            expected[other] = (b * c).addingProduct(a, s)
          }
        }
      }
      let found = try Self.turned(
        angles, x, heads: heads, headWidth: width, first: first, pairing: pairing)
      #expect(found == expected, "\(pairing)")
      // Turning back: values that do not turn are the same bits, the others close.
      let back = try Self.turned(
        angles, found, heads: heads, headWidth: width, first: first, pairing: pairing,
        backward: true)
      #expect(zip(back, x).allSatisfy { abs($0 - $1) <= 4 * T(1).ulp })
    }
  }

  @Test("both pairings by their definition, part of a head, in both types")
  func definitions() throws {
    try definition(Float.self)
    try definition(Double.self)
  }

  func bits<T: KernelReal>(_ type: T.Type, rows: Int) throws {
    var numbers = TestNumbers(rows)
    let angles = try RotaryAngles<T>(
      try RotaryFrequencies(base: 500, pairs: 9), positions: .real(numbers.floats(rows)))
    let x: [T] = numbers.wildReals(rows * 2 * 20)
    for pairing in [RotaryPairing.halves, .interleaved] {
      try KernelTesting.everywhere("\(type) \(pairing)") {
        KernelTesting.comparable(
          try Self.turned(angles, x, heads: 2, headWidth: 20, first: 1, pairing: pairing)
            + Self.turned(
              angles, x, heads: 2, headWidth: 20, first: 1, pairing: pairing, backward: true))
      }
    }
  }

  @Test("every instance and number of shares gives the reference's bits") func everywhere() throws {
    for rows in [1, 3, 2000] {
      try bits(Float.self, rows: rows)
      try bits(Double.self, rows: rows)
    }
  }

  @Test("gradients by central differences, with an attention factor")
  func gradients() throws {
    var numbers = TestNumbers(4)
    let frequencies = RotaryFrequencies(values: [1, 0.3, 0.01], attentionFactor: 1.25)
    let angles = try RotaryAngles<Double>(frequencies, positions: .real([0.5, 3, 9]))
    let x = numbers.reals(3 * 2 * 7, of: Double.self)
    let dy = numbers.reals(3 * 2 * 7, of: Double.self)
    for pairing in [RotaryPairing.halves, .interleaved] {
      let dx = try Self.turned(angles, dy, heads: 2, headWidth: 7, pairing: pairing, backward: true)
      let error = try KernelTesting.gradientError(dx, at: x) { x in
        zip(try Self.turned(angles, x, heads: 2, headWidth: 7, pairing: pairing), dy)
          .reduce(0) { $0 + $1.0 * $1.1 }
      }
      #expect(error < 1e-6)
    }
  }

  @Test("the table of inference has the bits of angles by position; fractions and whole agree")
  func table() throws {
    var numbers = TestNumbers(6)
    let x = numbers.floats(4 * 2 * 16)
    let frequencies = try RotaryFrequencies(base: 10_000, pairs: 8)
    var y = x
    try RotaryTable(base: 10_000, pairs: 8, positions: 600).rotate(&y, heads: 2, first: 510)
    let whole = try RotaryAngles<Float>(frequencies, positions: .whole([510, 511, 512, 513]))
    let real = try RotaryAngles<Float>(frequencies, positions: .real([510, 511, 512, 513]))
    #expect(y == (try Self.turned(whole, x, heads: 2, headWidth: 16)))
    #expect(y == (try Self.turned(real, x, heads: 2, headWidth: 16)))
  }

  @Test("a grid turns one half of the pairs by rows, the other by columns")
  func grid() throws {
    var numbers = TestNumbers(7)
    let frequencies = try RotaryFrequencies(base: 100, pairs: 3)
    let x = numbers.floats(2 * 12)
    let angles = try RotaryAngles<Float>.grid(frequencies, positions: .whole([2, 5, 0, 9]))
    #expect(angles.pairs == 6)
    let found = try Self.turned(angles, x, heads: 1, headWidth: 12, pairing: .interleaved)
    let rows = try RotaryAngles<Float>(frequencies, positions: .whole([2, 0]))
    let columns = try RotaryAngles<Float>(frequencies, positions: .whole([5, 9]))
    let half = try Self.turned(rows, x, heads: 1, headWidth: 12, pairing: .interleaved)
    let both = try Self.turned(
      columns, half, heads: 1, headWidth: 12, first: 6, pairing: .interleaved)
    #expect(found == both)
  }

  @Test("scalings: ends, known values, and nothing at a factor of 1")
  func scalings() throws {
    let plain = try RotaryFrequencies(base: 10_000, pairs: 32).values
    func values(_ scaling: RotaryScaling) throws -> [Double] {
      try RotaryFrequencies(base: 10_000, pairs: 32, scaling: scaling).values
    }
    #expect(try values(.linear(factor: 4)) == plain.map { $0 / 4 })
    // The lowest frequency is stretched by the factor itself, the highest not at all.
    let ntk = try values(.ntk(factor: 8))
    #expect(ntk[0] == 1 && abs(ntk[31] / (plain[31] / 8) - 1) < 1e-12)
    #expect(
      try values(.dynamicNTK(factor: 2, originalPositions: 100, positions: 100)) == plain)
    let dynamic = try values(.dynamicNTK(factor: 2, originalPositions: 100, positions: 300))
    #expect(abs(dynamic[31] / (plain[31] / 5) - 1) < 1e-12)

    let yarn = RotaryScaling.yarn(factor: 16, originalPositions: 4096)
    let stretched = try RotaryFrequencies(base: 10_000, pairs: 32, scaling: yarn)
    #expect(abs(stretched.attentionFactor - 1.2772588722239781) < 1e-15)
    for (index, frequency) in plain.enumerated() {
      let turns = 4096 * frequency / (2 * Double.pi)
      if turns > 33 * 1.4 { #expect(stretched.values[index] == frequency) }
      if turns < 0.7 { #expect(abs(stretched.values[index] * 16 / frequency - 1) < 1e-15) }
      #expect((frequency / 16.000001...frequency).contains(stretched.values[index]))
    }
    let same = try values(.yarn(factor: 1, originalPositions: 4096))
    #expect(zip(same, plain).allSatisfy { abs($0 / $1 - 1) < 1e-15 })

    let llama = try values(
      .llama3(
        factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 8192))
    for (index, frequency) in plain.enumerated() {
      let wavelength = 2 * Double.pi / frequency
      if wavelength < 8192 / 4 { #expect(llama[index] == frequency) }
      if wavelength > 8192 { #expect(llama[index] == frequency / 8) }
    }
    #expect(zip(llama, llama.dropFirst()).allSatisfy { $0 > $1 })

    let (short, long) = ((0..<32).map { 1 + Double($0) }, (0..<32).map { 2 + Double($0) })
    func longRoPE(_ positions: Int) throws -> RotaryFrequencies {
      try RotaryFrequencies(
        base: 10_000, pairs: 32,
        scaling: .longRoPE(
          short: short, long: long, factor: 32, originalPositions: 4096, positions: positions))
    }
    #expect(try longRoPE(4096).values == zip(plain, short).map { $0 / $1 })
    #expect(try longRoPE(4097).values == zip(plain, long).map { $0 / $1 })
    // √(1 + 5 / 12)
    #expect(abs(try longRoPE(1).attentionFactor - 1.1902380714238083) < 1e-14)
  }

  @Test("misfits are errors") func misfits() throws {
    let frequencies = RotaryFrequencies(values: [1, 0.5])
    let angles = try RotaryAngles<Float>(frequencies, positions: .whole([1]))
    let four: [Float] = [1, 2, 3, 4]
    #expect(throws: KernelError.self) { try Self.turned(angles, four, heads: 2, headWidth: 2) }
    #expect(throws: KernelError.self) {
      try Self.turned(angles, four, heads: 1, headWidth: 4, first: 1)
    }
    #expect(throws: KernelError.self) { try Self.turned(angles, four, heads: 1, headWidth: 5) }
    #expect(throws: KernelError.self) {
      try RotaryAngles<Float>(frequencies, positions: .whole([1]), axes: [0, 1])
    }
    #expect(throws: KernelError.self) {
      try RotaryAngles<Float>.grid(frequencies, positions: .whole([1, 2, 3]))
    }
    for scaling in [
      RotaryScaling.linear(factor: 0), .yarn(factor: 2, originalPositions: 0),
      .longRoPE(short: [1], long: [1], factor: 2, originalPositions: 9, positions: 1),
    ] {
      #expect(throws: KernelError.self) {
        try RotaryFrequencies(base: 10, pairs: 2, scaling: scaling)
      }
    }
    #expect(throws: KernelError.self) { try RotaryTable(base: 10, pairs: 2, positions: -1) }
    #expect(throws: KernelError.self) { try RotaryTable(base: 10, pairs: -2, positions: 1) }
    let none = try Self.turned(
      RotaryAngles<Float>(frequencies, positions: .whole([])), [], heads: 2, headWidth: 4)
    #expect(none.isEmpty)
  }
}
