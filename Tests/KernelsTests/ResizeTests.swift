import Testing

@testable import Kernels

@Suite("Resizing") struct ResizeTests {
  static let sizes = [[3, 5, 7, 4], [4, 4, 4, 4], [1, 6, 1, 13], [6, 5, 2, 1]]

  struct Trial: Sendable {
    var sizes: [Int]
    var method: Resize.Method
    var aligned: Bool

    func made(planes: Int = 2) throws(KernelError) -> Resize {
      try Resize(
        planes: planes, height: sizes[0], width: sizes[1], outputHeight: sizes[2],
        outputWidth: sizes[3], method: method, alignCorners: aligned)
    }
  }

  static let trials = sizes.flatMap { sizes in
    [
      Trial(sizes: sizes, method: .nearest, aligned: false),
      Trial(sizes: sizes, method: .area, aligned: false),
      Trial(sizes: sizes, method: .bilinear, aligned: false),
      Trial(sizes: sizes, method: .bilinear, aligned: true),
      Trial(sizes: sizes, method: .bicubic, aligned: false),
      Trial(sizes: sizes, method: .bicubic, aligned: true),
    ]
  }

  func forward<T: TestReal>(_ resize: Resize, _ x: [T]) throws -> [T] {
    let memory = TestMemory(x)
    return try written(resize.outputCount, over: T.nan) {
      try resize.forward(memory.view, into: $0)
    }
  }

  func gradient<T: TestReal>(_ resize: Resize, _ dy: [T]) throws -> [T] {
    let memory = TestMemory(dy)
    return try written(resize.inputCount, over: T.nan) {
      try resize.gradient(memory.view, into: $0)
    }
  }

  /// The kernel functions of interpolation, by their definitions.
  func weight(_ method: Resize.Method, _ distance: Double) -> Double {
    let d = abs(distance)
    if method == .bilinear { return max(0, 1 - d) }
    if d <= 1 { return 1.25 * d * d * d - 2.25 * d * d + 1 }
    return d < 2 ? -0.75 * (d * d * d - 5 * d * d + 8 * d - 4) : 0
  }

  /// One axis as a matrix [outputs, extent], by the definition: all elements, the border repeated.
  func matrix(_ trial: Trial, _ extent: Int, _ outputs: Int) -> [[Double]] {
    (0..<outputs).map { output in
      var row = [Double](repeating: 0, count: extent)
      switch trial.method {
      case .nearest: row[(0..<extent).last { $0 * outputs <= output * extent } ?? 0] = 1
      case .area:
        let places = row.indices.filter {
          $0 * outputs < (output + 1) * extent && ($0 + 1) * outputs > output * extent
        }
        for place in places { row[place] = 1 / Double(places.count) }
      default:
        let scale =
          trial.aligned
          ? (outputs == 1 ? 0 : Double(extent - 1) / Double(outputs - 1))
          : Double(extent) / Double(outputs)
        let place =
          trial.aligned ? Double(output) * scale : (Double(output) + 0.5) * scale - 0.5
        for source in -4..<extent + 4 {
          row[min(max(source, 0), extent - 1)] += weight(trial.method, place - Double(source))
        }
      }
      return row
    }
  }

  @Test("outputs are those of the definition's matrices", arguments: trials)
  func definition(trial: Trial) throws {
    let resize = try trial.made()
    var numbers = TestNumbers(7)
    let x: [Double] = numbers.reals(resize.inputCount, as: Double.self)
    let rows = matrix(trial, trial.sizes[0], trial.sizes[2])
    let columns = matrix(trial, trial.sizes[1], trial.sizes[3])
    var expected: [Double] = []
    for plane in 0..<2 {
      for row in rows {
        for column in columns {
          var sum = 0.0
          for (y, a) in row.enumerated() {
            for (i, b) in column.enumerated() {
              sum += a * b * x[(plane * row.count + y) * column.count + i]
            }
          }
          expected.append(sum)
        }
      }
    }
    let y = try forward(resize, x)
    #expect(zip(y, expected).allSatisfy { abs($0 - $1) < 1e-13 })
    #expect(distance(try forward(resize, x.map { Float($0) }), y) < 1e-6)
  }

  /// The stated order, of the same weights.
  @Test("chains go over columns and then rows", arguments: [Resize.Method.bilinear, .bicubic])
  func chains(method: Resize.Method) throws {
    let resize = try Resize(
      planes: 2, height: 4, width: 5, outputHeight: 7, outputWidth: 3, method: method)
    let (rows, columns) = (Resize.taps(4, 7, method, false), Resize.taps(5, 3, method, false))
    var numbers = TestNumbers(3)
    let x: [Float] = numbers.reals(resize.inputCount, as: Float.self, wild: true)
    let dy: [Float] = numbers.reals(resize.outputCount, as: Float.self, wild: true)
    var (y, dx) = ([Float](), x.map { _ in Float(0) })
    for place in dy.indices {
      let (plane, oy, ox) = (place / 21, place / 3 % 7, place % 3)
      var sum: Float = 0
      for i in oy * rows.count..<(oy + 1) * rows.count where Float(rows.weights[i]) != 0 {
        let (row, weight) = ((plane * 4 + Int(rows.places[i])) * 5, Float(rows.weights[i]))
        var across: Float = 0
        for j in ox * columns.count..<(ox + 1) * columns.count
        where Float(columns.weights[j]) != 0 {
          let source = row + Int(columns.places[j])
          across.addProduct(Float(columns.weights[j]), x[source])
          dx[source].addProduct(Float(columns.weights[j]), weight * dy[place])
        }
        sum.addProduct(weight, across)
      }
      y.append(sum + 0)
    }
    #expect(testBits(try forward(resize, x)) == testBits(y))
    #expect(testBits(try gradient(resize, dy)) == testBits(dx.map { $0 + 0 }))
  }

  @Test("every instance and number of shares gives the same bits", arguments: trials)
  func instances(trial: Trial) throws {
    let resize = try trial.made(planes: 3)
    var numbers = TestNumbers(11)
    let x: [Float] = numbers.reals(resize.inputCount, as: Float.self, wild: true)
    let dy: [Double] = numbers.reals(resize.outputCount, as: Double.self, wild: true)
    let narrow = dy.map { Float($0) }
    try KernelTesting.everywhere {
      [
        testBits(try forward(resize, x)), testBits(try gradient(resize, narrow)),
        testBits(try forward(resize, x.map { Double($0) })),
        testBits(try gradient(resize, dy)),
      ]
    }
  }

  @Test("gradients are slopes; f32 ones are near", arguments: trials)
  func gradients(trial: Trial) throws {
    let resize = try trial.made(planes: 1)
    var numbers = TestNumbers(5)
    let x: [Double] = numbers.reals(resize.inputCount, as: Double.self)
    let dy: [Double] = numbers.reals(resize.outputCount, as: Double.self)
    let dx = try gradient(resize, dy)
    #expect(
      try KernelTesting.gradientError(dx, at: x) { loosely(try forward(resize, $0), dy) } < 1e-6)
    #expect(distance(try gradient(resize, dy.map { Float($0) }), dx) < 1e-5)
  }

  @Test("the same size changes nothing; nearest copies even NaN and -0")
  func identities() throws {
    for method in Resize.Method.allCases {
      let resize = try Resize(
        planes: 1, height: 1, width: 5, outputHeight: 1, outputWidth: 5, method: method)
      let x: [Float] = [1, .infinity, 0x1p-149, .nan, -0.1]
      #expect(testBits(try forward(resize, x)) == testBits(x), "\(method)")
    }
    let twice = try Resize(
      planes: 1, height: 1, width: 2, outputHeight: 1, outputWidth: 4, method: .nearest)
    #expect(
      testBits(try forward(twice, [-0.0, .nan] as [Float]))
        == testBits([-0.0, -0.0, .nan, .nan] as [Float]))
  }

  @Test("sizes that do not fit are errors")
  func misfits() throws {
    for sizes in [[0, 1, 1, 1], [1, 1, 0, 1], [1, -1, 1, 1], [1, .max, 1, 1]] {
      #expect(throws: KernelError.self) {
        try Trial(sizes: sizes, method: .bilinear, aligned: false).made()
      }
    }
    for method in [Resize.Method.nearest, .area] {
      #expect(throws: KernelError.self) {
        try Trial(sizes: [2, 2, 3, 3], method: method, aligned: true).made()
      }
    }
    #expect(throws: KernelError.self) {
      try Trial(sizes: [2, 2, 3, 3], method: .area, aligned: false).made(planes: -1)
    }
    let (resize, one) = (
      try Trial(sizes: [1, 2, 1, 1], method: .bicubic, aligned: false).made(planes: 1),
      TestMemory<Double>([1])
    )
    #expect(throws: KernelError.size(kernel: "resize", argument: "x", needed: 2, found: 1)) {
      try resize.forward(one.view, into: one.mutable)
    }
    #expect(
      throws: KernelError.size(kernel: "resize gradient", argument: "dx", needed: 2, found: 1)
    ) { try resize.gradient(one.view, into: one.mutable) }
  }
}
