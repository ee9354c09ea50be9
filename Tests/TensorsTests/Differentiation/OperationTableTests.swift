import Kernels
import Testing

@testable import Tensors

@Suite("Gradients of every kernel on the tape") struct OperationTableTests {
  typealias Check = GradientChecking

  @Test("f64 against central differences, f32 against its twin", arguments: GradientCase.all)
  func gradients(_ one: GradientCase) throws {
    try Check.check(one.name, one.inputs(), one.body)
  }

  @Test("micro-batches go on where the chain stopped", arguments: GradientCase.all)
  func accumulation(_ one: GradientCase) throws {
    // Two passes into the same buffers: a gradient that forgets or doubles them is off.
    let inputs = try one.inputs()
    var accumulator = GradientAccumulator()
    var single: [Tensor?] = []
    for _ in 0..<2 {
      let tape = Tape()
      let variables = try inputs.map { try tape.variable($0) }
      let output = try one.body(variables)
      let cotangent = try Check.tensor(output.shape, "cotangent")
      single = try tape.gradients(of: output, cotangent: cotangent, with: variables)
      try tape.accumulateGradients(
        of: output, cotangent: cotangent, with: variables, into: &accumulator)
    }
    for (twice, once) in zip(try accumulator.gradients(), single) {
      let (a, b) = (try #require(twice).doubles, try #require(once).doubles)
      for (x, y) in zip(a, b) { #expect(abs(x - 2 * y) <= 1e-12 * max(1, abs(x))) }
    }
  }

  @Test("checkpoints compute the same bits again", arguments: GradientCase.all)
  func checkpoints(_ one: GradientCase) throws {
    func gradients(checkpointed: Bool) throws -> [Tensor?] {
      let tape = Tape()
      let variables = try one.inputs().map { try tape.variable($0) }
      var output: Variable?
      if checkpointed {
        output = try tape.checkpoint { () throws(TensorError) -> Variable in
          do { return try one.body(variables) } catch { throw TensorError(cause: error) }
        }
      } else {
        output = try one.body(variables)
      }
      return try tape.gradients(of: #require(output).sum(), with: variables)
    }
    #expect(try gradients(checkpointed: true) == gradients(checkpointed: false))
  }

  @Test("bad shapes are typed errors", arguments: Misfit.all)
  func misfits(_ one: Misfit) {
    #expect(throws: TensorError.self) { try one.body() }
  }

  @Test("no gradient goes where there is none")
  func digamma() throws {
    let tape = Tape()
    let x = try tape.variable(Tensor([1.5, 2.5]))
    let y = try Variable.result(of: DifferentiableUnary(operation: .digamma), x)
    #expect(throws: TensorError.self) { try tape.gradients(of: y.sum(), with: [x]) }
  }

  @Test("a NaN cannot be ordered")
  func orderOfNaN() throws {
    let x = Variable(constant: Tensor([1.0, .nan]))
    #expect(throws: TensorError.notANumber(operation: "sort")) { try x.sorted() }
    #expect(throws: TensorError.notANumber(operation: "top-k")) { try x.top(1) }
  }

  @Test("running statistics move by the unbiased variance")
  func runningStatistics() throws {
    let x = Variable(constant: try Tensor([1.0, 2, 3, 5, 8, 13], shape: [3, 2, 1]))
    let found = try x.batchNorm().statistics
    #expect(found.means.doubles == [4, 20.0 / 3])
    let start = ChannelStatistics(means: Tensor([0.0, 0]), variances: Tensor([1.0, 1]))
    let moved = try start.moved(towards: found, momentum: 0.25, count: 3)
    #expect(moved.means.doubles == [1, found.means.doubles[1] / 4])
    for (new, variance) in zip(moved.variances.doubles, found.variances.doubles) {
      #expect(abs(new - (1 + (variance * 1.5 - 1) / 4)) < 1e-12)
    }
  }

  @Test("a small network: convolution, batch norm, pooling, linear, cross-entropy")
  func network() throws {
    let shapes = [
      [3, 2, 6, 6], [4, 2, 3, 3], [4], [4], [4, 4, 3, 3], [4], [4], [3, 8], [3],
    ]
    let inputs = try shapes.enumerated().map { index, shape in
      try Check.tensor(shape, "network \(index)")
    }
    let targets = Tensor([Int32(2), 0, 1])
    try Check.check("network", inputs, tolerance: 1e-3) { p in
      let first = try p[0].convolved(p[1], padding: 1).batchNorm(gain: p[2], bias: p[3]).result
      let pooled = try first.activated(.gelu).maximumPooled(2)
      let second = try pooled.convolved(p[4], bias: p[5], padding: 1)
        .groupNorm(groups: 2, gain: p[6]).activated(.silu)
      let flat = try second.averagePooled(height: 1, width: 2).reshaped([3, 8])
      return try (flat.linear(p[7]) + p[8]).crossEntropy(targets)
    }
  }
}
