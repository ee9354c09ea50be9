import Glibc
import Tensors
import Testing

@testable import Models

@Suite("Recurrences and scans as layers") struct RecurrentLayerTests {
  typealias Check = LayerChecking

  @Test("a GRU is its recurrence, step by step")
  func gatedTwin() throws {
    let layer = try GatedRecurrentLayer(3, width: 4)
    let x = try Check.tensor([2, 5, 3], "x")
    let values = try Check.values(of: layer)
    let named = NamedValues(layer, values)
    var wanted: [Double] = []
    for entry in 0..<2 {
      var h = [Double](repeating: 0, count: 4)
      for row in NaiveLayers.entry(x, entry) {
        let (a, b) = (named.linear("input", row), named.linear("recurrent", h))
        h = (0..<4).map { i -> Double in
          let r: Double = NaiveLayers.sigmoid(a[i] + b[i])
          let z: Double = NaiveLayers.sigmoid(a[4 + i] + b[4 + i])
          let new: Double = tanh(a[8 + i] + r * b[8 + i])
          return (1 - z) * new + z * h[i]
        }
        wanted += h
      }
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 5, 4])
  }

  @Test("an LSTM is its recurrence, step by step")
  func longTwin() throws {
    let layer = try LongShortTermLayer(3, width: 4)
    let x = try Check.tensor([2, 5, 3], "x")
    let values = try Check.values(of: layer)
    let named = NamedValues(layer, values)
    var wanted: [Double] = []
    for entry in 0..<2 {
      var (h, cell) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
      for row in NaiveLayers.entry(x, entry) {
        let (a, b) = (named.linear("input", row), named.linear("recurrent", h))
        let gates: [Double] = a.indices.map { a[$0] + b[$0] }
        cell = (0..<4).map { i -> Double in
          let new: Double = tanh(gates[8 + i])
          let (input, forget) = (
            NaiveLayers.sigmoid(gates[i]), NaiveLayers.sigmoid(gates[4 + i])
          )
          return forget * cell[i] + input * new
        }
        h = (0..<4).map { i -> Double in
          let size: Double = tanh(cell[i])
          return NaiveLayers.sigmoid(gates[12 + i]) * size
        }
        wanted += h
      }
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 5, 4])
  }

  @Test("both are what PyTorch gives")
  func reference() throws {
    let file = try SafetensorsFile(path: Fixture.root + "/layers.safetensors")
    func tensor(_ name: String) throws -> Tensor { try file.tensor(name).cast(to: .f64) }
    let gated = try GatedRecurrentLayer(3, width: 4)
    var pass = LayerPass(
      gated, values: try gated.parameters.map { try tensor("gru." + $0.name) })
    let states = try gated.states(Variable(constant: tensor("gru.x")), in: &pass)
    Check.expectClose(
      states.all.value, try tensor("gru.states").doubles, shape: [2, 5, 4], within: 1e-7)
    Check.expectClose(
      states.last.value, try tensor("gru.last").doubles, shape: [2, 4], within: 1e-7)
    let long = try LongShortTermLayer(3, width: 4)
    pass = LayerPass(long, values: try long.parameters.map { try tensor("lstm." + $0.name) })
    let found = try long.states(Variable(constant: tensor("lstm.x")), in: &pass)
    Check.expectClose(
      found.all.value, try tensor("lstm.states").doubles, shape: [2, 5, 4], within: 1e-7)
    Check.expectClose(
      found.cell.value, try tensor("lstm.cell").doubles, shape: [2, 4], within: 1e-7)
  }

  @Test("both have the gradients of their slopes, and go on from a state with the same bits")
  func gradients() throws {
    let x = try Check.tensor([2, 4, 3], "x")
    let (gated, long) = (
      try GatedRecurrentLayer(3, width: 2), try LongShortTermLayer(3, width: 2)
    )
    try Check.checkGradients(of: gated, x)
    try Check.checkGradients(of: long, x)
    func part(_ start: Int, _ end: Int) throws -> Variable {
      Variable(constant: try x.indexed([.all, .range(start: start, end: end)]))
    }
    var pass = LayerPass(gated, values: try Check.values(of: gated))
    let whole = try gated.states(part(0, 4), in: &pass)
    let half = try gated.states(part(0, 2), in: &pass)
    let rest = try gated.states(part(2, 4), from: half.last, in: &pass)
    #expect(rest.last.value == whole.last.value)
    pass = LayerPass(long, values: try Check.values(of: long))
    let all = try long.states(part(0, 4), in: &pass)
    let begun = try long.states(part(0, 2), in: &pass)
    let ended = try long.states(part(2, 4), from: (begun.state, begun.cell), in: &pass)
    #expect(ended.cell.value == all.cell.value)
    pass = LayerPass(gated, values: try Check.values(of: gated))
    #expect(try gated.states(part(0, 0), in: &pass).all.shape == [2, 0, 2])
  }

  @Test("a selective scan is its recurrence, step by step")
  func scanTwin() throws {
    let layer = try SelectiveScanLayer(3, states: 2, expansion: 2, size: 3, rank: 2)
    let x = try Check.tensor([2, 5, 3], "x")
    let values = try Check.values(of: layer)
    let named = NamedValues(layer, values)
    let (inner, taps) = (6, named["convolution.weight"].doubles)
    var wanted: [Double] = []
    for entry in 0..<2 {
      let both = NaiveLayers.entry(x, entry).map { named.linear("input", $0) }
      var h = [[Double]](repeating: [0, 0], count: inner)
      for t in 0..<5 {
        let u = (0..<inner).map { c -> Double in
          var sum = named.numbers("convolution.bias")[c]
          for tap in 0..<3 where t + tap >= 2 {
            let value: Double = both[t + tap - 2][c]
            sum += taps[3 * c + tap] * value
          }
          return NaiveLayers.silu(sum)
        }
        let chosen = named.linear("selection", u)
        let steps = NaiveLayers.linear(
          Array(chosen[..<2]), named.rows("delta.weight"), named.numbers("delta.bias"))
        let y = (0..<inner).map { c -> Double in
          let step: Double = exp(steps[c])
          let delta: Double = log(1 + step)
          var sum: Double = named.numbers("d")[c] * u[c]
          for n in 0..<2 {
            let rate: Double = exp(named.rows("log_a")[c][n])
            let kept: Double = exp(-delta * rate)
            let new: Double = delta * u[c] * chosen[2 + n]
            h[c][n] = kept * h[c][n] + new
            sum += h[c][n] * chosen[4 + n]
          }
          return sum * NaiveLayers.silu(both[t][inner + c])
        }
        wanted += named.linear("output", y)
      }
    }
    Check.expectClose(try Check.run(layer, x, values: values), wanted, shape: [2, 5, 3])
  }

  @Test("a selective scan has the gradients of its slopes, and sees no later token")
  func scanGradients() throws {
    let layer = try SelectiveScanLayer(3, states: 2, size: 2)
    let x = try Check.tensor([1, 4, 3], "x")
    try Check.checkGradients(of: layer, x)
    let values = try layer.freshValues(seed: 1, .f64)
    let early: [TensorIndex] = [.all, .range(start: 0, end: 2)]
    let all = try Check.run(layer, x, values: values)
    #expect(try Check.run(layer, x.indexed(early), values: values) == all.indexed(early))
    // Fresh steps are softplus of the bias: from 0.001 to 0.1.
    let named = NamedValues(layer, values)
    let steps: [Double] = named.numbers("delta.bias").map { bias -> Double in
      let step: Double = exp(bias)
      return log(1 + step)
    }
    #expect(abs(steps[0] - 0.001) < 1e-12 && abs(steps[5] - 0.1) < 1e-12)
  }
}
