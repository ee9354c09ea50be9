import Files
import Glibc
import Kernels
import Tensors
import Testing

@testable import Models
@testable import Training

@Suite("Training layers") struct LayerNetworkTests {
  /// Rows to learn by heart: x and y of a small map, with a codebook between.
  static func codebook(_ learning: CodebookLayer.Learning) throws -> LayerSequence {
    LayerSequence(named: [
      ("in", try LinearLayer(2, 4)), ("codes", try CodebookLayer(6, width: 4, learning: learning)),
      ("out", try LinearLayer(4, 2)),
    ])
  }

  static let reconstruction = CustomObjective<LayerSequence, [LinearRegression.Pair]>(
    "reconstruction"
  ) { batch, root, pass in
    let x = Variable(
      constant: try Tensor(batch.flatMap { Array($0.x.prefix(2)) }, shape: [batch.count, 2]))
    return try .squaredError(root.forward(x, in: &pass), to: x)
  }

  static func trainer<Objective: LayerObjective>(
    _ network: LayerNetwork<Objective>, _ batches: any BatchSource<Objective.Batch>, steps: Int,
    rate: Double = 0.01, accumulation: Int = 1
  ) throws -> NetworkTrainer<LayerNetwork<Objective>> {
    try NetworkTrainer(
      network, batches: batches,
      settings: .init(
        steps: steps, optimizer: Tensors.AdamW(weightDecay: 0),
        rate: LearningRate(peak: rate, steps: steps), accumulation: accumulation))
  }

  static func codebookTrainer(
    _ learning: CodebookLayer.Learning, steps: Int, size: Int = 8, accumulation: Int = 1
  ) throws -> NetworkTrainer<LayerNetwork<CustomObjective<LayerSequence, [LinearRegression.Pair]>>>
  {
    try trainer(
      LayerNetwork(codebook(learning), objective: reconstruction),
      ExampleBatches(NetworkTrainerTests.pairs, size: size, seed: 1), steps: steps, rate: 0.02,
      accumulation: accumulation)
  }

  @Test(
    "an autoencoder through codes comes closer, whichever way codes learn",
    arguments: [CodebookLayer.Learning.gradient, .average(decay: 0.8)])
  func codes(learning: CodebookLayer.Learning) throws {
    let trainer = try Self.codebookTrainer(learning, steps: 150)
    let held = [NetworkTrainerTests.pairs]
    let before = try trainer.measure(held).loss
    _ = try trainer.run()
    let after = try trainer.measure(held).loss
    // The mean of all rows is what one code could give.
    let rows = NetworkTrainerTests.pairs.map { $0.x.prefix(2).map(Double.init) }
    var spread = 0.0
    for place in 0..<2 {
      let column: [Double] = rows.map { $0[place] }
      let mean: Double = column.reduce(0, +) / Double(rows.count)
      for value in column { spread += (value - mean) * (value - mean) / Double(2 * rows.count) }
    }
    #expect(after < 0.6 * spread && after < before, "\(before), \(after) of \(spread)")
    let codes = try #require(trainer.parameters.first { $0.name == "codes.codes" })
    #expect(codes.value != trainer.network.parameters[2].value)
    #expect(codes.isTrained == (learning == .gradient))
  }

  @Test("losses of layers are means of their own beside the objective's")
  func ownLosses() throws {
    let network = try LayerNetwork(
      Self.codebook(.gradient), objective: Self.reconstruction, seed: 3)
    let batch = Array(NetworkTrainerTests.pairs.prefix(5))
    let variables = network.parameters.map { Variable(constant: $0.value) }
    func loss(isTraining: Bool) throws -> Double {
      let recorded = try network.loss(
        of: batch, with: variables,
        in: LossContext(stream: RandomStream(seed: 1), isTraining: isTraining))
      #expect(recorded.weight == 5)
      return try recorded.terms.sum().value.doubles[0] / recorded.weight
    }
    var pass = network.pass(network.parameters)
    let x = Variable(
      constant: try Tensor(batch.flatMap { Array($0.x.prefix(2)) }, shape: [5, 2]))
    let rows = try pass.run("in", network.root.layers[0].layer, x)
    let codes = try pass.run("codes", network.root.layers[1].layer, rows)
    var apart = 0.0
    for (a, b) in zip(rows.value.doubles, codes.value.doubles) { apart += (a - b) * (a - b) }
    let added = try loss(isTraining: true) - loss(isTraining: false)
    #expect(abs(added - 1.25 * apart / 20) < 1e-5)
  }

  @Test("a run that was interrupted goes on with the same bits, statistics too")
  func resume() throws {
    let path = try NetworkTrainerTests.folder("layers") + "/codes.safetensors"
    let whole = try Self.codebookTrainer(.average(decay: 0.8), steps: 20)
    let losses = try whole.run().losses
    let first = try Self.codebookTrainer(.average(decay: 0.8), steps: 20)
    for _ in 0..<9 { _ = try first.advance() }
    try first.checkpoint.save(to: path)
    let second = try Self.codebookTrainer(.average(decay: 0.8), steps: 20)
    #expect(try second.run(saving: path).losses == Array(losses[9...]))
    #expect(second.checkpoint == whole.checkpoint)
    // Other layers of the same shapes are refused: the activation is part of what a run is.
    func other(_ activation: NetworkActivation) throws -> NetworkTrainer<
      LayerNetwork<CustomObjective<LayerSequence, [LinearRegression.Pair]>>
    > {
      let layers = LayerSequence([
        try LinearLayer(2, 2), ActivationLayer(activation), try LinearLayer(2, 2),
      ])
      return try Self.trainer(
        LayerNetwork(layers, objective: Self.reconstruction),
        ExampleBatches(NetworkTrainerTests.pairs, size: 8, seed: 1), steps: 3)
    }
    #expect(throws: TrainingError.self) {
      try other(.relu).resume(from: other(.gelu).checkpoint)
    }
    try other(.relu).resume(from: other(.relu).checkpoint)
  }

  @Test("micro-batches have the bits of the full batch, recurrences and queries too")
  func accumulation() throws {
    // Not a selective scan: its rates are functions of weights, whose gradients are rounded once a micro-batch.
    let layers: [any Layer] = [
      try GatedRecurrentLayer(3, width: 4), try LongShortTermLayer(4, width: 4),
      try TransformerBlock(
        4, mixer: try AttentionLayer(4, heads: 2), feedForward: try FeedForwardLayer(4)),
      try QueryTransformer(
        queries: 2, memoryWidth: 4, sizes: .init(width: 4, heads: 2, layers: 1)),
      try PositionLayer(3, width: 4),
    ]
    let objective = CustomObjective<LayerSequence, [LinearRegression.Pair]>("rows") {
      batch, root, pass in
      let x = try Tensor(batch.flatMap { $0.x + $0.x + $0.x }, shape: [batch.count, 3, 3])
      let y = Variable(constant: try Tensor(batch.map(\.y), shape: [batch.count, 1]))
      let states = try root.forward(Variable(constant: x), in: &pass)
      return try .squaredError(states.mean(axes: [1, 2]).reshaped([-1, 1]), to: y)
    }
    func trainer(_ size: Int, _ parts: Int) throws -> NetworkTrainer<
      LayerNetwork<CustomObjective<LayerSequence, [LinearRegression.Pair]>>
    > {
      try Self.trainer(
        LayerNetwork(LayerSequence(layers), objective: objective),
        ExampleBatches(NetworkTrainerTests.pairs, size: size, seed: 1), steps: 3,
        accumulation: parts)
    }
    let (whole, cut) = (try trainer(8, 1), try trainer(4, 2))
    for _ in 0..<3 { #expect(try whole.advance().loss == cut.advance().loss) }
    for (one, other) in zip(whole.parameters, cut.parameters) {
      #expect(one == other, "\(one.name)")
    }
  }

  @Test("values of another number or shape are refused, and only some may be trained")
  func values() throws {
    let root = try Self.codebook(.gradient)
    var values = try root.freshValues(seed: 1)
    let network = try LayerNetwork(root, objective: Self.reconstruction, values: values) {
      $0.hasPrefix("out.")
    }
    #expect(network.parameters.filter(\.isTrained).map(\.name) == ["out.weight", "out.bias"])
    values[0] = try .zeros([4, 3], .f32)
    #expect(
      throws: ModelError.shape(
        path: "the layers", name: "in.weight", expected: [4, 2], found: [4, 3])
    ) { try LayerNetwork(root, objective: Self.reconstruction, values: values) }
    #expect(throws: ModelError.self) {
      try LayerNetwork(root, objective: Self.reconstruction, values: Array(values.dropLast()))
    }
  }
}
