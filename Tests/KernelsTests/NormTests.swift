import Testing

@testable import Kernels

/// Every norm over the same 60 · `stretch` numbers.
enum NormKind: String, CaseIterable, Sendable {
  case rms, offsetRMS, layer, adaptive, adaptiveRMS, group, batch, running, response, bias

  static let rows = 6
  static let epsilon = 1e-3

  func parameters(_ stretch: Int) -> Int {
    switch self {
    case .rms, .offsetRMS, .layer, .bias: 10 * stretch
    case .adaptive, .adaptiveRMS: 30 * stretch
    case .group, .batch, .running, .response: 6
    }
  }

  var hasBias: Bool { self != .rms && self != .offsetRMS }

  func channels<T: KernelReal>(_ stretch: Int) -> ChannelNorm<T> {
    let kind: ChannelNorm<T>.Kind =
      self == .group ? .group(2) : self == .batch ? .batch : .running
    return ChannelNorm(
      kind, batch: 2, channels: 6, positions: 5 * stretch, epsilon: T(Self.epsilon))
  }

  /// Means and variances: of four groups, or of six channels; in `running` any numbers.
  func statistics<T: KernelReal>() -> [T] {
    self == .group
      ? [T](repeating: 0, count: 4) : (0..<6).map { T($0 + 1) / 8 }
  }

  func forward<T: KernelReal>(
    _ x: [T], _ gain: [T], _ bias: [T], stretch: Int = 1
  ) throws(KernelError) -> [T] {
    try RowMemory.made(x.count) { memory, y throws(KernelError) in
      let (rows, width, epsilon) = (Self.rows, 10 * stretch, T(Self.epsilon))
      let (x, gain, bias) = (memory.input(x), memory.input(gain), memory.input(bias))
      switch self {
      case .rms:
        try Norms.rms(x, gain: gain, epsilon: epsilon, into: y, rows: rows, width: width)
      case .offsetRMS:
        try Norms.rms(
          x, gain: gain, epsilon: epsilon, gainOffset: 1, into: y, rows: rows, width: width)
      case .layer:
        try Norms.layer(
          x, gain: gain, bias: bias, epsilon: epsilon, into: y, rows: rows, width: width)
      case .adaptive, .adaptiveRMS:
        try Norms.adaptive(
          x, scale: gain, shift: bias, epsilon: epsilon, centered: self == .adaptive, into: y,
          rows: rows, groups: 3, width: width)
      case .group, .batch, .running:
        try channels(stretch).forward(
          x, gain: gain, bias: bias, means: memory.output(statistics()),
          variances: memory.output(statistics()), into: y)
      case .response:
        try ResponseNorm(batch: 2, positions: 5 * stretch, channels: 6, epsilon: epsilon)
          .forward(x, gain: gain, bias: bias, into: y)
      case .bias: try Bias.add(bias, to: x, into: y, rows: rows)
      }
    }
  }

  /// dx, then the gradients of gain and bias, which go on from 0.
  func gradient<T: KernelReal>(
    _ x: [T], _ gain: [T], _ dy: [T], stretch: Int = 1
  ) throws(KernelError) -> (dx: [T], gain: [T], bias: [T]) {
    let memory = RowMemory()
    defer { memory.free() }
    let (rows, width, epsilon) = (Self.rows, 10 * stretch, T(Self.epsilon))
    let zeros = [T](repeating: 0, count: gain.count)
    let (dgain, dbias) = (memory.output(zeros), memory.output(zeros))
    let dx = memory.output([T](repeating: .nan, count: x.count))
    let (x, gain, dy) = (memory.input(x), memory.input(gain), memory.input(dy))
    switch self {
    case .rms, .offsetRMS:
      try Norms.rmsGradient(
        x, gain: gain, epsilon: epsilon, gainOffset: self == .rms ? 0 : 1, dy: dy, into: dx,
        gainGradient: dgain, rows: rows, width: width)
    case .layer:
      try Norms.layerGradient(
        x, gain: gain, epsilon: epsilon, dy: dy, into: dx, gainGradient: dgain,
        biasGradient: dbias, rows: rows, width: width)
    case .adaptive, .adaptiveRMS:
      try Norms.adaptiveGradient(
        x, scale: gain, epsilon: epsilon, centered: self == .adaptive, dy: dy, into: dx,
        scaleGradient: dgain, shiftGradient: dbias, rows: rows, groups: 3, width: width)
    case .group, .batch, .running:
      let (means, variances) = (
        memory.output(statistics() as [T]), memory.output(statistics() as [T])
      )
      let norm: ChannelNorm<T> = channels(stretch)
      let y = memory.output(Array(x))
      try norm.forward(x, gain: gain, bias: nil, means: means, variances: variances, into: y)
      try norm.gradient(
        x, gain: gain, means: means, variances: variances, dy: dy, into: dx, gainGradient: dgain,
        biasGradient: dbias)
    case .response:
      try ResponseNorm(batch: 2, positions: 5 * stretch, channels: 6, epsilon: epsilon)
        .gradient(x, gain: gain, dy: dy, into: dx, gainGradient: dgain, biasGradient: dbias)
    case .bias:
      _ = dx.update(fromContentsOf: dy)
      try Bias.gradient(dy, into: dbias, rows: rows)
    }
    return (Array(dx), Array(dgain), Array(dbias))
  }
}

@Suite("Norms and biases") struct NormTests {
  func bits<T: KernelReal>(_ kind: NormKind, _ type: T.Type, stretch: Int, wild: Bool) throws {
    var numbers = TestNumbers(stretch)
    let (count, parameters) = (60 * stretch, kind.parameters(stretch))
    let x: [T] = wild ? numbers.wildReals(count) : numbers.reals(count)
    let dy: [T] = wild ? numbers.wildReals(count) : numbers.reals(count)
    let (gain, bias): ([T], [T]) = (numbers.reals(parameters), numbers.reals(parameters))
    try KernelTesting.everywhere("\(kind) \(type) \(stretch)") {
      let slopes = try kind.gradient(x, gain, dy, stretch: stretch)
      return KernelTesting.comparable(
        try kind.forward(x, gain, bias, stretch: stretch) + slopes.dx + slopes.gain + slopes.bias)
    }
  }

  @Test(
    "every instance and number of shares gives the reference's bits", arguments: NormKind.allCases)
  func everywhere(kind: NormKind) throws {
    for (stretch, wild) in [(1, false), (1, true), (7, true), (850, false)] {
      try bits(kind, Float.self, stretch: stretch, wild: wild)
      try bits(kind, Double.self, stretch: stretch, wild: wild)
    }
  }

  @Test("gradients: f64 by central differences, f32 by the f64 twin", arguments: NormKind.allCases)
  func gradients(kind: NormKind) throws {
    var numbers = TestNumbers(3)
    let parameters = kind.parameters(1)
    let x = numbers.floats(60).map(Double.init)
    let dy = numbers.floats(60).map(Double.init)
    let gain = numbers.floats(parameters).map(Double.init)
    let bias = numbers.floats(parameters).map(Double.init)
    func loss(_ y: [Double]) -> Double { zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 } }
    let found = try kind.gradient(x, gain, dy)
    let byX = try KernelTesting.gradientError(found.dx, at: x) {
      loss(try kind.forward($0, gain, bias))
    }
    #expect(byX < 1e-6)
    if kind != .bias {
      let byGain = try KernelTesting.gradientError(found.gain, at: gain) {
        loss(try kind.forward(x, $0, bias))
      }
      #expect(byGain < 1e-6)
    }
    if kind.hasBias {
      let byBias = try KernelTesting.gradientError(found.bias, at: bias) {
        loss(try kind.forward(x, gain, $0))
      }
      #expect(byBias < 1e-6)
    }
    let narrow = try kind.gradient(
      x.map { Float($0) }, gain.map { Float($0) }, dy.map { Float($0) })
    #expect(KernelTesting.distance(narrow.dx, found.dx) < 1e-5)
    #expect(KernelTesting.distance(narrow.gain, found.gain) < 1e-5)
    #expect(KernelTesting.distance(narrow.bias, found.bias) < 1e-5)
  }

  func definition<T: KernelReal>(_ type: T.Type) throws {
    let stretch = 130
    var numbers = TestNumbers(6)
    let (width, epsilon) = (10 * stretch, T(NormKind.epsilon))
    let x: [T] = numbers.reals(60 * stretch)
    let dy: [T] = numbers.reals(60 * stretch)
    let (gain, bias): ([T], [T]) = (numbers.reals(width), numbers.reals(width))
    var (rms, layer, rmsSlopes, layerSlopes): ([T], [T], [T], [T]) = ([], [], [], [])
    var (gains, biases) = ([T](repeating: 0, count: width), [T](repeating: 0, count: width))
    for start in stride(from: 0, to: x.count, by: width) {
      let (row, d) = (Array(x[start..<start + width]), Array(dy[start..<start + width]))
      let g = zip(d, gain).map { $0 * $1 }
      let size = 1 / (T.dot(row, row) / T(width) + epsilon).squareRoot()
      rms += zip(row, gain).map { ($0 * size) * $1 }
      let pull = ((T.dot(g, row) * size) * (size * size)) / T(width)
      rmsSlopes += zip(row, g).map { (size * $1).addingProduct(-pull, $0) }

      let mean = T.sum(row) / T(width)
      let moved = row.map { $0 - mean }
      let factor = 1 / (T.dot(moved, moved) / T(width) + epsilon).squareRoot()
      let h = moved.map { $0 * factor }
      layer += h.indices.map { bias[$0].addingProduct(h[$0], gain[$0]) }
      let (a, b) = (T.sum(g) / T(width), T.dot(g, h) / T(width))
      layerSlopes += h.indices.map { factor * (g[$0] - a).addingProduct(-h[$0], b) }
      for i in 0..<width {
        gains[i].addProduct(d[i], h[i])
        biases[i] += d[i]
      }
    }
    #expect(try NormKind.rms.forward(x, gain, bias, stretch: stretch) == rms)
    #expect(try NormKind.rms.gradient(x, gain, dy, stretch: stretch).dx == rmsSlopes)
    #expect(try NormKind.layer.forward(x, gain, bias, stretch: stretch) == layer)
    let found = try NormKind.layer.gradient(x, gain, dy, stretch: stretch)
    #expect(found.dx == layerSlopes && found.gain == gains && found.bias == biases)
    #expect(try NormKind.bias.gradient(x, gain, dy, stretch: stretch).bias == biases)
  }

  @Test("RMS and layer norm by their definitions, in both types") func definitions() throws {
    try definition(Float.self)
    try definition(Double.self)
  }

  @Test("group and batch norm are layer norms of gathered rows")
  func gathered() throws {
    var numbers = TestNumbers(12)
    let (x, dy) = (numbers.floats(60 * 300), numbers.floats(60 * 300))
    let positions = 1500
    func layer(_ x: [Float], _ dy: [Float], rows: Int) throws -> [[Float]] {
      let width = x.count / rows
      return [
        try RowMemory.made(x.count) { memory, y throws(KernelError) in
          try Norms.layer(
            memory.input(x), gain: nil, bias: nil, epsilon: 1e-3, into: y, rows: rows,
            width: width)
        },
        try RowMemory.made(x.count) { memory, dx throws(KernelError) in
          try Norms.layerGradient(
            memory.input(x), gain: nil, epsilon: 1e-3, dy: memory.input(dy), into: dx, rows: rows,
            width: width)
        },
      ]
    }
    func channel(_ kind: ChannelNorm<Float>.Kind, sets: Int) throws -> [[Float]] {
      let norm = ChannelNorm<Float>(
        kind, batch: 2, channels: 6, positions: positions, epsilon: 1e-3)
      let memory = RowMemory()
      defer { memory.free() }
      let zeros = [Float](repeating: 0, count: sets)
      let (means, variances) = (memory.output(zeros), memory.output(zeros))
      let (y, dx) = (memory.output(x), memory.output(x))
      let input = memory.input(x)
      try norm.forward(
        input, gain: nil, bias: nil, means: means, variances: variances, into: y)
      try norm.gradient(
        input, gain: nil, means: means, variances: variances, dy: memory.input(dy), into: dx)
      return [Array(y), Array(dx)]
    }
    #expect(try channel(.group(3), sets: 6) == (try layer(x, dy, rows: 6)))
    // [batch, channels, positions] with the first two axes exchanged: an exact twin of batch norm.
    func exchanged(_ x: [Float], _ outer: Int, _ inner: Int) -> [Float] {
      var result: [Float] = []
      for i in 0..<inner {
        for o in 0..<outer {
          let start = (o * inner + i) * positions
          result += x[start..<start + positions]
        }
      }
      return result
    }
    let rows = try layer(exchanged(x, 2, 6), exchanged(dy, 2, 6), rows: 6)
    #expect(try channel(.batch, sets: 6) == rows.map { exchanged($0, 6, 2) })
  }

  @Test("global response norm by its definition")
  func response() throws {
    var numbers = TestNumbers(14)
    let x = numbers.floats(2 * 25 * 6)
    let (gain, bias) = (numbers.floats(6), numbers.floats(6))
    var expected: [Float] = []
    for entry in 0..<2 {
      let values = Array(x[entry * 150..<(entry + 1) * 150])
      let sizes = (0..<6).map { c in
        let channel = (0..<25).map { values[$0 * 6 + c] }
        return Float.dot(channel, channel).squareRoot()
      }
      let divisor = Float.sum(sizes) / 6 + 1e-3
      let normed = sizes.map { $0 / divisor }
      for (index, value) in values.enumerated() {
        let c = index % 6
        let moved = bias[c].addingProduct(gain[c], value * normed[c])
        expected.append(moved + value)
      }
    }
    #expect(try NormKind.response.forward(x, gain, bias, stretch: 5) == expected)
  }

  @Test("parameter gradients go on: two micro-batches are one batch")
  func microBatches() throws {
    var numbers = TestNumbers(15)
    let (x, dy, gain) = (numbers.floats(6 * 33), numbers.floats(6 * 33), numbers.floats(33))
    func gains(_ parts: [Range<Int>]) throws -> [Float] {
      let memory = RowMemory()
      defer { memory.free() }
      let total = memory.output([Float](repeating: 0, count: 33))
      for part in parts {
        let (a, b) = (part.lowerBound * 33, part.upperBound * 33)
        try Norms.layerGradient(
          memory.input(Array(x[a..<b])), gain: memory.input(gain), epsilon: 1e-3,
          dy: memory.input(Array(dy[a..<b])), into: memory.output(Array(x[a..<b])),
          gainGradient: total, rows: part.count, width: 33)
      }
      return Array(total)
    }
    #expect(try gains([0..<6]) == (try gains([0..<2, 2..<2, 2..<6])))
  }

  @Test("running statistics move by the momentum, with the unbiased variance")
  func running() throws {
    let norm = ChannelNorm<Double>(.batch, batch: 3, channels: 1, positions: 1, epsilon: 0)
    let memory = RowMemory()
    defer { memory.free() }
    let (means, variances) = (memory.output([1.0]), memory.output([2.0]))
    try norm.updateRunning(
      means: means, variances: variances, from: memory.input([5.0]), memory.input([4.0]),
      momentum: 0.25)
    #expect(means[0] == 2 && variances[0] == 3)
  }

  @Test("misfits are errors") func misfits() throws {
    let memory = RowMemory()
    defer { memory.free() }
    let six = memory.output([Float](repeating: 1, count: 6))
    let x = UnsafeBufferPointer(six)
    let two = UnsafeBufferPointer(rebasing: x[..<2])
    #expect(throws: KernelError.size(kernel: "RMS norm", argument: "gain", needed: 3, found: 2)) {
      try Norms.rms(x, gain: two, epsilon: 1e-5, into: six, rows: 2, width: 3)
    }
    #expect(throws: KernelError.self) {
      try Norms.layer(x, gain: nil, bias: nil, epsilon: 0, into: six, rows: Int.max, width: 2)
    }
    #expect(throws: KernelError.self) {
      try Norms.adaptive(
        x, scale: two, shift: nil, epsilon: 0, into: six, rows: 3, groups: 2, width: 2)
    }
    #expect(throws: KernelError.self) {
      try ChannelNorm<Float>(.group(2), batch: 1, channels: 3, positions: 2, epsilon: 0)
        .forward(x, gain: nil, bias: nil, means: six, variances: six, into: six)
    }
    #expect(throws: KernelError.self) {
      try ResponseNorm<Float>(batch: 1, positions: 3, channels: 2, epsilon: 0)
        .forward(x, gain: two, bias: x, into: six)
    }
    #expect(throws: KernelError.self) { try Bias.add(two, to: x, into: six, rows: 2) }
  }
}
