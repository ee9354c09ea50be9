import Kernels
import Testing

@testable import Tensors

@Suite("Optimizers") struct OptimizerTests {
  static let optimizers: [(name: String, make: @Sendable () -> any Optimizer)] = [
    ("SGD", { SGD() }), ("momentum", { SGD(momentum: 0.9, weightDecay: 0.1) }),
    ("Nesterov", { SGD(momentum: 0.8, isNesterov: true) }), ("AdamW", { AdamW() }),
    ("Lion", { Lion(weightDecay: 0.1) }), ("Adafactor", { Adafactor(weightDecay: 0.01) }),
    ("Muon", { Muon(weightDecay: 0.01) }),
  ]

  static func parameters(_ type: ElementType) throws -> [Tensor] {
    try [[3, 5], [7], [4, 2], []].enumerated().map {
      try GradientChecking.tensor($1, "parameter \($0)").cast(to: type)
    }
  }

  static func gradients(_ step: Int, _ type: ElementType) throws -> [Tensor?] {
    try parameters(type).enumerated().map { index, parameter in
      // One parameter has no gradient now and then.
      index == 1 && step % 3 == 2
        ? nil
        : try GradientChecking.tensor(parameter.shape, "gradient \(step) \(index)").cast(to: type)
    }
  }

  static func run(
    _ optimizer: inout any Optimizer, _ parameters: inout [Tensor], _ steps: Range<Int>
  )
    throws
  {
    for step in steps {
      try optimizer.step(
        &parameters, gradients: gradients(step, parameters[0].elementType), rate: 0.01,
        gradientScale: 0.5)
    }
  }

  @Test("stopped, saved and restored, each goes on with the same bits")
  func resume() throws {
    for (name, make) in Self.optimizers {
      for type in [ElementType.f32, .f64] {
        var (whole, expected) = (make(), try Self.parameters(type))
        try Self.run(&whole, &expected, 0..<8)
        var (first, values) = (make(), try Self.parameters(type))
        try Self.run(&first, &values, 0..<3)
        let bytes = try first.state.encode()
        var second = make()
        second.state = try OptimizerState(decoding: bytes, path: "state")
        #expect(second.state == first.state, "\(name)")
        try Self.run(&second, &values, 3..<8)
        #expect(values == expected, "\(name) \(type)")
        #expect(second.state == whole.state, "\(name)")
        #expect(whole.state.step == 8)
        #expect(values != (try Self.parameters(type)))
      }
    }
  }

  @Test("each goes down a bowl")
  func descends() throws {
    for (name, make) in Self.optimizers {
      var optimizer = make()
      var values = [try GradientChecking.tensor([3, 4], "bowl")]
      let size = try GradientNorm(values).value
      for _ in 0..<60 { try optimizer.step(&values, gradients: values.map { $0 }, rate: 0.02) }
      #expect(try GradientNorm(values).value < 0.8 * size, "\(name)")
    }
  }

  @Test("SGD is its scalar twin")
  func sgd() throws {
    for isNesterov in [false, true] {
      var optimizer = SGD(momentum: 0.9, isNesterov: isNesterov, weightDecay: 0.1)
      var values = try Self.parameters(.f32)
      var twin = values.map(\.floats)
      var v = twin.map { $0.map { _ in Float(0) } }
      for step in 0..<4 {
        let gradients = try Self.gradients(step, .f32)
        try optimizer.step(&values, gradients: gradients, rate: 0.01, gradientScale: 0.5)
        for (t, gradient) in gradients.enumerated() {
          guard let gradient else { continue }
          for (i, slope) in gradient.floats.enumerated() {
            var g = slope * 0.5
            if gradient.rank >= 2 { g += Float(0.1) * twin[t][i] }
            v[t][i] = Float(0.9) * v[t][i] + g
            if abs(v[t][i]) < 0x1p-100 { v[t][i] = 0 }
            let move = isNesterov ? g + Float(0.9) * v[t][i] : v[t][i]
            twin[t][i] -= Float(0.01) * move
          }
        }
      }
      #expect(values.map(\.floats) == twin)
    }
  }

  @Test("SGD keeps each element of a gradient within its limit, before weights decay")
  func elementLimit() throws {
    for type in [ElementType.f32, .f64] {
      var optimizer = SGD(weightDecay: 0.5, elementLimit: 0.25)
      var values = [try Tensor([1.0, 2, 3, 4], shape: [2, 2]).cast(to: type)]
      let gradients = [try Tensor([-9.0, 0.5, 0.25, 9], shape: [2, 2]).cast(to: type)]
      try optimizer.step(&values, gradients: gradients, rate: 0.5, gradientScale: 0.5)
      // Gradients become -0.25, 0.25, 0.125 and 0.25.
      #expect(values[0].doubles == [0.875, 1.375, 2.1875, 2.875])
    }
  }

  @Test("Lion is its scalar twin")
  func lion() throws {
    var optimizer = Lion(weightDecay: 0.1)
    var values = try Self.parameters(.f64)
    var twin = values.map(\.doubles)
    var m = twin.map { $0.map { _ in 0.0 } }
    for step in 0..<4 {
      let gradients = try Self.gradients(step, .f64)
      try optimizer.step(&values, gradients: gradients, rate: 0.01)
      for (t, gradient) in gradients.enumerated() {
        guard let gradient else { continue }
        for (i, g) in gradient.doubles.enumerated() {
          let c = 0.9 * m[t][i] + (1 - 0.9) * g
          let sign = c > 0 ? 1.0 : c < 0 ? -1 : 0
          twin[t][i] -= 0.01 * (sign + (gradient.rank >= 2 ? 0.1 : 0) * twin[t][i])
          m[t][i] = 0.99 * m[t][i] + (1 - 0.99) * g
        }
      }
    }
    #expect(values.map(\.doubles) == twin)
  }

  @Test("AdamW has the bits of the trainer's kernel, and of a scalar twin in f64")
  func adamW() throws {
    var optimizer = AdamW(firstDecay: 0.9, secondDecay: 0.98, epsilon: 1e-8, weightDecay: 0.1)
    var values = [try GradientChecking.tensor([3, 7], "p").cast(to: .f32)]
    var wide = optimizer
    var wideValues = [try GradientChecking.tensor([3, 7], "p")]
    let buffers = try (0..<4).map { _ in try FloatBuffer(21) }
    buffers[0].values = values[0].floats
    var (p, m, v) = (
      wideValues[0].doubles, [Double](repeating: 0, count: 21), [Double](repeating: 0, count: 21)
    )
    for step in 1...5 {
      // Tiny gradients make moments that become 0.
      let gradient = try GradientChecking.tensor([3, 7], "g \(step)").times(step == 2 ? 1e-40 : 1)
      let narrow = try gradient.cast(to: .f32)
      try optimizer.step(&values, gradients: [narrow], rate: 0.01, gradientScale: 0.75)
      try wide.step(&wideValues, gradients: [gradient], rate: 0.01, gradientScale: 0.75)
      buffers[3].values = narrow.floats
      func correction(_ decay: Float) -> Float {
        Float(1 / (1 - Arithmetic.power(Double(decay), Double(step))))
      }
      try TrainingKernels.adamW(
        .init(
          rate: 0.01, firstDecay: 0.9, secondDecay: 0.98, firstCorrection: correction(0.9),
          secondCorrection: correction(0.98), epsilon: 1e-8, weightDecay: 0.1,
          gradientScale: 0.75),
        gradient: buffers[3].view, parameters: buffers[0].view, first: buffers[1].view,
        second: buffers[2].view)
      for (i, slope) in gradient.doubles.enumerated() {
        let g = slope * 0.75
        m[i] = (0.9 * m[i]).addingProduct(1 - 0.9, g)
        v[i] = (0.98 * v[i]).addingProduct((1 - 0.98) * g, g)
        if abs(m[i]) < 0x1p-100 { m[i] = 0 }
        if v[i] < 0x1p-100 { v[i] = 0 }
        let c1 = 1 / (1 - Arithmetic.power(0.9, Double(step)))
        let c2 = 1 / (1 - Arithmetic.power(0.98, Double(step)))
        let move = ((m[i] * c1) / ((v[i] * c2).squareRoot() + 1e-8)).addingProduct(0.1, p[i])
        p[i] = p[i].addingProduct(-0.01, move)
      }
    }
    #expect(values[0].floats == buffers[0].values)
    #expect(optimizer.state.slots["first"]?[0].floats == buffers[1].values)
    #expect(optimizer.state.slots["second"]?[0].floats == buffers[2].values)
    #expect(wideValues[0].doubles == p)
  }

  @Test("Adafactor is its scalar twin")
  func adafactor() throws {
    var optimizer = Adafactor(weightDecay: 0.1)
    var values = [try GradientChecking.tensor([3, 4], "p")]
    var p = values[0].doubles
    var (r, c) = ([Double](repeating: 0, count: 3), [Double](repeating: 0, count: 4))
    func rms(_ x: [Double]) -> Double {
      (x.reduce(0) { $0 + $1 * $1 } / Double(x.count)).squareRoot()
    }
    for step in 1...3 {
      let gradient = try GradientChecking.tensor([3, 4], "g \(step)")
      try optimizer.step(&values, gradients: [gradient], rate: 0.05)
      let g = gradient.doubles
      let b = 1 - Arithmetic.power(Double(step), -0.8)
      let squares = g.map { $0 * $0 }
      for i in 0..<3 {
        let total = squares[i * 4..<i * 4 + 4].reduce(0, +)
        r[i] = b * r[i] + (1 - b) * total / 4
      }
      for j in 0..<4 {
        let total = squares[j] + squares[j + 4] + squares[j + 8]
        c[j] = b * c[j] + (1 - b) * total / 3
      }
      let mean = r.reduce(0, +) / 3
      var u: [Double] = []
      for place in 0..<12 {
        let second: Double = r[place / 4] * c[place % 4] / mean
        u.append(g[place] / second.squareRoot())
      }
      let excess = max(1, rms(u))
      u = u.map { $0 / excess }
      let rate = 0.05 * max(1e-3, rms(p))
      p = zip(p, u).map { $0 - rate * $1 - rate * 0.1 * $0 }
    }
    for (a, b) in zip(values[0].doubles, p) { #expect(abs(a - b) < 1e-12) }
  }

  @Test("Muon's direction is nearly orthogonal, its momentum the plain one")
  func muon() throws {
    for shape in [[4, 9], [9, 4], [5, 5]] {
      let x = try Muon.orthogonal(GradientChecking.tensor(shape, "m"))
      #expect(x.shape == shape)
      let square =
        shape[0] > shape[1] ? try x.transposed().matmul(x) : try x.matmul(x.transposed())
      // The trace is the sum of squared singular values, each within 0.6 ... 1.3.
      let width = square.shape[0]
      let trace = (0..<width).reduce(0) { $0 + square.doubles[$1 * width + $1] }
      #expect(trace > 0.36 * Double(width) && trace < 1.7 * Double(width))
    }
    var optimizer = Muon(momentum: 0.5)
    var values = [try GradientChecking.tensor([2, 3], "p"), Tensor([1.0, 2])]
    let gradient = try GradientChecking.tensor([2, 3], "g")
    for _ in 0..<2 {
      try optimizer.step(&values, gradients: [gradient, Tensor([1.0, 1])], rate: 0.1)
    }
    #expect(optimizer.state.slots["momentum"]?[0] == (try gradient.times(0.5).plus(gradient)))
    #expect(optimizer.state.slots["others first"]?[1].doubles.allSatisfy { $0 > 0 } == true)
  }

  @Test("misfits are errors and change nothing")
  func misfits() throws {
    for (name, make) in Self.optimizers {
      var optimizer = make()
      var values = [Tensor([Float(1), 2]), try Tensor.zeros([2, 2])]
      let before = values
      for gradients in [
        [Tensor([Float(1), 2])], [Tensor([Float(1), 2]), Tensor([Float(1)])],
        [Tensor([Float(1), 2]), try Tensor.zeros([2, 2], .f64)],
      ] as [[Tensor?]] {
        #expect(throws: TensorError.self, "\(name)") {
          try optimizer.step(&values, gradients: gradients, rate: 1)
        }
        #expect(values == before)
        #expect(optimizer.state.step == 0)
      }
    }
    var bytes = try AdamW().state.encode()
    #expect(throws: TensorError.self) { try OptimizerState(decoding: [], path: "x") }
    #expect(throws: TensorError.self) { try OptimizerState(decoding: bytes + [0], path: "x") }
    bytes[16] = 255
    #expect(throws: TensorError.self) { try OptimizerState(decoding: bytes, path: "x") }
  }

  @Test("the norm of gradients is that of the trainer, and the scale brings it to the limit")
  func clipping() throws {
    let gradients = try Self.parameters(.f32)
    var squares: Float = 0
    for gradient in gradients { squares += try Sums.dot(gradient.floats, gradient.floats) }
    let norm = try GradientNorm(gradients + [nil])
    #expect(norm.value == Double(squares.squareRoot()))
    #expect(norm.scale(limit: 100) == 1)
    #expect(norm.scale(limit: 0.5) == Double(Float(0.5) / squares.squareRoot()))
    #expect(try GradientNorm([]).value == 0)
  }

  @Test func schedules() {
    let cosine = LearningRate(peak: 0.01, course: .cosine, warmUp: 10, steps: 110, floor: 0.1)
    #expect(cosine.rate(at: 1) == 0.001)
    #expect(cosine.rate(at: 10) == 0.01)
    #expect(abs(cosine.rate(at: 60) - 0.01 * 0.55) < 1e-15)
    #expect(abs(cosine.rate(at: 110) - 0.001) < 1e-15)
    #expect(cosine.rate(at: 200) == cosine.rate(at: 110))
    let linear = LearningRate(peak: 1, course: .linear, steps: 10)
    #expect((1...10).map { linear.rate(at: $0) } == (1...10).map { 1 - Double($0) / 10 })
    let root = LearningRate(peak: 1, course: .inverseSquareRoot, warmUp: 4, steps: 100)
    #expect(root.rate(at: 4) == 1 && root.rate(at: 16) == 0.5)
    let stable = LearningRate(peak: 2, course: .stableThenDecay(steps: 4), warmUp: 2, steps: 10)
    #expect((1...10).map { stable.rate(at: $0) } == [1, 2, 2, 2, 2, 2, 1.5, 1, 0.5, 0])
    #expect(LearningRate(peak: 3, steps: 5).rate(at: 4) == 3)
  }

  @Test func average() throws {
    var average = ParameterAverage(decay: 0.5)
    try average.update([Tensor([2.0, 4])])
    try average.update([Tensor([4.0, 0])])
    #expect(average.values == [Tensor([3.0, 2])])
    var again = ParameterAverage(decay: 0.5)
    again.state = try OptimizerState(decoding: try average.state.encode(), path: "average")
    try again.update([Tensor([1.0, 2])])
    #expect(again.values == [Tensor([2.0, 2])])
    #expect(throws: TensorError.self) { try again.update([]) }
  }

  @Test("two layers learn exclusive or")
  func learns() throws {
    let x = Variable(constant: try Tensor([Float(0), 0, 0, 1, 1, 0, 1, 1], shape: [4, 2]))
    let target = Variable(constant: try Tensor([Float(0), 1, 1, 0], shape: [4, 1]))
    var parameters = [
      try Tensor.normal([2, 8], stream: RandomStream(seed: 1, path: ["w1"])), try .zeros([8]),
      try Tensor.normal([8, 1], stream: RandomStream(seed: 1, path: ["w2"])), try .zeros([1]),
    ]
    var optimizer = AdamW(weightDecay: 0)
    let schedule = LearningRate(peak: 0.05, course: .cosine, warmUp: 5, steps: 150)
    var loss: Float = .infinity
    for step in 1...150 {
      let tape = Tape()
      let p = try parameters.map { try tape.variable($0) }
      let hidden = try (x.matmul(p[0]) + p[1]).tanh()
      let error = try hidden.matmul(p[2]) + p[3] - target
      let mean = try (error * error).mean()
      loss = mean.value.floats[0]
      let gradients = try tape.gradients(of: mean, with: p)
      try optimizer.step(
        &parameters, gradients: gradients, rate: schedule.rate(at: step),
        gradientScale: GradientNorm(gradients).scale(limit: 1))
    }
    #expect(loss < 0.01)
  }
}
