import Kernels
import Tensors
import Testing

@testable import Models

@Suite("Blocks of layers") struct BlockLayerTests {
  typealias Check = LayerChecking

  static func adaptive(cross: Bool = false) throws -> AdaptiveBlock {
    try AdaptiveBlock(
      6, conditionWidth: 4, mixer: try AttentionLayer(6, heads: 2),
      cross: cross ? try AttentionLayer(6, heads: 2, memoryWidth: 5) : nil,
      feedForward: try FeedForwardLayer(6, inner: 7))
  }

  static func fill(_ pass: inout LayerPass) {
    pass.condition = try? Check.variable([2, 4], "condition")
    pass.memory = (try? Check.variable([2, 3, 5], "memory")).map { .init($0) }
  }

  @Test(
    "an adaptive block begins as the identity, whatever the condition", arguments: [false, true])
  func identity(cross: Bool) throws {
    let block = try Self.adaptive(cross: cross)
    let x = try Check.tensor([2, 3, 6], "x")
    let fresh = try block.freshValues(seed: 3, .f64)
    #expect(try Check.run(block, x, values: fresh, Self.fill) == x)
    let moved = try Check.run(block, x, values: Check.values(of: block), Self.fill)
    #expect(moved != x)
  }

  @Test("an adaptive block is its formula")
  func adaptiveTwin() throws {
    let block = try Self.adaptive()
    let x = try Check.tensor([2, 3, 6], "x")
    let values = try Check.values(of: block)
    let found = try Check.run(block, x, values: values, Self.fill)
    let named = NamedValues(block, values)
    let conditions = NaiveLayers.rows(try Check.tensor([2, 4], "condition"))
    var wanted: [Double] = []
    for entry in 0..<2 {
      let vectors = named.linear("modulation", conditions[entry].map(NaiveLayers.silu))
      func part(_ index: Int) -> [Double] { Array(vectors[6 * index..<6 * index + 6]) }
      func modulated(_ rows: NaiveLayers.Rows, _ first: Int) -> NaiveLayers.Rows {
        let (shift, scale) = (part(first), part(first + 1))
        return rows.map { row -> [Double] in
          let normed = NaiveLayers.layerNorm(row, epsilon: 1e-6)
          return (0..<6).map { place -> Double in
            let factor: Double = 1 + scale[place]
            return normed[place] * factor + shift[place]
          }
        }
      }
      func added(_ rows: NaiveLayers.Rows, _ results: NaiveLayers.Rows, _ gate: Int)
        -> NaiveLayers.Rows
      {
        let gates = part(gate)
        return zip(rows, results).map { row, result -> [Double] in
          (0..<6).map { place -> Double in row[place] + gates[place] * result[place] }
        }
      }
      var rows = NaiveLayers.entry(x, entry)
      let own = modulated(rows, 0)
      let z = NaiveLayers.attention(
        own.map { named.linear("mixer.query", $0) }, own.map { named.linear("mixer.key", $0) },
        own.map { named.linear("mixer.value", $0) }, heads: 2, keyHeads: 2
      ) { _, _ in true }
      rows = added(rows, z.map { named.linear("mixer.output", $0) }, 2)
      let hidden = modulated(rows, 3).map {
        named.linear("feed_forward.up", $0).map(NaiveLayers.gelu)
      }
      rows = added(rows, hidden.map { named.linear("feed_forward.down", $0) }, 5)
      wanted += rows.flatMap { $0 }
    }
    Check.expectClose(found, wanted, shape: [2, 3, 6])
  }

  @Test("adaptive blocks and norms have the gradients of their slopes, those of the condition too")
  func adaptiveGradients() throws {
    let x = try Check.tensor([2, 2, 6], "x")
    try Check.checkGradients(of: Self.adaptive(cross: true), x, Self.fill)
    let norm = try AdaptiveNormLayer(6, conditionWidth: 4)
    try Check.checkGradients(of: norm, x, Self.fill)
    // The condition as input, one a token.
    let each = try Check.tensor([2, 2, 4], "conditions")
    let block = try Self.adaptive()
    try Check.checkGradients(of: LayerSequence([block]), each) { condition, pass in
      pass.condition = condition
      return try pass.run("0", block, Variable(constant: x))
    }
  }

  @Test("a block is what PyTorch's decoder layer gives")
  func reference() throws {
    let file = try SafetensorsFile(path: Fixture.root + "/layers.safetensors")
    let block = try TransformerBlock(
      8, mixer: try AttentionLayer(8, heads: 2, isCausal: true, hasBias: true),
      cross: try AttentionLayer(8, heads: 2, memoryWidth: 8, hasBias: true),
      feedForward: try FeedForwardLayer(8, inner: 12))
    let values = try block.parameters.map {
      try file.tensor("block." + $0.name).cast(to: .f64)
    }
    let memory = Variable(constant: try file.tensor("block.memory").cast(to: .f64))
    let x = try file.tensor("block.x").cast(to: .f64)
    let found = try Check.run(block, x, values: values) { $0.memory = .init(memory) }
    // Results were rounded to f32 once.
    Check.expectClose(
      found, try file.tensor("block.states").doubles, shape: [2, 5, 8], within: 1e-7)
  }

  @Test("a block of any mixer is residual, and has its gradients")
  func mixers() throws {
    let x = try Check.tensor([2, 3, 6], "x")
    let mixers: [any Layer] = [
      try TokenMLPLayer(tokens: 3, inner: 4), try SelectiveScanLayer(6, states: 2, size: 2),
      try GatedRecurrentLayer(6, width: 6),
    ]
    for mixer in mixers {
      let block = try TransformerBlock(
        6, mixer: mixer, feedForward: try FeedForwardLayer(6, inner: 5, isGated: true))
      try Check.checkGradients(of: block, x)
      // With the last maps at 0 nothing is added.
      var values = try Check.values(of: block)
      for (place, parameter) in block.parameters.enumerated()
      where parameter.name.hasPrefix("mixer.") || parameter.name.hasPrefix("feed_forward.down") {
        values[place] = try .zeros(parameter.shape, .f64)
      }
      #expect(try Check.run(block, x, values: values) == x)
    }
  }

  @Test("names of parameters are those of the way to them, unlike each other")
  func names() throws {
    let network = try TokenNetwork(
      vocabulary: 5, context: 4, sizes: .init(width: 4, heads: 1, layers: 2))
    let names = network.parameters.map(\.name)
    #expect(Set(names).count == names.count)
    #expect(names.contains("blocks.1.mixer.query.weight"))
    #expect(names.contains("blocks.0.feed_forward_norm.bias"))
    #expect(network.parameterCount == network.parameters.reduce(0) { $0 + $1.count })
    // Fresh values depend on name and seed, not on what else there is.
    let more = try TokenNetwork(
      vocabulary: 5, context: 4, sizes: .init(width: 4, heads: 1, layers: 3))
    let (few, many) = (try network.freshValues(seed: 1), try more.freshValues(seed: 1))
    let place = try #require(names.firstIndex(of: "blocks.1.mixer.query.weight"))
    let other = try #require(
      more.parameters.firstIndex { $0.name == "blocks.1.mixer.query.weight" })
    #expect(few[place] == many[other])
    #expect(few[place] != (try network.freshValues(seed: 2))[place])
  }

  @Test("a pass says which parameter it lacks")
  func missing() throws {
    let layer = LayerSequence(named: [("map", try LinearLayer(2, 2))])
    var pass = LayerPass([:])
    #expect(
      throws: ModelError.layer(name: "map", reason: "it has no parameter 'map.weight'")
    ) { try layer.forward(Check.variable([1, 2], "x"), in: &pass) }
  }

  @Test("dropout is another in each place and each time, and none without training")
  func dropout() throws {
    let layers = LayerSequence([try DropoutLayer(0.5), try DropoutLayer(0.5)])
    let ones = Variable(constant: try .full([64], .int(1), .f64))
    func run(isTraining: Bool) throws -> [Tensor] {
      var pass = LayerPass([:], stream: RandomStream(seed: 2), isTraining: isTraining)
      return try (0..<2).flatMap { _ -> [Tensor] in
        let first = try pass.run("0", layers.layers[0].layer, ones).value
        return [first, try pass.run("1", layers.layers[1].layer, ones).value]
      }
    }
    let dropped = try run(isTraining: true)
    #expect(dropped == (try run(isTraining: true)))
    for (place, one) in dropped.enumerated() {
      #expect(Set(one.doubles) == [0, 2])
      for other in dropped.dropFirst(place + 1) { #expect(one != other) }
    }
    #expect(try run(isTraining: false).allSatisfy { $0 == ones.value })
    #expect(throws: ModelError.self) { try DropoutLayer(1) }
  }
}
