import Testing

@testable import Kernels

@Suite("Cross-entropy of rows") struct CrossEntropyTests {
  static func losses<T: KernelReal>(
    _ entropy: CrossEntropy<T>, _ x: [T], _ targets: [Int32], _ weights: [T]? = nil, width: Int
  ) throws(KernelError) -> [T] {
    try RowMemory.made(targets.count) { memory, out throws(KernelError) in
      try entropy.losses(
        memory.input(x), targets: memory.input(targets),
        weights: weights.map { memory.input($0) }, into: out, width: width)
    }
  }

  static func gradient<T: KernelReal>(
    _ entropy: CrossEntropy<T>, _ x: [T], _ targets: [Int32], _ weights: [T]? = nil, _ g: [T],
    width: Int
  ) throws(KernelError) -> [T] {
    try RowMemory.made(x.count) { memory, out throws(KernelError) in
      try entropy.gradient(
        memory.input(x), targets: memory.input(targets),
        weights: weights.map { memory.input($0) }, cotangents: memory.input(g), into: out,
        width: width)
    }
  }

  func bits<T: KernelReal>(_ type: T.Type) throws {
    for (width, wild) in [(1, false), (19, true), (1100, false), (1100, true)] {
      var numbers = TestNumbers(width)
      let rows = 11
      let x: [T] = wild ? numbers.wildReals(rows * width) : numbers.reals(rows * width)
      let targets = (0..<rows).map { $0 == 4 ? -100 : Int32(numbers.below(width)) }
      let (weights, g): ([T], [T]) = (numbers.reals(rows), numbers.reals(rows))
      try KernelTesting.everywhere("\(type) \(width)") {
        try ([0, 0.1] as [T]).flatMap { smoothing -> [UInt64] in
          let entropy = CrossEntropy<T>(ignored: -100, smoothing: smoothing)
          return KernelTesting.comparable(
            try Self.losses(entropy, x, targets, weights, width: width)
              + Self.gradient(entropy, x, targets, weights, g, width: width))
        }
      }
    }
  }

  @Test("every instance and number of shares gives the reference's bits") func everywhere() throws {
    try bits(Float.self)
    try bits(Double.self)
  }

  @Test("the bits of inference, of the trainer, and of log-softmax")
  func sameBits() throws {
    var numbers = TestNumbers(31)
    let (rows, width) = (5, 1300)
    let x = numbers.floats(rows * width).map { $0 * 9 }
    let targets = (0..<rows).map { _ in Int32(numbers.below(width)) }
    let losses = try Self.losses(CrossEntropy(), x, targets, width: width)
    let logs = try SoftmaxTests.apply(1, x, width: width)
    for row in 0..<rows {
      let target = Int(targets[row])
      #expect(
        losses[row]
          == (try Rows.negativeLogLikelihood(x, row: row, width: width, target: target)))
      #expect(losses[row] == -logs[row * width + target])
    }
    let g = [Float](repeating: 0.2, count: rows)
    let slopes = try Self.gradient(CrossEntropy(), x, targets, nil, g, width: width)
    // p - 1 at the target, times the scale: what the trainer's kernel is defined to give.
    var expected = try Rows.softmax(x, width: width)
    for row in 0..<rows { expected[row * width + Int(targets[row])] -= 1 }
    #expect(slopes == expected.map { $0 * 0.2 })
    let (logits, found) = (try FloatBuffer(x.count), try FloatBuffer(rows))
    logits.values = x
    try TrainingKernels.crossEntropyGradient(
      logits: logits.view, targets: targets, scale: 0.2, losses: found.view, width: width)
    #expect(logits.values == slopes)
    #expect(found.values == losses)
  }

  @Test("gradients: f64 by central differences, f32 by the f64 twin", arguments: [0, 0.15])
  func gradients(smoothing: Double) throws {
    var numbers = TestNumbers(5)
    let (rows, width) = (4, 9)
    let x = numbers.floats(rows * width).map { Double($0) * 2 }
    let targets: [Int32] = [3, 7, 0, 8]
    let (weights, g) = (numbers.reals(rows, of: Double.self), numbers.reals(rows, of: Double.self))
    let entropy = CrossEntropy<Double>(ignored: 7, smoothing: smoothing)
    let dx = try Self.gradient(entropy, x, targets, weights, g, width: width)
    #expect(dx[width..<2 * width].allSatisfy { $0 == 0 })
    let error = try KernelTesting.gradientError(dx, at: x) {
      zip(try Self.losses(entropy, $0, targets, weights, width: width), g)
        .reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(error < 1e-6)
    let narrow = try Self.gradient(
      CrossEntropy<Float>(ignored: 7, smoothing: Float(smoothing)), x.map { Float($0) }, targets,
      weights.map { Float($0) }, g.map { Float($0) }, width: width)
    #expect(KernelTesting.distance(narrow, dx) < 2e-6)
  }

  @Test("smoothing mixes the target with all classes")
  func smoothing() throws {
    let x = [0.5, -1, 2, 0.25]
    let logs = try SoftmaxTests.apply(1, x, width: 4)
    let found = try Self.losses(CrossEntropy(smoothing: 0.2), x, [2], width: 4)[0]
    let even = -logs.reduce(0, +) / 4
    #expect(abs(found - (0.8 * -logs[2] + 0.2 * even)) < 1e-14)
  }

  @Test("misfits are errors") func misfits() throws {
    let entropy = CrossEntropy<Float>(ignored: -100)
    let x: [Float] = [1, 2, 3, 4]
    for target in [-1, 2, Int32.max] {
      #expect(throws: KernelError.self) { try Self.losses(entropy, x, [0, target], width: 2) }
    }
    #expect(try Self.losses(entropy, x, [0, -100], width: 2)[1] == 0)
    #expect(throws: KernelError.self) { try Self.losses(CrossEntropy(), x, [0, -100], width: 2) }
    #expect(throws: KernelError.self) { try Self.losses(entropy, x, [0], width: 2) }
    #expect(throws: KernelError.self) { try Self.losses(entropy, x, [0, 1], [1], width: 2) }
    #expect(throws: KernelError.self) {
      try Self.losses(CrossEntropy(smoothing: 1.5), x, [0, 1], width: 2)
    }
    #expect(throws: KernelError.self) {
      try Self.gradient(entropy, x, [0, 1], nil, [1], width: 2)
    }
    #expect(try Self.losses(entropy, [], [], width: 2).isEmpty)
  }
}
