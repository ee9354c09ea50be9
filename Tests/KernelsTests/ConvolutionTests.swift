import Testing

@testable import Kernels

@Suite("Convolution") struct ConvolutionTests {
  /// Shapes that differ in everything: groups, strides, padding on each side, dilation, one dimension.
  static func shape(_ number: Int) throws(KernelError) -> Convolution {
    var window = PictureWindow(height: 3, width: 2, stride: 1, padding: 1)
    switch number {
    case 0:
      return try Convolution(
        batch: 2, inputChannels: 3, outputChannels: 5, height: 6, width: 7, window: window)
    case 1:
      (window.strideY, window.strideX, window.bottom, window.left) = (2, 3, 0, 2)
      (window.dilationY, window.dilationX) = (1, 2)
      return try Convolution(
        batch: 1, groups: 2, inputChannels: 4, outputChannels: 18, height: 5, width: 9,
        window: window)
    case 2:
      return try Convolution(
        batch: 2, groups: 4, inputChannels: 4, outputChannels: 4, height: 5, width: 8,
        window: PictureWindow(height: 3, width: 3, stride: 1, padding: 1))
    case 3:
      return try Convolution(
        batch: 1, inputChannels: 33, outputChannels: 2, height: 1, width: 37,
        window: .line(3, stride: 1, before: 4, dilation: 2))
    case 4:
      // No picture but padding: only the bias is left.
      return try Convolution(
        batch: 2, inputChannels: 2, outputChannels: 3, height: 0, width: 3,
        window: PictureWindow(height: 2, width: 2, stride: 1, padding: 2))
    default:
      return try Convolution(
        batch: 3, inputChannels: 2, outputChannels: 70, height: 2, width: 3,
        window: PictureWindow(height: 1, width: 1))
    }
  }

  struct Case<T: TestReal> {
    var shape: Convolution
    var x, weight, bias, dy: [T]

    init(_ shape: Convolution, seed: Int, wild: Bool = false) {
      var numbers = TestNumbers(seed + 1)
      self.shape = shape
      x = numbers.reals(shape.inputCount, as: T.self, wild: wild)
      weight = numbers.reals(shape.weightCount, as: T.self, wild: wild)
      bias = numbers.reals(shape.outputChannels, as: T.self, wild: wild)
      dy = numbers.reals(shape.outputCount, as: T.self, wild: wild)
    }
  }

  /// y, dx, and the gradients of weight and bias on from `weight` and `bias`.
  func kernels<T: TestReal>(_ c: Case<T>) throws -> [[T]] {
    let (x, weight) = (TestMemory(c.x), TestMemory(c.weight))
    let (bias, dy) = (TestMemory(c.bias), TestMemory(c.dy))
    let (dWeight, dBias) = (TestMemory(c.weight), TestMemory(c.bias))
    try c.shape.weightGradient(x.view, dy: dy.view, into: dWeight.mutable)
    try c.shape.biasGradient(dy.view, into: dBias.mutable)
    return [
      try written(c.dy.count, over: T.nan) {
        try c.shape.forward(x.view, weight: weight.view, bias: bias.view, into: $0)
      },
      try written(c.x.count, over: T.nan) {
        try c.shape.inputGradient(dy.view, weight: weight.view, into: $0)
      }, dWeight.values, dBias.values,
    ]
  }

  /// Calls `body` with the places in y, x and weight of each product, in the order (batch, channel, oy,
  /// ox, ky, kx, input channel).
  func products(_ s: Convolution, _ body: (_ y: Int, _ x: Int, _ weight: Int) -> Void) {
    let (inputs, outputs) = (s.inputChannels / s.groups, s.outputChannels / s.groups)
    let window = s.window
    for y in 0..<s.outputCount {
      let (ox, oy) = (y % s.outputWidth, y / s.outputWidth % s.outputHeight)
      let channel = y / s.outputWidth / s.outputHeight % s.outputChannels
      let batch = y / s.outputWidth / s.outputHeight / s.outputChannels
      for ky in 0..<window.height {
        for kx in 0..<window.width {
          let iy = oy * window.strideY + ky * window.dilationY - window.top
          let ix = ox * window.strideX + kx * window.dilationX - window.left
          guard (0..<s.height).contains(iy), (0..<s.width).contains(ix) else { continue }
          for input in 0..<inputs {
            let source = channel / outputs * inputs + input
            body(
              y, ((batch * s.inputChannels + source) * s.height + iy) * s.width + ix,
              ((channel * inputs + input) * window.height + ky) * window.width + kx)
          }
        }
      }
    }
  }

  func twin<T: TestReal>(_ c: Case<T>) -> [[T]] {
    let s = c.shape
    var y = [T](repeating: 0, count: c.dy.count)
    var (dWeight, dBias) = (c.weight, c.bias)
    // dx goes over (ky, kx, output channel): the products of an element, sorted by those.
    var parts = [[(order: Int, dy: T, weight: T)]](repeating: [], count: c.x.count)
    let taps = s.window.height * s.window.width
    let perOutput = s.inputChannels / s.groups * taps
    products(s) { place, source, weight in
      y[place].addProduct(c.x[source], c.weight[weight])
      dWeight[weight].addProduct(c.x[source], c.dy[place])
      let order = weight % taps * s.outputChannels + weight / perOutput
      parts[source].append((order, c.dy[place], c.weight[weight]))
    }
    let plane = s.outputHeight * s.outputWidth
    for place in y.indices {
      let channel = place / plane % s.outputChannels
      y[place] = y[place] + 0 + c.bias[channel]
      dBias[channel] += c.dy[place]
    }
    let dx = parts.map { part in
      let sorted = part.sorted { $0.order < $1.order }
      return chain(sorted.count) { (sorted[$0].dy, sorted[$0].weight) }
    }
    return [y, dx, dWeight.map { $0 + 0 }, dBias.map { $0 + 0 }]
  }

  @Test("each output is one chain over (ky, kx, channel), gradients too", arguments: 0..<6)
  func chains(number: Int) throws {
    for wild in [false, true] {
      let single = Case<Float>(try Self.shape(number), seed: number, wild: wild)
      #expect(
        try KernelTesting.everywhere("f32") { try kernels(single).map(testBits) }
          == twin(single).map(testBits))
      let double = Case<Double>(try Self.shape(number), seed: number, wild: wild)
      #expect(
        try KernelTesting.everywhere("f64") { try kernels(double).map(testBits) }
          == twin(double).map(testBits))
    }
  }

  @Test("padding is absent: infinite weights do not meet it")
  func padding() throws {
    let shape = try Convolution(
      batch: 1, inputChannels: 1, outputChannels: 1, height: 1, width: 2,
      window: .line(3, before: 1, after: 1))
    let (x, weight) = (TestMemory<Float>([2, 3]), TestMemory<Float>([.infinity, 1, 1]))
    let y = try written(2, over: 9) {
      try shape.forward(x.view, weight: weight.view, into: $0)
    }
    #expect(y == [5, .infinity])
  }

  @Test("micro-batches give the weights' gradient of the batch")
  func microBatches() throws {
    let whole = Case<Float>(try Self.shape(0), seed: 20)
    let shape = whole.shape
    let part = try Convolution(
      batch: 1, inputChannels: 3, outputChannels: 5, height: 6, width: 7, window: shape.window)
    let (dWeight, dBias) = (TestMemory(whole.weight), TestMemory(whole.bias))
    for n in 0..<2 {
      let x = TestMemory(Array(whole.x[n * part.inputCount..<(n + 1) * part.inputCount]))
      let dy = TestMemory(Array(whole.dy[n * part.outputCount..<(n + 1) * part.outputCount]))
      try part.weightGradient(x.view, dy: dy.view, into: dWeight.mutable)
      try part.biasGradient(dy.view, into: dBias.mutable)
    }
    #expect(Array(try kernels(whole)[2...]) == [dWeight.values, dBias.values])
  }

  @Test("f64 gradients are slopes, f32 ones are near", arguments: 0..<3)
  func gradients(number: Int) throws {
    let c = Case<Double>(try Self.shape(number), seed: 30)
    func error(_ gradient: [Double], _ path: WritableKeyPath<Case<Double>, [Double]>) throws
      -> Double
    {
      try KernelTesting.gradientError(gradient, at: c[keyPath: path]) {
        var moved = c
        moved[keyPath: path] = $0
        let (x, weight) = (TestMemory(moved.x), TestMemory(moved.weight))
        let bias = TestMemory(moved.bias)
        let y = try written(c.dy.count, over: Double.nan) {
          try c.shape.forward(x.view, weight: weight.view, bias: bias.view, into: $0)
        }
        return loosely(y, c.dy)
      }
    }
    let found = try kernels(c)
    let (dWeight, dBias) = (
      zip(found[2], c.weight).map { $0 - $1 }, zip(found[3], c.bias).map { $0 - $1 }
    )
    #expect(try error(found[1], \.x) < 1e-6)
    #expect(try error(dWeight, \.weight) < 1e-6)
    #expect(try error(dBias, \.bias) < 1e-6)
    var narrow = Case<Float>(try Self.shape(number), seed: 30)
    (narrow.x, narrow.weight) = (c.x.map { Float($0) }, c.weight.map { Float($0) })
    (narrow.bias, narrow.dy) = (c.bias.map { Float($0) }, c.dy.map { Float($0) })
    for (f32, f64) in zip(try kernels(narrow), found) { #expect(distance(f32, f64) < 1e-5) }
  }

  @Test("transposed convolution is the convolution's adjoint, with its own extents")
  func transposed() throws {
    var window = PictureWindow(height: 3, width: 2, stride: 2, padding: 1)
    window.right = 0
    let t = try TransposedConvolution(
      batch: 2, groups: 2, inputChannels: 4, outputChannels: 6, height: 3, width: 4,
      window: window, extraHeight: 1)
    // (3 - 1) 2 + 3 + 1 - 2 and (4 - 1) 2 + 2 - 1.
    #expect([t.outputHeight, t.outputWidth] == [6, 7])
    let adjoint = try Convolution(
      batch: 2, groups: 2, inputChannels: 6, outputChannels: 4, height: t.outputHeight,
      width: t.outputWidth, window: window)
    #expect([adjoint.outputHeight, adjoint.outputWidth] == [3, 4])
    // There the roles of x and dy are exchanged.
    for wild in [false, true] {
      let c = Case<Float>(adjoint, seed: 40, wild: wild)
      let (x, weight, dy) = (TestMemory(c.dy), TestMemory(c.weight), TestMemory(c.x))
      let bias = TestMemory(Array(c.x[..<6]))
      let found = try KernelTesting.everywhere {
        let dWeight = TestMemory(c.weight)
        try t.weightGradient(x.view, dy: dy.view, into: dWeight.mutable)
        return try [
          written(t.outputCount, over: Float.nan) {
            try t.forward(x.view, weight: weight.view, bias: bias.view, into: $0)
          },
          written(t.inputCount, over: Float.nan) {
            try t.inputGradient(dy.view, weight: weight.view, into: $0)
          }, dWeight.values,
        ].map(testBits)
      }
      var without = c
      without.bias = [0, 0, 0, 0]
      let expected = twin(without)
      let plane = t.outputHeight * t.outputWidth
      let y = expected[1].enumerated().map { $1 + bias.values[$0 / plane % 6] }
      #expect(found == [y, expected[0], expected[2]].map(testBits))
      let dBias = TestMemory(bias.values)
      try t.biasGradient(dy.view, into: dBias.mutable)
      let sums = c.x.enumerated().reduce(into: bias.values) { $0[$1.0 / plane % 6] += $1.1 }
      #expect(testBits(dBias.values) == testBits(sums.map { $0 + 0 }))
    }
  }

  @Test("kernels read and write nothing beyond their operands", arguments: [false, true])
  func bounds(atEnd: Bool) throws {
    for number in 0..<6 {
      let c = Case<Float>(try Self.shape(number), seed: number)
      let x = try GuardedMemory(c.x, atEnd: atEnd)
      let weight = try GuardedMemory(c.weight, atEnd: atEnd)
      let dy = try GuardedMemory(c.dy, atEnd: atEnd)
      try c.shape.weightGradient(x.readable, dy: dy.readable, into: weight.values)
      try c.shape.forward(x.readable, weight: weight.readable, into: dy.values)
      try c.shape.inputGradient(dy.readable, weight: weight.readable, into: x.values)
    }
  }

  @Test("shapes that do not fit are errors")
  func misfits() throws {
    func made(groups: Int = 1, channels: Int = 4, height: Int = 4, _ window: PictureWindow)
      throws(KernelError) -> Convolution
    {
      try Convolution(
        batch: 1, groups: groups, inputChannels: channels, outputChannels: 4, height: height,
        width: 4, window: window)
    }
    let small = PictureWindow(height: 1, width: 1)
    let name = "convolution"
    #expect(
      throws: KernelError.size(
        kernel: name, argument: "height with padding", needed: 5, found: 4)
    ) { try made(PictureWindow(height: 5, width: 1)) }
    for groups in [0, 3, -1] {
      #expect(throws: KernelError.self) { try made(groups: groups, small) }
    }
    for window in [
      PictureWindow(height: 0, width: 1), PictureWindow(height: 1, width: 1, stride: 0),
      PictureWindow(height: 1, width: 1, stride: 1, padding: -1),
      PictureWindow(height: 1, width: 1, stride: 1, dilation: 0),
      PictureWindow(height: 1, width: 1, stride: 1, padding: .max),
      PictureWindow(height: 1, width: 1, stride: 1, padding: (1 << 31) - 1),
      PictureWindow(height: 1, width: 1, stride: 1, padding: 1 << 29),
      PictureWindow(height: .max, width: 1), PictureWindow(height: 2, width: 1 << 31),
    ] { #expect(throws: KernelError.self) { try made(window) } }
    #expect(throws: KernelError.self) { try made(height: -1, small) }
    #expect(throws: KernelError.self) { try made(height: 1 << 30, small) }
    #expect(throws: KernelError.self) { try made(channels: .max, small) }
    #expect(throws: KernelError.self) {
      try TransposedConvolution(
        batch: 1, inputChannels: 1, outputChannels: 1, height: 2, width: 2, window: small,
        extraHeight: 1)
    }
    #expect(throws: KernelError.self) {
      try TransposedConvolution(
        batch: 1, inputChannels: 1, outputChannels: 1, height: 1 << 20, width: 1 << 20,
        window: small)
    }
    let one = TestMemory<Float>([1])
    #expect(throws: KernelError.size(kernel: name, argument: "x", needed: 64, found: 1)) {
      try made(small).forward(one.view, weight: one.view, into: one.mutable)
    }
  }
}
