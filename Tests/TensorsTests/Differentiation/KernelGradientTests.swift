import Kernels
import Testing

@testable import Tensors

@Suite("Gradients of kernels") struct KernelGradientTests {
  typealias Check = GradientChecking

  @Test("softmax and its relatives along any axis")
  func softmax() throws {
    let x = try Check.tensor([2, 3, 4], "x", from: -3, to: 3)
    for axis in [-1, 0, 1] {
      try Check.check("softmax", [x]) { try $0[0].softmax(axis: axis, temperature: 0.7) }
      try Check.check("log-softmax", [x]) { try $0[0].logSoftmax(axis: axis) }
      try Check.check("sparsemax", [x]) { try $0[0].sparsemax(axis: axis) }
    }
    for axes in [nil, [0], [-1], [0, 2], [1, 2]] as [[Int]?] {
      for keeps in [false, true] {
        try Check.check("logsumexp", [x]) {
          try $0[0].logSumExp(axes: axes, keepingAxes: keeps)
        }
      }
    }
    let variable = Variable(constant: x)
    #expect(throws: TensorError.self) { try variable.softmax(axis: 3) }
    #expect(throws: TensorError.self) { try variable.softmax(temperature: 0) }
    #expect(throws: TensorError.self) { try variable.sum().softmax() }
  }

  @Test func crossEntropy() throws {
    let x = try Check.tensor([2, 3, 5], "x", from: -3, to: 3)
    let targets = try Tensor([Int32(0), 4, 2, -7, 1, 1], shape: [2, 3])
    for smoothing in [0, 0.1] {
      try Check.check("cross-entropy", [x]) {
        try $0[0].crossEntropy(targets, ignored: -7, smoothing: smoothing)
      }
    }
    // Its gradient is softmax less one-hot, token by token.
    let tape = Tape()
    let logits = try tape.variable(x.indexed([.at(0)]))
    let losses = try logits.crossEntropy(Tensor([Int32(0), 4, 2]))
    let jacobian = try tape.jacobian(of: losses, with: logits)
    let shares = try logits.softmax().value
    let expected = try shares.minus(Tensor([Int32(0), 4, 2]).oneHot(classes: 5).cast(to: .f64))
    for row in 0..<3 {
      #expect(try jacobian.indexed([.at(row), .at(row)]) == expected.indexed([.at(row)]))
    }
    #expect(throws: TensorError.self) { try logits.crossEntropy(Tensor([Int32(0), 5, 2])) }
    #expect(throws: TensorError.self) { try logits.crossEntropy(Tensor([Int32(0), 2])) }
    #expect(throws: TensorError.self) { try logits.crossEntropy(Tensor([Float(0), 1, 2])) }
  }

  @Test func norms() throws {
    let x = try Check.tensor([2, 3, 6], "x", from: -3, to: 3)
    let (gain, bias) = (try Check.tensor([6], "gain"), try Check.tensor([6], "bias"))
    try Check.check("RMS", [x]) { try $0[0].rmsNorm() }
    try Check.check("RMS", [x, gain]) { try $0[0].rmsNorm(gain: $0[1], gainOffset: 1) }
    try Check.check("layer", [x]) { try $0[0].layerNorm() }
    try Check.check("layer", [x, gain]) { try $0[0].layerNorm(gain: $0[1]) }
    try Check.check("layer", [x, bias]) { try $0[0].layerNorm(bias: $0[1]) }
    try Check.check("layer", [x, gain, bias]) { try $0[0].layerNorm(gain: $0[1], bias: $0[2]) }
    #expect(throws: TensorError.self) {
      try Variable(constant: x).rmsNorm(gain: Variable(constant: x))
    }
  }

  @Test func activations() throws {
    let x = try Check.tensor([3, 7], "x", from: -4, to: 4)
    let up = try Check.tensor([3, 7], "up")
    for activation in Activation.allCases {
      try Check.check("\(activation)", [x]) { try $0[0].activated(activation) }
      try Check.check("gated \(activation)", [x, up]) { try $0[0].gated(activation, $0[1]) }
    }
  }

  @Test func rotation() throws {
    let x = try Check.tensor([2, 3, 2, 6], "x")
    let frequencies = try RotaryFrequencies(base: 100, pairs: 2)
    for pairing in [RotaryPairing.halves, .interleaved] {
      try Check.check("rotary", [x]) {
        try $0[0].rotated(frequencies, positions: .whole([4, 0, 9]), pairing: pairing, first: 1)
      }
    }
    try Check.check("rotary", [x]) {
      try $0[0].rotated(frequencies, positions: .real([0.5, 1, 2, 3, 4, 5.5]))
    }
    let variable = Variable(constant: x)
    #expect(throws: TensorError.self) {
      try variable.rotated(frequencies, positions: .whole([1, 2]))
    }
    #expect(throws: TensorError.self) {
      try variable.sum().rotated(frequencies, positions: .whole([1]))
    }
  }

  @Test("attention: grouped heads, masks, caps, biases, probabilities used")
  func attention() throws {
    let q = try Check.tensor([2, 3, 4, 5], "q", from: -2, to: 2)
    let k = try Check.tensor([2, 6, 2, 5], "k", from: -2, to: 2)
    let v = try Check.tensor([2, 6, 2, 3], "v")
    for (visibility, cap) in [
      (AttentionVisibility.all, nil), (.causal(offset: 3), 2.5),
      (.window(before: 2, offset: 2), nil),
    ] as [(AttentionVisibility, Double?)] {
      try Check.check("attention", [q, k, v]) {
        try Variable.attention(
          queries: $0[0], keys: $0[1], values: $0[2], visibility: visibility, softcap: cap)
      }
    }
    for shape in [[3, 6], [4, 3, 6], [1, 4, 3, 6], [2, 4, 3, 6], [2, 1, 3, 6]] {
      let bias = try Check.tensor(shape, "bias")
      try Check.check("attention with bias \(shape)", [q, k, v, bias]) {
        try Variable.attention(queries: $0[0], keys: $0[1], values: $0[2], bias: $0[3])
      }
    }
    try Check.check("probabilities", [q, k, v]) {
      let found = try Variable.attentionWithProbabilities(
        queries: $0[0], keys: $0[1], values: $0[2], visibility: .causal(offset: 2), scale: 0.3)
      return try found.probabilities * 2 + found.result.sum()
    }
    let p = try Check.tensor([2, 4, 3, 6], "p", from: 0, to: 1)
    try Check.check("given probabilities", [p, v]) {
      try Variable.attention(probabilities: $0[0], values: $0[1])
    }
    // One batch without its axis; returned probabilities give the result again.
    let one = try [q, k, v].map { Variable(constant: try $0.indexed([.at(0)])) }
    let found = try Variable.attentionWithProbabilities(
      queries: one[0], keys: one[1], values: one[2])
    #expect(found.result.shape == [3, 4, 3])
    let again = try Variable.attention(
      probabilities: found.probabilities, values: one[2].reshaped([1, 6, 2, 3]))
    #expect(try again.value.reshaped([3, 4, 3]) == found.result.value)
  }

  @Test("misfits of attention are errors")
  func attentionMisfits() throws {
    let q = Variable(constant: try Check.tensor([3, 4, 5], "q"))
    let k = Variable(constant: try Check.tensor([6, 2, 5], "k"))
    let odd = Variable(constant: try Check.tensor([6, 3, 5], "odd"))
    let wide = Variable(constant: try Check.tensor([6, 2, 4], "wide"))
    #expect(throws: TensorError.self) {
      try Variable.attention(queries: q, keys: odd, values: odd)
    }
    #expect(throws: TensorError.self) {
      try Variable.attention(queries: q, keys: wide, values: wide)
    }
    #expect(throws: TensorError.self) { try Variable.attention(queries: q, keys: k, values: odd) }
    #expect(throws: TensorError.self) {
      try Variable.attention(queries: q, keys: k, values: k, bias: q)
    }
    #expect(throws: TensorError.self) {
      try Variable.attention(queries: q, keys: k, values: k, visibility: .causal(offset: -1))
    }
  }

  /// RMS norm, rotary attention with grouped heads, residual, RMS norm, SwiGLU, residual.
  static func block(_ x: Variable, _ p: [Variable]) throws(TensorError) -> Variable {
    let (heads, keyHeads, width) = (4, 2, 4)
    let frequencies: RotaryFrequencies
    do { frequencies = try RotaryFrequencies(base: 100, pairs: 2) } catch {
      throw TensorError(cause: error)
    }
    let positions = RotaryPositions.whole((0..<Int32(x.shape[1])).map { $0 })
    let split = { (y: Variable, heads: Int) throws(TensorError) -> Variable in
      try y.reshaped([x.shape[0], x.shape[1], heads, width])
    }
    let normed = try x.rmsNorm(gain: p[0])
    let q = try split(normed.linear(p[1]), heads).rotated(frequencies, positions: positions)
    let k = try split(normed.linear(p[2]), keyHeads).rotated(frequencies, positions: positions)
    let v = try split(normed.linear(p[3]), keyHeads)
    let attended = try Variable.attention(queries: q, keys: k, values: v, visibility: .causal())
    let middle = try x + attended.reshaped(x.shape).linear(p[4])
    let second = try middle.rmsNorm(gain: p[5])
    let gated = try second.linear(p[6]).gated(.silu, second.linear(p[7]))
    return try middle + gated.linear(p[8])
  }

  static func blockParameters(_ type: ElementType) throws -> [Tensor] {
    let shapes = [
      [16], [16, 16], [8, 16], [8, 16], [16, 16], [16], [6, 16], [6, 16], [16, 6],
    ]
    return try shapes.enumerated().map { index, shape in
      try Check.tensor(shape, "block \(index)", from: -0.6, to: 0.6).cast(to: type)
    }
  }

  @Test("a whole transformer block")
  func transformerBlock() throws {
    let x = try Check.tensor([2, 3, 16], "x")
    try Check.check("block", [x] + Self.blockParameters(.f64), tolerance: 1e-3) {
      try Self.block($0[0], Array($0.dropFirst()))
    }
  }

  @Test("a block: micro-batches, checkpoints and replays give the same bits")
  func blockIdentities() throws {
    let x = try Check.tensor([4, 3, 16], "x").cast(to: .f32)
    let parameters = try Self.blockParameters(.f32)
    func accumulate(
      _ range: Range<Int>, checkpointed: Bool, into accumulator: inout GradientAccumulator
    ) throws {
      let tape = Tape()
      let p = try parameters.map { try tape.variable($0) }
      let rows = Variable(
        constant: try x.indexed([.range(start: range.lowerBound, end: range.upperBound)]))
      var y = rows
      for _ in 0..<2 {
        let input = y
        y =
          checkpointed
          ? try tape.checkpoint { () throws(TensorError) -> Variable in try Self.block(input, p) }
          : try Self.block(input, p)
      }
      let targets = try Tensor(
        [Int32](repeating: 3, count: range.count * 3), shape: [range.count, 3])
      let losses = try y.crossEntropy(targets)
      let weights = try Tensor.full(losses.shape, .float(1.0 / 12), .f32)
      try tape.accumulateGradients(of: losses, cotangent: weights, with: p, into: &accumulator)
    }
    var full = GradientAccumulator()
    try accumulate(0..<4, checkpointed: false, into: &full)
    let expected = try full.gradients()
    #expect(!expected.contains(nil))
    var checkpointed = GradientAccumulator()
    try accumulate(0..<4, checkpointed: true, into: &checkpointed)
    #expect(try checkpointed.gradients() == expected)
    var parts = GradientAccumulator()
    for batch in 0..<4 {
      try accumulate(batch..<batch + 1, checkpointed: batch % 2 == 0, into: &parts)
    }
    #expect(try parts.gradients() == expected)
  }
}
